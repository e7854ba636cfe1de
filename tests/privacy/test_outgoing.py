"""What becomes of a mail that could not be handed over."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import NOON
from privacy.outgoing import (
    BACK_OFF,
    GIVE_UP_AFTER,
    LONGEST_OBEYED_WAIT,
    RECONCILE_FOR,
    may_resend,
    next_attempt,
)

ages = st.timedeltas(min_value=timedelta(0), max_value=GIVE_UP_AFTER - timedelta(seconds=1))
counts = st.integers(min_value=0, max_value=1000)
waits = st.none() | st.timedeltas(min_value=timedelta(days=-1), max_value=timedelta(days=30))


def wait_of(
    attempts: int, age: timedelta = timedelta(0), asked: timedelta | None = None
) -> timedelta:
    following = next_attempt(attempts, queued_at=NOON - age, now=NOON, asked_to_wait=asked)
    assert following.at is not None
    return following.at - NOON


@given(counts, counts, ages)
def test_more_failures_never_shorten_the_wait(one: int, other: int, age: timedelta) -> None:
    fewer, more = sorted((one, other))
    assert wait_of(fewer, age) <= wait_of(more, age)


@given(counts, ages, waits)
def test_the_wait_is_bounded_whatever_the_other_side_asks(
    attempts: int, age: timedelta, asked: timedelta | None
) -> None:
    assert BACK_OFF[0] <= wait_of(attempts, age, asked) <= max(BACK_OFF[-1], LONGEST_OBEYED_WAIT)


@given(counts, ages, st.timedeltas(min_value=timedelta(0), max_value=LONGEST_OBEYED_WAIT))
def test_a_server_s_own_wait_is_obeyed(attempts: int, age: timedelta, asked: timedelta) -> None:
    assert wait_of(attempts, age, asked) >= asked


def test_the_table_is_used_row_by_row() -> None:
    assert tuple(wait_of(attempts) for attempts in range(1, len(BACK_OFF) + 1)) == BACK_OFF


def test_the_times_are_those_that_the_operating_guide_promises() -> None:
    minutes = [wait.total_seconds() / 60 for wait in BACK_OFF]
    assert minutes == [5, 15, 30, 60, 120, 240]
    assert (timedelta(days=5), timedelta(minutes=15)) == (GIVE_UP_AFTER, RECONCILE_FOR)
    assert timedelta(hours=4) == LONGEST_OBEYED_WAIT


def test_the_last_row_repeats() -> None:
    assert wait_of(len(BACK_OFF) + 50) == BACK_OFF[-1]


@given(counts, st.timedeltas(min_value=GIVE_UP_AFTER, max_value=timedelta(days=400)))
def test_it_gives_up_after_five_days_and_says_why(attempts: int, age: timedelta) -> None:
    following = next_attempt(attempts, queued_at=NOON - age, now=NOON)
    assert (following.at, following.reason) == (None, "not-accepted-for-5-days")


def test_a_mail_is_never_resent_while_its_trace_may_still_turn_up() -> None:
    assert not may_resend(NOON, NOON + RECONCILE_FOR - timedelta(microseconds=1))
    assert may_resend(NOON, NOON + RECONCILE_FOR)


def test_local_times_are_refused() -> None:
    local = datetime(2026, 11, 23, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="queued_at"):
        next_attempt(1, queued_at=local, now=NOON)
    with pytest.raises(ValueError, match="uncertain_since"):
        may_resend(local, NOON)
