"""Whether an answer came within seconds of our letter."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.quick_answers import CLOCKS, HELD, QUICK, is_quick

LEFT = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return LEFT + timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [0, 4, 30, -5])
def test_an_answer_within_seconds_is_quick_even_where_two_clocks_differ_a_little(seconds):
    assert is_quick(LEFT, received_at=after(seconds), dated=None)


@pytest.mark.parametrize("seconds", [31, 300, -6])
def test_an_answer_that_took_longer_or_is_older_than_the_letter_is_not(seconds):
    assert not is_quick(LEFT, received_at=after(seconds), dated=None)


def test_an_answer_that_a_server_held_back_is_as_quick_as_its_own_date_says():
    assert is_quick(LEFT, received_at=after(900), dated=after(3))
    assert not is_quick(LEFT, received_at=after(900), dated=after(600))


def test_a_date_says_nothing_of_an_answer_that_came_hours_later():
    assert not is_quick(LEFT, received_at=LEFT + 2 * HELD, dated=after(3))


def test_a_date_far_from_the_truth_makes_no_quick_answer_slow():
    assert is_quick(LEFT, received_at=after(2), dated=LEFT - timedelta(days=9_000))


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="received_at"):
        is_quick(LEFT, received_at=datetime(2026, 5, 4, 9, 0), dated=None)  # noqa: DTZ001 - that is the point


@given(st.timedeltas(min_value=-HELD, max_value=HELD))
def test_without_a_date_only_the_time_taken_counts(taken):
    assert is_quick(LEFT, received_at=LEFT + taken, dated=None) is (-CLOCKS <= taken <= QUICK)
