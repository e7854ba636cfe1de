"""What happened to the clocks of cases: written with the case, read in the order in which it was recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from privacy.case_events import CaseEvent, CaseEventKind
from privacy.cases import Case, RequestItem
from storage.ids import new_id
from storage.tables import CASE_EVENT
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks


def add_case_events(
    transaction: Transaction, case_id: UUID, events: Iterable[CaseEvent], *, now: datetime
) -> None:
    """Write down what happened."""
    transaction.insert(CASE_EVENT, [_row(case_id, event, now) for event in events])


def add_events_of_cases(
    transaction: Transaction, events: Mapping[UUID, CaseEvent], *, now: datetime
) -> None:
    """Write down one event for each of several cases."""
    transaction.insert(CASE_EVENT, [_row(case_id, one, now) for case_id, one in events.items()])


def add_arrivals(transaction: Transaction, cases: Iterable[Case], *, now: datetime) -> None:
    """Write down that the cases were received, under which laws, and each of their rights."""
    rows: list[Values] = []
    for case in cases:
        received = CaseEvent(
            kind=CaseEventKind.RECEIVED,
            at=case.received_at,
            laws=case.laws,
            reasons=case.law_reasons,
        )
        rows.append(_row(case.case_id, received, now))
        rows += [_row(case.case_id, right_added(item), now) for item in case.items]
    transaction.insert(CASE_EVENT, rows)


def right_added(item: RequestItem) -> CaseEvent:
    """Return the event with which the clock of a right starts."""
    return CaseEvent(kind=CaseEventKind.RIGHT_ADDED, at=item.received_at, item_id=item.item_id)


def case_events(reading: Reading, case_id: UUID) -> list[CaseEvent]:
    """Return what happened to the clocks of a case."""
    return case_events_of(reading, [case_id]).get(case_id, [])


def case_events_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, list[CaseEvent]]:
    """Return the same for each of several cases."""
    found: dict[UUID, list[CaseEvent]] = {}
    for chunk in in_chunks(ids):
        question = select(CASE_EVENT).where(CASE_EVENT.c.case_id.in_(chunk))
        for row in reading.fetch(question.order_by(CASE_EVENT.c.event_id)):
            found.setdefault(row.case_id, []).append(_event(row))
    return found


def _row(case_id: UUID, event: CaseEvent, now: datetime) -> Values:
    return {
        "event_id": new_id(),
        "case_id": case_id,
        "item_id": event.item_id,
        "kind": event.kind,
        "at": event.at,
        "recorded_at": now,
        "ground": event.ground,
        "author": event.author,
        "message_id_key": event.letter,
        "laws": event.laws,
        "reasons": event.reasons,
    }


def _event(row: AnyRow) -> CaseEvent:
    return CaseEvent(
        kind=row.kind,
        at=row.at,
        item_id=row.item_id,
        ground=row.ground,
        author=row.author,
        letter=None if row.message_id_key is None else bytes(row.message_id_key),
        laws=row.laws,
        reasons=row.reasons,
    )
