"""What silence means for a question of identity: asked when its letter may go, reminded once, then a closing letter.

The sweep touches only what is due: each case says itself when to look at it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from casework.answers import close_unproved
from casework.asking import opened, standing_asked
from casework.case_letters import Addressee, Thread, compose, thread_with
from casework.challenge_terms import ChallengeTerms
from casework.identity_letters import may_mail, question_of, write_challenge
from casework.identity_writes import wanted
from casework.profile import DeskProfile
from casework.proving import prove_task, trail
from casework.referring import want_referral
from casework.reviewing import ToldDates, as_reasons, findings_of_draft
from privacy.approval import letter_digest
from privacy.audit import AuditKind
from privacy.cases import Case, CaseState
from privacy.challenges import ChallengeState, StandingState
from privacy.identity_codes import codes_in, spelled
from privacy.messages import Automation, OutboundMessage
from privacy.suppression import SuppressionList
from responders.identity import (
    CHALLENGE,
    NOT_PROVED,
    REMINDER,
    Closing,
    draft_not_proved,
    draft_reminder,
)
from responders.remedies import named_remedies
from storage.answer_counts import lock_answers
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.drafts import Draft, add_drafts
from storage.identity import (
    Challenge,
    Standing,
    ask_wanted,
    challenges_of,
    claim_standing,
    due_standings,
    end_challenges,
    forget_attempts,
    mark_reminded,
    put_standing,
)
from storage.ids import new_id
from storage.outbox import QueuedLetter, enqueue, letters_of_case
from storage.suppressions import lists_with
from storage.tasks import add_tasks

ACTOR = "identity"
BATCH = 200  # cases in one sweep
TRY_AGAIN = timedelta(days=1)  # when somebody has had a letter by itself today
AFTER_TROUBLE = timedelta(hours=1)
ATTEMPTS_KEPT = timedelta(days=2)

log = structlog.get_logger(__name__)


def sweep_identity(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Do what is due, case by case, so that one that cannot be worked stops no other; returns how many were due."""
    terms = desk.challenges
    if terms is None:
        return 0
    with database.reading() as reading:
        due = due_standings(reading, now=now, limit=BATCH)
    for case_id in due:
        try:
            _work_alone(database, case_id, desk, terms, now)
        except Exception as error:  # noqa: BLE001 - the top of the loop: the case is looked at again, the others go on
            log.error("identity_not_worked", case=str(case_id), error=type(error).__name__)  # noqa: TRY400
            _put_off(database, case_id, now)
    return len(due)


def forget_old_attempts(database: Database, now: datetime) -> int:
    """Drop the counts of days that are over; returns how many."""
    with database.transaction() as transaction:
        return forget_attempts(transaction, before=(now - ATTEMPTS_KEPT).date())


def _put_off(database: Database, case_id: UUID, now: datetime) -> None:
    with database.transaction() as transaction:
        standing = claim_standing(transaction, case_id, now=now)
        if standing is not None:
            put_standing(transaction, replace(standing, due_at=now + AFTER_TROUBLE), now=now)


def _work_alone(
    database: Database, case_id: UUID, desk: DeskProfile, terms: ChallengeTerms, now: datetime
) -> None:
    with database.transaction() as transaction:
        lock_answers(transaction)
        standing = claim_standing(transaction, case_id, now=now)
        if standing is None:
            return  # another daemon has it
        case = get_case(transaction, case_id)
        found = challenges_of(transaction, [case_id]).get(case_id, [])
        at_work = _AtWork(case=case, standing=standing, desk=desk, terms=terms, now=now)
        after = _after(transaction, at_work, found)
        put_standing(transaction, after, now=now)


@dataclass(frozen=True, kw_only=True)
class _AtWork:
    """A case in which something is due, and all that doing it needs."""

    case: Case
    standing: Standing
    desk: DeskProfile
    terms: ChallengeTerms
    now: datetime


def _after(transaction: Transaction, at_work: _AtWork, challenges: Sequence[Challenge]) -> Standing:
    """Do what is due and return where the case stands then."""
    standing, now = at_work.standing, at_work.now
    asked = next((one for one in challenges if one.state is ChallengeState.OPEN), None)
    waits = wanted(challenges)
    if at_work.case.state is not CaseState.OPEN:
        end_challenges(transaction, at_work.case.case_id, now=now)
    elif standing.state is StandingState.WANTED and waits is not None:
        return _ask(transaction, at_work, waits)
    elif standing.state is StandingState.ASKED and asked is not None and now < asked.expires_at:
        return _remind(transaction, at_work, asked)
    elif standing.state is StandingState.ASKED:
        return _lapse(transaction, at_work)
    return replace(standing, due_at=None)


def _ask(transaction: Transaction, at_work: _AtWork, waits: Challenge) -> Standing:
    """Ask at last; tomorrow, where this address had a letter by itself today."""
    case, now = at_work.case, at_work.now
    if not may_mail(transaction, at_work.desk.limits, waits.address, now):
        return replace(at_work.standing, due_at=now + TRY_AGAIN)
    thread = thread_with(transaction, case, waits.address)
    to = Addressee(about=waits.challenge_id, address=waits.address, thread=thread)
    written = write_challenge(case, to, desk=at_work.desk, terms=at_work.terms, leaves_at=now)
    if written is None:
        add_tasks(transaction, [prove_task(case, "no-time-to-ask", now)])
        return replace(at_work.standing, due_at=None)
    challenge = opened(case.case_id, to, written, transaction.ring.lookup_key)
    ask_wanted(transaction, challenge)
    _queue(transaction, at_work, CHALLENGE, waits.challenge_id, written.message)
    return standing_asked(challenge)


