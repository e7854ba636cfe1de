"""Thirty full days lie between the last Owner's notice and the effective day, or nobody publishes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.notice_gate import (
    FULL_DAYS,
    LateChoice,
    SendingPlan,
    Told,
    choices_for,
    is_left_out,
    local_day,
    refusal_of,
    standing_of,
    told_before,
)

ZONES = st.sampled_from(["UTC", "Asia/Kolkata", "Europe/Dublin", "Pacific/Kiritimati"])
DAYS = st.dates(date(2026, 1, 1), date(2035, 1, 1))
INSTANTS = st.integers(0, 9 * 365 * 24).map(
    lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)


def plan(**more):
    made = {
        "owners": 1000,
        "per_hour": 500,
        "starts_at": datetime(2027, 1, 15, 9, tzinfo=UTC),
        "zone": "Asia/Kolkata",
    }
    return SendingPlan(**(made | more))


def test_the_earliest_day_counts_from_the_last_notice_in_the_zone_of_the_policy():
    assert plan().ends_at == datetime(2027, 1, 15, 11, tzinfo=UTC)
    assert plan().earliest == date(2027, 2, 15)
    late = plan(starts_at=datetime(2027, 1, 15, 17, tzinfo=UTC))  # 00:30 on the 16th in Kolkata
    assert late.earliest == date(2027, 2, 16)


def test_an_earlier_day_is_refused_with_the_reason_and_the_day_that_is_possible():
    assert refusal_of(date(2027, 2, 15), plan()) is None
    reason = refusal_of(date(2027, 2, 14), plan())
    assert reason is not None
    assert "1000 Owners at 500 an hour" in reason
    assert "2027-02-15" in reason


@pytest.mark.parametrize("wrong", [{"owners": -1}, {"per_hour": 0}])
def test_there_is_no_plan_without_a_rate(wrong):
    with pytest.raises(ValueError):
        plan(**wrong)


@given(DAYS, DAYS)
def test_in_time_means_thirty_full_days(on, effective_on):
    told = Told(on=on, effective_on=effective_on)
    assert told.in_time == (effective_on >= on + timedelta(days=31))
    assert told.in_time == (told.days_before >= FULL_DAYS)


@given(INSTANTS, ZONES, st.integers(0, 10**6), st.integers(1, 10**6))
def test_whoever_is_told_as_planned_is_told_in_time(starts_at, zone, owners, per_hour):
    made = plan(starts_at=starts_at, zone=zone, owners=owners, per_hour=per_hour)
    told = Told(on=local_day(made.ends_at, zone), effective_on=made.earliest)
    assert told.in_time
    assert refusal_of(made.earliest, made) is None
    assert refusal_of(made.earliest - timedelta(days=1), made) is not None


@given(INSTANTS, ZONES, st.integers(25, 40))
def test_the_bound_for_the_database_says_the_same_as_the_days(told_at, zone, days):
    on = local_day(told_at, zone)
    effective_on = on + timedelta(days=days)
    in_time = Told(on=on, effective_on=effective_on).in_time
    assert (told_at < told_before(effective_on, zone)) == in_time


@given(
    st.lists(
        st.tuples(
            st.builds(
                Told,
                on=st.none() | DAYS,
                effective_on=DAYS,
                joined=st.booleans(),
                decided=st.booleans(),
            ),
            st.integers(1, 50),
        ),
        max_size=30,
    )
)
def test_publication_waits_exactly_for_those_who_hold_it(owners):
    standing = standing_of(owners)
    assert standing.may_publish == (not any(told.holds for told, _ in owners))
    counted = standing.in_time + standing.joined + standing.late + standing.not_told
    assert counted + standing.decided == sum(number for _, number in owners)


def test_a_joiner_has_had_their_notice_and_moves_nothing():
    effective = date(2027, 3, 1)
    standing = standing_of(
        [
            (Told(on=date(2027, 1, 10), effective_on=effective), 5),
            (Told(on=date(2027, 2, 28), effective_on=effective, joined=True), 2),
        ]
    )
    assert standing.may_publish
    assert (standing.in_time, standing.joined) == (5, 2)
    assert standing.last_told_on == date(2027, 1, 10)


def test_one_who_was_told_late_can_be_decided_about_in_three_ways():
    told = Told(on=date(2027, 1, 18), effective_on=date(2027, 2, 15))
    assert choices_for(told, date(2027, 1, 20)) == (
        (LateChoice.MOVE_ALL, date(2027, 2, 18)),
        (LateChoice.MOVE_WORKSPACE, date(2027, 2, 18)),
        (LateChoice.OTHERWISE_TOLD, None),
    )
    nobody = Told(on=None, effective_on=date(2027, 2, 15))
    assert choices_for(nobody, date(2027, 1, 20))[0] == (LateChoice.MOVE_ALL, date(2027, 2, 20))
    assert nobody.days_before is None
    assert not nobody.in_time


def test_who_was_told_in_time_or_decided_about_leaves_nothing_to_decide():
    effective = date(2027, 3, 1)
    for told in (
        Told(on=date(2027, 1, 10), effective_on=effective),
        Told(on=None, effective_on=effective, decided=True),
        Told(on=None, effective_on=effective, joined=True),
    ):
        assert choices_for(told, date(2027, 1, 20)) == ()


@pytest.mark.parametrize(
    ("since", "left_out"),
    [
        (None, False),
        (date(2027, 1, 29), True),
        (date(2027, 1, 30), False),
        (date(2027, 2, 5), False),
    ],
)
def test_a_cancelled_workspace_is_left_out_once_its_data_is_gone_before_the_day(since, left_out):
    assert is_left_out(since, timedelta(days=30), date(2027, 3, 1)) is left_out
