"""Hands a claimed batch of notices to its way out, and says in the words of the campaign what came of each Owner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from casework.profile import DeskProfile, MailboxProfile
from privacy.messages import Automation, Letter, OutboundMessage
from privacy.notices import AttemptOutcome, OwnerOutcome, message_id_of
from privacy.outgoing import RECONCILE_FOR, next_attempt
from privacy.ports import BatchTransport, Clock, Handover, Outcome
from privacy.tokens import tagged_address
from storage.notice_sending import ClaimedBatch, ClaimedOwner
from storage.notices import Notice

COPIES = 100  # of one batch, where a worker is killed and what may have left is repeated; two are out at a time
BEFORE_THE_END = timedelta(minutes=2)  # of a lease nothing is begun any more
REST = timedelta(seconds=30)  # of a way in trouble, before it is tried again
REFUSED_IN_A_ROW = 20  # then it is us who are refused, not the Owners
LATER = timedelta(hours=1)
_OUTCOMES = {
    Handover.ACCEPTED: AttemptOutcome.ACCEPTED,
    Handover.REFUSED: AttemptOutcome.REFUSED,
    Handover.UNKNOWN: AttemptOutcome.UNKNOWN,
}
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What notices are sent by."""

    way: BatchTransport
    clock: Clock
    desk: DeskProfile
    stopping: Callable[[], bool]

    @property
    def silent_for(self) -> timedelta | None:
        """How long a provider's word is waited for, None where acceptance is the mailbox's own."""
        return self.desk.notices.silent_for if self.way.tells_delivery else None


@dataclass(frozen=True, kw_only=True)
class Work:
    """A batch with what it is sent by; the letters by the language of their readers."""

    notice: Notice
    batch: ClaimedBatch
    letters: Mapping[str, Letter]
    means: Means

    def is_over(self) -> bool:
        """Whether nobody is dialled for any more, because the lease ends or the desk stops."""
        late = self.means.clock() + BEFORE_THE_END > self.batch.leased_until
        return late or self.means.stopping()


@dataclass(frozen=True, kw_only=True)
class Came:
    """What came of a batch: outcomes by Owner, the way's trouble and how long it rests then, whether we are refused.

    Whom no outcome names was not dialled for, or surely has nothing for the way's fault: no attempt was used up.
    """

    outcomes: Mapping[UUID, OwnerOutcome]
    trouble: str | None
    rest: timedelta
    refused: bool

    @property
    def ends_it(self) -> bool:
        """Whether no further batch is tried now."""
        return self.refused or self.trouble is not None


NOT_DIALLED = Came(outcomes={}, trouble=None, rest=REST, refused=False)


def batch_size(way: BatchTransport) -> int:
    """Return how many Owners are claimed at once at most."""
    return way.most if way.tells_delivery else min(way.most, COPIES)


def hand_over(work: Work) -> Came:
    """Hand the batch over, where its lease and the stop button still let it go."""
    if work.is_over():
        return NOT_DIALLED
    answers = _send(work)
    outcomes = _outcomes(work, answers)
    trouble, rest = _trouble(answers)
    refused = _refused_at_the_end(outcomes) >= REFUSED_IN_A_ROW
    if refused:
        outcomes = {who: _as_deferred(outcome) for who, outcome in outcomes.items()}
    return Came(outcomes=outcomes, trouble=trouble, rest=rest, refused=refused)


def _send(work: Work) -> list[Outcome]:
    messages = [_message(work, owner) for owner in work.batch.owners]
    try:
        return work.means.way.send_many(messages)
    except Exception as error:  # noqa: BLE001 - the top of the loop: all of them may have left
        log.error("transport_raised", error=type(error).__name__)  # noqa: TRY400
        answer = type(error).__name__
        return [
            Outcome(message_id=one.message_id, state=Handover.UNKNOWN, answer=answer, lane=True)
            for one in messages
        ]


def _outcomes(work: Work, answers: Sequence[Outcome]) -> dict[UUID, OwnerOutcome]:
    now = work.means.clock()
    return {
        owner.person_id: _came(owner, answer, now)
        for owner, answer in zip(work.batch.owners, answers, strict=True)
        if not (answer.lane and answer.state is Handover.DEFERRED)
    }


def _came(owner: ClaimedOwner, answer: Outcome, now: datetime) -> OwnerOutcome:
    if answer.state is Handover.DEFERRED:
        return _deferred(owner, answer, now)
    said = f"{answer.provider_id or ''} {answer.answer}".strip()
    return OwnerOutcome(outcome=_OUTCOMES[answer.state], at=now, answer=said)


def _deferred(owner: ClaimedOwner, answer: Outcome, now: datetime) -> OwnerOutcome:
    plan = next_attempt(
        owner.number, queued_at=owner.queued_at, now=now, asked_to_wait=answer.after
    )
    if plan.at is None:
        reason = f"{plan.reason}: {answer.answer}"
        return OwnerOutcome(outcome=AttemptOutcome.REFUSED, at=now, answer=reason)
    return OwnerOutcome(
        outcome=AttemptOutcome.DEFERRED, at=now, answer=answer.answer, retry_at=plan.at
    )


def _trouble(answers: Sequence[Outcome]) -> tuple[str | None, timedelta]:
    """Return the way's trouble, if it has any, and how long it rests: as long as it asks for.

    Where nobody knows what became of any of these mails, each further one would be lost to a person as well: it rests
    as long as a trace is looked for.
    """
    if answers and all(one.state is Handover.UNKNOWN for one in answers):
        return answers[0].answer or "outcome-unknown", RECONCILE_FOR
    lane = next((one for one in answers if one.lane), None)
    if lane is None:
        return None, REST
    return lane.answer, max(lane.after or REST, REST)


def _refused_at_the_end(outcomes: Mapping[UUID, OwnerOutcome]) -> int:
    number = 0
    for outcome in reversed(list(outcomes.values())):
        if outcome.outcome is not AttemptOutcome.REFUSED:
            break
        number += 1
    return number


def _as_deferred(outcome: OwnerOutcome) -> OwnerOutcome:
    """What refuses everybody says nothing about an Owner: they are tried again once a person has looked."""
    if outcome.outcome is not AttemptOutcome.REFUSED:
        return outcome
    return OwnerOutcome(
        outcome=AttemptOutcome.DEFERRED,
        at=outcome.at,
        answer=outcome.answer,
        retry_at=outcome.at + LATER,
    )


def _message(work: Work, owner: ClaimedOwner) -> OutboundMessage:
    sender = work.notice.sender
    return OutboundMessage(
        message_id=message_id_of(owner.message_key, sender.rpartition("@")[2]),
        sender=sender,
        sender_name=work.means.desk.identity.name,
        recipient=owner.address,
        envelope_from=_return_path(work.means.desk.mailbox_profile(sender), owner),
        letter=work.letters[owner.language],
        automation=Automation.GENERATED,
        date=work.means.clock(),
    )


def _return_path(mailbox: MailboxProfile, owner: ClaimedOwner) -> str:
    if not (mailbox.plus_address and mailbox.envelope_sender):
        return mailbox.address
    return tagged_address(mailbox.address, "n", owner.message_key.hex())  # read by notice_events
