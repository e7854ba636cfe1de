"""Cases go in: the case, its requester, its rights and the clocks that start, in a few statements per batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlalchemy import select, update

from privacy.cases import Case, RequestItem
from privacy.deadlines import Due
from storage.case_events import add_arrivals, add_case_events, right_added
from storage.datakeys import add_keys, load_keys
from storage.failures import NotFound
from storage.ids import new_id
from storage.states import ClockChange, ClockName, PartyRole
from storage.tables import CLOCK_EVENT, PARTY, PRIVACY_CASE, REQUEST_ITEM
from storage.transactions import AnyRow, Transaction, Values

ADDRESS = "party.sealed_address"
NAME = "party.sealed_name"
QUOTE = "request_item.sealed_quote"
NAMED = ("address_key", "domain_key", "sealed_address", "sealed_name")
Clock = tuple[ClockName, UUID | None]  # an item's, or one of the whole case


class Changed(Protocol):
    """A clock event in whatever form."""

    @property
    def change(self) -> ClockChange:
        """What happened to the clock."""


class OfAClock(Changed, Protocol):
    """The same, with the clock that it is about."""

    @property
    def clock(self) -> ClockName:
        """Which clock."""


Event = TypeVar("Event", bound=Changed)
Clocked = TypeVar("Clocked", bound=OfAClock)


def add_cases(transaction: Transaction, cases: Sequence[Case], *, now: datetime) -> None:
    """Store new cases with everything in them; their clocks start with the mail that opened them."""
    add_keys(transaction, [case.case_id for case in cases])
    transaction.insert(PRIVACY_CASE, [_case_row(case, now) for case in cases])
    transaction.insert(PARTY, [_party_row(transaction, case) for case in cases])
    items = [(case, item, position) for case in cases for position, item in enumerate(case.items)]
    transaction.insert(REQUEST_ITEM, [_item_row(transaction, *item) for item in items])
    add_arrivals(transaction, cases, now=now)
    started = [one for case in cases for one in _case_started(case)]
    transaction.insert(
        CLOCK_EVENT, started + _items_started((case, item) for case, item, _ in items)
    )


def extend_case(
    transaction: Transaction, case: Case, added: Sequence[RequestItem], *, now: datetime
) -> None:
    """Store what a message added to a case: rights with their clocks, whether a person is needed.

    A stub whose message could be read after all becomes a case with a requester, and the date of the case itself
    is set anew where the message changed it.

    Raises NotFound, or Retryable when another worker added the same right at the same moment.
    """
    changed = transaction.change(
        update(PRIVACY_CASE)
        .where(PRIVACY_CASE.c.case_id == case.case_id)
        .values(
            lane=case.lane,
            language=case.language,
            needs_human=case.needs_human,
            stub_reason=case.stub_reason,
            changed_at=now,
            next_rung_at=now,
        )
    )
    if not changed:
        raise NotFound("there is no such case")
    transaction.changed_cases.add(case.case_id)
    load_keys(transaction, [case.case_id])
    _name_requester(transaction, case)
    first = len(case.items) - len(added)
    rows = [_item_row(transaction, case, item, first + index) for index, item in enumerate(added)]
    transaction.insert(REQUEST_ITEM, rows)
    add_case_events(transaction, case.case_id, map(right_added, added), now=now)
    transaction.insert(CLOCK_EVENT, _items_started((case, item) for item in added))
    transaction.insert(CLOCK_EVENT, _own_clock_changed(transaction, case, now))


def _name_requester(transaction: Transaction, case: Case) -> None:
    """Who asks is written once: a later mail never changes it."""
    if case.requester is None:
        return
    party = PARTY.c
    row = _party_row(transaction, case)
    transaction.change(
        update(PARTY)
        .where(
            party.case_id == case.case_id,
            party.role == PartyRole.REQUESTER,
            party.address_key.is_(None),
        )
        .values({name: row[name] for name in NAMED})
    )


def mark_acknowledged(
    transaction: Transaction, case_id: UUID, *, message_id_key: bytes | None, at: datetime
) -> bool:
    """Record that the acknowledgement left and its clock is met; False when it is met already. None: by no mail."""
    if who_met(_acknowledgement(transaction, case_id)) is not None:
        return False
    row = _event(case_id, ClockName.ACKNOWLEDGE, at)
    transaction.insert(
        CLOCK_EVENT, [row | {"change": ClockChange.MET, "message_id_key": message_id_key}]
    )
    return True


def reopen_acknowledgement(
    transaction: Transaction, case_id: UUID, *, message_id_key: bytes, at: datetime
) -> date:
    """Start the clock again, with the day it has, if it was this letter that met it; returns that day.

    The letter came back: the person was never told, and what is owed is owed by the first date (mail.md E131).
    """
    events = _acknowledgement(transaction, case_id)
    due = next(due_of(event) for event in reversed(events) if event.change is ClockChange.STARTED)
    met = who_met(events)
    if met is not None and met.message_id_key == message_id_key:
        transaction.insert(CLOCK_EVENT, [_started(case_id, ClockName.ACKNOWLEDGE, due, at)])
        look_at_clocks(transaction, case_id, now=at)
    return due.on


def set_date(
    transaction: Transaction,
    case_id: UUID,
    clock: Clock,
    due: Due,
    *,
    at: datetime,
    letter: bytes | None = None,
) -> None:
    """Let the clock run to another date from now on, told by this letter; what it ran to before stays in its history."""
    name, item_id = clock
    row = _started(case_id, name, due, at) | {"item_id": item_id, "message_id_key": letter}
    transaction.insert(CLOCK_EVENT, [row])
    look_at_clocks(transaction, case_id, now=at)


def stop_own_clock(transaction: Transaction, case_id: UUID, *, at: datetime) -> None:
    """End the date of the case itself: what it was set for is done."""
    if _own_clock(transaction, case_id) is not None:
        stopped = _event(case_id, ClockName.RESPOND, at) | {"change": ClockChange.STOPPED}
        transaction.insert(CLOCK_EVENT, [stopped])


def look_at_clocks(transaction: Transaction, case_id: UUID, *, now: datetime) -> None:
    """Have the next sweep look at the case: one of its clocks changed, and with it what is to be reminded of."""
    case = PRIVACY_CASE.c
    transaction.change(update(PRIVACY_CASE).where(case.case_id == case_id).values(next_rung_at=now))


def who_met(clock: Sequence[Event]) -> Event | None:
    """Return the event that met a clock, None while it is owed; the events in the order in which they were recorded."""
    return clock[-1] if clock and clock[-1].change is ClockChange.MET else None


def who_acknowledged(events: Sequence[Clocked]) -> Clocked | None:
    """Return the event that met the acknowledgement's clock, None while it is owed; the events of one case, as recorded."""
    return who_met([one for one in events if one.clock is ClockName.ACKNOWLEDGE])


