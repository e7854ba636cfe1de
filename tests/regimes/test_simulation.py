"""Six years of 20,000 cases under all laws: people are slow or away, machines stop, calendars change, letters come back.

Pure and in memory: a case is the events that would be stored of it, and every date is the fold over them. What is
counted here by the core is checked against naive counts that share no code with it.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from privacy.binding import Binding, bind
from privacy.case_events import (
    ANSWERS,
    ASKED,
    CaseEvent,
    CaseEventKind,
    Ground,
    clock_of,
    next_date,
)
from privacy.clocks import ClockRules
from privacy.deadlines import BusinessCalendar, Due, end_of_day
from privacy.reminders import (
    Audience,
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
from privacy.staffing import Absence, StaffMember, who_hears
from regimes import HousePlace, list_regimes
from regimes.clock_rules import Question, load_clock_rules
from regimes.ladder import load_ladder
from regimes.laws import states

CASES, PARTS = 20_000, 8  # parts, so that several processes can share the work
YEARS = 6
SEED = 20_261_127
START = datetime(2027, 1, 1, tzinfo=UTC)
END = START + timedelta(days=366 * YEARS + 400)  # cases of the last year go on
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LADDER = load_ladder(HousePlace(zone="Europe/Dublin", calendar="IE"))
EVERY_LAW = [code for code in (*(one.code for one in list_regimes()), *states()) if code != "house"]
USUAL = ("gdpr", "uk_gdpr", "dpdp", "ccpa")
ITEM = UUID(int=1)
Kind = CaseEventKind
STAFF = tuple(
    StaffMember(address=f"{name}@autocloz.example", roles=frozenset(roles))
    for name, roles in (
        ("hanna", {Audience.HANDLER}),
        ("tom", {Audience.HANDLER, Audience.LEAD}),
        ("olga", {Audience.DPO}),
    )
)


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
    """Something that happens to a case: an event of its clocks, told by a letter or by none, or their end."""

    at: datetime
    what: CaseEventKind
    letter: bytes | None = None
    ground: str | None = None


@dataclass(frozen=True, kw_only=True)
class Era:
    """A time during which one date was held."""

    since: datetime
    dates: ClockDates
    held: Due
    counted: Due
    letter: bytes | None = None
    came_back: bool = False


@dataclass(kw_only=True)
class Life:
    """One case from its arrival to its answer, and all that it was reminded of."""

    uptime: Uptime
    received_at: datetime
    laws: list[ClockRules]
    events: list[CaseEvent] = field(default_factory=list)
    eras: list[Era] = field(default_factory=list)
    owed: dict[Watched, ClockDates] = field(default_factory=dict)
    looked: dict[Watched, datetime | None] = field(default_factory=dict)
    found: dict[Watched, list[tuple[datetime, Reminder]]] = field(default_factory=dict)
    ended: dict[Watched, datetime] = field(default_factory=dict)

    def live(self, steps: list[Step]) -> None:
        self.happen(CaseEvent(kind=Kind.RIGHT_ADDED, at=self.received_at, item_id=ITEM))
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
        if step.what in {Kind.ACKNOWLEDGED, Kind.ANSWERED}:
            clock = Watched.ACKNOWLEDGE if step.what is Kind.ACKNOWLEDGED else Watched.RESPOND
            self.ended[clock] = step.at
            self.owed.pop(clock, None)
            return
        if step.what is Kind.CALENDAR_CHANGED:
            self.laws = [with_more_holidays(one, self.eras[-1].held.on) for one in self.laws]
        self.happen(
            CaseEvent(
                kind=step.what,
                at=step.at,
                item_id=ITEM,
                letter=step.letter,
                ground=step.ground,
            )
        )

    def happen(self, event: CaseEvent) -> None:
        """Store what happened and let the clock run to the date that follows from all that is stored."""
        self.events.append(event)
        clock, came_back = clock_of(self.events, ITEM), event.kind is Kind.BOUNCED
        counted = bind(clock.received_at, self.laws, clock.happened, much_data=clock.much_data).owed
        before = self.eras[-1].held if self.eras else counted
        held = next_date(before, counted, told=clock.told_by is not None)
        if came_back:
            held = self.before_letter(event.letter)
        dates = self.dates(held, paused=clock.waiting is not None)
        era = Era(
            since=event.at,
            dates=dates,
            held=held,
            counted=counted,
            letter=clock.told_by,
            came_back=came_back,
        )
        self.eras.append(era)
        self.watch(Watched.RESPOND, dates, event.at)

    def before_letter(self, letter: bytes | None) -> Due:
        """The date that was held before those that this letter told, if one of them is held."""
        for era in reversed(self.eras):
            if era.letter != letter:
                return era.held
        return self.eras[0].held

    def dates(self, held: Due, *, paused: bool) -> ClockDates:
        return ClockDates(
            clock=Watched.RESPOND,
            started_at=self.received_at,
            due_on=held.on,
            expires_at=max(held.expires_at, self.received_at),
            target=planned_target(held.on, LADDER.calendar),
            paused=paused,
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
        end = next(step.at for step in steps if step.what is Kind.ANSWERED)
        yield life, [step for step in steps if step.at <= end or step.what is Kind.ACKNOWLEDGED]


def steps_of(life: Life, dice: random.Random) -> Iterator[Step]:
    at = life.received_at
    by_itself = life.uptime.first_at(at)
    slow = at + dice.expovariate(1 / 3) * DAY
    yield Step(at=by_itself if dice.random() < 0.7 else slow, what=Kind.ACKNOWLEDGED)
    for ground in (Ground.IDENTITY, dice.choice((Ground.CLARIFICATION, Ground.MUCH_DATA))):
        if dice.random() < 0.15:
            yield from waiting(at, ground, dice)
    if dice.random() < 0.15:
        told = at + dice.random() * 60 * DAY
        yield Step(at=told, what=Kind.EXTENSION_NOTIFIED, letter=b"extension")
        if dice.random() < 0.2:
            yield Step(at=told + dice.random() * DAY, what=Kind.BOUNCED, letter=b"extension")
    if dice.random() < 0.1:
        yield Step(at=at + dice.random() * 30 * DAY, what=Kind.CALENDAR_CHANGED)
    yield Step(at=at + DAY + dice.expovariate(1 / 20) * DAY, what=Kind.ANSWERED)


def waiting(at: datetime, ground: Ground, dice: random.Random) -> Iterator[Step]:
    """A question, mostly by a letter that says that time waits, and often its answer."""
    question, letter = at + dice.random() * 9 * DAY, ground.encode()
    by_letter = letter if dice.random() < 0.8 else None
    yield Step(at=question, what=ASKED[ground], letter=by_letter, ground=str(ground))
    if dice.random() < 0.7:
        answered = ANSWERS[ASKED[ground]]
        yield Step(at=question + dice.random() * 40 * DAY, what=answered, ground=str(ground))


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
            rests = rung.rests and era.dates.paused
            if rung.clock is clock and rung.basis is not Basis.EVERY_DAYS_AFTER and not rests:
                at = uptime.first_at(max(naive_instant(rung, era.dates), era.since))
                key = RungKey(rung=rung.name, version=era.dates.version)
                if at < min(until, end):
                    wanted.setdefault(key, at)
    return wanted


def check_reminders(life: Life) -> None:
    """No reminder is missing, late or doubled, and of an overdue case no day on which the daemon ran is left out."""
    acknowledge = replace(
        life.eras[0],
        since=life.received_at,
        dates=life.acknowledgement(bind(life.received_at, life.laws)),
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
        assert after.held.expires_at <= before.held.expires_at or after.letter is not None
    for era in life.eras:
        assert era.held.expires_at <= era.counted.expires_at or era.came_back


def check_people(life: Life, dice: random.Random) -> int:
    """Of everything that was found somebody hears, who is here if anybody is; returns how often a deputy did."""
    deputies = 0
    for at, reminder in (one for found in life.found.values() for one in found):
        day = at.date()
        staff = tuple(replace(one, absences=away(one, day, dice)) for one in STAFF)
        heard = who_hears(reminder.rung.to, owner=None, staff=staff, day=day)
        assert heard
        officer = [one for one in staff if Audience.DPO in one.roles]
        assert all(one.absence_on(day) is None for one in heard) or all(
            one.absence_on(day) for one in officer
        )
        deputies += any(not one.roles & set(reminder.rung.to) for one in heard)
    return deputies


def away(one: StaffMember, day: date, dice: random.Random) -> tuple[Absence, ...]:
    if dice.random() < 0.8:
        return ()
    deputy = dice.choice([None, *(other.address for other in STAFF if other is not one)])
    return (Absence(first=day, last=day + DAY, deputy=deputy),)


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
    moved = late = reminded = deputies = 0
    dice = random.Random(SEED - part)  # noqa: S311 - dice, no secret
    for life, steps in lives(part):
        life.live(steps)
        check_reminders(life)
        check_dates(life)
        late += check_acknowledgement(life)
        moved += any(
            after.held.on > before.held.on
            for before, after in zip(life.eras, life.eras[1:], strict=False)
        )
        reminded += sum(map(len, life.found.values()))
        deputies += check_people(life, dice)
    # The dice gave what the test is about.
    assert min(moved, late) > CASES // PARTS // 50
    assert deputies > CASES // PARTS // 50
    assert reminded > CASES // PARTS
