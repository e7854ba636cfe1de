"""What is due: the clocks of open cases by when they are looked at next, each with the rung that is told then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from casework.reminding import dates_of
from casework.watched_clocks import clocks_of
from privacy.case_events import CaseEvent, owner_of
from privacy.deadlines import Due
from privacy.reminders import Ladder, Rung, next_rung
from storage.cases import Page
from storage.database import Reading
from storage.reminders import WatchedCase, WatchedClock, next_looks_after, watched_cases


@dataclass(frozen=True, kw_only=True)
class DueClock:
    """A clock that is owed. `rung` and `told_at` are None where nobody is reminded of it any more."""

    what: str
    due: Due
    is_over: bool
    waiting: CaseEvent | None
    rung: Rung | None
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DueCase:
    """A case with its owed clocks, the earliest date first; `page` goes on after it."""

    reference: str
    owner: str | None
    clocks: tuple[DueClock, ...]
    page: Page


def due_cases(
    reading: Reading, ladder: Ladder, now: datetime, *, limit: int, after: Page | None
) -> list[DueCase]:
    """Return the cases in which something is owed, those that are looked at first before the others."""
    pages = next_looks_after(reading, after, limit=limit)
    cases = {one.case_id: one for one in watched_cases(reading, [page[1] for page in pages])}
    return [_due_case(cases[page[1]], ladder, now, page) for page in pages if page[1] in cases]


def _due_case(case: WatchedCase, ladder: Ladder, now: datetime, page: Page) -> DueCase:
    clocks = [_due_clock(clock, ladder, now) for clock in clocks_of(case)]
    return DueCase(
        reference=case.reference,
        owner=owner_of(case.happened),
        clocks=tuple(sorted(clocks, key=lambda one: one.due.expires_at)),
        page=page,
    )


def _due_clock(clock: WatchedClock, ladder: Ladder, now: datetime) -> DueClock:
    try:
        coming = next_rung(ladder, dates_of(clock, ladder), now)
    except (
        ValueError
    ):  # a year without holidays: the sweep says so, and the date is shown all the same
        coming = None
    rung, told_at = coming or (None, None)
    return DueClock(
        what=clock.right or ("incident" if clock.incident else str(clock.clock)),
        due=clock.due,
        is_over=clock.due.expires_at <= now,
        waiting=clock.waiting,
        rung=rung,
        told_at=told_at,
    )