def _acknowledgement(transaction: Transaction, case_id: UUID) -> Sequence[AnyRow]:
    """What happened to the acknowledgement's clock, as it was recorded; it starts with the case.

    Not by the instants: a start bears the arrival of a mail, and the clocks of servers differ from ours.
    """
    event = CLOCK_EVENT.c
    question = select(CLOCK_EVENT).where(
        event.case_id == case_id, event.clock == ClockName.ACKNOWLEDGE
    )
    return transaction.fetch(question.order_by(event.event_id)).all()


def due_of(row: AnyRow) -> Due:
    """Return the date that a clock event set."""
    names = ("expires_at", "regime", "rule", "zone", "trace")
    return Due(
        on=row.due_on,
        calendar=row.calendar or "",
        **{name: getattr(row, name) for name in names},
    )


def _case_row(case: Case, now: datetime) -> Values:
    return {
        "case_id": case.case_id,
        "number": case.number,
        "reference": case.reference,
        "region": case.region,
        "mailbox": case.mailbox,
        "state": case.state,
        "lane": case.lane,
        "role": case.role,
        "language": case.language,
        "received_at": case.received_at,
        "needs_human": case.needs_human,
        "stub_reason": case.stub_reason,
        "created_at": now,
        "changed_at": now,
        "next_rung_at": now,  # the next sweep finds out when its first reminder is due
    }


