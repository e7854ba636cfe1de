"""Reminds people of running clocks: a sweep finds what is due, and a telling takes it to them.

What is due is a question to the database, and what was told is written there: after any stop the next look goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from casework.profile import DeskProfile
from casework.staff_letters import entry_for
from casework.task_kinds import DEADLINE_NEAR, REPORT_INCIDENT
from casework.telling_staff import DueEntry, queue_letters
from casework.watched_clocks import clocks_of, reports_owed
from privacy.errors import Permanent
from privacy.reminders import (
    ClockDates,
    Ladder,
    Reminder,
    Tell,
    Watched,
    climb,
    last_morning,
    planned_target,
)
from storage.database import Database
from storage.reminders import (
    StoredReminder,
    WatchedCase,
    WatchedClock,
    claim_due_cases,
    claim_untold,
    give_back,
    mark_told,
    record_reminders,
    set_next_looks,
    watched_cases,
)
from storage.tasks import Task, add_tasks
from templates.staff import StaffLetter, render_staff_letter

BATCH = 200  # cases in one transaction
LEASE = timedelta(minutes=10)  # a telling that takes longer has lost its program
LOOK_AGAIN = timedelta(hours=1)  # at a clock that cannot be counted
MONTH = "MONTH"  # rule whose work is planned for day 28
LETTERS = {Tell.AT_ONCE: StaffLetter.ESCALATION, Tell.MORNING: StaffLetter.REMINDERS}
Telling = Callable[[str, str], int]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What one look at a case found."""

    reminders: tuple[StoredReminder, ...]
    tasks: tuple[Task, ...]
    next_at: datetime | None


def remind(
    database: Database,
    ladder: Ladder,
    tell: Telling | None,
    now: datetime,
    *,
    desk: DeskProfile | None = None,
) -> int:
    """Find everything that is due and tell it; returns how many clocks were told.

    Alarms are told at once, the rest with the digest of the latest working morning. `tell` returns how many ways
    took the message; None where there is no way: then alarms are tasks, and nobody was told. A desk that knows its
    people writes to them instead.
    """
    while sweep(database, ladder, now) == BATCH:
        pass
    dues = {Tell.AT_ONCE: now, Tell.MORNING: last_morning(ladder, now)}
    if desk is not None and desk.staff:
        return sum(_write(database, ladder, desk, each, now) for each in dues.items())
    if tell is None:
        return 0
    return sum(_tell(database, ladder, tell, (kind, due_by), now) for kind, due_by in dues.items())


def sweep(database: Database, ladder: Ladder, now: datetime) -> int:
    """Write down which rungs are due in at most a batch of cases; returns how many cases were looked at."""
    with database.transaction() as transaction:
        cases = claim_due_cases(transaction, now=now, limit=BATCH)
        looks = {case.case_id: _look_at(case, ladder, now) for case in cases}
        found = [one for look in looks.values() for one in look.reminders]
        record_reminders(transaction, found, now=now)
        add_tasks(transaction, [task for look in looks.values() for task in look.tasks])
        set_next_looks(transaction, {name: look.next_at for name, look in looks.items()})
    return len(cases)


def _look_at(case: WatchedCase, ladder: Ladder, now: datetime) -> _Look:
    """A clock that cannot be counted, in a year without holidays or under a law that is gone, must not stop the others."""
    try:
        return _climb_all(case, ladder, now)
    except (ValueError, Permanent) as error:
        log.error("clock_cannot_be_counted", case=str(case.case_id), error=type(error).__name__)  # noqa: TRY400
        return _Look(reminders=(), tasks=(), next_at=now + LOOK_AGAIN)


def _climb_all(case: WatchedCase, ladder: Ladder, now: datetime) -> _Look:
    reminders: list[StoredReminder] = []
    tasks: list[Task] = []
    next_looks: list[datetime] = []
    for clock in clocks_of(case):
        known = case.known[clock.clock, clock.item_id]
        found = climb(ladder, dates_of(clock, ladder), known, now)
        reminders += [_stored(case, clock, one, None) for one in found.passed]
        if found.told:
            reminders.append(_stored(case, clock, found.told, found.told.rung.tell))
            tasks += _tasks(case, clock, found.told, now)
        next_looks += [found.next_at] if found.next_at else []
    return _Look(
        reminders=tuple(reminders), tasks=tuple(tasks), next_at=min(next_looks, default=None)
    )