def _remind(transaction: Transaction, at_work: _AtWork, asked: Challenge) -> Standing:
    """Remind once, with the code that the person has already; then only the end is waited for."""
    case, now = at_work.case, at_work.now
    if asked.remind_at is None or now < asked.remind_at:
        return replace(at_work.standing, due_at=asked.remind_at or asked.expires_at)
    if not may_mail(transaction, at_work.desk.limits, asked.address, now):
        return replace(at_work.standing, due_at=min(now + TRY_AGAIN, asked.expires_at))
    mark_reminded(transaction, asked.challenge_id)
    first = _letter_of(transaction, case, asked)
    code = next(iter(codes_in(first.letter.text)), None) if first else None
    if first is not None and code is not None:
        question = question_of(case, asked.expires_on, spelled(code), (at_work.terms, at_work.desk))
        asked_on = asked.asked_at.astimezone(ZoneInfo(case.acknowledge.zone)).date()
        letter = draft_reminder(
            case, question, at_work.desk.identity, asked_on=asked_on, book=at_work.desk.book
        )
        thread = Thread(in_reply_to=first.message_id, references=(first.message_id,))
        to = Addressee(about=asked.challenge_id, address=asked.address, thread=thread)
        message = compose(
            case, letter, to, desk=at_work.desk, date=now, automation=Automation.GENERATED
        )
        _queue(transaction, at_work, REMINDER, asked.challenge_id, message)
    return replace(at_work.standing, due_at=asked.expires_at)


def _lapse(transaction: Transaction, at_work: _AtWork) -> Standing:
    """Nobody proved anything in time: a person lets the closing letter go, by the date that did not wait."""
    case, now = at_work.case, at_work.now
    end_challenges(transaction, case.case_id, now=now)
    rights = at_work.terms.unproved(case, at_work.standing.level)
    if rights and case.requester is not None:
        closing = Closing(
            rights=rights,
            remedies=named_remedies(at_work.desk.ways_out(case.laws, now.date())),
            marketing_stopped=_marketing_stopped(transaction, case.requester),
        )
        draft = _closing(transaction, at_work, case.requester, closing)
        add_drafts(transaction, [draft])
        days = closing.remedies.days
        close_unproved(transaction, case, rights, draft, days=days, desk=at_work.desk)
        payload = {"kind": NOT_PROVED, "reasons": ("identity-not-proved",)}
        trail(transaction, case.case_id, AuditKind.LETTER_DRAFTED, ACTOR, payload, now)
    elif rights:
        # Nobody can be written to: a person closes it by hand, by the same date.
        add_tasks(transaction, [prove_task(case, "close-by-hand", now)])
    trail(transaction, case.case_id, AuditKind.IDENTITY_LAPSED, ACTOR, {}, now)
    want_referral(transaction, case, at_work.desk, now)
    return replace(
        at_work.standing, state=StandingState.LAPSED, reasons=("not-answered",), due_at=None
    )


def _marketing_stopped(transaction: Transaction, address: str) -> bool:
    """Only what was done is told: the list is what keeps mail from going out."""
    return SuppressionList.MARKETING in lists_with(transaction, [address])[address]


def _closing(transaction: Transaction, at_work: _AtWork, recipient: str, closing: Closing) -> Draft:
    case, desk, now = at_work.case, at_work.desk, at_work.now
    letter = draft_not_proved(case, closing, desk.identity, desk.book)
    draft_id = new_id()
    thread = thread_with(transaction, case, recipient)
    to = Addressee(about=draft_id, address=recipient, thread=thread)
    message = compose(case, letter, to, desk=desk, date=now, automation=Automation.APPROVED)
    told = ToldDates(named=frozenset(closing.remedies.days))
    found = findings_of_draft(message, case, identity=desk.identity, told=told, now=now)
    return Draft(
        draft_id=draft_id,
        case_id=case.case_id,
        inbound_id=None,
        kind=NOT_PROVED,
        message=message,
        digest=letter_digest(message),
        reasons=("identity-not-proved", *as_reasons(found)),
        created_at=now,
        due_on=min(item.due.on for item in closing.rights),
    )


def _letter_of(transaction: Transaction, case: Case, asked: Challenge) -> OutboundMessage | None:
    """Return the letter of a question: its code stands there and nowhere else."""
    found = (
        letter.message
        for letter in letters_of_case(transaction, case.case_id)
        if letter.kind == CHALLENGE and letter.message.recipient == asked.address
    )
    return next(found, None)


def _queue(
    transaction: Transaction, at_work: _AtWork, kind: str, about: UUID, message: OutboundMessage
) -> None:
    letter = QueuedLetter(
        letter_id=new_id(),
        case_id=at_work.case.case_id,
        inbound_id=None,
        kind=kind,
        dedupe_key=f"{kind}|{about}",
        message=message,
        queued_at=at_work.now,
        automatic=True,
        text_key=None,
    )
    enqueue(transaction, [letter])
    trail(
        transaction,
        at_work.case.case_id,
        AuditKind.LETTER_QUEUED,
        ACTOR,
        {"kind": kind},
        at_work.now,
    )
