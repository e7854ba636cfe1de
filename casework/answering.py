"""Puts the acknowledgement of a mail where it belongs: into the outbox, or before a person as a draft."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from casework.acknowledging import (
    AnswerKeys,
    SendingFacts,
    decide_sending,
    write_acknowledgement,
)
from casework.batch_view import BatchView, MessageAtWork
from casework.profile import DeskProfile
from casework.reviewing import as_reasons, findings_of_draft
from casework.staff_tasks import case_task
from casework.task_kinds import ACKNOWLEDGE_BY, ANSWER_BY_HAND, APPROVE_LETTER
from casework.writes import Writes
from privacy.answering import AnswerDecision, Permission
from privacy.approval import letter_digest
from privacy.audit import AuditKind
from privacy.cases import Case, RequestItem
from privacy.deadlines import acknowledgement_due
from privacy.lanes import FirstLetter
from privacy.messages import OutboundMessage
from storage.drafts import Draft
from storage.ids import new_id
from storage.outbox import QueuedLetter

ACTOR = "daemon"
ENTERED = "entered-by-a-person"


@dataclass(frozen=True, kw_only=True)
class AnswerTo:
    """The case as it is now, what this mail added, and whether the mail surely belongs to an earlier thread."""

    case: Case
    added: Sequence[RequestItem]
    proved: bool


def answer(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes, to: AnswerTo
) -> Permission | None:
    """Queue the acknowledgement, or leave it for a person; exactly one for each mail that adds rights.

    Returns whether it may go out by itself, None where there is nobody who could be answered.
    """
    letter = write_acknowledgement(
        to.case, to.added, message.reading, inbound_id=message.inbound_id, desk=desk, now=writes.now
    )
    keys = view.keys_of(message).answer
    if letter is None or keys is None:
        _ask_for_hand(message, to.case, writes)
        return None
    decision = decide_answer(message, view, desk, to, keys)
    if decision.permission is Permission.SEND:
        view.tally.count(keys)
        queue_letter(message, to.case, letter, keys, writes)
    else:
        due_on = _last_day(message, desk, to)
        findings = findings_of_draft(letter, to.case, identity=desk.identity, now=writes.now)
        shown = replace(decision, reasons=(*decision.reasons, *as_reasons(findings)))
        leave_draft(message, to.case, letter, shown, writes, due_on=due_on)
    return decision.permission


def decide_answer(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, to: AnswerTo, keys: AnswerKeys
) -> AnswerDecision:
    """Return whether this mail may be answered by itself."""
    history = view.tally.history(message.inbound_id, keys)
    return decide_sending(message.reading, _facts(message, to, keys, desk), history, desk)


def _last_day(message: MessageAtWork, desk: DeskProfile, to: AnswerTo) -> date:
    """Return the day by which a person has to let the letter go.

    Each mail's letter is promised from its own arrival, in an old case as well; and a letter that names a day is of
    no use after it.
    """
    promised = acknowledgement_due(message.claimed.received_at, desk.regimes)
    return min([promised.on, *(item.due.on for item in to.added)])


def _facts(
    message: MessageAtWork, to: AnswerTo, keys: AnswerKeys, desk: DeskProfile
) -> SendingFacts:
    claimed, lane = message.claimed, message.reading.classification.lane
    rows = (
        (claimed.quiet_reason is not None, claimed.quiet_reason or ""),
        (to.case.stub_reason is not None, "cannot-be-read"),
        (claimed.released, "released-by-a-person"),
        (message.channel is not None, ENTERED),
        # An authority is acknowledged by a person only, and so is whoever reports a child, a breach or a grievance.
        (desk.lanes.of(lane).first_letter is FirstLetter.BY_PERSON, "urgent-lane"),
        (claimed.truncated, "only-partly-fetched"),
    )
    return SendingFacts(
        envelope_from=claimed.envelope_from,
        suspected_spam=claimed.suspected_spam,
        proved_thread=to.proved,
        short_text=keys.short_text,
        wait_reasons=tuple(reason for hit, reason in rows if hit),
    )


def queue_letter(
    message: MessageAtWork, case: Case, letter: OutboundMessage, keys: AnswerKeys, writes: Writes
) -> None:
    """Queue a letter that answers this mail by itself, at most one of its kind."""
    kind = letter.letter.kind
    writes.letters.append(
        QueuedLetter(
            letter_id=new_id(),
            case_id=case.case_id,
            inbound_id=message.inbound_id,
            kind=kind,
            dedupe_key=f"{kind}|{message.inbound_id}",
            message=letter,
            queued_at=writes.now,
            automatic=True,
            text_key=keys.text,
        )
    )
    payload = {"inbound": message.inbound_id, "kind": kind}
    writes.record(case.case_id, AuditKind.LETTER_QUEUED, ACTOR, payload)


def leave_draft(
    message: MessageAtWork,
    case: Case,
    letter: OutboundMessage,
    decision: AnswerDecision,
    writes: Writes,
    *,
    due_on: date,
) -> None:
    """Leave a letter that answers this mail for a person, who lets it go by that day."""
    kind = letter.letter.kind
    writes.drafts.append(
        Draft(
            draft_id=new_id(),
            case_id=case.case_id,
            inbound_id=message.inbound_id,
            kind=kind,
            message=letter,
            digest=letter_digest(letter),
            reasons=decision.reasons,
            created_at=writes.now,
            due_on=due_on,
        )
    )
    payload = {"inbound": message.inbound_id, "kind": kind, "reasons": decision.reasons}
    writes.record(case.case_id, AuditKind.LETTER_DRAFTED, ACTOR, payload)
    task = case_task(message, case, APPROVE_LETTER, decision.reasons[0], writes.now)
    writes.tasks.append(replace(task, due_on=due_on))


def _ask_for_hand(message: MessageAtWork, case: Case, writes: Writes) -> None:
    """Nobody can be mailed: the From header names no believable address (mail.md E096 to E099), or it was no mail."""
    if message.channel is None:
        task = case_task(message, case, ANSWER_BY_HAND, "no-believable-sender", writes.now)
    else:
        kind = ACKNOWLEDGE_BY[message.channel]
        task = case_task(message, case, kind, ENTERED, writes.now)
    writes.tasks.append(task)