def _party_row(transaction: Transaction, case: Case) -> Values:
    address, vault, key = case.requester, transaction.vault, transaction.ring.lookup_key
    return {
        "party_id": new_id(),
        "case_id": case.case_id,
        "role": PartyRole.REQUESTER,
        "address_key": None if address is None else key("address", address),
        "domain_key": None if address is None else key("domain", address.rpartition("@")[2]),
        "sealed_address": None
        if address is None
        else vault.seal_text(case.case_id, ADDRESS, address),
        "sealed_name": vault.seal_text(case.case_id, NAME, case.requester_name),
    }


def _item_row(transaction: Transaction, case: Case, item: RequestItem, position: int) -> Values:
    return {
        "item_id": item.item_id,
        "case_id": case.case_id,
        "position": position,
        "inbound_id": item.inbound_id,
        "right_name": item.right,
        "scope": item.scope or "",
        "state": item.state,
        "confidence": item.confidence,
        "part": item.part,
        "sealed_quote": transaction.vault.seal_text(case.case_id, QUOTE, item.quote),
        "quote_start": item.start,
        "quote_end": item.end,
        "reason": item.reason,
        "received_at": item.received_at,
    }


def _case_started(case: Case) -> list[Values]:
    own = (ClockName.ACKNOWLEDGE, case.acknowledge), (ClockName.RESPOND, case.own_due)
    return [
        _started(case.case_id, clock, due, case.received_at)
        for clock, due in own
        if due is not None
    ]


def _own_clock_changed(transaction: Transaction, case: Case, now: datetime) -> list[Values]:
    """Return the event that brings the stored date of the case itself up to date, none where it is."""
    due = case.own_due
    running = _own_clock(transaction, case.case_id)
    if running == (None if due is None else (due.expires_at, due.regime, due.rule)):
        return []
    if due is None:
        stopped = _event(case.case_id, ClockName.RESPOND, now)
        return [stopped | {"change": ClockChange.STOPPED}]
    return [_started(case.case_id, ClockName.RESPOND, due, now)]


def _own_clock(transaction: Transaction, case_id: UUID) -> tuple[datetime, str, str] | None:
    event = CLOCK_EVENT.c
    last = select(event.change, event.expires_at, event.regime, event.rule).where(
        event.case_id == case_id, event.clock == ClockName.RESPOND, event.item_id.is_(None)
    )
    row = transaction.fetch(last.order_by(event.event_id.desc()).limit(1)).first()
    if row is None or row.change is not ClockChange.STARTED:
        return None
    return row.expires_at, row.regime, row.rule


def _items_started(items: Iterable[tuple[Case, RequestItem]]) -> list[Values]:
    return [
        _started(case.case_id, ClockName.RESPOND, item.due, item.received_at)
        | {"item_id": item.item_id}
        for case, item in items
    ]


def _started(case_id: UUID, clock: ClockName, due: Due, at: datetime) -> Values:
    return _event(case_id, clock, at) | {
        "due_on": due.on,
        "expires_at": due.expires_at,
        "regime": due.regime,
        "rule": due.rule,
        "zone": due.zone,
        "trace": due.trace,
        "calendar": due.calendar,
    }


def _event(case_id: UUID, clock: ClockName, at: datetime) -> Values:
    """Return an event of a clock of the whole case that sets no date."""
    return {
        "event_id": new_id(),
        "case_id": case_id,
        "item_id": None,
        "clock": clock,
        "change": ClockChange.STARTED,
        "at": at,
        "due_on": None,
        "expires_at": None,
        "regime": None,
        "rule": None,
        "zone": None,
        "trace": (),
        "calendar": None,
        "message_id_key": None,
    }
