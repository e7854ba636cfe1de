"""How every deadline is computed: pure arithmetic on local dates, with a trace that people can read.

A period is a rule of a regime. The law of a case is seldom known when its mail arrives, so the earliest of all
candidate laws and of the house promise rules.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from privacy.instants import require_utc
from privacy.rights import Right

SATURDAY = 5
MAX_ROLL_DAYS = 31


@dataclass(frozen=True, kw_only=True)
class BusinessCalendar:
    """Public holidays of one place; `version` names the data they came from, `years` what it covers."""

    code: str
    version: str
    holidays: frozenset[date]
    years: range

    def is_working_day(self, day: date) -> bool:
        """Say whether people work on this day; raises ValueError for a year without data."""
        if day.year not in self.years:
            raise ValueError(f"calendar {self.code} has no holidays for {day.year}")
        return day.weekday() < SATURDAY and day not in self.holidays


class PeriodUnit(StrEnum):
    """How a period counts: corresponding-date months, calendar days, business days."""

    MONTHS = "months"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True, kw_only=True)
class Period:
    """A number of units; `rolls` moves a last day that is no working day to the next one (Reg. 1182/71 Art. 3(4))."""

    amount: int
    unit: PeriodUnit
    rolls: bool = False
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class Regime:
    """One law, or the house promise, as data: where it counts, and for how long per right."""

    code: str
    name: str
    version: str
    zone: str
    calendar: BusinessCalendar
    default_period: Period
    periods: Mapping[Right, Period]
    acknowledge: Period | None = None

    def period_for(self, right: Right) -> Period:
        """The period in which this regime wants the right answered."""
        return self.periods.get(right, self.default_period)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A last day in its zone, and the first instant that is too late, with the steps that led there."""

    on: date
    expires_at: datetime
    regime: str
    rule: str
    zone: str
    trace: tuple[str, ...]

    def __post_init__(self) -> None:
        require_utc(expires_at=self.expires_at)


def acknowledgement_due(received_at: datetime, regimes: Iterable[Regime]) -> Due:
    """Return the earliest acknowledgement date among regimes that have one (policy P16, CCPA regs § 7021(a))."""
    dues = [
        due_under(received_at, regime, regime.acknowledge)
        for regime in regimes
        if regime.acknowledge
    ]
    return earliest(dues)


def completion_due(received_at: datetime, right: Right, regimes: Iterable[Regime]) -> Due:
    """Return the earliest completion date for the right among the candidate regimes."""
    return earliest(
        [due_under(received_at, regime, regime.period_for(right)) for regime in regimes]
    )


def earliest(dues: Iterable[Due]) -> Due:
    """Return the due date that ends first, its trace extended by the ones it beat; raises ValueError without any."""
    ordered = sorted(dues, key=lambda due: (due.expires_at, due.regime))
    if not ordered:
        raise ValueError("no regime sets a date")
    first, *others = ordered
    beaten = tuple(f"{due.regime}: {due.on.isoformat()} is not earlier" for due in others)
    return Due(
        on=first.on,
        expires_at=first.expires_at,
        regime=first.regime,
        rule=first.rule,
        zone=first.zone,
        trace=first.trace + beaten,
    )


def due_under(received_at: datetime, regime: Regime, period: Period) -> Due:
    """Return when the period ends under this regime; the day of receipt is day zero.

    A business-day period that leaves the calendar's years raises ValueError.
    """
    require_utc(received_at=received_at)
    received_on = received_at.astimezone(ZoneInfo(regime.zone)).date()
    trace = [f"{regime.code}: received on {received_on.isoformat()} ({regime.zone})"]
    last_day = end_of_period(received_on, period, regime.calendar)
    trace.append(
        f"{period.rule or period.unit}: {period.amount} {period.unit} end on {last_day.isoformat()}"
    )
    if period.rolls:
        rolled = roll(last_day, regime.calendar)
        if rolled != last_day:
            trace.append(
                f"rolled to {rolled.isoformat()}, the next working day ({regime.calendar.code})"
            )
        last_day = rolled
    return Due(
        on=last_day,
        expires_at=end_of_day(last_day, regime.zone),
        regime=regime.code,
        rule=period.rule,
        zone=regime.zone,
        trace=tuple(trace),
    )


def end_of_period(start: date, period: Period, calendar: BusinessCalendar) -> date:
    """Return the last day of the period before any roll."""
    if period.unit is PeriodUnit.MONTHS:
        return add_months(start, period.amount)
    if period.unit is PeriodUnit.DAYS:
        return start + timedelta(days=period.amount)
    return add_business_days(start, period.amount, calendar)


def add_months(start: date, months: int) -> date:
    """Return the corresponding date, or the last day of a month that has no such date (Reg. 1182/71 Art. 3(2)(c))."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def add_business_days(start: date, count: int, calendar: BusinessCalendar) -> date:
    """Return the count-th business day after `start`; `start` itself never counts."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= calendar.is_working_day(day)
    return day


def roll(day: date, calendar: BusinessCalendar) -> date:
    """Return the day itself or the next working day after it."""
    for _ in range(MAX_ROLL_DAYS):
        if calendar.is_working_day(day):
            return day
        day += timedelta(days=1)
    raise ValueError(f"calendar {calendar.code} has no working day in a month")


def end_of_day(day: date, zone: str) -> datetime:
    """Return the first instant after the day in its zone, in UTC (Reg. 1182/71 Art. 3(2))."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
