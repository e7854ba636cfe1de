"""Nobody is late unknowingly: each rung is told once for each date, whatever the hours at which somebody looks."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import calendar
from privacy.clocks import DAY
from privacy.deadlines import end_of_day, last_working_day, working_days_before
from privacy.reminders import (
    Audience,
    Basis,
    Climb,
    ClockDates,
    Ladder,
    Reminder,
    Rung,
    RungKey,
    Tell,
    Watched,
    climb,
    last_morning,
    morning_of,
    next_rung,
    planned_target,
)

HOUR = timedelta(hours=1)
MONDAY = datetime(2027, 3, 1, 10, tzinfo=UTC)
HOLIDAY = date(2027, 3, 17)


def rung(name: str, basis: Basis, amount: int, **changes: object) -> Rung:
    values = {
        "clock": Watched.RESPOND,
        "tell": Tell.MORNING,
        "to": (Audience.HANDLER,),
        "why": name,
    }
    return Rung(name=name, basis=basis, amount=amount, **(values | changes))


ACKNOWLEDGE = {"clock": Watched.ACKNOWLEDGE}
LADDER = Ladder(
    rungs=(
        rung("third", Basis.BUSINESS_DAYS_AFTER, 3, **ACKNOWLEDGE),
        rung("fourth", Basis.BUSINESS_DAYS_AFTER, 4, **ACKNOWLEDGE),
        rung("last", Basis.WORKING_DAYS_BEFORE, 0, tell=Tell.AT_ONCE, **ACKNOWLEDGE),
        rung("half", Basis.PERCENT, 50, rests=True),
        rung("most", Basis.PERCENT, 90, rests=True),
        rung("target", Basis.DAYS_AFTER_TARGET, 0, rests=True),
        rung("dpo", Basis.WORKING_DAYS_BEFORE, 3, tell=Tell.AT_ONCE),
        rung("overdue", Basis.EVERY_DAYS_AFTER, 1, tell=Tell.AT_ONCE),
    ),
    hour=7,
    zone="Europe/Dublin",
    calendar=calendar(HOLIDAY),
)


def running(
    due_on: date = date(2027, 4, 1), *, started_at: datetime = MONDAY, **changes: object
) -> ClockDates:
    made = ClockDates(
        clock=Watched.RESPOND,
        started_at=started_at,
        due_on=due_on,
        expires_at=max(end_of_day(due_on, "Europe/Dublin"), started_at),
        target=planned_target(due_on, LADDER.calendar),
    )
    return replace(made, **changes)


OWED = running(date(2027, 3, 8), clock=Watched.ACKNOWLEDGE, target=None)


def told_over_time(dates: ClockDates, looks: list[datetime]) -> list[tuple[datetime, str]]:
    known: set[RungKey] = set()
    told = []
    for now in looks:
        found = climb(LADDER, dates, known, now)
        known |= {one.key for one in all_of(found)}
        if found.told:
            told.append((now, found.told.rung.name))
    return told


def all_of(found: Climb) -> list[Reminder]:
    return [*found.passed, *([found.told] if found.told else [])]


def hourly(first: datetime, days: int) -> list[datetime]:
    return [first + n * HOUR for n in range(24 * days)]


def test_a_period_climbs_the_ladder_in_its_order() -> None:
    told = told_over_time(running(), hourly(MONDAY, 36))
    assert [(now.date(), name) for now, name in told] == [
        (date(2027, 3, 17), "half"),
        (
            date(2027, 3, 29),
            "dpo",
        ),  # Monday: Tuesday, Wednesday and Thursday the first of April follow
        (date(2027, 3, 29), "most"),
        (date(2027, 3, 30), "target"),
        *((date(2027, 4, day), "overdue") for day in range(1, 6)),
    ]


def test_an_acknowledgement_is_reminded_of_on_the_third_and_fourth_day_and_rings_on_the_fifth() -> (
    None
):
    told = told_over_time(OWED, hourly(MONDAY, 10))
    assert [(now.date(), name) for now, name in told] == [
        (date(2027, 3, 4), "third"),
        (date(2027, 3, 5), "fourth"),
        (date(2027, 3, 8), "last"),
    ]


def test_after_a_week_of_silence_the_highest_rung_is_told_and_the_others_are_passed() -> None:
    found = climb(LADDER, running(), set(), datetime(2027, 3, 31, 12, tzinfo=UTC))
    assert found.told
    assert found.told.rung.name == "dpo"
    assert [one.rung.name for one in found.passed] == ["half", "most", "target"]


def test_a_week_overdue_is_one_alarm_and_the_next_one_comes_a_day_later() -> None:
    end = running().expires_at
    found = climb(LADDER, running(), set(), end + 7 * DAY + HOUR)
    assert found.told
    assert found.told.key == RungKey(rung="overdue", version="2027-04-01", number=7)
    assert found.next_at == end + 8 * DAY


def test_what_waits_for_the_person_rests_but_its_last_days_ring() -> None:
    told = told_over_time(running(paused=True), hourly(MONDAY, 32))
    assert [name for _, name in told] == ["dpo", "overdue"]


def test_a_new_date_is_climbed_anew() -> None:
    now = datetime(2027, 3, 31, 12, tzinfo=UTC)
    known = {one.key for one in all_of(climb(LADDER, running(), set(), now))}
    assert climb(LADDER, running(), known, now).told is None
    extended = climb(LADDER, running(date(2027, 4, 20)), known, now)
    assert extended.told
    assert extended.told.key == RungKey(rung="half", version="2027-04-20")


def test_a_clock_of_hours_calls_the_dpo_at_once() -> None:
    at = MONDAY + 48 * HOUR
    found = climb(LADDER, running(at.date(), expires_at=at), set(), MONDAY)
    assert found.told
    assert (found.told.rung.name, found.told.due_at) == ("dpo", MONDAY)


def test_a_clock_without_a_plan_has_no_target() -> None:
    told = told_over_time(running(target=None), hourly(MONDAY, 31))
    assert "target" not in [name for _, name in told]


def test_a_ladder_without_rungs_for_a_clock_never_looks_again() -> None:
    assert climb(replace(LADDER, rungs=()), running(), set(), MONDAY) == Climb(
        told=None, passed=(), next_at=None
    )


def test_naive_time_is_refused() -> None:
    naive = datetime(2027, 3, 1)  # noqa: DTZ001 - what is refused
    for wrong in (
        lambda: climb(LADDER, running(), set(), naive),
        lambda: last_morning(LADDER, naive),
        lambda: replace(running(), started_at=naive),
    ):
        with pytest.raises(ValueError, match="UTC"):
            wrong()


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        (datetime(2027, 3, 1, 6, 59, tzinfo=UTC), datetime(2027, 2, 26, 7, tzinfo=UTC)),
        (datetime(2027, 3, 1, 7, tzinfo=UTC), datetime(2027, 3, 1, 7, tzinfo=UTC)),
        (datetime(2027, 3, 7, 20, tzinfo=UTC), datetime(2027, 3, 5, 7, tzinfo=UTC)),  # a Sunday
        (datetime(2027, 3, 17, 20, tzinfo=UTC), datetime(2027, 3, 16, 7, tzinfo=UTC)),  # a holiday
        (datetime(2027, 4, 1, 6, 30, tzinfo=UTC), datetime(2027, 4, 1, 6, tzinfo=UTC)),  # in summer
    ],
)
def test_the_digest_comes_on_working_mornings(now: datetime, morning: datetime) -> None:
    assert last_morning(LADDER, now) == morning


def test_work_is_planned_two_days_ahead_and_that_of_a_month_for_day_28() -> None:
    assert planned_target(date(2027, 4, 1), LADDER.calendar) == date(2027, 3, 30)
    planned = planned_target(date(2027, 4, 1), LADDER.calendar, month_from=date(2027, 3, 1))
    assert planned == date(2027, 3, 29)
    assert planned_target(date(2027, 3, 19), LADDER.calendar) == date(2027, 3, 16)


def test_working_days_are_counted_back_over_weekends_and_holidays() -> None:
    year = LADDER.calendar
    assert working_days_before(date(2027, 3, 21), 3, year) == date(2027, 3, 16)
    assert working_days_before(date(2027, 3, 21), 0, year) == date(2027, 3, 19)
    every_day = calendar(*(date(2027, 1, 1) + n * DAY for n in range(365)))
    with pytest.raises(ValueError, match="no working day in a month"):
        last_working_day(date(2027, 6, 1), every_day)


instants = st.datetimes(datetime(2027, 1, 1), datetime(2028, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
clocks = st.builds(
    lambda at, days, clock, paused: running(
        (at + days * DAY).date(), started_at=at, clock=clock, paused=paused
    ),
    st.datetimes(datetime(2027, 1, 1), datetime(2027, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 95),
    st.sampled_from(Watched),
    st.booleans(),
)
looks = st.lists(instants, min_size=1, max_size=30).map(sorted)


@given(clocks, looks)
def test_no_rung_is_told_twice_and_none_is_left_out(
    dates: ClockDates, looks: list[datetime]
) -> None:
    found: list[Reminder] = []
    for now in looks:
        found += all_of(climb(LADDER, dates, {one.key for one in found}, now))
    assert len({one.key for one in found}) == len(found)
    once = climb(LADDER, dates, set(), looks[-1])
    assert {one.key for one in all_of(once)} <= {one.key for one in found}


@given(clocks, looks)
def test_of_what_is_due_the_highest_is_told(dates: ClockDates, looks: list[datetime]) -> None:
    order = [one.name for one in LADDER.rungs]
    found = climb(LADDER, dates, set(), looks[-1])
    if found.told is None:
        assert not found.passed
    else:
        names = [order.index(one.rung.name) for one in all_of(found)]
        assert names == sorted(names)


@given(clocks, instants)
def test_between_two_looks_nothing_is_due(dates: ClockDates, now: datetime) -> None:
    """The promise that a sweep rests on: who looks at `next_at` and never before misses nothing."""
    first = climb(LADDER, dates, set(), now)
    known = {one.key for one in all_of(first)}
    if first.next_at is None:
        assert climb(LADDER, dates, known, now + 3650 * DAY).told is None
    else:
        assert first.next_at > now
        just_before = first.next_at - timedelta(microseconds=1)
        assert climb(LADDER, dates, known, just_before).told is None
        assert climb(LADDER, dates, known, first.next_at).told is not None


@given(clocks)
def test_no_rung_is_due_before_its_clock_starts(dates: ClockDates) -> None:
    assert climb(LADDER, dates, set(), dates.started_at - timedelta(microseconds=1)).told is None


@given(instants)
def test_a_morning_is_never_in_the_future_nor_a_week_old(now: datetime) -> None:
    assert timedelta() <= now - last_morning(LADDER, now) < 7 * DAY
    assert morning_of(LADDER, last_morning(LADDER, now).date()) == last_morning(LADDER, now)


INCIDENT = {"clock": Watched.INCIDENT, "tell": Tell.AT_ONCE}
HOURS = replace(
    LADDER,
    rungs=(
        rung("arrived", Basis.HOURS_AFTER, 0, **INCIDENT),
        rung("day", Basis.HOURS_BEFORE, 24, **INCIDENT),
        rung("soon", Basis.HOURS_BEFORE, 2, **INCIDENT),
        rung("late", Basis.EVERY_HOURS_AFTER, 6, **INCIDENT),
    ),
)


def hours(count: int) -> ClockDates:
    return running(
        (MONDAY + count * HOUR).date(), clock=Watched.INCIDENT, expires_at=MONDAY + count * HOUR
    )


@pytest.mark.parametrize(
    ("length", "told"),
    [
        (6, [(0, "arrived"), (4, "soon"), (6, "late"), (12, "late")]),
        (72, [(0, "arrived"), (48, "day"), (70, "soon"), (72, "late"), (78, "late")]),
    ],
)
def test_hours_run_day_and_night_and_no_rung_comes_before_the_mail(
    length: int, told: list[tuple[int, str]]
) -> None:
    dates, known, found = hours(length), set(), []
    for hour in range(length + 7):
        look = climb(HOURS, dates, known, MONDAY + hour * HOUR)
        known |= {one.key for one in all_of(look)}
        if look.told:
            found.append((hour, look.told.rung.name))
    assert found == told


def test_what_is_told_next_is_known_before() -> None:
    assert next_rung(HOURS, hours(6), MONDAY)[0].name == "soon"
    assert next_rung(HOURS, hours(6), MONDAY + 7 * HOUR) == (
        HOURS.rungs[3],
        MONDAY + 12 * HOUR,
    )
    assert next_rung(LADDER, OWED, MONDAY + 40 * DAY) is None


@given(st.integers(0, 2000))
def test_the_next_rung_is_the_instant_at_which_somebody_looks_again(hour: int) -> None:
    now, dates = MONDAY + hour * HOUR, running()
    coming = next_rung(LADDER, dates, now)
    assert coming is not None
    assert coming[1] == climb(LADDER, dates, frozenset(), now).next_at
