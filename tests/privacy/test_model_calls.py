"""What calls cost, when nobody is asked for a while, and what the ledger tells about agreement."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from privacy.agreement import WEEK, agreement_of
from privacy.model_calls import WORTH_ANOTHER, Breaker, CallOutcome, ModelCall, Prices, Spent
from privacy.zero_retention import Assurance, Endpoint

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAUSE = timedelta(minutes=5)
HERE = Endpoint(host="127.0.0.1:1", region="local", model="m", assurance=Assurance.LOCAL)
CALL = ModelCall(
    call_id=UUID(int=1),
    inbound_id=None,
    started_at=NOW - timedelta(days=1),
    endpoint=HERE,
    shadow=True,
    text_key=b"k",
    cost=5,
    outcome=CallOutcome.HEARD,
)


def test_costs_are_rounded_up_so_that_a_budget_is_never_overdrawn():
    prices = Prices(tokens_in=100_000, tokens_out=500_000)
    assert prices.cost(Spent(tokens_in=1_000_000, tokens_out=1_000_000)) == 600_000
    assert prices.cost(Spent(tokens_in=1)) == 1
    assert prices.cost(Spent()) == 0


def test_after_so_many_failures_in_a_row_nobody_is_asked_for_a_while():
    breaker = Breaker(limit=3, pause=PAUSE)
    assert not breaker.is_open(NOW)
    breaker = breaker.after([CallOutcome.TIMEOUT, CallOutcome.OVERLOADED], NOW)
    assert not breaker.is_open(NOW)
    breaker = breaker.after([CallOutcome.UNREACHABLE], NOW)
    assert breaker.is_open(NOW)
    assert breaker.is_open(NOW + PAUSE - timedelta(seconds=1))
    assert not breaker.is_open(NOW + PAUSE)


def test_an_answer_closes_it_and_failures_count_from_the_start():
    breaker = Breaker(limit=2, pause=PAUSE).after([CallOutcome.TIMEOUT, CallOutcome.HEARD], NOW)
    assert not breaker.after([CallOutcome.TIMEOUT], NOW).is_open(NOW)
    opened = breaker.after([CallOutcome.REJECTED], NOW)
    assert opened.is_open(NOW)
    assert not opened.after([CallOutcome.HEARD], NOW).is_open(NOW)


def test_a_refused_key_opens_it_at_once():
    assert Breaker(limit=100, pause=PAUSE).after([CallOutcome.REJECTED], NOW).is_open(NOW)


@pytest.mark.parametrize(
    "outcome",
    [
        CallOutcome.REFUSED,
        CallOutcome.TRUNCATED,
        CallOutcome.INVALID,
        CallOutcome.STOPPED,
        CallOutcome.NOT_ASKED,
    ],
)
def test_what_one_text_brings_about_says_nothing_of_the_other_side(outcome):
    assert not Breaker(limit=1, pause=PAUSE).after([outcome] * 9, NOW).is_open(NOW)


def test_a_refusal_and_a_cut_answer_are_not_asked_for_again():
    assert not WORTH_ANOTHER & {CallOutcome.REFUSED, CallOutcome.TRUNCATED, CallOutcome.REJECTED}


def test_a_call_begins_at_an_instant_with_a_zone():
    with pytest.raises(ValueError):
        replace(CALL, started_at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_report_counts_answers_agreement_and_what_would_change():
    calls = [
        CALL,
        replace(CALL, changes=("+access", "unsure"), spent=Spent(tokens_in=3, tokens_out=4)),
        replace(CALL, changes=("+access",), started_at=NOW - WEEK - timedelta(days=1)),
        replace(CALL, outcome=CallOutcome.TIMEOUT),
        replace(CALL, outcome=CallOutcome.CACHED, changes=("+access",)),
    ]
    report = agreement_of(calls, now=NOW, weeks=2)
    assert (report.calls, report.answered, report.agreed) == (5, 3, 1)
    assert report.outcomes == {"heard": 3, "cached": 1, "timeout": 1}
    assert list(report.outcomes) == ["heard", "cached", "timeout"]
    assert report.changes == {"+access": 2, "unsure": 1}
    assert report.share == pytest.approx(1 / 3)
    assert [(week.answered, week.agreed) for week in report.weeks] == [(1, 0), (2, 1)]
    assert report.drift == pytest.approx(0.5)
    assert (report.tokens_in, report.tokens_out, report.cost) == (3, 4, 25)


def test_without_answers_there_is_no_share_and_no_drift():
    report = agreement_of([], now=NOW, weeks=2)
    assert report.share is None
    assert report.drift is None
    assert agreement_of([CALL], now=NOW, weeks=2).drift is None
    assert agreement_of([CALL], now=NOW, weeks=1).drift is None
    earlier = replace(CALL, started_at=NOW - WEEK - timedelta(days=1))
    assert agreement_of([earlier], now=NOW, weeks=2).drift is None
