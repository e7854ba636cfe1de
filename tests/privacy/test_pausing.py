"""Which law waits for whom: identity, scope or fee, asked in time or late; said in one line where it does not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import calendar, hours
from privacy.case_events import Ground
from privacy.clocks import ClockRules, Effect, Waits
from privacy.deadlines import Period, PeriodUnit
from privacy.pausing import why_it_runs_on
from privacy.rights import Right

DAY = timedelta(days=1)
MONDAY = datetime(2027, 3, 1, 10, tzinfo=UTC)
EU = ClockRules(
    code="gdpr",
    zone="Europe/Dublin",
    calendar=calendar(),
    period=Period(amount=1, unit=PeriodUnit.MONTHS, rolls=True, rule="MONTH"),
    acknowledge=(Period(amount=5, unit=PeriodUnit.BUSINESS_DAYS, rule="BDAYS(5)"),),
    waits=Waits(
        identity=Effect.SUSPENDS,
        clarification=Effect.SUSPENDS,
        only_prompt=True,
        only_much_data=True,
    ),
    right=Right.ACCESS,
)
UK = replace(
    EU,
    code="uk_gdpr",
    waits=Waits(
        identity=Effect.RESTARTS,
        fee=Effect.RESTARTS,
        clarification=Effect.PAUSES,
        clarification_rights=frozenset({Right.ACCESS}),
    ),
)
CALIFORNIA = replace(EU, code="ccpa", waits=Waits())


def why(rules: ClockRules, ground: Ground, days: int = 1) -> str | None:
    return why_it_runs_on(rules, ground, received_at=MONDAY, asked_at=MONDAY + days * DAY)


@pytest.mark.parametrize(
    ("rules", "ground", "days", "reason"),
    [
        (EU, Ground.IDENTITY, 1, None),
        (EU, Ground.IDENTITY, 7, None),
        (EU, Ground.IDENTITY, 8, "gdpr waits only for what was asked by 2027-03-08"),
        (EU, Ground.CLARIFICATION, 1, "only where very much data is held"),
        (EU, Ground.MUCH_DATA, 1, None),
        (EU, Ground.FEE, 1, "gdpr does not wait for the fee"),
        (UK, Ground.IDENTITY, 20, None),
        (UK, Ground.FEE, 20, None),
        (UK, Ground.CLARIFICATION, 20, None),
        (UK, Ground.MUCH_DATA, 20, None),
        (replace(UK, right=Right.ERASURE), Ground.CLARIFICATION, 1, "the scope of access only"),
        (CALIFORNIA, Ground.IDENTITY, 1, "ccpa does not wait for the identity"),
        (CALIFORNIA, Ground.MUCH_DATA, 1, "ccpa does not wait for the scope"),
        (replace(EU, period=hours(48)), Ground.IDENTITY, 1, "hours wait for nobody"),
    ],
)
def test_a_law_says_what_it_waits_for(
    rules: ClockRules, ground: Ground, days: int, reason: str | None
) -> None:
    found = why(rules, ground, days)
    assert found is None if reason is None else reason in (found or "")


def test_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="UTC"):
        why_it_runs_on(
            EU,
            Ground.IDENTITY,
            received_at=MONDAY,
            asked_at=datetime(2027, 3, 2),  # noqa: DTZ001 - what is refused
        )


@given(st.sampled_from(Ground), st.integers(0, 60), st.integers(0, 60))
def test_who_asks_earlier_is_never_refused_where_a_later_question_waits(
    ground: Ground, one: int, other: int
) -> None:
    early, late = sorted((one, other))
    for rules in (EU, UK, CALIFORNIA):
        assert why(rules, ground, late) is not None or why(rules, ground, early) is None
