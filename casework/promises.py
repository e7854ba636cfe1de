"""What a letter that left, or came back, means for the clocks of its case."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from casework.acknowledging import KIND as ACKNOWLEDGEMENT
from casework.answered import answers_arrived, answers_came_back
from casework.closing import close_if_done
from casework.happenings import note_happening
from privacy.audit import AuditEvent, AuditKind
from privacy.clocks import EventKind
from privacy.deadlines import Due
from responders.extension import KIND as EXTENSION
from responders.identity import CHALLENGE, NOT_PROVED
from storage.audit import append
from storage.cases import (
    clock_events,
    mark_acknowledged,
    reopen_acknowledgement,
    set_date,
)
from storage.database import Transaction
from storage.extensions import Extension, find_extension, set_told
from storage.identity import park, wake_wanted
from storage.ids import new_id
from storage.states import ClockName
from storage.tasks import Task, add_tasks

ACTOR = "sender"
TOLD_LATE = "extension_told_late"


def letter_left(
    transaction: Transaction, kind: str, case_id: UUID, message_id_key: bytes, *, at: datetime
) -> None:
    """An acknowledgement meets its clock; a later date binds from now on, if it was told in time (GDPR Art. 12(3)).

    A question of identity was asked from now on; the letter that closes one parks its case. A letter that decides
    about rights ends them, and the last letter of a case in which nothing is owed closes it.
    """
    if kind == ACKNOWLEDGEMENT:
        mark_acknowledged(transaction, case_id, message_id_key=message_id_key, at=at)
        wake_wanted(transaction, case_id, at=at)
    elif kind == EXTENSION:
        _later_date_told(transaction, message_id_key, at)
    elif kind == CHALLENGE:
        asked = EventKind.IDENTITY_ASKED
        note_happening(
            transaction, case_id, asked, at=at, actor=ACTOR, message_id_key=message_id_key
        )
    elif kind == NOT_PROVED:
        park(transaction, case_id)
    if kind != ACKNOWLEDGEMENT:
        answers_arrived(transaction, message_id_key, at=at)
    close_if_done(transaction, case_id, now=at)


def letter_came_back(
    transaction: Transaction, kind: str, case_id: UUID, message_id_key: bytes, *, at: datetime
) -> date:
    """What the letter met is owed again by the first date, and what it moved moves back; returns by when it is owed."""
    if kind == EXTENSION:
        extension = find_extension(transaction, message_id_key=message_id_key)
        if extension is not None and extension.told_at is not None:
            return _moved_back(transaction, extension, at)
    owed_by = answers_came_back(transaction, message_id_key, at=at)
    if owed_by is not None:
        return owed_by
    return reopen_acknowledgement(transaction, case_id, message_id_key=message_id_key, at=at)


def _later_date_told(transaction: Transaction, message_id_key: bytes, at: datetime) -> None:
    extension = find_extension(transaction, message_id_key=message_id_key)
    if extension is None or extension.told_at is not None:
        return
    if at >= extension.latest_at:
        add_tasks(transaction, [_late_task(extension, at)])
        return
    set_told(transaction, extension.item_id, at)
    _set_date(transaction, extension, extension.due, at)


def _moved_back(transaction: Transaction, extension: Extension, at: datetime) -> date:
    """The person was not told: the date is the one that they know."""
    clock = (ClockName.RESPOND, extension.item_id)
    known = [
        event.due
        for event in clock_events(transaction, extension.case_id)
        if (event.clock, event.item_id) == clock and event.due is not None
    ]
    before = next(due for due in reversed(known) if due.on != extension.due.on)
    set_told(transaction, extension.item_id, None)
    _set_date(transaction, extension, before, at)
    return before.on


def _set_date(transaction: Transaction, extension: Extension, due: Due, at: datetime) -> None:
    set_date(transaction, extension.case_id, (ClockName.RESPOND, extension.item_id), due, at=at)
    payload = {"item": extension.item_id, "due": due.on, "due_rule": due.rule}
    event = AuditEvent(
        chain=extension.case_id, kind=AuditKind.CLOCK_STARTED, at=at, actor=ACTOR, payload=payload
    )
    append(transaction, [event])


def _late_task(extension: Extension, now: datetime) -> Task:
    return Task(
        task_id=new_id(),
        case_id=extension.case_id,
        inbound_id=None,
        kind=TOLD_LATE,
        reason="the-first-date-binds",
        due_on=None,
        urgent=True,
        created_at=now,
    )
