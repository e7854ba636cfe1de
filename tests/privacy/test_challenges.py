"""To whom a challenge goes, how long it lives, and what answers it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import ANNE, MALLORY, NOON, calendar
from privacy.challenges import (
    LIFE,
    Answer,
    ChallengePlan,
    ChallengeState,
    ClockEffect,
    FixedDate,
    challenge_address,
    clock_effect,
    judge_answer,
    judge_challenge,
    plan_challenge,
)
from privacy.clocks import Effect
from privacy.messages import Authenticity, AuthenticityLevel
from privacy.screening import Kind

ACCOUNT = "anne.asks@work.example"
ALIGNED = Authenticity(checked=True, level=AuthenticityLevel.ALIGNED, dmarc="pass")
WEAK = Authenticity(checked=True, level=AuthenticityLevel.WEAK)
FINE = Answer(kind=Kind.PERSON, sender=ANNE, authenticity=ALIGNED, asked=ANNE)


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ((), ANNE),
        ((ACCOUNT,), ACCOUNT),
        ((ACCOUNT, ACCOUNT.upper()), ACCOUNT),
        ((ACCOUNT, MALLORY), ANNE),
        ((ANNE.upper(),), ANNE),
        ((ANNE, ACCOUNT), ANNE),
    ],
)
def test_exactly_one_address_is_asked(named: tuple[str, ...], asked: str) -> None:
    assert challenge_address(ANNE, named) == asked


def fixed(due_on: date) -> FixedDate:
    return FixedDate(due_on=due_on, zone="UTC", calendar=calendar())


def test_it_lives_fourteen_days_and_reminds_in_their_middle() -> None:
    plan = plan_challenge(NOON, "UTC", [])
    assert plan is not None
    assert plan.expires_on == date(2026, 12, 7)
    assert plan.expires_at == datetime(2026, 12, 8, tzinfo=UTC)
    assert plan.remind_at == NOON + (plan.expires_at - NOON) / 2


def test_it_ends_two_working_days_before_a_date_that_does_not_wait() -> None:
    """Korea's ten days end on a Thursday: Tuesday is the last day for an answer."""
    plan = plan_challenge(NOON, "UTC", [fixed(date(2026, 12, 31)), fixed(date(2026, 12, 3))])
    assert plan is not None
    assert plan.expires_on == date(2026, 12, 1)


def test_a_short_life_has_no_reminder_and_one_without_a_day_is_none() -> None:
    short = plan_challenge(NOON, "UTC", [fixed(date(2026, 11, 27))])
    assert short is not None
    assert short.remind_at is None
    assert plan_challenge(NOON, "UTC", [fixed(date(2026, 11, 25))]) is None


def test_its_days_are_those_of_its_zone() -> None:
    late = datetime(2026, 11, 23, 20, tzinfo=UTC)
    plan = plan_challenge(late, "Asia/Kolkata", [])
    assert plan is not None
    assert plan.expires_on == date(2026, 12, 8)
    with pytest.raises(ValueError, match="asked_at"):
        replace(plan, asked_at=late.replace(tzinfo=None))


@given(st.lists(st.dates(date(2026, 11, 20), date(2027, 3, 1)), max_size=4))
def test_it_is_over_in_time_to_close_and_never_lives_longer_than_promised(
    dates: list[date],
) -> None:
    plan: ChallengePlan | None = plan_challenge(NOON, "UTC", [fixed(day) for day in dates])
    if plan is None:
        assert min(dates) <= date(2026, 11, 26)
        return
    assert NOON.date() < plan.expires_on <= NOON.date() + LIFE
    assert all(day - plan.expires_on >= timedelta(days=2) for day in dates)
    assert plan.remind_at is None or NOON < plan.remind_at < plan.expires_at


@pytest.mark.parametrize(
    ("effects", "told"),
    [
        ((), ClockEffect.RUNS),
        ((Effect.SUSPENDS,), ClockEffect.WAITS),
        ((Effect.RESTARTS,), ClockEffect.STARTS),
        ((Effect.SUSPENDS, Effect.RESTARTS), ClockEffect.WAITS),
        ((Effect.SUSPENDS, Effect.RUNS), ClockEffect.RUNS),
        ((Effect.PAUSES,), ClockEffect.WAITS),
    ],
)
def test_a_person_is_told_what_holds_under_every_law(
    effects: tuple[Effect, ...], told: ClockEffect
) -> None:
    assert clock_effect(effects) is told


def test_a_person_who_answers_from_the_asked_address_is_heard() -> None:
    assert judge_answer(FINE).accepted
    assert judge_answer(replace(FINE, sender=ANNE.upper())).accepted


def test_where_senders_are_not_checked_the_code_alone_shows_who_read_the_mail() -> None:
    assert judge_answer(replace(FINE, authenticity=Authenticity())).accepted


REFUSED = {
    "no-such-code": {"asked": None},
    "no-believable-sender": {"sender": None},
    "another-sender": {"sender": MALLORY},
    "only-in-a-forwarded-mail": {"only_forwarded": True},
    "sender-not-aligned": {"authenticity": WEAK},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_nobody_else_is_heard(reason: str) -> None:
    verdict = judge_answer(replace(FINE, **REFUSED[reason]))
    assert not verdict.accepted
    assert verdict.reason == reason


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.PERSON])
def test_no_machine_answers_for_a_person(kind: Kind) -> None:
    """An absence note quotes the letter with its code, and nobody has read it."""
    assert judge_answer(replace(FINE, kind=kind)).reason == "not-written-by-a-person"


def test_a_challenge_is_answered_once_and_in_time() -> None:
    end = NOON + timedelta(days=1)
    assert judge_challenge(ChallengeState.OPEN, expires_at=end, now=NOON).accepted
    assert not judge_challenge(ChallengeState.OPEN, expires_at=end, now=end).accepted
    assert not judge_challenge(ChallengeState.VOID, expires_at=end, now=NOON).accepted
    used = judge_challenge(ChallengeState.USED, expires_at=end, now=NOON)
    assert (used.accepted, used.reason) == (False, "used-before")


def test_addresses_are_in_no_repr() -> None:
    assert ANNE not in repr(FINE)
