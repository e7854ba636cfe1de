"""What can be asked about cases; they go in through case_writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from privacy.case_events import CaseEvent, laws_of, waiting_for
from privacy.cases import ENDED, Case, CaseState, RequestItem
from privacy.deadlines import Due
from privacy.rights import Lane, Scope, right_name
from privacy.threads import KnownCase
from privacy.work_status import WorkStatus
from storage.case_events import case_events_of
from storage.case_writes import (
    ADDRESS,
    NAME,
    QUOTE,
    Clock,
    add_cases,
    due_of,
    extend_case,
    look_at_clocks,
    mark_acknowledged,
    reopen_acknowledgement,
    set_date,
    who_acknowledged,
)
from storage.datakeys import load_keys
from storage.failures import NotFound
from storage.readable import readable_if_any
from storage.states import ClockChange, ClockName
from storage.tables import CLOCK_EVENT, PARTY, PRIVACY_CASE, REQUEST_ITEM
from storage.transactions import AnyRow, Reading, Transaction, in_chunks

__all__ = [
    "CaseSummary",
    "ClockEventRow",
    "Page",
    "acknowledgement_day",
    "add_cases",
    "clock_events",
    "clock_events_of",
    "extend_case",
    "find_case",
    "get_case",
    "get_cases",
    "items_of",
    "known_cases",
    "list_cases",
    "look_at_clocks",
    "mark_acknowledged",
    "open_cases_after",
    "reopen_acknowledgement",
    "set_date",
    "who_acknowledged",
]

Page = tuple[datetime, UUID]


@dataclass(frozen=True, kw_only=True)
class CaseSummary:
    """A case as lists show it. `acknowledged_at` is None while the acknowledgement is owed; `page` goes on after it.

    `due_on` is the earliest date that is still owed, None once nothing is. `waiting`: a right waits for the person.
    `status`: who has to act, where it was asked.
    """

    case_id: UUID
    reference: str
    region: str
    received_at: datetime
    state: CaseState
    lane: Lane
    language: str
    mailbox: str
    rights: tuple[str, ...]
    acknowledge_by: date
    acknowledged_at: datetime | None
    due_on: date | None
    needs_human: bool
    requester: str | None = field(repr=False)
    waiting: bool = False
    status: WorkStatus | None = None

    @property
    def page(self) -> Page:
        """Where a list goes on after this case."""
        return (self.received_at, self.case_id)


@dataclass(frozen=True, kw_only=True)
class ClockEventRow:
    """What happened to a clock. `item_id` is None for those of the whole case, `due` for an event that sets no date."""

    item_id: UUID | None
    clock: ClockName
    change: ClockChange
    at: datetime
    due: Due | None
    message_id_key: bytes | None = field(repr=False)


def taken_references(reading: Reading, references: Sequence[str]) -> set[str]:
    """Return those of the references that a case bears."""
    column = PRIVACY_CASE.c.reference
    return {
        row.reference
        for chunk in in_chunks(references)
        for row in reading.fetch(select(column).where(column.in_(chunk)))
    }


def known_cases(
    reading: Reading, *, numbers: Sequence[int], references: Sequence[str]
) -> list[KnownCase]:
    """Return the cases with these numbers or references, each once, with the addresses of their people."""
    case = PRIVACY_CASE.c
    question = select(case.case_id, case.number, case.reference, case.state)
    found: dict[UUID, AnyRow] = {}
    for chunk in in_chunks(numbers):
        found.update(
            {row.case_id: row for row in reading.fetch(question.where(case.number.in_(chunk)))}
        )
    for words in in_chunks(references):
        found.update(
            {row.case_id: row for row in reading.fetch(question.where(case.reference.in_(words)))}
        )
    addresses = _addresses_of(reading, list(found))
    return [
        KnownCase(
            case_id=row.case_id,
            number=row.number,
            reference=row.reference,
            state=row.state,
            parties=frozenset({addresses[row.case_id].lower()} if row.case_id in addresses else ()),
        )
        for row in found.values()
    ]


def get_cases(reading: Reading, case_ids: Sequence[UUID]) -> list[Case]:
    """Return the cases with these ids, in their order; unknown ids are left out.

    In a transaction on PostgreSQL the cases are locked: what is decided on them can be written down.
    """
    question = select(PRIVACY_CASE)
    if isinstance(reading, Transaction):
        question = question.order_by(PRIVACY_CASE.c.case_id).with_for_update()
    rows: dict[UUID, AnyRow] = {}
    for chunk in in_chunks(case_ids):
        for row in reading.fetch(question.where(PRIVACY_CASE.c.case_id.in_(chunk))):
            rows[row.case_id] = row
    ids = list(rows)
    load_keys(reading, ids)
    parties, items = _parties_of(reading, ids), items_of(reading, ids)
    events, happened = _events_of(reading, ids), case_events_of(reading, ids)
    ordered = [rows[case_id] for case_id in dict.fromkeys(case_ids) if case_id in rows]
    return [
        _governed(
            _case(
                reading,
                row,
                parties.get(row.case_id),
                items.get(row.case_id, []),
                _running(events[row.case_id]),
            ),
            happened.get(row.case_id, []),
        )
        for row in ordered
    ]


def get_case(reading: Reading, case_id: UUID) -> Case:
    """Return the case. Raises NotFound."""
    found = get_cases(reading, [case_id])
    if not found:
        raise NotFound("there is no such case")
    return found[0]


def find_case(reading: Reading, reference: str) -> Case | None:
    """Return the case with this reference, None when there is none."""
    question = select(PRIVACY_CASE.c.case_id).where(PRIVACY_CASE.c.reference == reference)
    case_id = reading.fetch(question).scalar_one_or_none()
    return None if case_id is None else get_case(reading, case_id)


def list_cases(
    reading: Reading,
    *,
    limit: int = 50,
    state: CaseState | None = None,
    after: Page | None = None,
    among: Sequence[UUID] | None = None,
) -> list[CaseSummary]:
    """Return cases, the newest arrival first, from `after` on; `among` are at most a page of ids that are wanted alone."""
    case = PRIVACY_CASE.c
    question = (
        select(PRIVACY_CASE).order_by(case.received_at.desc(), case.case_id.desc()).limit(limit)
    )
    if among is not None:
        question = question.where(case.case_id.in_(among))
    if state is not None:
        question = question.where(case.state == state)
    if after is not None:
        question = question.where(tuple_(case.received_at, case.case_id) < after)
    rows = reading.fetch(question).all()
    ids = [row.case_id for row in rows]
    events, items = _events_of(reading, ids), items_of(reading, ids)
    addresses, happened = _addresses_of(reading, ids), case_events_of(reading, ids)
    return [
        replace(
            _summary(
                row, events[row.case_id], items.get(row.case_id, []), addresses.get(row.case_id)
            ),
            waiting=_waits(items.get(row.case_id, []), happened.get(row.case_id, [])),
        )
        for row in rows
    ]


def _waits(items: Sequence[AnyRow], happened: Sequence[CaseEvent]) -> bool:
    open_items = (item.item_id for item in items if item.state not in ENDED)
    return any(waiting_for(happened, item_id) for item_id in open_items)


def open_cases_after(reading: Reading, after: Page | None, *, limit: int) -> list[Page]:
    """Return places of open cases in the order of their arrival, from `after` on."""
    case = PRIVACY_CASE.c
    question = select(case.received_at, case.case_id).where(case.state == CaseState.OPEN)
    if after is not None:
        question = question.where(tuple_(case.received_at, case.case_id) > after)
    rows = reading.fetch(question.order_by(case.received_at, case.case_id).limit(limit))
    return [(row.received_at, row.case_id) for row in rows]


def clock_events(reading: Reading, case_id: UUID) -> list[ClockEventRow]:
    """Return what happened to the clocks of a case, in the order in which it was recorded."""
    return clock_events_of(reading, [case_id]).get(case_id, [])


def clock_events_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, list[ClockEventRow]]:
    """Return the same for each of several cases."""
    return {
        case_id: [_clock_event(row) for row in rows]
        for case_id, rows in _events_of(reading, ids).items()
    }


def _clock_event(row: AnyRow) -> ClockEventRow:
    return ClockEventRow(
        item_id=row.item_id,
        clock=row.clock,
        change=row.change,
        at=row.at,
        due=None if row.due_on is None else due_of(row),
        message_id_key=None if row.message_id_key is None else bytes(row.message_id_key),
    )


def acknowledgement_day(reading: Reading, case_id: UUID) -> date | None:
    """Return the last day on which the case is acknowledged in time, None for a case that is not here."""
    events = reversed(clock_events(reading, case_id))
    days = (event.due.on for event in events if event.due and event.clock is ClockName.ACKNOWLEDGE)
    return next(days, None)


def _governed(case: Case, happened: Sequence[CaseEvent]) -> Case:
    laws, reasons = laws_of(happened)
    return replace(case, laws=laws, law_reasons=reasons)


def _case(
    reading: Reading,
    row: AnyRow,
    party: AnyRow | None,
    items: Sequence[AnyRow],
    clocks: dict[Clock, AnyRow],
) -> Case:
    own = clocks.get((ClockName.RESPOND, None))
    return Case(
        case_id=row.case_id,
        number=row.number,
        reference=row.reference,
        region=row.region,
        mailbox=row.mailbox,
        state=row.state,
        lane=row.lane,
        role=row.role,
        language=row.language,
        received_at=row.received_at,
        acknowledge=due_of(clocks[ClockName.ACKNOWLEDGE, None]),
        requester=None
        if party is None
        else readable_if_any(reading, row.case_id, ADDRESS, party.sealed_address),
        requester_name=""
        if party is None
        else readable_if_any(reading, row.case_id, NAME, party.sealed_name) or "",
        items=tuple(_item(reading, item, clocks) for item in items),
        needs_human=row.needs_human,
        stub_reason=row.stub_reason,
        own_due=None if own is None else due_of(own),
    )


def _item(reading: Reading, row: AnyRow, clocks: dict[Clock, AnyRow]) -> RequestItem:
    return RequestItem(
        item_id=row.item_id,
        inbound_id=row.inbound_id,
        right=row.right_name,
        scope=Scope(row.scope) if row.scope else None,
        confidence=row.confidence,
        part=row.part,
        quote=readable_if_any(reading, row.case_id, QUOTE, row.sealed_quote) or "",
        start=row.quote_start,
        end=row.quote_end,
        reason=row.reason,
        received_at=row.received_at,
        due=due_of(clocks[ClockName.RESPOND, row.item_id]),
        state=row.state,
    )


def _summary(
    row: AnyRow, events: Sequence[AnyRow], items: Sequence[AnyRow], requester: str | None
) -> CaseSummary:
    met = who_acknowledged(events)
    owed = {None, *(item.item_id for item in items if item.state not in ENDED)}
    answers = [
        event
        for (clock, item_id), event in _running(events).items()
        if clock is ClockName.RESPOND and item_id in owed
    ]
    return CaseSummary(
        case_id=row.case_id,
        reference=row.reference,
        region=row.region,
        received_at=row.received_at,
        state=row.state,
        lane=row.lane,
        language=row.language,
        mailbox=row.mailbox,
        rights=tuple(dict.fromkeys(right_name((item.right_name, item.scope)) for item in items)),
        acknowledge_by=next(
            one.due_on
            for one in reversed(events)
            if one.clock is ClockName.ACKNOWLEDGE and one.due_on
        ),
        acknowledged_at=met.at if met else None,
        due_on=min(answers, key=lambda event: event.expires_at).due_on if answers else None,
        needs_human=row.needs_human,
        requester=requester,
    )


def _running(events: Sequence[AnyRow]) -> dict[Clock, AnyRow]:
    """Return the event that set the date of each clock, the last one where it was started again."""
    running: dict[Clock, AnyRow] = {}
    for event in events:
        if event.change is ClockChange.STARTED:
            running[event.clock, event.item_id] = event
        elif event.change is ClockChange.STOPPED:
            running.pop((event.clock, event.item_id), None)
    return running


def _events_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, list[AnyRow]]:
    found: dict[UUID, list[AnyRow]] = {}
    for chunk in in_chunks(ids):
        question = select(CLOCK_EVENT).where(CLOCK_EVENT.c.case_id.in_(chunk))
        for row in reading.fetch(question.order_by(CLOCK_EVENT.c.event_id)):
            found.setdefault(row.case_id, []).append(row)
    return found


def items_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, list[AnyRow]]:
    """Return the rows of the rights of each case, in the order in which they were asked for."""
    found: dict[UUID, list[AnyRow]] = {}
    for chunk in in_chunks(ids):
        question = select(REQUEST_ITEM).where(REQUEST_ITEM.c.case_id.in_(chunk))
        for row in reading.fetch(
            question.order_by(REQUEST_ITEM.c.position, REQUEST_ITEM.c.item_id)
        ):
            found.setdefault(row.case_id, []).append(row)
    return found


def _parties_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, AnyRow]:
    found: dict[UUID, AnyRow] = {}
    for chunk in in_chunks(ids):
        for row in reading.fetch(select(PARTY).where(PARTY.c.case_id.in_(chunk))):
            found[row.case_id] = row
    return found


def _addresses_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, str]:
    load_keys(reading, ids)
    found = {}
    for case_id, row in _parties_of(reading, ids).items():
        address = readable_if_any(reading, case_id, ADDRESS, row.sealed_address)
        if address is not None:
            found[case_id] = address
    return found
