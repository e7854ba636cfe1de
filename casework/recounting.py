"""Counts the dates of open cases anew when a calendar or a law changed, and says which of them moved.

What we hold was told to a person, or may have been: a date that comes earlier binds from now on, one that would come
later is listed and stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from privacy.audit import AuditEvent, AuditKind
from privacy.binding import date_to_hold
from privacy.deadlines import (
    Due,
    Regime,
    acknowledgement_due,
    any_right_due,
    completion_due,
    lane_due,
)
from privacy.reminders import Watched
from privacy.rights import Right, Scope
from storage.audit import append
from storage.cases import Page, open_cases_after, set_date
from storage.database import Database, Reading, Transaction
from storage.extensions import extended_items
from storage.reminders import WatchedCase, WatchedClock, watched_cases
from storage.states import ClockName

BATCH = 500  # cases in one transaction


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A date that comes out otherwise now. `right` is None for a clock of the whole case; `holds` is what binds."""

    reference: str
    clock: Watched
    right: str | None
    was: date
    counted: date
    holds: date


def recount(
    database: Database, laws: Sequence[Regime], *, actor: str, now: datetime, dry_run: bool
) -> Iterator[Moved]:
    """Yield every date of an open case that moved; without `dry_run` what comes earlier is stored, batch by batch."""
    after: Page | None = None
    while True:
        with database.transaction() as transaction:
            page = open_cases_after(transaction, after, limit=BATCH)
            cases = watched_cases(transaction, [case_id for _, case_id in page])
            told = _extended(transaction, cases)
            found = [
                (case, clock, due) for case in cases for clock, due in _moved(case, laws, told)
            ]
            if not dry_run:
                _store(transaction, found, actor, now)
        yield from (_told(case, clock, due) for case, clock, due in found)
        if len(page) < BATCH:
            return
        after = page[-1]


def _extended(reading: Reading, cases: Iterable[WatchedCase]) -> set[UUID]:
    """Return the rights whose date a letter told: it stays, for it is no count of a plain period."""
    clocks = (clock for case in cases for clock in case.clocks)
    return extended_items(reading, [clock.item_id for clock in clocks if clock.item_id])


def _moved(
    case: WatchedCase, laws: Sequence[Regime], extended: Collection[UUID]
) -> Iterator[tuple[WatchedClock, Due]]:
    for clock in case.clocks:
        due = None if clock.item_id in extended else _counted(case, clock, laws)
        if due is not None and due.on != clock.due.on:
            yield clock, due


def _counted(case: WatchedCase, clock: WatchedClock, laws: Sequence[Regime]) -> Due | None:
    """Return the date as it is counted today, None where it is not told what it was counted from."""
    if clock.clock is Watched.ACKNOWLEDGE:
        return acknowledgement_due(case.received_at, laws, lane=case.lane)
    if clock.right is not None:
        right, _, scope = clock.right.partition(":")
        return completion_due(
            clock.started_at, Right(right), laws, scope=Scope(scope) if scope else None
        )
    # The date of the case itself: its lane's, or as if any right were asked for.
    ways = lane_due(case.received_at, case.lane, laws), any_right_due(case.received_at, laws)
    same = (one for one in ways if one and _rule(one) == _rule(clock.due))
    return next(same, None)


def _rule(due: Due) -> tuple[str, str]:
    return due.regime, due.rule


def _store(
    transaction: Transaction,
    found: Iterable[tuple[WatchedCase, WatchedClock, Due]],
    actor: str,
    now: datetime,
) -> None:
    for case, clock, due in found:
        if due.on < clock.due.on:
            set_date(
                transaction,
                case.case_id,
                (ClockName(clock.clock), clock.item_id),
                due,
                at=now,
            )
            payload = {"due": due.on, "due_rule": due.rule, "instead_of": clock.due.on}
            event = AuditEvent(
                chain=case.case_id,
                kind=AuditKind.CLOCK_STARTED,
                at=now,
                actor=actor,
                payload=payload,
            )
            append(transaction, [event])


def _told(case: WatchedCase, clock: WatchedClock, due: Due) -> Moved:
    return Moved(
        reference=case.reference,
        clock=clock.clock,
        right=clock.right,
        was=clock.due.on,
        counted=due.on,
        holds=date_to_hold(clock.due.on, due.on),
    )
