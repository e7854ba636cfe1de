"""The earliest of all candidate laws binds, and a date that was told moves later only by a letter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import calendar, hours
from privacy.binding import Happening, bind, date_to_hold
from privacy.clocks import ClockRules, Effect, EventKind, Waits
from privacy.deadlines import Period, PeriodUnit
from privacy.rights import Right

DAY = timedelta(days=1)
MONDAY = datetime(2027, 3, 1, 10, tzinfo=UTC)
PROMISE = Period(amount=5, unit=PeriodUnit.BUSINESS_DAYS, rule="BDAYS(5)")
HOUSE = ClockRules(
    code="house",
    zone="UTC",
    calendar=calendar(),
    period=Period(amount=30, unit=PeriodUnit.DAYS, rule="HOUSE"),
    acknowledge=(PROMISE,),
    waits=Waits(identity=Effect.SUSPENDS, only_prompt=True),
    is_promise=True,
)
UK = ClockRules(
    code="uk_gdpr",
    zone="Europe/London",
    calendar=calendar(),
    period=Period(amount=1, unit=PeriodUnit.MONTHS, rolls=True, rule="MONTH"),
    acknowledge=(PROMISE,),
    extension=Period(amount=3, unit=PeriodUnit.MONTHS, rolls=True, rule="MONTH+2"),
    waits=Waits(identity=Effect.RESTARTS),
    right=Right.ACCESS,
)
BRAZIL = ClockRules(
    code="lgpd",
    zone="America/Sao_Paulo",
    calendar=calendar(),
    period=Period(amount=15, unit=PeriodUnit.DAYS, rule="DAYS(15)"),
    acknowledge=(PROMISE,),
)
ASKED, PROVED = EventKind.IDENTITY_ASKED, EventKind.IDENTITY_PROVED
TOLD = EventKind.EXTENSION_NOTIFIED


def after(*happened: tuple[EventKind, int]) -> list[Happening]:
    return [Happening(kind=kind, at=MONDAY + days * DAY) for kind, days in happened]


def test_the_earliest_law_binds_and_names_those_it_beat() -> None:
    found = bind(MONDAY, [HOUSE, UK, BRAZIL])
    assert found.due
    assert (found.due.on, found.due.regime) == (date(2027, 3, 16), "lgpd")
    assert "house: 2027-03-31 is not earlier" in found.due.trace
    assert (found.acknowledge_by, found.extension_latest) == (date(2027, 3, 8), None)


def test_an_extension_told_in_time_takes_the_place_of_the_promise_of_the_house() -> None:
    found = bind(MONDAY, [HOUSE, UK], after((TOLD, 20)))
    assert found.due
    assert (found.due.on, found.due.rule) == (date(2027, 6, 1), "MONTH+2")


def test_an_extension_told_late_or_where_another_law_has_none_moves_nothing() -> None:
    late = bind(MONDAY, [HOUSE, UK], after((TOLD, 40)))
    assert late.due
    assert late.due.regime == "house"
    other = bind(MONDAY, [HOUSE, UK, BRAZIL], after((TOLD, 10)))
    assert other.due
    assert other.due.regime == "lgpd"


def test_waiting_under_one_law_is_no_waiting_under_another() -> None:
    found = bind(MONDAY, [UK, BRAZIL], after((ASKED, 1)))
    assert found.due
    assert (found.due.regime, found.closing_by) == ("lgpd", date(2027, 4, 1))
    assert found.target == date(2027, 3, 12)


def test_where_no_period_runs_silence_closes_the_case() -> None:
    found = bind(MONDAY, [UK], after((ASKED, 1)))
    assert (found.due, found.target, found.closing_by) == (None, None, date(2027, 4, 1))


def test_hours_run_on_whatever_happens() -> None:
    marketing = replace(HOUSE, period=hours(48))
    found = bind(MONDAY, [marketing], after((ASKED, 1), (TOLD, 1)))
    assert found.due
    assert found.due.expires_at == MONDAY + 2 * DAY


def test_a_day_is_that_of_each_law() -> None:
    """Half past two in London is still the evening before in Brazil."""
    at = datetime(2027, 3, 2, 2, 30, tzinfo=UTC)
    found = bind(at, [BRAZIL])
    assert found.due
    assert found.due.on == date(2027, 3, 16)


def test_naive_time_and_no_law_are_refused() -> None:
    naive = datetime(2027, 3, 1)  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="UTC"):
        bind(naive, [UK])
    with pytest.raises(ValueError, match="UTC"):
        Happening(kind=ASKED, at=naive)
    with pytest.raises(ValueError):
        bind(MONDAY, [])


def test_a_date_that_was_told_never_moves_later_by_a_count() -> None:
    told, later = date(2027, 4, 1), date(2027, 6, 1)
    assert date_to_hold(told, later) == told
    assert date_to_hold(told, date(2027, 3, 30)) == date(2027, 3, 30)


kinds = st.lists(st.tuples(st.sampled_from(EventKind), st.integers(0, 60)), max_size=6)


@given(kinds)
def test_one_law_more_never_gives_a_later_date(happened: list[tuple[EventKind, int]]) -> None:
    fewer = bind(MONDAY, [UK], after(*happened)).due
    more = bind(MONDAY, [UK, BRAZIL], after(*happened)).due
    assert more
    assert fewer is None or more.expires_at <= fewer.expires_at


@given(st.dates(date(2027, 1, 1), date(2028, 1, 1)), st.dates(date(2027, 1, 1), date(2028, 1, 1)))
def test_what_binds_is_never_later_than_what_the_laws_say(told: date, counted: date) -> None:
    assert date_to_hold(told, counted) == min(told, counted)
