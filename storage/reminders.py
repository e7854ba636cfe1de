"""Which clocks have a reminder due, and which reminders were told: a sweep touches nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, or_, select, tuple_, update

from privacy.case_events import CaseEvent, waiting_for
from privacy.cases import ENDED, CaseState
from privacy.deadlines import Due
from privacy.reminders import RungKey, Tell, Watched
from privacy.rights import Lane, right_name
from storage.case_events import case_events_of
from storage.cases import ClockEventRow, Page, clock_events_of, items_of, who_acknowledged
from storage.states import ClockChange, ClockName
from storage.tables import PRIVACY_CASE, REMINDER, REQUEST_ITEM
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

AT_ONCE = 5_000  # reminders in one telling


@dataclass(frozen=True, kw_only=True)
class WatchedClock:
    """A clock that is still owed. `item_id` and `right` are None for one of the whole case.

    `waiting` is the question to which the person owes an answer, None where we owe everything. `incident`: it counts
    the time in which a security incident is reported. `since` is when the date was set.
    """

    clock: Watched
    item_id: UUID | None
    right: str | None
    started_at: datetime
    due: Due
    since: datetime
    waiting: CaseEvent | None = None
    incident: bool = False


@dataclass(frozen=True, kw_only=True)
class WatchedCase:
    """A case with its owed clocks and the reminders that are known of each, by the clock and its item.

    `happened` is all that its dates follow from.
    """

    case_id: UUID
    reference: str
    lane: Lane
    received_at: datetime
    acknowledged_at: datetime | None
    clocks: tuple[WatchedClock, ...]
    known: Mapping[tuple[Watched, UUID | None], frozenset[RungKey]]
    happened: tuple[CaseEvent, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StoredReminder:
    """One reminder of one clock. `tell` is None for one that was passed by."""

    case_id: UUID
    item_id: UUID | None
    clock: Watched
    key: RungKey
    due_at: datetime
    tell: Tell | None


def claim_due_cases(transaction: Transaction, *, now: datetime, limit: int) -> list[WatchedCase]:
    """Return cases for which a reminder may be due; no other daemon gets them before this transaction ends."""
    case = PRIVACY_CASE.c
    question = select(case.case_id).where(case.next_rung_at <= now)
    question = question.order_by(case.next_rung_at).limit(limit)
    ids = transaction.fetch(question.with_for_update(skip_locked=True)).scalars().all()
    return watched_cases(transaction, ids)


def next_looks_after(reading: Reading, after: Page | None, *, limit: int) -> list[Page]:
    """Return the cases that something is still owed in, by when they are looked at next, from `after` on."""
    case = PRIVACY_CASE.c
    question = select(case.next_rung_at, case.case_id).where(case.next_rung_at.is_not(None))
    if after is not None:
        question = question.where(tuple_(case.next_rung_at, case.case_id) > after)
    rows = reading.fetch(question.order_by(case.next_rung_at, case.case_id).limit(limit))
    return [(row.next_rung_at, row.case_id) for row in rows]


def watched_cases(reading: Reading, case_ids: Sequence[UUID]) -> list[WatchedCase]:
    """Return the cases with what is owed in them; of a closed one nothing is."""
    case = PRIVACY_CASE.c
    question = select(case.case_id, case.reference, case.lane, case.received_at, case.state)
    rows = [
        row
        for chunk in in_chunks(case_ids)
        for row in reading.fetch(question.where(case.case_id.in_(chunk)))
    ]
    events = clock_events_of(reading, [row.case_id for row in rows])
    items = items_of(reading, [row.case_id for row in rows])
    known = _known_of(reading, [*(row.case_id for row in rows), *_ids_of(items)])
    happened = case_events_of(reading, [row.case_id for row in rows])
    return [
        _watched(
            row,
            events.get(row.case_id, []),
            items.get(row.case_id, []),
            tuple(happened.get(row.case_id, ())),
            known,
        )
        for row in rows
    ]


def record_reminders(
    transaction: Transaction, reminders: Sequence[StoredReminder], *, now: datetime
) -> None:
    """Write down what became due; what is known already stays as it is."""
    transaction.insert_new(REMINDER, [_row(reminder, now) for reminder in reminders])


def set_next_looks(transaction: Transaction, next_looks: Mapping[UUID, datetime | None]) -> None:
    """Set when each case is to be looked at again; None: not before one of its clocks changes."""
    statement = update(PRIVACY_CASE).where(PRIVACY_CASE.c.case_id == bindparam("the_case"))
    rows = [{"the_case": case_id, "at": at} for case_id, at in next_looks.items()]
    transaction.change(statement.values(next_rung_at=bindparam("at")), rows)


def claim_untold(
    transaction: Transaction, tell: Tell, *, due_by: datetime, now: datetime, lease: timedelta
) -> list[StoredReminder]:
    """Return the reminders that are to be told now; nobody else gets them until the lease ends."""
    row = REMINDER.c
    free = or_(row.lease_until.is_(None), row.lease_until <= now)
    question = select(REMINDER).where(
        row.told_at.is_(None), row.tell == tell, row.due_at <= due_by, free
    )
    question = question.order_by(row.due_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    found = [_stored(one) for one in transaction.fetch(question)]
    _set(transaction, found, {"lease_until": now + lease})
    return found


def mark_told(
    transaction: Transaction, reminders: Sequence[StoredReminder], *, at: datetime
) -> None:
    """Record that these were told."""
    _set(transaction, reminders, {"told_at": at, "lease_until": None})


def give_back(transaction: Transaction, reminders: Sequence[StoredReminder]) -> None:
    """Let the next look tell these: nobody could be reached."""
    _set(transaction, reminders, {"lease_until": None})


def reminders_of_case(reading: Reading, case_id: UUID) -> list[StoredReminder]:
    """Return everything that became due in a case, told or passed by, in its order."""
    items = select(REQUEST_ITEM.c.item_id).where(REQUEST_ITEM.c.case_id == case_id)
    clock_ids = [case_id, *reading.fetch(items).scalars()]
    question = select(REMINDER).where(REMINDER.c.clock_id.in_(clock_ids))
    return [_stored(row) for row in reading.fetch(question.order_by(REMINDER.c.due_at))]


def _watched(
    row: AnyRow,
    events: Sequence[ClockEventRow],
    items: Sequence[AnyRow],
    happened: tuple[CaseEvent, ...],
    known: Mapping[tuple[Watched, UUID], set[RungKey]],
) -> WatchedCase:
    met = who_acknowledged(events)
    owed = _owed(row, events, items, is_acknowledged=met is not None)
    clocks = tuple(_with_waiting(one, happened) for one in owed)
    return WatchedCase(
        case_id=row.case_id,
        reference=row.reference,
        lane=row.lane,
        received_at=row.received_at,
        acknowledged_at=met.at if met else None,
        clocks=clocks if row.state is CaseState.OPEN else (),
        known={
            (one.clock, one.item_id): frozenset(
                known.get((one.clock, one.item_id or row.case_id), ())
            )
            for one in clocks
        },
        happened=happened,
    )


def _with_waiting(clock: WatchedClock, happened: Sequence[CaseEvent]) -> WatchedClock:
    if clock.item_id is None:
        return clock
    return replace(clock, waiting=waiting_for(happened, clock.item_id))


def _owed(
    row: AnyRow, events: Sequence[ClockEventRow], items: Sequence[AnyRow], *, is_acknowledged: bool
) -> list[WatchedClock]:
    """Return the clocks that run; an item that was put aside and an acknowledgement that left are owed no more."""
    open_items = {item.item_id: item for item in items if item.state not in ENDED}
    owed = []
    for (clock, item_id), (due, since) in _running(events).items():
        if clock is ClockName.ACKNOWLEDGE and is_acknowledged:
            continue
        item = open_items.get(item_id) if item_id else None
        if item_id is None or item is not None:
            owed.append(
                WatchedClock(
                    clock=Watched(clock),
                    item_id=item_id,
                    right=_right(item),
                    started_at=item.received_at if item else row.received_at,
                    due=due,
                    since=since,
                    incident=row.lane is Lane.SECURITY_INCIDENT
                    and item_id is None
                    and clock is ClockName.RESPOND,
                )
            )
    return owed


def _running(
    events: Sequence[ClockEventRow],
) -> dict[tuple[ClockName, UUID | None], tuple[Due, datetime]]:
    """Return the date that each clock runs to, and since when."""
    running: dict[tuple[ClockName, UUID | None], tuple[Due, datetime]] = {}
    for event in events:
        if event.due is not None:
            running[event.clock, event.item_id] = event.due, event.at
        elif event.change is ClockChange.STOPPED:
            running.pop((event.clock, event.item_id), None)
    return running


def _right(item: AnyRow | None) -> str | None:
    if item is None:
        return None
    return right_name((item.right_name, item.scope))


def _ids_of(items: Mapping[UUID, Sequence[AnyRow]]) -> list[UUID]:
    return [item.item_id for rows in items.values() for item in rows]


def _known_of(
    reading: Reading, clock_ids: Sequence[UUID]
) -> dict[tuple[Watched, UUID], set[RungKey]]:
    row = REMINDER.c
    question = select(row.clock_id, row.clock, row.rung, row.due_on, row.number)
    known: dict[tuple[Watched, UUID], set[RungKey]] = {}
    for chunk in in_chunks(clock_ids):
        for one in reading.fetch(question.where(row.clock_id.in_(chunk))):
            known.setdefault((Watched(one.clock), one.clock_id), set()).add(_key(one))
    return known


def _key(row: AnyRow) -> RungKey:
    return RungKey(rung=row.rung, version=row.due_on.isoformat(), number=row.number)


def _row(reminder: StoredReminder, now: datetime) -> Values:
    return _key_values(reminder) | {
        "case_id": reminder.case_id,
        "due_at": reminder.due_at,
        "recorded_at": now,
        "tell": reminder.tell,
        "told_at": None,
        "lease_until": None,
    }


def _key_values(reminder: StoredReminder) -> Values:
    return {
        "clock_id": reminder.item_id or reminder.case_id,
        "clock": ClockName(reminder.clock),
        "rung": reminder.key.rung,
        "due_on": date.fromisoformat(reminder.key.version),
        "number": reminder.key.number,
    }


def _stored(row: AnyRow) -> StoredReminder:
    return StoredReminder(
        case_id=row.case_id,
        item_id=None if row.clock_id == row.case_id else row.clock_id,
        clock=Watched(row.clock),
        key=_key(row),
        due_at=row.due_at,
        tell=row.tell,
    )


def _set(transaction: Transaction, reminders: Sequence[StoredReminder], values: Values) -> None:
    names = tuple(_key_values(reminders[0])) if reminders else ()
    where = [REMINDER.c[name] == bindparam(f"the_{name}") for name in names]
    rows = [{f"the_{name}": value for name, value in _key_values(one).items()} for one in reminders]
    transaction.change(update(REMINDER).where(*where).values(**values), rows)
