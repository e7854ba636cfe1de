"""Six years of 20,000 cases under all laws: people are slow, machines stop, calendars change, letters come back.

Pure and in memory. What is counted here by the core is checked against naive counts that share no code with it.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from privacy.binding import Binding, Happening, bind, date_to_hold
from privacy.clocks import ClockRules, EventKind
from privacy.deadlines import BusinessCalendar, Due, end_of_day
from privacy.reminders import (
    Basis,
    ClockDates,
    Reminder,
    Rung,
    RungKey,
    Watched,
    climb,
    planned_target,
)
from privacy.rights import Right
from regimes import HousePlace, list_regimes
from regimes.clock_rules import Question, load_clock_rules
from regimes.ladder import load_ladder
from regimes.laws import states

CASES, PARTS = 20_000, 4  # parts, so that several processes can share the work
YEARS = 6
SEED = 20_261_127
START = datetime(2027, 1, 1, tzinfo=UTC)
END = START + timedelta(days=366 * YEARS + 400)  # cases of the last year go on
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LADDER = load_ladder(HousePlace(zone="Europe/Dublin", calendar="IE"))
EVERY_LAW = [code for code in (*(one.code for one in list_regimes()), *states()) if code != "house"]
USUAL = ("gdpr", "uk_gdpr", "dpdp", "ccpa")
ASKED = {
    EventKind.IDENTITY_ASKED: EventKind.IDENTITY_PROVED,
    EventKind.CLARIFICATION_ASKED: EventKind.CLARIFIED,
}


@cache
def rules_of(law: str, right: Right) -> ClockRules:
    return load_clock_rules(Question(law=law, right=str(right)))


class Uptime:
    """The hours in which the daemon ran: some forty times it was down, for an hour up to eight days."""

    def __init__(self, dice: random.Random) -> None:
        starts = sorted(START + dice.random() * (END - START) for _ in range(40))
        self._ends = [one + HOUR + dice.random() ** 3 * 8 * DAY for one in starts]
        self._starts = starts

    def first_at(self, at: datetime) -> datetime:
        """Return the first instant from then on at which it ran."""
        while True:
            place = bisect_right(self._starts, at) - 1
            ends = [end for end in self._ends[max(0, place - 3) : place + 1] if end > at]
            if not ends:
                return at
            at = max(ends)


@dataclass(frozen=True, kw_only=True)
class Step:
    """Something that happens to a case: an event of its clocks, `calendar`, `acknowledged` or `answered`."""

    at: datetime
    what: EventKind | str
    is_letter: bool = False


@dataclass(frozen=True, kw_only=True)
class Era:
    """A time during which one date was held."""

    since: datetime
    dates: ClockDates
    by_letter: bool
    counted: date


@dataclass(kw_only=True)
class Life:
    """One case from its arrival to its answer, and all that it was reminded of."""

    uptime: Uptime
    received_at: datetime
    laws: list[ClockRules]
    happened: list[Happening] = field(default_factory=list)
    eras: list[Era] = field(default_factory=list)
    owed: dict[Watched, ClockDates] = field(default_factory=dict)
    looked: dict[Watched, datetime | None] = field(default_factory=dict)
    found: dict[Watched, list[tuple[datetime, Reminder]]] = field(default_factory=dict)
    ended: dict[Watched, datetime] = field(default_factory=dict)
    may_wait: bool = False

    def live(self, steps: list[Step]) -> None:
        self.count(self.received_at, letter=True)
        first = bind(self.received_at, self.laws)
        self.watch(Watched.ACKNOWLEDGE, self.acknowledgement(first), self.received_at)
        for step in steps:
            self.look_until(step.at)
            self.take(step)

    def acknowledgement(self, binding: Binding) -> ClockDates:
        on = binding.acknowledge_by
        return ClockDates(
            clock=Watched.ACKNOWLEDGE,
            started_at=self.received_at,
            due_on=on,
            expires_at=max(end_of_day(on, LADDER.zone), self.received_at),
        )

    def take(self, step: Step) -> None:
        if step.what in {"acknowledged", "answered"}:
            clock = Watched.ACKNOWLEDGE if step.what == "acknowledged" else Watched.RESPOND
            self.ended[clock] = step.at
            self.owed.pop(clock, None)
        elif step.what == "calendar":
            self.laws = [with_more_holidays(one, self.eras[-1].dates.due_on) for one in self.laws]
            self.count(step.at, letter=False)
        else:
            self.happened.append(Happening(kind=EventKind(step.what), at=step.at))
            self.may_wait = self.may_wait or step.is_letter
            self.count(step.at, letter=step.is_letter or self.may_wait)

    def count(self, at: datetime, *, letter: bool) -> None:
        """Count anew; what a letter announced, that time waits or a later date, may move the date."""
        due = bind(self.received_at, self.laws, self.happened).due
        assert due is not None
        told = self.eras[-1].dates.due_on if self.eras else None
        held = date_to_hold(told, due.on, letter=due.on if letter else None)
        dates = self.dates(due, held)
        self.eras.append(Era(since=at, dates=dates, by_letter=letter, counted=due.on))
        self.watch(Watched.RESPOND, dates, at)

    def dates(self, due: Due, held: date) -> ClockDates:
        expires_at = due.expires_at if held == due.on else end_of_day(held, due.zone)
        return ClockDates(
            clock=Watched.RESPOND,
            started_at=self.received_at,
            due_on=held,
            expires_at=max(expires_at, self.received_at),
            target=planned_target(held, LADDER.calendar),
        )

    def watch(self, clock: Watched, dates: ClockDates, at: datetime) -> None:
        self.owed[clock] = dates
        self.looked[clock] = at

    def look_until(self, end: datetime) -> None:
        for clock, dates in self.owed.items():
            while (due_at := self.looked[clock]) is not None:
                now = self.uptime.first_at(due_at)
                if now >= end:
                    break
                seen = self.found.setdefault(clock, [])
                found = climb(LADDER, dates, {one.key for _, one in seen}, now)
                told = [found.told] if found.told else []
                seen += [(now, one) for one in (*found.passed, *told)]
                self.looked[clock] = found.next_at


def with_more_holidays(rules: ClockRules, day: date) -> ClockRules:
    known = rules.calendar
    calendar = BusinessCalendar(
        code=known.code, version="later", holidays=known.holidays | {day}, years=known.years
    )
    return replace(rules, calendar=calendar)


def lives(part: int) -> Iterator[tuple[Life, list[Step]]]:
    dice = random.Random(SEED + part)  # noqa: S311 - dice, no secret
    uptime = Uptime(dice)
    for number in range(part, CASES, PARTS):
        law = EVERY_LAW[number % len(EVERY_LAW)]
        codes = USUAL if dice.random() < 0.2 else (law,)
        right = dice.choice(list(Right))
        received_at = START + dice.random() * 365 * YEARS * DAY
        life = Life(
            uptime=uptime,
            received_at=received_at,
            laws=[rules_of(code, right) for code in ("house", *codes)],
        )
        steps = sorted(steps_of(life, dice), key=lambda step: step.at)
        end = next(step.at for step in steps if step.what == "answered")
        yield life, [step for step in steps if step.at <= end or step.what == "acknowledged"]


def steps_of(life: Life, dice: random.Random) -> Iterator[Step]:
    at = life.received_at
    by_itself = life.uptime.first_at(at)
    slow = at + dice.expovariate(1 / 3) * DAY
    yield Step(at=by_itself if dice.random() < 0.7 else slow, what="acknowledged")
    for asked, answered in ASKED.items():
        if dice.random() < 0.15:
            question = at + dice.random() * 9 * DAY
            yield Step(at=question, what=asked, is_letter=True)
            if dice.random() < 0.7:
                yield Step(at=question + dice.random() * 40 * DAY, what=answered)
    came_back = dice.random() < 0.2
    if dice.random() < 0.15 and not came_back:
        yield Step(
            at=at + dice.random() * 60 * DAY, what=EventKind.EXTENSION_NOTIFIED, is_letter=True
        )
    if dice.random() < 0.1:
        yield Step(at=at + dice.random() * 30 * DAY, what="calendar")
    yield Step(at=at + DAY + dice.expovariate(1 / 20) * DAY, what="answered")


def naive_instant(rung: Rung, dates: ClockDates) -> datetime:
    """Count by walking day by day."""
    zone, calendar = ZoneInfo(LADDER.zone), LADDER.calendar
    if rung.basis is Basis.EVERY_DAYS_AFTER:
        return dates.expires_at
    if rung.basis is Basis.PERCENT:
        return dates.started_at + (dates.expires_at - dates.started_at) * rung.amount / 100
    if rung.basis is Basis.DAYS_AFTER_TARGET:
        day = dates.due_on - 2 * DAY
        while day.weekday() > 4 or day in calendar.holidays:
            day -= DAY
    elif rung.basis is Basis.BUSINESS_DAYS_AFTER:
        day, left = dates.started_at.astimezone(zone).date(), rung.amount
        while left:
            day += DAY
            left -= day.weekday() < 5 and day not in calendar.holidays
    else:
        day, left = dates.due_on + (DAY if not rung.amount else 0 * DAY), max(rung.amount, 1)
        while left:
            day -= DAY
            left -= day.weekday() < 5 and day not in calendar.holidays
    morning = datetime.combine(day, time(LADDER.hour), tzinfo=zone).astimezone(UTC)
    return max(morning, dates.started_at)


def expected(
    clock: Watched, eras: list[Era], end: datetime, uptime: Uptime
) -> dict[RungKey, datetime]:
    """Return when each rung that comes once has to be found: at its instant, or when the daemon ran again."""
    wanted: dict[RungKey, datetime] = {}
    for place, era in enumerate(eras):
        until = eras[place + 1].since if place + 1 < len(eras) else end
        for rung in LADDER.rungs:
            if rung.clock is clock and rung.basis is not Basis.EVERY_DAYS_AFTER:
                at = uptime.first_at(max(naive_instant(rung, era.dates), era.since))
                key = RungKey(rung=rung.name, version=era.dates.version)
                if at < min(until, end):
                    wanted.setdefault(key, at)
    return wanted


def check_reminders(life: Life) -> None:
    """No reminder is missing, late or doubled, and of an overdue case no day on which the daemon ran is left out."""
    acknowledge = Era(
        since=life.received_at,
        dates=life.acknowledgement(bind(life.received_at, life.laws)),
        by_letter=True,
        counted=life.received_at.date(),
    )
    for clock, eras in ((Watched.RESPOND, life.eras), (Watched.ACKNOWLEDGE, [acknowledge])):
        seen = life.found.get(clock, [])
        assert len({one.key for _, one in seen}) == len(seen)
        once = {one.key: at for at, one in seen if one.rung.basis is not Basis.EVERY_DAYS_AFTER}
        assert once == expected(clock, eras, life.ended[clock], life.uptime)
    check_overdue(life)


def check_overdue(life: Life) -> None:
    """A date can be held under several laws, which end the day in their own zones: the first end counts."""
    last, end = life.eras[-1], life.ended[Watched.RESPOND]
    held = [era for era in life.eras if era.dates.version == last.dates.version]
    over = min(era.dates.expires_at for era in held)
    alarms = [
        (at, one.key.number)
        for at, one in life.found.get(Watched.RESPOND, [])
        if one.rung.basis is Basis.EVERY_DAYS_AFTER and one.key.version == last.dates.version
    ]
    numbers = [number for _, number in alarms]
    assert numbers == sorted(set(numbers))
    assert all(at >= over for at, _ in alarms)
    assert len(alarms) <= max(0, (end - over) // DAY + 1)
    latest = max(last.dates.expires_at, last.since)
    if life.uptime.first_at(latest) < end:
        assert alarms[0][0] <= life.uptime.first_at(latest)


def check_dates(life: Life) -> None:
    """No date moves later unannounced, and none is ever later than what the laws give."""
    for before, after in zip(life.eras, life.eras[1:], strict=False):
        assert after.dates.due_on <= before.dates.due_on or after.by_letter
    assert all(era.dates.due_on <= era.counted for era in life.eras)


def check_acknowledgement(life: Life) -> bool:
    """Whoever was acknowledged too late was rung for before, if the daemon ran on that last day."""
    dates = life.acknowledgement(bind(life.received_at, life.laws))
    if life.ended[Watched.ACKNOWLEDGE] <= dates.expires_at:
        return False
    rang = [
        at
        for at, one in life.found.get(Watched.ACKNOWLEDGE, [])
        if one.rung.name == "acknowledge-last-day"
    ]
    could_ring = life.uptime.first_at(naive_instant(LADDER.rungs[2], dates))
    assert rang == ([could_ring] if could_ring < life.ended[Watched.ACKNOWLEDGE] else [])
    return True


@pytest.mark.parametrize("part", range(PARTS))
def test_six_years_of_cases_leave_nobody_late_unknowingly(part: int) -> None:
    moved = late = reminded = 0
    for life, steps in lives(part):
        life.live(steps)
        check_reminders(life)
        check_dates(life)
        late += check_acknowledgement(life)
        moved += any(
            after.dates.due_on > before.dates.due_on
            for before, after in zip(life.eras, life.eras[1:], strict=False)
        )
        reminded += sum(map(len, life.found.values()))
    # The dice gave what the test is about.
    assert min(moved, late) > CASES // PARTS // 50
    assert reminded > CASES // PARTS
