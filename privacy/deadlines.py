"""How every deadline is computed: pure arithmetic on local dates, with a trace that people can read.

A period is a rule of a regime. The law of a case is seldom known when its mail arrives, so the earliest of all
candidate laws and of the house promise rules.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from privacy.instants import require_utc
from privacy.rights import Lane, Right, Scope

SATURDAY = 5
MAX_ROLL_DAYS = 31
SMALLEST = timedelta(microseconds=1)
REMEMBERED = 4_096  # dates: the mails of a day ask the same few periods of the same few laws
Asked = tuple[Right, Scope | None]


@dataclass(frozen=True, kw_only=True)
class BusinessCalendar:
    """Public holidays of one place; `version` names the data they came from, `years` what it covers."""

    code: str
    version: str
    holidays: frozenset[date]
    years: range

    @property
    def name(self) -> str:
        """Code and version: what a date that was counted with it is stored with."""
        return f"{self.code}, {self.version}"

    def is_working_day(self, day: date) -> bool:
        """Say whether people work on this day; raises ValueError for a year without data."""
        if day.year not in self.years:
            raise ValueError(f"calendar {self.code} has no holidays for {day.year}")
        return day.weekday() < SATURDAY and day not in self.holidays


class PeriodUnit(StrEnum):
    """How a period counts: corresponding-date months, calendar days, business days, or elapsed time."""

    MONTHS = "months"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    HOURS = "hours"
    MINUTES = "minutes"


# Elapsed time runs through nights, weekends and clock changes, and never rolls.
ELAPSED = {PeriodUnit.HOURS: timedelta(hours=1), PeriodUnit.MINUTES: timedelta(minutes=1)}


@dataclass(frozen=True, kw_only=True)
class Period:
    """A number of units; `rolls` moves a last day that is no working day to the next one (Reg. 1182/71 Art. 3(4))."""

    amount: int
    unit: PeriodUnit
    rolls: bool = False
    rule: str = ""


@dataclass(frozen=True, kw_only=True)
class LanePeriods:
    """What a regime wants in one lane, whether or not a right is asked for.

    `acknowledge` takes the place of the regime's own for such mail, `complete` is the clock of the case itself,
    `look` is how soon a person has the mail before them.
    """

    acknowledge: Period | None = None
    complete: Period | None = None
    look: Period | None = None


NO_LANE = LanePeriods()


@dataclass(frozen=True, kw_only=True, eq=False)
class Regime:
    """One law, or the house promise, as data: where it counts, and for how long per right, scope and lane.

    It is the same as itself only, so that a date can be remembered under the law that sets it.
    """

    code: str
    name: str
    version: str
    zone: str
    calendar: BusinessCalendar
    default_period: Period
    periods: Mapping[Asked, Period]
    acknowledge: Period | None = None
    lanes: Mapping[Lane, LanePeriods] = field(default_factory=dict)

    def period_for(self, right: Right, scope: Scope | None = None) -> Period:
        """The period in which this regime wants the right answered: that of its scope, of the right, or of all."""
        return self.periods.get((right, scope)) or self.periods.get(
            (right, None), self.default_period
        )

    def acknowledge_in(self, lane: Lane | None) -> Period | None:
        """The period in which this regime wants mail of the lane acknowledged, None where it says nothing."""
        return self.periods_of(lane).acknowledge or self.acknowledge

    def periods_of(self, lane: Lane | None) -> LanePeriods:
        """What this regime wants in the lane; a mail that nobody has classified is in none."""
        return NO_LANE if lane is None else self.lanes.get(lane, NO_LANE)


@dataclass(frozen=True, kw_only=True)
class Due:
    """A last day in its zone, and the first instant that is too late, with the steps that led there.

    `calendar` names the holidays, with their version, that it was counted with; "" where that is not known any more.
    """

    on: date
    expires_at: datetime
    regime: str
    rule: str
    zone: str
    trace: tuple[str, ...]
    calendar: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        require_utc(expires_at=self.expires_at)


def acknowledgement_due(
    received_at: datetime, regimes: Iterable[Regime], *, lane: Lane | None = None
) -> Due:
    """Return the earliest acknowledgement date among regimes that have one for such mail.

    Sources: policy P16; CCPA regs § 7021(a); for complaints DPA 2018 s. 164A.
    """
    wanted = ((regime, regime.acknowledge_in(lane)) for regime in regimes)
    return earliest(_dues(received_at, wanted))


def look_due(received_at: datetime, lane: Lane, regimes: Sequence[Regime]) -> Due:
    """Return when a person has to have looked: with the acknowledgement, or sooner where the lane says so."""
    acknowledge = ((regime, regime.acknowledge_in(lane)) for regime in regimes)
    look = ((regime, regime.periods_of(lane).look) for regime in regimes)
    return earliest(_dues(received_at, (*acknowledge, *look)))


def completion_due(
    received_at: datetime, right: Right, regimes: Iterable[Regime], *, scope: Scope | None = None
) -> Due:
    """Return the earliest completion date for the right and its scope among the candidate regimes."""
    wanted = ((regime, regime.period_for(right, scope)) for regime in regimes)
    return earliest(_dues(received_at, wanted))


def lane_due(received_at: datetime, lane: Lane, regimes: Iterable[Regime]) -> Due | None:
    """Return the earliest date that mail of this lane sets by itself, None where no regime sets one."""
    wanted = ((regime, regime.periods_of(lane).complete) for regime in regimes)
    dues = _dues(received_at, wanted)
    return earliest(dues) if dues else None


def any_right_due(received_at: datetime, regimes: Iterable[Regime]) -> Due:
    """Return the date of mail in which no right is known: as if the right with the earliest date were asked for.

    Scopes are left out: what an objection is aimed at is known only when somebody has read it.
    """
    each = (_dues(received_at, [(regime, p) for p in _of_any_right(regime)]) for regime in regimes)
    due = earliest(min(dues, key=lambda due: due.expires_at) for dues in each)
    return replace(due, trace=("no right is known: as if the earliest were asked for", *due.trace))


def _of_any_right(regime: Regime) -> Iterable[Period]:
    return dict.fromkeys(regime.period_for(right) for right in Right)


def _dues(received_at: datetime, wanted: Iterable[tuple[Regime, Period | None]]) -> list[Due]:
    return [due_under(received_at, regime, period) for regime, period in wanted if period]


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
        calendar=first.calendar,
    )


def due_under(received_at: datetime, regime: Regime, period: Period) -> Due:
    """Return when the period ends under this regime; the day of receipt is day zero.

    A business-day period that leaves the calendar's years raises ValueError.
    """
    require_utc(received_at=received_at)
    received_on = received_at.astimezone(ZoneInfo(regime.zone)).date()
    if period.unit not in ELAPSED:
        return _due_in_days(received_on, regime, period)
    return _due(received_on, regime, period, after_elapsed(received_at, regime.zone, period))


@lru_cache(maxsize=REMEMBERED)
def _due_in_days(received_on: date, regime: Regime, period: Period) -> Due:
    on, steps = _last_day(received_on, regime, period)
    return _due(received_on, regime, period, (on, end_of_day(on, regime.zone), steps))


def _due(
    received_on: date,
    regime: Regime,
    period: Period,
    end: tuple[date, datetime, tuple[str, ...]],
) -> Due:
    on, expires_at, steps = end
    return Due(
        on=on,
        expires_at=expires_at,
        regime=regime.code,
        rule=period.rule,
        zone=regime.zone,
        trace=(f"{regime.code}: received on {received_on.isoformat()} ({regime.zone})", *steps),
        calendar=regime.calendar.name,
    )


def _last_day(received_on: date, regime: Regime, period: Period) -> tuple[date, tuple[str, ...]]:
    last_day = end_of_period(received_on, period, regime.calendar)
    counted = f"{_told(period)} end on {last_day.isoformat()}"
    rolled = roll(last_day, regime.calendar) if period.rolls else last_day
    if rolled == last_day:
        return last_day, (counted,)
    on = f"rolled to {rolled.isoformat()}, the next working day ({regime.calendar.code})"
    return rolled, (counted, on)


def after_elapsed(
    received_at: datetime, zone: str, period: Period
) -> tuple[date, datetime, tuple[str, ...]]:
    """Return the local day of the last instant in time, the first that is too late, and the steps.

    Clocks in hours never roll (Reg. 1182/71 Art. 3(1)).
    """
    expires_at = received_at + period.amount * ELAPSED[period.unit]
    local = (expires_at - SMALLEST).astimezone(ZoneInfo(zone))
    counted = f"{_told(period)} end at {expires_at.isoformat(timespec='minutes')}"
    return local.date(), expires_at, (counted,)


def _told(period: Period) -> str:
    return f"{period.rule or period.unit}: {period.amount} {period.unit}"


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


def last_working_day(day: date, calendar: BusinessCalendar) -> date:
    """Return the day itself or the last working day before it."""
    for _ in range(MAX_ROLL_DAYS):
        if calendar.is_working_day(day):
            return day
        day -= timedelta(days=1)
    raise ValueError(f"calendar {calendar.code} has no working day in a month")


def working_days_before(day: date, count: int, calendar: BusinessCalendar) -> date:
    """Return the count-th working day before `day`, for 0 the day itself if people work on it, else the last before."""
    if count == 0:
        return last_working_day(day, calendar)
    for _ in range(count):
        day = last_working_day(day - timedelta(days=1), calendar)
    return day


def end_of_day(day: date, zone: str) -> datetime:
    """Return the first instant after the day in its zone, in UTC (Reg. 1182/71 Art. 3(2))."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
