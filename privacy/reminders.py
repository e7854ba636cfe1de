"""When people are reminded of a running clock: the rungs of a ladder, each once for each version of the date.

A rung is due from its instant on, however long nobody looked: of those that became due since the last look the highest
is told, and the others are recorded as passed (house rule, the reminder ladder).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from privacy.clocks import AHEAD_OF_THE_LAST_DAY, DAY, LAST_TARGET_OF_A_MONTH
from privacy.deadlines import (
    BusinessCalendar,
    add_business_days,
    last_working_day,
    working_days_before,
)
from privacy.instants import require_utc


class Watched(StrEnum):
    """Which promise a rung is about."""

    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"
    INCIDENT = "incident"  # the answer to mail about a security incident: hours, day and night


class Basis(StrEnum):
    """What the instant of a rung is counted from; the words of `regimes/ladder.toml`."""

    BUSINESS_DAYS_AFTER = "business_days_after"  # the day of receipt
    PERCENT = "percent"  # of the time from receipt to the end of the last day
    DAYS_AFTER_TARGET = "days_after_target"  # the day for which the work is planned
    WORKING_DAYS_BEFORE = "working_days_before"  # the last day
    EVERY_DAYS_AFTER = "every_days_after"  # the end of the last day, again and again
    HOURS_AFTER = "hours_after"  # the arrival
    HOURS_BEFORE = "hours_before"  # the end; left out where so much time never was
    EVERY_HOURS_AFTER = "every_hours_after"  # the end, again and again


AGAIN = {
    Basis.EVERY_DAYS_AFTER: DAY,
    Basis.EVERY_HOURS_AFTER: timedelta(hours=1),
}
HOURS = {Basis.HOURS_AFTER, Basis.HOURS_BEFORE}


class Tell(StrEnum):
    """How soon it is told."""

    MORNING = "morning"  # with everything else of the next working morning
    AT_ONCE = "at_once"


class Audience(StrEnum):
    """Who has to know."""

    HANDLER = "handler"
    LEAD = "lead"
    DPO = "dpo"


@dataclass(frozen=True, kw_only=True)
class Rung:
    """One reminder of the ladder. `why` says in words what it means that it is due.

    `rests`: it is not told while the clock waits for the person.
    """

    name: str
    clock: Watched
    basis: Basis
    amount: int
    tell: Tell
    to: tuple[Audience, ...]
    why: str
    rests: bool = False


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The rungs, the lowest first, and where the desk works: its morning is `hour` o'clock in its zone (IANA name)."""

    rungs: tuple[Rung, ...]
    hour: int
    zone: str
    calendar: BusinessCalendar


@dataclass(frozen=True, kw_only=True)
class ClockDates:
    """One running clock as the ladder sees it; `target` is None where no work is planned, as for an acknowledgement."""

    clock: Watched
    started_at: datetime
    due_on: date
    expires_at: datetime
    target: date | None = None
    paused: bool = False

    def __post_init__(self) -> None:
        require_utc(started_at=self.started_at, expires_at=self.expires_at)

    @property
    def version(self) -> str:
        """Names this date: a clock that gets another one climbs the ladder anew."""
        return self.due_on.isoformat()


@dataclass(frozen=True, kw_only=True)
class RungKey:
    """What makes two reminders of one clock the same; `number` counts the days of a rung that comes daily."""

    rung: str
    version: str
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Reminder:
    """A rung with the instant from which it is due."""

    rung: Rung
    key: RungKey
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class Climb:
    """What one look at a clock finds: what to tell, what was passed by, and when to look again (None: never)."""

    told: Reminder | None
    passed: tuple[Reminder, ...]
    next_at: datetime | None


def climb(ladder: Ladder, dates: ClockDates, known: Collection[RungKey], now: datetime) -> Climb:
    """Return which rungs are due and not known yet, and when the next one will be.

    Of a daily rung only the latest day counts: a week that nobody looked is one alarm, not seven.
    Raises ValueError where the calendar has no such year.
    """
    require_utc(now=now)
    rungs = [rung for rung in ladder.rungs if _is_awake(rung, dates)]
    reminders = [_latest(ladder, rung, dates, now) for rung in rungs]
    due = [one for one in reminders if one.due_at <= now and one.key not in known]
    coming = [at for one in reminders if (at := _after(one, now)) is not None]
    return Climb(
        told=due[-1] if due else None, passed=tuple(due[:-1]), next_at=min(coming, default=None)
    )


