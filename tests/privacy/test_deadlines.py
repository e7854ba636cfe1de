"""How every deadline is computed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import (
    EVERY_YEAR,
    GDPR,
    HOUSE,
    LAWS,
    NOON,
    business_days,
    calendar,
    days,
    due,
    hours,
    months,
    regime,
)
from privacy.deadlines import (
    ELAPSED,
    LanePeriods,
    Period,
    PeriodUnit,
    Regime,
    acknowledgement_due,
    add_business_days,
    add_months,
    any_right_due,
    completion_due,
    due_under,
    earliest,
    end_of_day,
    lane_due,
    look_due,
    roll,
)
from privacy.rights import Lane, Right, Scope

ZONES = ["UTC", "Europe/Dublin", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Auckland"]
instants = st.datetimes(
    min_value=datetime(2024, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2035, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
dates = st.dates(min_value=date(2024, 1, 1), max_value=date(2035, 1, 1))
winter_days = st.dates(min_value=date(2026, 11, 20), max_value=date(2027, 3, 1))
winter_instants = winter_days.map(lambda day: datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
periods = st.builds(
    Period,
    amount=st.integers(min_value=0, max_value=60),
    unit=st.sampled_from([unit for unit in PeriodUnit if unit not in ELAPSED]),
    rolls=st.booleans(),
) | st.builds(
    Period, amount=st.integers(min_value=1, max_value=99), unit=st.sampled_from([*ELAPSED])
)
regimes = st.builds(
    regime, st.sampled_from(["gdpr", "ccpa", "lgpd"]), periods, zone=st.sampled_from(ZONES)
)
SHORT = st.integers(min_value=0, max_value=40)


def short_periods() -> st.SearchStrategy[Period]:
    units = st.sampled_from([PeriodUnit.DAYS, PeriodUnit.BUSINESS_DAYS])
    return st.builds(Period, amount=SHORT, unit=units, rolls=st.booleans())


@given(instants, instants, regimes)
def test_a_later_mail_is_never_due_earlier(one: datetime, other: datetime, law: Regime) -> None:
    first, second = sorted((one, other))
    assert (
        due_under(first, law, law.default_period).expires_at
        <= due_under(second, law, law.default_period).expires_at
    )


@given(winter_instants, st.frozensets(winter_days, max_size=12), winter_days, short_periods())
def test_one_more_holiday_never_makes_a_due_date_earlier(
    received_at: datetime, known: frozenset[date], one_more: date, period: Period
) -> None:
    before = regime("law", period, holidays=calendar(*known))
    after = regime("law", period, holidays=calendar(*known, one_more))
    assert due_under(received_at, before, period).on <= due_under(received_at, after, period).on


@given(instants, regimes)
def test_nothing_is_due_before_it_was_received(received_at: datetime, law: Regime) -> None:
    assert due_under(received_at, law, law.default_period).expires_at > received_at


@given(instants, regimes, st.integers(min_value=0, max_value=30))
def test_a_longer_period_never_ends_earlier(received_at: datetime, law: Regime, more: int) -> None:
    period = law.default_period
    longer = Period(amount=period.amount + more, unit=period.unit, rolls=period.rolls)
    assert due_under(received_at, law, period).on <= due_under(received_at, law, longer).on


@pytest.mark.parametrize("zone", ZONES)
@given(dates)
def test_the_day_of_receipt_is_day_zero(zone: str, day: date) -> None:
    received_at = end_of_day(day, zone) - timedelta(microseconds=1)
    assert due_under(
        received_at, regime("law", days(30), zone=zone), days(30)
    ).on == day + timedelta(30)


@given(instants, st.lists(regimes, min_size=1, max_size=4))
def test_the_earliest_law_rules(received_at: datetime, laws: list[Regime]) -> None:
    each = [due_under(received_at, law, law.default_period).expires_at for law in laws]
    assert completion_due(received_at, Right.ACCESS, laws).expires_at == min(each)


@given(instants, st.lists(regimes, min_size=1, max_size=3), regimes)
def test_one_more_candidate_law_never_gives_more_time(
    received_at: datetime, laws: list[Regime], more: Regime
) -> None:
    before = completion_due(received_at, Right.ERASURE, laws)
    after = completion_due(received_at, Right.ERASURE, [*laws, more])
    assert after.expires_at <= before.expires_at


def test_february_makes_the_month_of_the_law_shorter_than_the_promise_of_30_days() -> None:
    received_at = datetime(2027, 2, 10, 9, tzinfo=UTC)
    chosen = completion_due(received_at, Right.ACCESS, LAWS)
    assert (chosen.regime, chosen.on) == ("gdpr", date(2027, 3, 10))


def test_a_right_with_a_period_of_its_own_is_answered_by_that() -> None:
    law = Regime(
        code="ccpa",
        name="ccpa",
        version="test",
        zone="UTC",
        calendar=calendar(),
        default_period=days(45),
        periods={(Right.OBJECTION, None): business_days(15)},
    )
    assert completion_due(NOON, Right.OBJECTION, [law]).on == date(2026, 12, 14)
    assert completion_due(NOON, Right.ACCESS, [law]).on == NOON.date() + timedelta(45)


def test_a_scope_with_a_period_of_its_own_leaves_the_other_objections_as_they_are() -> None:
    own = {(Right.OBJECTION, Scope.SALE_SHARING): business_days(15)}
    law = replace(regime("ccpa", days(45)), periods=own)
    sale = completion_due(NOON, Right.OBJECTION, [law], scope=Scope.SALE_SHARING)
    assert sale.on == date(2026, 12, 14)
    for scope in (None, Scope.MARKETING, Scope.ANALYTICS):
        other = completion_due(NOON, Right.OBJECTION, [law], scope=scope)
        assert other.on == NOON.date() + timedelta(45)


def test_a_scope_without_a_period_of_its_own_has_that_of_its_right() -> None:
    law = replace(regime("law", days(45)), periods={(Right.OBJECTION, None): days(20)})
    chosen = completion_due(NOON, Right.OBJECTION, [law], scope=Scope.ANALYTICS)
    assert chosen.on == NOON.date() + timedelta(20)


@given(instants, st.integers(min_value=1, max_value=200), st.sampled_from(ZONES))
def test_elapsed_time_runs_through_nights_and_weekends_and_its_day_holds_the_last_instant(
    received_at: datetime, amount: int, zone: str
) -> None:
    chosen = due_under(received_at, regime("law", days(1), zone=zone), hours(amount))
    assert chosen.expires_at == received_at + timedelta(hours=amount)
    last = (chosen.expires_at - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
    assert chosen.on == last.date()


def test_a_quarter_of_an_hour_is_told_to_the_minute() -> None:
    quarter = Period(amount=15, unit=PeriodUnit.MINUTES, rule="MINUTES(15)")
    chosen = due_under(NOON, HOUSE, quarter)
    assert chosen.expires_at == NOON + timedelta(minutes=15)
    assert chosen.trace[-1] == "MINUTES(15): 15 minutes end at 2026-11-23T12:15+00:00"


COMPLAINTS = LanePeriods(acknowledge=days(3), complete=days(20))


def test_a_lane_has_a_date_only_where_a_law_sets_one() -> None:
    law = replace(HOUSE, lanes={Lane.COMPLAINT: COMPLAINTS})
    found = lane_due(NOON, Lane.COMPLAINT, [GDPR, law])
    assert found is not None
    assert (found.regime, found.on) == ("house", NOON.date() + timedelta(20))
    assert lane_due(NOON, Lane.REGULATOR, [GDPR, law]) is None


def test_a_lane_may_be_acknowledged_by_a_period_of_its_own() -> None:
    law = replace(HOUSE, lanes={Lane.COMPLAINT: COMPLAINTS})
    assert acknowledgement_due(NOON, [law], lane=Lane.COMPLAINT).on == NOON.date() + timedelta(3)
    assert acknowledgement_due(NOON, [law], lane=Lane.OTHER) == acknowledgement_due(NOON, [law])


def test_a_law_that_acknowledges_complaints_only_sets_no_date_for_other_mail() -> None:
    law = replace(GDPR, lanes={Lane.COMPLAINT: COMPLAINTS})
    assert acknowledgement_due(NOON, [law], lane=Lane.COMPLAINT).regime == "gdpr"
    with pytest.raises(ValueError, match="no regime"):
        acknowledgement_due(NOON, [law], lane=Lane.RIGHTS)


def test_a_person_looks_with_the_acknowledgement_or_sooner_where_the_lane_says_so() -> None:
    law = replace(HOUSE, lanes={Lane.CHILDREN: LanePeriods(look=business_days(1))})
    assert look_due(NOON, Lane.CHILDREN, [law, GDPR]).on == date(2026, 11, 24)
    assert look_due(NOON, Lane.SUPPORT, [law, GDPR]).on == acknowledgement_due(NOON, [law]).on


@given(instants, st.lists(regimes, min_size=1, max_size=3), st.sampled_from(Right))
def test_mail_in_which_no_right_is_known_is_never_due_after_any_right(
    received_at: datetime, laws: list[Regime], right: Right
) -> None:
    unknown = any_right_due(received_at, laws)
    assert unknown.expires_at <= completion_due(received_at, right, laws).expires_at


def test_mail_in_which_no_right_is_known_is_due_like_the_earliest_right_and_says_so() -> None:
    own = {(Right.ERASURE, None): days(10), (Right.OBJECTION, Scope.MARKETING): hours(48)}
    law = replace(regime("law", days(40)), periods=own)
    unknown = any_right_due(NOON, [HOUSE, law])
    assert (unknown.regime, unknown.on) == ("law", NOON.date() + timedelta(10))
    assert unknown.trace[0] == "no right is known: as if the earliest were asked for"


def test_the_trace_says_what_was_beaten_and_claims_no_more_than_is_true() -> None:
    same_day = regime("twin", days(30))
    chosen = completion_due(NOON, Right.ACCESS, [HOUSE, same_day])
    assert chosen.regime == "house"
    assert chosen.trace[-1] == "twin: 2026-12-23 is not earlier"
    assert chosen.trace[0] == "house: received on 2026-11-23 (UTC)"


def test_an_acknowledgement_is_due_five_business_days_after_a_friday() -> None:
    """Policy P16: the fifth business day counted from the next one."""
    friday = datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert acknowledgement_due(friday, LAWS).on == date(2026, 11, 27)


def test_a_mail_of_saturday_is_acknowledged_as_one_of_friday() -> None:
    saturday = datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert acknowledgement_due(saturday, LAWS).on == date(2026, 11, 27)


def test_the_action_of_every_right_is_due_within_30_days_whatever_the_law_gives() -> None:
    """Policy P16 and P17: no law with more time lengthens the promise."""
    for right in Right:
        chosen = completion_due(NOON, right, [HOUSE, regime("ccpa", days(45))])
        assert chosen.on == NOON.date() + timedelta(30)


@pytest.mark.parametrize(
    "laws", [[], [GDPR]], ids=["no law at all", "none that wants an acknowledgement"]
)
def test_without_any_rule_there_is_no_date_to_invent(laws: list[Regime]) -> None:
    with pytest.raises(ValueError, match="no regime"):
        acknowledgement_due(NOON, laws)


def test_of_two_laws_that_end_together_the_name_decides_and_not_their_order() -> None:
    one = due(date(2026, 12, 1), NOON, "gdpr")
    other = due(date(2026, 12, 1), NOON, "ccpa")
    assert earliest([one, other]).regime == earliest([other, one]).regime == "ccpa"


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2027, 3, 5), 1, date(2027, 4, 5)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 1, date(2028, 3, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_a_month_ends_on_the_same_date_or_on_the_last_day(
    start: date, count: int, end: date
) -> None:
    assert add_months(start, count) == end


def test_a_month_is_clamped_first_and_rolled_once_at_the_end() -> None:
    received_at = datetime(2027, 1, 31, 12, tzinfo=UTC)
    chosen = due_under(received_at, GDPR, months(1))
    assert chosen.on == date(2027, 3, 1)  # 28 February is a Sunday
    assert chosen.trace[-1] == "rolled to 2027-03-01, the next working day (XX)"


def test_a_last_day_that_is_a_working_day_does_not_roll() -> None:
    chosen = due_under(datetime(2027, 3, 5, 12, tzinfo=UTC), GDPR, months(1))
    assert (chosen.on, len(chosen.trace)) == (date(2027, 4, 5), 2)


def test_holidays_of_one_place_count_there_and_not_elsewhere() -> None:
    boxing_day = date(2026, 12, 28)
    received_at = datetime(2026, 11, 25, 12, tzinfo=UTC)
    ireland = regime("gdpr", months(1), holidays=calendar(date(2026, 12, 25)))
    england = regime("uk_gdpr", months(1), holidays=calendar(date(2026, 12, 25), boxing_day))
    assert due_under(received_at, ireland, months(1)).on == boxing_day
    assert due_under(received_at, england, months(1)).on == date(2026, 12, 29)


@given(dates, SHORT)
def test_business_days_end_on_a_working_day_after_the_start(start: date, count: int) -> None:
    working = calendar(date(2026, 12, 25))
    end = add_business_days(start, count, working)
    passed = [start + timedelta(n) for n in range(1, (end - start).days + 1)]
    assert sum(working.is_working_day(day) for day in passed) == count
    assert count == 0 or working.is_working_day(end)


@given(dates)
def test_a_day_rolls_to_the_next_working_day_and_no_further(day: date) -> None:
    working = calendar(date(2026, 12, 25))
    rolled = roll(day, working)
    assert working.is_working_day(rolled)
    assert not any(working.is_working_day(day + timedelta(n)) for n in range((rolled - day).days))


def test_a_calendar_without_any_working_day_is_refused_instead_of_searched_for_ever() -> None:
    month = calendar(*(date(2026, 12, 1) + timedelta(n) for n in range(60)))
    with pytest.raises(ValueError, match="no working day"):
        roll(date(2026, 12, 1), month)


def test_a_year_without_holiday_data_is_refused_and_never_guessed() -> None:
    short = calendar(years=range(2026, 2027))
    with pytest.raises(ValueError, match="2027"):
        due_under(
            datetime(2026, 12, 30, tzinfo=UTC),
            regime("law", days(1), holidays=short),
            business_days(5),
        )


@pytest.mark.parametrize(
    ("zone", "day", "ends"),
    [
        ("Europe/Dublin", date(2026, 12, 30), datetime(2026, 12, 31, tzinfo=UTC)),
        ("Europe/Dublin", date(2027, 4, 27), datetime(2027, 4, 27, 23, tzinfo=UTC)),
        ("Asia/Kolkata", date(2027, 1, 31), datetime(2027, 1, 31, 18, 30, tzinfo=UTC)),
        ("America/Los_Angeles", date(2027, 4, 27), datetime(2027, 4, 28, 7, tzinfo=UTC)),
        ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 11, 3), datetime(2018, 11, 4, 3, tzinfo=UTC)),
        ("America/Sao_Paulo", date(2018, 2, 17), datetime(2018, 2, 18, 3, tzinfo=UTC)),
        ("America/Havana", date(2026, 10, 31), datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ],
    ids=[
        "winter",
        "summer",
        "half an hour",
        "west",
        "the day of 25 hours",
        "a midnight that does not exist",
        "a last hour that comes twice",
        "a midnight that comes twice",
    ],
)
def test_a_day_ends_at_local_midnight(zone: str, day: date, ends: datetime) -> None:
    assert end_of_day(day, zone) == ends


@pytest.mark.parametrize(
    ("received_at", "zone", "on"),
    [
        (datetime(2027, 3, 27, 23, 30, tzinfo=UTC), "Europe/Dublin", date(2027, 4, 27)),
        (datetime(2027, 4, 27, 23, 30, tzinfo=UTC), "Europe/Dublin", date(2027, 5, 28)),
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), "Europe/Berlin", date(2026, 11, 25)),
        (datetime(2026, 8, 31, 22, 30, tzinfo=UTC), "Europe/London", date(2026, 9, 30)),
    ],
)
def test_the_day_of_receipt_is_the_local_one(received_at: datetime, zone: str, on: date) -> None:
    assert due_under(received_at, regime("law", months(1), zone=zone), months(1)).on == on


def test_a_local_time_of_receipt_is_refused() -> None:
    with pytest.raises(ValueError, match="received_at"):
        due_under(datetime(2026, 11, 23), HOUSE, days(30))  # noqa: DTZ001
    with pytest.raises(ValueError, match="expires_at"):
        due(date(2026, 11, 23), datetime(2026, 11, 24))  # noqa: DTZ001


def test_a_weekend_and_a_holiday_are_no_working_days() -> None:
    working = calendar(date(2026, 12, 25))
    assert [working.is_working_day(date(2026, 12, day)) for day in (24, 25, 26, 27, 28)] == [
        True, False, False, False, True,
    ]  # fmt: skip
    assert 2026 in EVERY_YEAR
