"""The clocks by which our people are reminded: those of a case, the hours of each law of an incident, and what a workspace suggests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from casework.recounting import moved_under
from privacy.case_events import laws_of, reported_under, suggested_laws
from privacy.deadlines import Due, Regime, earliest, lane_due
from privacy.reminders import Watched
from regimes import load_regimes
from regimes.laws import HOUSE
from storage.reminders import WatchedCase, WatchedClock


def clocks_of(case: WatchedCase) -> list[WatchedClock]:
    """Return the clocks that are owed; one for each day on which a law wants a security incident reported.

    Where a workspace suggests laws, a date that is earlier under them takes the place of the one that a letter tells.
    """
    clocks: list[WatchedClock] = []
    for clock in _tightened(case):
        clocks += _of_incident(case, clock) if clock.incident else [clock]
    return clocks


def reports_owed(case: WatchedCase) -> list[Due]:
    """Return for each law by when an incident is reported under it, the earliest first; what was done is left out."""
    own = [clock for clock in case.clocks if clock.incident]
    dues = {due.regime: due for due in _hours(case)} if own else {}
    dues |= {clock.due.regime: clock.due for clock in own if not _is_reported(case, clock)}
    return sorted(dues.values(), key=_end)


def _of_incident(case: WatchedCase, clock: WatchedClock) -> list[WatchedClock]:
    """Two laws that end on one day are one clock, which runs until both have their report."""
    by_day = {} if _is_reported(case, clock) else {clock.due.on: clock.due}
    for due in sorted(_hours(case), key=_end):
        by_day.setdefault(due.on, due)
    return [replace(clock, due=due) for due in by_day.values()]


def _hours(case: WatchedCase) -> list[Due]:
    done = reported_under(case.happened)
    codes = (*laws_of(case.happened)[0], *suggested_laws(case.happened)[0])
    laws = load_regimes([code for code in codes if code != HOUSE and code not in done])
    dues = (lane_due(case.received_at, case.lane, [law]) for law in laws)
    return [due for due in dues if due is not None]


def _is_reported(case: WatchedCase, clock: WatchedClock) -> bool:
    """What was reported before this date was set was another incident."""
    reported_at = reported_under(case.happened).get(clock.due.regime)
    return reported_at is not None and reported_at >= clock.since


def _end(due: Due) -> tuple[datetime, str]:
    return due.expires_at, due.regime


def _tightened(case: WatchedCase) -> list[WatchedClock]:
    codes, _ = suggested_laws(case.happened)
    if not codes:
        return list(case.clocks)
    laws = load_regimes(codes)
    return [clock if clock.incident else _earlier(case, clock, laws) for clock in case.clocks]


def _earlier(case: WatchedCase, clock: WatchedClock, laws: Sequence[Regime]) -> WatchedClock:
    """A year whose holidays nobody knows tightens nothing: the date that was told stands."""
    if clock.clock is Watched.ACKNOWLEDGE and not any(law.acknowledge for law in laws):
        return clock
    try:
        moved = moved_under(replace(case, clocks=(clock,)), laws, anew=True)
    except ValueError:
        return clock
    return replace(clock, due=earliest([clock.due, *(due for _, due in moved)]))