def next_rung(ladder: Ladder, dates: ClockDates, now: datetime) -> tuple[Rung, datetime] | None:
    """Return the rung that is told next and its instant, None where none will be. Raises ValueError as `climb`."""
    require_utc(now=now)
    rungs = (rung for rung in ladder.rungs if _is_awake(rung, dates))
    coming = [(_after(_latest(ladder, rung, dates, now), now), rung) for rung in rungs]
    known = [(rung, at) for at, rung in coming if at is not None]
    return min(known, key=lambda one: one[1], default=None)


def _is_awake(rung: Rung, dates: ClockDates) -> bool:
    has_target = dates.target is not None or rung.basis is not Basis.DAYS_AFTER_TARGET
    if rung.basis is Basis.HOURS_BEFORE and _hours(rung, dates) <= dates.started_at:
        return False
    return rung.clock is dates.clock and has_target and not (rung.rests and dates.paused)


def _latest(ladder: Ladder, rung: Rung, dates: ClockDates, now: datetime) -> Reminder:
    """Return the rung at its instant, never before the clock started; a daily one at its last instant up to now."""
    first = max(_instant(ladder, rung, dates), dates.started_at)
    number, step = 0, rung.amount * AGAIN.get(rung.basis, timedelta())
    if step:
        number = max(0, (now - first) // step)
    key = RungKey(rung=rung.name, version=dates.version, number=number)
    return Reminder(rung=rung, key=key, due_at=first + number * step)


def _after(reminder: Reminder, now: datetime) -> datetime | None:
    """Return the first instant after now at which this rung is due, None when it has been its turn."""
    if reminder.due_at > now:
        return reminder.due_at
    step = AGAIN.get(reminder.rung.basis)
    return None if step is None else reminder.due_at + reminder.rung.amount * step


def _instant(ladder: Ladder, rung: Rung, dates: ClockDates) -> datetime:
    if rung.basis in AGAIN:
        return dates.expires_at
    if rung.basis in HOURS:
        return _hours(rung, dates)
    if rung.basis is Basis.PERCENT:
        return dates.started_at + (dates.expires_at - dates.started_at) * rung.amount / 100
    return morning_of(ladder, _day(ladder, rung, dates))


def _hours(rung: Rung, dates: ClockDates) -> datetime:
    if rung.basis is Basis.HOURS_AFTER:
        return dates.started_at + timedelta(hours=rung.amount)
    return dates.expires_at - timedelta(hours=rung.amount)


def _day(ladder: Ladder, rung: Rung, dates: ClockDates) -> date:
    if rung.basis is Basis.BUSINESS_DAYS_AFTER:
        received_on = dates.started_at.astimezone(ZoneInfo(ladder.zone)).date()
        return add_business_days(received_on, rung.amount, ladder.calendar)
    if rung.basis is Basis.WORKING_DAYS_BEFORE:
        return working_days_before(dates.due_on, rung.amount, ladder.calendar)
    return (dates.target or dates.due_on) + rung.amount * DAY


def morning_of(ladder: Ladder, day: date) -> datetime:
    """Return when the desk's morning begins on this day, in UTC."""
    return datetime.combine(day, time(ladder.hour), tzinfo=ZoneInfo(ladder.zone)).astimezone(UTC)


def last_morning(ladder: Ladder, now: datetime) -> datetime:
    """Return when the latest working morning began: what was due by then belongs into its digest."""
    require_utc(now=now)
    day = last_working_day(now.astimezone(ZoneInfo(ladder.zone)).date(), ladder.calendar)
    if morning_of(ladder, day) > now:
        day = last_working_day(day - DAY, ladder.calendar)
    return morning_of(ladder, day)


def planned_target(
    due_on: date, calendar: BusinessCalendar, *, month_from: date | None = None
) -> date:
    """Return the work target of a plain period, that of a month from `month_from` not later than its day 28.

    The last working day not after two days before the last day (house rule); for months as the ICO suggests.
    """
    latest = due_on - AHEAD_OF_THE_LAST_DAY
    if month_from is not None:
        latest = min(latest, month_from + LAST_TARGET_OF_A_MONTH)
    return last_working_day(latest, calendar)
