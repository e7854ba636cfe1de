"""Clocks wait, begin anew and are extended as their law says; the properties hold for any history."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.clocks import (
    ClockEvent,
    ClockRules,
    ClockState,
    Effect,
    EventKind,
    Waits,
    earliest_to_take_effect,
    last_day_to_send,
    run_clock,
)
from privacy.deadlines import BusinessCalendar, Period, PeriodUnit
from privacy.rights import Right

DAY = timedelta(days=1)
ASKED, PROVED = EventKind.IDENTITY_ASKED, EventKind.IDENTITY_PROVED
SCOPE, CLARIFIED = EventKind.CLARIFICATION_ASKED, EventKind.CLARIFIED
TOLD = EventKind.EXTENSION_NOTIFIED
FEE, PAID = EventKind.FEE_ASKED, EventKind.FEE_PAID
YEARS = range(2026, 2036)


def calendar(*holidays: date) -> BusinessCalendar:
    return BusinessCalendar(code="T", version="1", holidays=frozenset(holidays), years=YEARS)


def days(amount: int, rule: str = "DAYS") -> Period:
    return Period(amount=amount, unit=PeriodUnit.DAYS, rule=rule)


MONTH = Period(amount=1, unit=PeriodUnit.MONTHS, rolls=True, rule="MONTH")
THREE = Period(amount=3, unit=PeriodUnit.MONTHS, rolls=True, rule="MONTH+2")
PROMISE = Period(amount=5, unit=PeriodUnit.BUSINESS_DAYS, rule="BDAYS(5)")
EU = ClockRules(
    code="gdpr",
    zone="Europe/Dublin",
    calendar=calendar(),
    period=MONTH,
    acknowledge=(PROMISE,),
    extension=THREE,
    waits=Waits(
        identity=Effect.SUSPENDS,
        clarification=Effect.SUSPENDS,
        only_prompt=True,
        only_much_data=True,
    ),
    right=Right.ACCESS,
)
UK = ClockRules(
    code="uk_gdpr",
    zone="Europe/London",
    calendar=calendar(),
    period=MONTH,
    acknowledge=(PROMISE,),
    extension=THREE,
    waits=Waits(
        identity=Effect.RESTARTS,
        fee=Effect.RESTARTS,
        clarification=Effect.PAUSES,
        clarification_rights=frozenset({Right.ACCESS}),
    ),
    right=Right.ACCESS,
)
PLAIN = ClockRules(
    code="ccpa",
    zone="America/Los_Angeles",
    calendar=calendar(),
    period=days(45, "DAYS(45)"),
    acknowledge=(PROMISE,),
)
SWISS = ClockRules(
    code="fadp",
    zone="Europe/Zurich",
    calendar=calendar(),
    period=days(30, "DAYS(30)"),
    acknowledge=(PROMISE,),
    waits=Waits(fee=Effect.DELAYS, thinking_days=10),
)
HOUSE = ClockRules(
    code="house",
    zone="UTC",
    calendar=calendar(),
    period=days(30, "HOUSE"),
    acknowledge=(PROMISE,),
    waits=Waits(identity=Effect.SUSPENDS, clarification=Effect.SUSPENDS, only_prompt=True),
)
LAWS = (EU, UK, PLAIN, SWISS, HOUSE)
MONDAY = date(2027, 3, 1)


def at(*happened: tuple[EventKind, int], since: date = MONDAY) -> list[ClockEvent]:
    return [ClockEvent(kind=kind, on=since + after * DAY) for kind, after in happened]


def clock(
    rules: ClockRules, *happened: tuple[EventKind, int], much_data: bool = False
) -> ClockState:
    return run_clock(MONDAY, rules, at(*happened), much_data=much_data)


def test_a_question_with_its_answer_adds_its_days_in_the_union() -> None:
    state = clock(EU, (ASKED, 1), (PROVED, 8))
    assert (state.due, state.rule) == (date(2027, 4, 8), "EU-SUSPEND")


def test_days_on_which_two_questions_were_open_are_added_once() -> None:
    state = clock(EU, (ASKED, 1), (SCOPE, 1), (PROVED, 5), (CLARIFIED, 8), much_data=True)
    assert state.due == date(2027, 4, 8)


def test_days_before_the_period_runs_are_not_left_out_of_it() -> None:
    """Identity and scope were asked for together: only what lies after the proof is paused."""
    state = clock(UK, (ASKED, 1), (SCOPE, 1), (PROVED, 7), (CLARIFIED, 11))
    assert state.due == date(2027, 4, 13)


def test_a_late_question_suspends_nothing_and_says_so() -> None:
    state = clock(EU, (ASKED, 8), (PROVED, 20))
    assert (state.due, state.rule) == (date(2027, 4, 1), "EU-SUSPEND (refused)")
    assert any("not without undue delay" in step for step in state.trace)


def test_scope_where_there_is_little_data_suspends_nothing() -> None:
    state = clock(EU, (SCOPE, 1), (CLARIFIED, 8))
    assert (state.due, state.rule) == (date(2027, 4, 1), "EU-SUSPEND (refused)")


def test_silence_leaves_the_unsuspended_date_in_the_union() -> None:
    state = clock(EU, (ASKED, 1))
    assert (state.due, state.rule, state.closing_by) == (date(2027, 4, 1), "MONTH", None)


@pytest.mark.parametrize("question", [ASKED, SCOPE, FEE])
def test_while_the_person_is_silent_no_period_runs_in_the_united_kingdom(question) -> None:
    state = clock(UK, (question, 2))
    assert (state.due, state.expires_at, state.target) == (None, None, None)
    assert state.closing_by == MONDAY + 32 * DAY


def test_the_latest_of_identity_and_fee_begins_the_month() -> None:
    state = clock(UK, (ASKED, 1), (PROVED, 9), (FEE, 1), (PAID, 12))
    assert (state.due, state.rule) == (date(2027, 4, 13), "UK-RESTART")


def test_an_earlier_answer_begins_nothing_anew() -> None:
    assert clock(UK, (ASKED, 1), (PROVED, 9), (FEE, 1), (PAID, 3)).due == date(2027, 4, 12)


def test_an_answer_that_nobody_asked_for_begins_the_month_as_well() -> None:
    assert clock(UK, (PROVED, 3)).due == date(2027, 4, 5)


def test_a_pause_is_for_access_only() -> None:
    erasure = ClockRules(**{**vars(UK), "right": Right.ERASURE})
    state = clock(erasure, (SCOPE, 2), (CLARIFIED, 9))
    assert (state.due, state.rule) == (date(2027, 4, 1), "UK-PAUSE (refused)")


def test_a_pause_counts_both_ends_and_its_target_is_a_day_earlier() -> None:
    state = clock(UK, (SCOPE, 2), (CLARIFIED, 9))
    assert (state.due, state.target) == (date(2027, 4, 9), date(2027, 4, 6))


def test_a_cost_is_thought_about_before_the_period_begins() -> None:
    state = clock(SWISS, (FEE, 2))
    assert (state.due, state.rule) == (MONDAY + 42 * DAY, "DAYS(10)+DAYS(30)")


def test_a_law_that_waits_for_nothing_says_so() -> None:
    state = clock(PLAIN, (ASKED, 1), (PROVED, 29))
    assert (state.due, state.rule) == (MONDAY + 45 * DAY, "DAYS(45), no pause")


def test_the_promise_of_the_house_waits_under_its_own_name() -> None:
    assert clock(HOUSE, (ASKED, 1), (PROVED, 4)).rule == "HOUSE"
    assert clock(HOUSE, (ASKED, 1), (PROVED, 4)).due == MONDAY + 33 * DAY


def test_an_extension_counts_from_the_original_start_and_only_when_told_in_time() -> None:
    assert clock(EU, (TOLD, 31)).due == date(2027, 6, 1)
    late = clock(EU, (TOLD, 32))
    assert (late.due, late.rule) == (date(2027, 4, 1), "MONTH+2 (refused)")
    assert late.extension_latest == date(2027, 4, 1)


def test_the_trace_tells_the_period_in_words() -> None:
    assert clock(EU).trace[-1] == "MONTH: 1 month from 2027-03-01, until 2027-04-01"
    assert (
        clock(PLAIN, (ASKED, 1)).trace[-1] == "DAYS(45): 45 days from 2027-03-01, until 2027-04-15"
    )


def test_an_extension_gives_its_name_to_the_date() -> None:
    longer = ClockRules(**{**vars(PLAIN), "extension": days(90, "DAYS(90)")})
    assert clock(longer, (ASKED, 1), (TOLD, 45)).rule == "DAYS(90)"


def test_a_law_without_a_longer_period_is_not_extended() -> None:
    state = clock(SWISS, (TOLD, 5))
    assert (state.due, state.extension_latest) == (MONDAY + 30 * DAY, None)


def test_a_last_day_without_work_rolls_and_the_trace_tells_it() -> None:
    rules = ClockRules(**{**vars(EU), "calendar": calendar(date(2027, 4, 1))})
    state = run_clock(MONDAY, rules, [])
    assert state.due == date(2027, 4, 2)
    assert any("rolled to 2027-04-02" in step for step in state.trace)


def test_a_month_is_planned_for_day_28() -> None:
    assert run_clock(date(2027, 7, 5), EU, []).target == date(2027, 8, 2)


def test_a_period_in_hours_is_no_matter_of_days() -> None:
    hours = Period(amount=48, unit=PeriodUnit.HOURS, rule="HOURS(48)")
    with pytest.raises(ValueError, match="hours"):
        run_clock(MONDAY, ClockRules(**{**vars(PLAIN), "period": hours}), [])


def test_thirty_full_days_lie_between_the_last_acceptance_and_the_effect() -> None:
    assert earliest_to_take_effect(date(2027, 1, 15)) == date(2027, 2, 15)
    assert earliest_to_take_effect(date(2027, 1, 18)) == date(2027, 2, 18)
    assert last_day_to_send(date(2027, 3, 1)) == date(2027, 1, 29)
    assert last_day_to_send(date(2028, 3, 1)) == date(2028, 1, 30)


# What holds for any history

RECEIVED = st.dates(date(2026, 6, 1), date(2030, 12, 31))
HAPPENED = st.lists(st.tuples(st.sampled_from(EventKind), st.integers(0, 120)), max_size=8)
RULES = st.sampled_from(LAWS)


@given(RECEIVED, RULES, HAPPENED, st.booleans())
def test_every_history_has_a_date_or_a_day_on_which_silence_ends_it(
    received, rules, happened, much
) -> None:
    state = run_clock(received, rules, at(*happened, since=received), much_data=much)
    assert (state.due is None) is (state.closing_by is not None)
    assert state.due is None or state.due > received
    assert state.trace
    assert state.rule


@given(RECEIVED, RULES, HAPPENED, st.randoms())
def test_the_order_in_which_events_are_told_does_not_matter(
    received, rules, happened, random
) -> None:
    events = at(*dict(happened).items(), since=received)
    shuffled = list(events)
    random.shuffle(shuffled)
    days_told = [event.on for event in events]
    if len(set(days_told)) == len(days_told):
        assert run_clock(received, rules, shuffled) == run_clock(received, rules, events)


@given(RECEIVED, RULES, st.integers(1, 400))
def test_a_later_receipt_never_gives_an_earlier_date(received, rules, later) -> None:
    first, second = run_clock(received, rules, []), run_clock(received + later * DAY, rules, [])
    assert first.due is not None
    assert second.due is not None
    assert first.due <= second.due


@given(RECEIVED, st.sampled_from((EU, UK)), st.sets(st.integers(1, 60), max_size=8))
def test_a_holiday_more_never_shortens_a_period(received, rules, free: set[int]) -> None:
    more = calendar(*(received + day * DAY for day in free))
    plain = run_clock(received, rules, [])
    longer = run_clock(received, ClockRules(**{**vars(rules), "calendar": more}), [])
    assert plain.due is not None
    assert longer.due is not None
    assert longer.due >= plain.due


@given(RECEIVED, st.integers(0, 5), st.integers(0, 60))
def test_waiting_keeps_the_days_that_were_left(received, asked: int, waited: int) -> None:
    """Before the roll: what was left when the question went out is left when the answer comes."""
    events = at((ASKED, asked), (PROVED, asked + waited), since=received)
    plain, waiting = run_clock(received, HOUSE, []), run_clock(received, HOUSE, events)
    assert plain.due is not None
    assert waiting.due == plain.due + waited * DAY


@given(RECEIVED, RULES, HAPPENED, st.integers(0, 200))
def test_an_extension_never_ends_later_than_the_longest_period_and_the_waiting(
    received, rules, happened, told
) -> None:
    events: Sequence[ClockEvent] = at(*happened, since=received)
    extended = run_clock(received, rules, [*events, *at((TOLD, told), since=received)])
    plain = run_clock(received, rules, events)
    if plain.due is not None and extended.due is not None:
        assert plain.due <= extended.due <= plain.due + 100 * DAY


@given(RECEIVED, RULES, HAPPENED)
def test_the_work_target_is_a_working_day_before_the_last_day(received, rules, happened) -> None:
    state = run_clock(received, rules, at(*happened, since=received))
    if state.due is not None and state.target is not None:
        assert state.target <= state.due - 2 * DAY
        assert rules.calendar.is_working_day(state.target)
