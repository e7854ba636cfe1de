"""Counts the dates of open cases anew when a calendar or a law changed, and says which of them moved.

What we hold was told to a person, or may have been: a date that comes earlier binds from now on, one that would come
later is listed and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casework.clock_keeping import AskedRight, Change, count, write_happening
from casework.profile import DeskProfile
from privacy.binding import date_to_hold
from privacy.case_events import CaseEvent, CaseEventKind, laws_of
from privacy.deadlines import (
    Due,
    Regime,
    acknowledgement_due,
    any_right_due,
    lane_due,
)
from privacy.reminders import Watched
from privacy.rights import Right, Scope
from storage.cases import Page, open_cases_after
from storage.database import Database, Transaction
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
    database: Database, desk: DeskProfile, *, actor: str, now: datetime, dry_run: bool
) -> Iterator[Moved]:
    """Yield every date of an open case that moved; without `dry_run` what comes earlier is stored, batch by batch."""
    after: Page | None = None
    while True:
        with database.transaction() as transaction:
            page = open_cases_after(transaction, after, limit=BATCH)
            cases = watched_cases(transaction, [case_id for _, case_id in page])
            found = [
                (case, moved_under(case, desk.laws_named(laws_of(case.happened)[0])))
                for case in cases
            ]
            if not dry_run:
                _store(transaction, found, actor, now)
        yield from (told(case, clock, due) for case, moved in found for clock, due in moved)
        if len(page) < BATCH:
            return
        after = page[-1]


def moved_under(
    case: WatchedCase, laws: Sequence[Regime], *, anew: bool = False
) -> list[tuple[WatchedClock, Due]]:
    """Return the clocks whose date comes out otherwise under these laws.

    `anew`: the laws are others, and so may be the law that sets the date of the case itself.
    """
    counted = ((clock, _counted(case, clock, laws, anew=anew)) for clock in case.clocks)
    return [(clock, due) for clock, due in counted if due is not None and due.on != clock.due.on]


def _counted(
    case: WatchedCase, clock: WatchedClock, laws: Sequence[Regime], *, anew: bool
) -> Due | None:
    """Return the date as it is counted today, None where it is not told what it was counted from."""
    if clock.clock is Watched.ACKNOWLEDGE:
        return acknowledgement_due(case.received_at, laws, lane=case.lane)
    if clock.item_id is not None and clock.right is not None:
        right, _, scope = clock.right.partition(":")
        asked = AskedRight(
            item_id=clock.item_id,
            asked_at=clock.started_at,
            right=Right(right),
            scope=Scope(scope) if scope else None,
            due=clock.due,
        )
        return count(asked, case.happened, laws).owed
    # The date of the case itself: its lane's, or as if any right were asked for.
    ways = lane_due(case.received_at, case.lane, laws), any_right_due(case.received_at, laws)
    if anew:
        return ways[0] or ways[1]
    same = (one for one in ways if one and _rule(one) == _rule(clock.due))
    return next(same, None)


def _rule(due: Due) -> tuple[str, str]:
    return due.regime, due.rule


def changes_that_bind(moved: Iterable[tuple[WatchedClock, Due]]) -> list[Change]:
    """Return the dates that come earlier: a later one binds only when a letter has told it."""
    return [
        Change(clock=(ClockName(clock.clock), clock.item_id), was=clock.due, due=due)
        for clock, due in moved
        if date_to_hold(clock.due.on, due.on) != clock.due.on
    ]


def _store(
    transaction: Transaction,
    found: Iterable[tuple[WatchedCase, list[tuple[WatchedClock, Due]]]],
    actor: str,
    now: datetime,
) -> None:
    for case, moved in found:
        changes = changes_that_bind(moved)
        if changes:
            event = CaseEvent(
                kind=CaseEventKind.CALENDAR_CHANGED,
                at=now,
                ground=changes[0].due.calendar,
                author=actor,
            )
            write_happening(transaction, case.case_id, [event], changes, actor=actor, now=now)


def told(case: WatchedCase, clock: WatchedClock, due: Due) -> Moved:
    """Return what is said of a date that comes out otherwise."""
    return Moved(
        reference=case.reference,
        clock=clock.clock,
        right=clock.right,
        was=clock.due.on,
        counted=due.on,
        holds=date_to_hold(clock.due.on, due.on),
    )
