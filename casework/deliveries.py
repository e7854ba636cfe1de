"""What becomes of a letter when somebody reports about it: confirmed, or failed with its clock open again and a person told.

Only what names a letter of ours under its genuine Message-ID or token comes here; nothing else moves a letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from casework.complaining import complaints_about_lists, suppress_updates
from casework.notice_events import note_fate_of_notice, told_in_events
from casework.promises import letter_came_back, letter_left
from intake.bounce_reasons import name_reason
from privacy.audit import AuditEvent, AuditKind
from privacy.deliveries import (
    GIVEN_UP,
    BounceReason,
    DeliveryEvent,
    Fate,
    RecipientReport,
    Step,
    is_of_an_earlier_life,
    next_step,
)
from privacy.tokens import TokenKey, is_our_message_id
from storage.audit import append, events_of
from storage.database import Database, Transaction
from storage.delivered import SentLetter, confirm_left, letters_by_message_id, mark_bounced
from storage.tasks import Task, add_tasks

ACTOR = "delivery"
EVENT_WEBHOOK, DELIVERY_REPORT = "event-webhook", "delivery-report"
TASK_KINDS = {Fate.COMPLAINED: "letter_complaint"}
BOUNCE_TASK = "letter_bounced"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was told about one letter of ours, by what evidence; `source` goes into the trail (ids and codes only)."""

    letter: SentLetter
    part: RecipientReport
    evidence: str
    source: Mapping[str, object] = field(default_factory=dict)
    inbound_id: UUID | None = None


def record_events(
    database: Database,
    events: Sequence[DeliveryEvent],
    token_keys: Mapping[str, TokenKey],
    *,
    now: datetime,
) -> int:
    """Commit what the events change about our letters; returns how many changed something.

    The same event again changes nothing, and events come in any order. Raises Retryable when the database is out of
    reach; then nothing is recorded.
    """
    by_key: dict[bytes, list[DeliveryEvent]] = {}
    for event in sorted(events, key=lambda event: event.at):
        if is_our_message_id(event.message_id, token_keys):
            key = database.lookup_key("message-id", event.message_id.lower())
            by_key.setdefault(key, []).append(event)
    notices, complaints = told_in_events(events), complaints_about_lists(events, token_keys)
    if not (by_key or notices or complaints):
        return 0
    with database.transaction() as transaction:
        letters = letters_by_message_id(transaction, by_key)
        changed = sum(note_fate_of_notice(transaction, one, now=now) for one in notices)
        changed += sum(suppress_updates(transaction, one.recipient, now=now) for one in complaints)
        return changed + sum(
            _record_events_of(transaction, letter, by_key[key], now)
            for key, letter in letters.items()
        )


def _record_events_of(
    transaction: Transaction, letter: SentLetter, events: Sequence[DeliveryEvent], now: datetime
) -> int:
    known: set[object] | None = None
    changed = 0
    for event in events:
        if is_of_an_earlier_life(event.at, letter.queued_at):
            continue
        if next_step(event.fate, letter.state, attempts=letter.attempts) is Step.NOTHING:
            continue
        if known is None:
            # Read only where something would change: providers repeat their events for days.
            known = {
                past.payload.get("event_id") for past in events_of(transaction, letter.case_id)
            }
        if event.event_id is not None and event.event_id in known:
            continue
        known.add(event.event_id)
        changed += record_told(transaction, _told(letter, event), now=now)
    return changed


def _told(letter: SentLetter, event: DeliveryEvent) -> Told:
    return Told(
        letter=letter,
        part=report_of(event),
        evidence=EVENT_WEBHOOK,
        source={"event_id": event.event_id},
    )


def report_of(event: DeliveryEvent) -> RecipientReport:
    """Return what a provider's event says in the words that reports by mail have, its reason named."""
    reason = BounceReason.UNDEFINED
    if event.fate in GIVEN_UP:
        reason = name_reason(event.status, event.said)
    elif event.fate is Fate.COMPLAINED:
        reason = BounceReason.FEEDBACK
    return RecipientReport(fate=event.fate, reason=reason, status=event.status)


def record_told(transaction: Transaction, told: Told, *, now: datetime) -> bool:
    """Write down what a report changes about a letter; False when it changes nothing (any more)."""
    letter, part = told.letter, told.part
    step = next_step(part.fate, letter.state, attempts=letter.attempts)
    if step is Step.CONFIRM:
        return _confirm(transaction, told, now)
    if step is Step.FAIL:
        return _fail(transaction, told, now)
    if step is Step.TELL:
        _trail(transaction, told, AuditKind.LETTER_DELIVERY, now)
        add_tasks(transaction, [_task(told, None, now)])
        return True
    return False


def _confirm(transaction: Transaction, told: Told, now: datetime) -> bool:
    letter = told.letter
    if not confirm_left(transaction, letter.letter_id, at=now, evidence=told.evidence):
        return False
    letter_left(transaction, letter.kind, letter.case_id, letter.message_id_key, at=now)
    _trail(transaction, told, AuditKind.LETTER_SENT, now)
    return True


def _fail(transaction: Transaction, told: Told, now: datetime) -> bool:
    """The person was not reached: the clock that this letter met is open again, and somebody looks for another way."""
    letter = told.letter
    if not mark_bounced(
        transaction, letter.letter_id, reason=told.part.reason, evidence=told.evidence
    ):
        return False
    due_on = letter_came_back(
        transaction, letter.kind, letter.case_id, letter.message_id_key, at=now
    )
    _trail(transaction, told, AuditKind.LETTER_DELIVERY, now)
    add_tasks(transaction, [_task(told, due_on, now)])
    return True


def _trail(transaction: Transaction, told: Told, kind: AuditKind, now: datetime) -> None:
    said: dict[str, object] = {
        "letter": told.letter.letter_id,
        "event": told.part.fate,
        "delivery": told.part.delivery,
        "reason": told.part.reason,
        "soft": told.part.reason.soft,
        "status": told.part.status,
        "evidence": told.evidence,
    }
    event = AuditEvent(
        chain=told.letter.case_id, kind=kind, at=now, actor=ACTOR, payload={**said, **told.source}
    )
    append(transaction, [event])


def _task(told: Told, due_on: date | None, now: datetime) -> Task:
    return Task(
        case_id=told.letter.case_id,
        inbound_id=told.inbound_id,
        kind=TASK_KINDS.get(told.part.fate, BOUNCE_TASK),
        reason=told.part.reason,
        due_on=due_on,
        urgent=told.part.fate is not Fate.COMPLAINED,
        created_at=now,
    )
