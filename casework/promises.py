"""What a letter that left, or came back, means for the clocks of its case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from casework.acknowledging import KIND as ACKNOWLEDGEMENT
from casework.answered import answers_arrived, answers_came_back
from casework.clock_keeping import Change, asked_of, count, write_happening
from casework.closing import close_if_done
from casework.forward_fates import request_came_back, request_left
from casework.happenings import laws_of, note_happening
from casework.referring import settle_passed_on
from privacy.case_events import CaseEvent, CaseEventKind
from privacy.clocks import EventKind
from privacy.deadlines import Due
from responders.customers import FOLLOW_UP, REQUEST
from responders.extension import KIND as EXTENSION
from responders.identity import CHALLENGE, NOT_PROVED
from storage.case_events import add_case_events, case_events
from storage.case_writes import Clock
from storage.cases import (
    ClockEventRow,
    clock_events,
    get_case,
    mark_acknowledged,
    reopen_acknowledgement,
)
from storage.database import Transaction
from storage.extensions import Extension, find_extension, set_told
from storage.forwards import forwards_of, referral_with, wake_forwarding
from storage.identity import park, wake_wanted
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
        _acknowledged(transaction, case_id, message_id_key, at)
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
    elif kind in {REQUEST, FOLLOW_UP}:
        request_left(transaction, message_id_key, at=at)
    if kind != ACKNOWLEDGEMENT:
        answers_arrived(transaction, message_id_key, at=at)
        _tell_of_customers(transaction, case_id, message_id_key, at)
    close_if_done(transaction, case_id, now=at)


def _tell_of_customers(
    transaction: Transaction, case_id: UUID, message_id_key: bytes, at: datetime
) -> None:
    """What tells of customers ends what they confirmed; after every other letter it is asked whether one is owed."""
    if referral_with(transaction, message_id_key) is not None:
        settle_passed_on(transaction, case_id, at=at)
    elif forwards_of(transaction, [case_id]):
        wake_forwarding(transaction, [case_id], at=at)


def letter_came_back(
    transaction: Transaction, kind: str, case_id: UUID, message_id_key: bytes, *, at: datetime
) -> date:
    """What the letter met is owed again by the first date, and what it moved moves back; returns by when it is owed."""
    extension = None
    if kind == EXTENSION:
        extension = find_extension(transaction, message_id_key=message_id_key)
    elif kind in {REQUEST, FOLLOW_UP}:
        request_came_back(transaction, message_id_key, at=at)
    owed_by = answers_came_back(transaction, message_id_key, at=at)
    if owed_by is None:
        owed_by = reopen_acknowledgement(transaction, case_id, message_id_key=message_id_key, at=at)
    moved = _move_back(transaction, case_id, message_id_key, at)
    if extension is None or extension.told_at is None:
        return owed_by
    set_told(transaction, extension.item_id, None)
    return min((change.due.on for change in moved), default=owed_by)


def _acknowledged(
    transaction: Transaction, case_id: UUID, message_id_key: bytes, at: datetime
) -> None:
    if mark_acknowledged(transaction, case_id, message_id_key=message_id_key, at=at):
        told = CaseEvent(kind=CaseEventKind.ACKNOWLEDGED, at=at, letter=message_id_key)
        add_case_events(transaction, case_id, [told], now=at)


def _later_date_told(transaction: Transaction, message_id_key: bytes, at: datetime) -> None:
    extension = find_extension(transaction, message_id_key=message_id_key)
    if extension is None or extension.told_at is not None:
        return
    if at >= extension.latest_at:
        add_tasks(transaction, [_late_task(extension, at)])
        return
    set_told(transaction, extension.item_id, at)
    told = CaseEvent(
        kind=CaseEventKind.EXTENSION_NOTIFIED,
        at=at,
        item_id=extension.item_id,
        author=extension.asked_by,
        letter=message_id_key,
    )
    change = Change(
        clock=(ClockName.RESPOND, extension.item_id),
        was=_held(transaction, extension),
        due=_due_told(transaction, extension, told),
        letter=message_id_key,
    )
    write_happening(transaction, extension.case_id, [told], [change], actor=ACTOR, now=at)


def _due_told(transaction: Transaction, extension: Extension, told: CaseEvent) -> Due:
    """Return the date of the letter; where other laws govern since it was written, none later than theirs."""
    events = [*case_events(transaction, extension.case_id), told]
    changed = [one for one in events if one.kind is CaseEventKind.LAWS_CHANGED]
    if not changed or changed[-1].at < extension.asked_at:
        return extension.due
    case = get_case(transaction, extension.case_id)
    item = next(one for one in case.items if one.item_id == extension.item_id)
    counted = count(asked_of(item), events, laws_of(case)).owed
    return min(extension.due, counted, key=lambda due: due.expires_at)


def _held(transaction: Transaction, extension: Extension) -> Due:
    events = reversed(clock_events(transaction, extension.case_id))
    return next(one.due for one in events if one.item_id == extension.item_id and one.due)


def _move_back(
    transaction: Transaction, case_id: UUID, message_id_key: bytes, at: datetime
) -> Sequence[Change]:
    """The person was not told: every date that the letter told is again the one that they know."""
    told = [one for one in case_events(transaction, case_id) if one.letter == message_id_key]
    if not told or told[-1].kind is CaseEventKind.BOUNCED:
        return ()
    back = CaseEvent(
        kind=CaseEventKind.BOUNCED, at=at, item_id=told[-1].item_id, letter=message_id_key
    )
    changes = _dates_before(clock_events(transaction, case_id), message_id_key)
    write_happening(transaction, case_id, [back], changes, actor=ACTOR, now=at)
    return changes


def _dates_before(events: Sequence[ClockEventRow], message_id_key: bytes) -> list[Change]:
    """Return for each clock that runs to a date of this letter the date that it ran to before."""
    changes: dict[Clock, Change] = {}
    running: dict[Clock, ClockEventRow] = {}
    for event in events:
        clock = (event.clock, event.item_id)
        if event.due is None:
            continue
        if event.message_id_key != message_id_key:
            changes.pop(clock, None)
        elif clock not in changes and clock in running:
            before = running[clock].due
            if before is not None:
                changes[clock] = Change(clock=clock, was=event.due, due=before)
        running[clock] = event
    return list(changes.values())


def _late_task(extension: Extension, now: datetime) -> Task:
    return Task(
        case_id=extension.case_id,
        kind=TOLD_LATE,
        reason="the-first-date-binds",
        due_on=None,
        urgent=True,
        created_at=now,
    )
