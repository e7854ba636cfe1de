"""What the desk keeps no longer goes: never before its period is over, never under a hold, and the certificate says so."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.forgetting import (
    Certificate,
    ClassCount,
    DataClass,
    Deed,
    RetentionClass,
    Why,
    audit_class,
    certificate_text,
    cutoff,
    digest_of_batches,
    digest_of_ids,
    judge,
)

NOW = datetime(2028, 2, 29, 12, tzinfo=UTC)
INSTANTS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - the zone is given apart
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)


def rule(months=0, days=0, name=DataClass.RAW_MAIL):
    return RetentionClass(
        name=name,
        deed=Deed.ERASE_KEY,
        starts="it came",
        source="house rule",
        months=months,
        days=days,
    )


RULES = st.builds(rule, st.integers(0, 120), st.integers(1, 400))


@pytest.mark.parametrize(
    ("now", "months", "last"),
    [
        (NOW, 12, datetime(2027, 2, 28, 12, tzinfo=UTC)),
        (datetime(2027, 3, 31, tzinfo=UTC), 1, datetime(2027, 2, 28, tzinfo=UTC)),
        (datetime(2027, 1, 15, tzinfo=UTC), 1, datetime(2026, 12, 15, tzinfo=UTC)),
        (datetime(2027, 12, 15, tzinfo=UTC), 12, datetime(2026, 12, 15, tzinfo=UTC)),
    ],
)
def test_months_are_counted_back_to_the_same_day_or_to_the_last_of_a_shorter_month(
    now, months, last
):
    assert cutoff(rule(months=months), now) == last


@given(rule=RULES, started=INSTANTS, now=INSTANTS)
def test_what_is_on_hold_never_goes_however_old_it_is(rule, started, now):
    verdict = judge(rule, started, now, on_hold=True)
    assert (verdict.is_due, verdict.why) == (False, Why.ON_HOLD)


@given(days=st.integers(1, 4000), started=INSTANTS, now=INSTANTS)
def test_a_period_of_days_is_over_exactly_when_so_many_days_have_passed(days, started, now):
    over = now - started >= timedelta(days=days)
    assert judge(rule(days=days), started, now, on_hold=False).is_due is over


@given(months=st.integers(1, 120), started=INSTANTS, now=INSTANTS)
def test_a_period_of_months_is_never_over_before_the_shortest_months_have_passed(
    months, started, now
):
    verdict = judge(rule(months=months), started, now, on_hold=False)
    if verdict.is_due:
        whole = (now.year - started.year) * 12 + now.month - started.month
        assert whole >= months
        assert whole > months or now.day >= started.day
    assert verdict.why is (Why.OVER if verdict.is_due else Why.RUNS)


@given(rule=RULES, started=INSTANTS, now=INSTANTS, later=st.timedeltas(min_value=timedelta(0)))
def test_what_is_due_stays_due(rule, started, now, later):
    later = min(later, timedelta(days=10_000))
    if judge(rule, started, now, on_hold=False).is_due:
        assert judge(rule, started, now + later, on_hold=False).is_due


@given(rule=RULES, now=INSTANTS)
def test_the_cut_is_the_last_instant_that_is_due(rule, now):
    cut = cutoff(rule, now)
    assert judge(rule, cut, now, on_hold=False).is_due
    assert not judge(rule, cut + timedelta(microseconds=1), now, on_hold=False).is_due


def test_what_has_not_begun_is_not_due():
    assert judge(rule(days=1), None, NOW, on_hold=False).why is Why.NOT_BEGUN


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ((), DataClass.AUDIT_HOUSE),
        (("Pro",), DataClass.AUDIT_PRO),
        (("pro", "business "), DataClass.AUDIT_BUSINESS),
        (("pro", "enterprise"), DataClass.AUDIT_ENTERPRISE),
        (("pro", ""), DataClass.AUDIT_ENTERPRISE),
        (("platinum",), DataClass.AUDIT_ENTERPRISE),
    ],
)
def test_the_highest_plan_rules_and_an_unknown_one_is_the_highest(plans, expected):
    assert audit_class(plans) is expected


@pytest.mark.parametrize(
    "wrong", [{"months": -1, "days": 40}, {"days": -1, "months": 4}, {}, {"days": 1, "starts": " "}]
)
def test_a_class_without_a_period_or_a_reason_is_refused(wrong):
    fields = {"name": DataClass.DRAFTS, "deed": Deed.EMPTY, "starts": "x", "source": "y"}
    with pytest.raises(ValueError, match="drafts"):
        RetentionClass(**(fields | wrong))


@given(st.lists(st.uuids(), unique=True))
def test_the_digest_of_ids_does_not_depend_on_their_order(ids):
    assert digest_of_ids(ids) == digest_of_ids(reversed(ids))


def test_the_digest_of_batches_depends_on_each_of_them_and_none_have_none():
    one, other = digest_of_ids([UUID(int=1)]), digest_of_ids([UUID(int=2)])
    assert digest_of_batches([]) == ""
    assert len({digest_of_batches(x) for x in ([one], [other], [one, other], [other, one])}) == 4


def test_the_certificate_says_who_destroyed_how_much_of_what_began_before_when():
    count = ClassCount(name=DataClass.DRAFTS, count=3, digest="ab", held=1, before=NOW)
    certificate = Certificate(
        run=UUID(int=7), by="daemon", at=NOW, ended_at=NOW + timedelta(minutes=1), classes=(count,)
    )
    said = json.loads(certificate_text(certificate))
    assert said == {
        "run": str(UUID(int=7)),
        "by": "daemon",
        "at": "2028-02-29T12:00:00+00:00",
        "ended_at": "2028-02-29T12:01:00+00:00",
        "classes": [
            {
                "class": "drafts",
                "count": 3,
                "ids_sha256": "ab",
                "held": 1,
                "begun_before": "2028-02-29T12:00:00+00:00",
            }
        ],
    }