def dates_of(clock: WatchedClock, ladder: Ladder) -> ClockDates:
    """Return the clock as the ladder sees it; an acknowledgement is not planned ahead."""
    due = clock.due
    month_from = clock.started_at.astimezone(ZoneInfo(due.zone)).date()
    target = planned_target(
        due.on, ladder.calendar, month_from=month_from if due.rule == MONTH else None
    )
    return ClockDates(
        clock=Watched.INCIDENT if clock.incident else clock.clock,
        started_at=clock.started_at,
        due_on=due.on,
        expires_at=due.expires_at,
        target=target,
        paused=clock.waiting is not None,
    )


def _stored(
    case: WatchedCase, clock: WatchedClock, reminder: Reminder, tell: Tell | None
) -> StoredReminder:
    return StoredReminder(
        case_id=case.case_id,
        item_id=clock.item_id,
        clock=clock.clock,
        key=reminder.key,
        due_at=reminder.due_at,
        tell=tell,
    )


def _tasks(
    case: WatchedCase, clock: WatchedClock, reminder: Reminder, now: datetime
) -> Iterable[Task]:
    """What rings is a task as well: an alarm can be missed, a list is read. Of an incident, one for each law."""
    if clock.incident:
        for due in reports_owed(case):
            yield _task(case, REPORT_INCIDENT, due.regime, due.on, now)
    elif reminder.rung.tell is Tell.AT_ONCE:
        reason = f"{reminder.rung.name}:{clock.right or clock.clock}"
        yield _task(case, DEADLINE_NEAR, reason, clock.due.on, now)


def _task(case: WatchedCase, kind: str, reason: str, due_on: date, now: datetime) -> Task:
    return Task(
        case_id=case.case_id,
        kind=kind,
        reason=reason,
        due_on=due_on,
        urgent=True,
        created_at=now,
    )


def _tell(
    database: Database,
    ladder: Ladder,
    tell: Telling,
    due: tuple[Tell, datetime],
    now: datetime,
) -> int:
    """Take to people what is due; what nobody took is told by the next look, what is no longer owed by none."""
    kind, due_by = due
    with database.transaction() as transaction:
        claimed = claim_untold(transaction, kind, due_by=due_by, now=now, lease=LEASE)
        cases = watched_cases(transaction, [one.case_id for one in claimed])
    entries = _entries(ladder, claimed, cases, now)
    told = [one.entry for one in entries]
    reached = tell(*render_staff_letter(LETTERS[kind], told)) if entries else 1
    if claimed:
        with database.transaction() as transaction:
            if reached:
                mark_told(transaction, claimed, at=now)
            else:
                give_back(transaction, claimed)
    return len(entries) if reached else 0


def _write(
    database: Database,
    ladder: Ladder,
    desk: DeskProfile,
    due: tuple[Tell, datetime],
    now: datetime,
) -> int:
    """Queue the letters and mark what they tell, together or not at all."""
    kind, due_by = due
    with database.transaction() as transaction:
        claimed = claim_untold(transaction, kind, due_by=due_by, now=now, lease=LEASE)
        cases = watched_cases(transaction, [one.case_id for one in claimed])
        entries = _entries(ladder, claimed, cases, now)
        queue_letters(transaction, desk, LETTERS[kind], entries, at=(ladder, now))
        mark_told(transaction, claimed, at=now)
    return len(entries)


def _entries(
    ladder: Ladder,
    claimed: Iterable[StoredReminder],
    cases: Iterable[WatchedCase],
    now: datetime,
) -> list[DueEntry]:
    """Leave out what was answered, or got another date, since it became due, and rungs that are no more."""
    rungs = {rung.name: rung for rung in ladder.rungs}
    owed = {
        (case.case_id, clock.clock, clock.item_id, clock.due.on.isoformat()): (case, clock)
        for case in cases
        for clock in clocks_of(case)
    }
    found = (
        (rungs.get(one.key.rung), owed.get((one.case_id, one.clock, one.item_id, one.key.version)))
        for one in claimed
    )
    return [
        DueEntry(case=watched[0], rung=rung, entry=entry_for(rung, *watched, now))
        for rung, watched in found
        if rung and watched
    ]
