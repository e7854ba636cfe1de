"""The date tables of the domain, counted by the core on our calendars and records."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from privacy.deadlines import (
    Due,
    Period,
    PeriodUnit,
    Regime,
    acknowledgement_due,
    completion_due,
    due_under,
    lane_due,
    look_due,
)
from privacy.rights import Lane, Right, Scope
from regimes import list_regimes, load_calendar, load_regimes

EVERY_LAW = tuple(summary.code for summary in list_regimes())
VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))


def instant(text: str, zone: str) -> datetime:
    """A bare date means noon of that day in its zone."""
    if "T" in text:
        return datetime.fromisoformat(text).astimezone(UTC)
    return datetime.combine(date.fromisoformat(text), time(12), ZoneInfo(zone)).astimezone(UTC)


def counted(vector: dict[str, Any]) -> Due:
    """Count the periods one after the other, each from the end of the one before."""
    received = instant(vector["received"], vector["zone"])
    for amount, unit, rolls in vector["periods"]:
        period = Period(amount=amount, unit=PeriodUnit(unit), rolls=rolls, rule="vector")
        due = due_under(received, regime(vector, period), period)
        received = instant(due.on.isoformat(), vector["zone"])
    return due


def regime(vector: dict[str, Any], period: Period) -> Regime:
    return Regime(
        code="vector",
        name="vector",
        version="1",
        zone=vector["zone"],
        calendar=load_calendar(vector["calendar"]),
        default_period=period,
        periods={},
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_it_counts_every_date_of_the_table(vector):
    due = counted(vector)
    assert due.on.isoformat() == vector["due"]
    if "expires_at" in vector:
        assert due.expires_at == datetime.fromisoformat(vector["expires_at"])


def answer(
    received: str, *codes: str, right: Right = Right.ACCESS, scope: Scope | None = None
) -> tuple[str, str]:
    zone = load_regimes(codes)[0].zone
    due = completion_due(instant(received, zone), right, load_regimes(codes), scope=scope)
    return due.on.isoformat(), due.regime


@pytest.mark.parametrize(
    ("received", "codes", "on", "governs"),
    [
        ("2027-02-10", ("gdpr", "house"), "2027-03-10", "gdpr"),  # G01
        ("2028-01-31", ("gdpr", "house"), "2028-02-29", "gdpr"),  # G02
        ("2027-07-01", ("gdpr", "house"), "2027-07-31", "house"),  # G03
        ("2027-02-10", ("lgpd", "house"), "2027-02-25", "lgpd"),  # G04
        ("2026-11-02", ("ccpa", "house"), "2026-12-02", "house"),  # G05
        ("2027-01-20", ("pipa", "house"), "2027-01-30", "pipa"),  # G06
        ("2027-02-10", ("gdpr", "uk_gdpr", "lgpd", "house"), "2027-02-25", "lgpd"),  # G07
    ],
)
def test_the_earliest_candidate_governs(received, codes, on, governs):
    assert answer(received, *codes) == (on, governs)


@pytest.mark.parametrize(
    ("code", "received", "on"),
    [
        ("gdpr", "2026-11-25", "2026-12-28"),  # A07
        ("uk_gdpr", "2026-11-25", "2026-12-29"),  # A08
        ("ccpa", "2028-01-20", "2028-03-05"),  # F14
        ("lgpd", "2027-02-10", "2027-02-25"),  # F01
        ("quebec", "2027-01-31", "2027-03-02"),  # F02
        ("pipeda", "2027-01-31", "2027-03-02"),
        ("fadp", "2027-02-01", "2027-03-03"),  # F03
        ("pipa", "2027-01-20", "2027-01-30"),  # F05
        ("pdpa", "2027-01-20", "2027-02-19"),  # F06
        ("australia", "2027-03-01", "2027-03-31"),  # F07
        ("dpdp", "2027-06-01", "2027-08-30"),  # F08
        ("us_states", "2026-12-01", "2027-01-15"),  # F09
        ("popia", "2027-03-01", "2027-03-31"),  # F13
        ("india_spdi", "2027-01-31", "2027-02-28"),
    ],
)
def test_each_record_gives_the_date_of_its_law(code, received, on):
    assert answer(received, code) == (on, code)


def objection(received: str, *codes: str, scope: Scope | None = None) -> tuple[str, str]:
    return answer(received, *codes, right=Right.OBJECTION, scope=scope)


def test_an_opt_out_of_sale_in_california_has_its_own_period_and_no_other_objection_has_it():
    sale = objection("2026-12-16", "ccpa", scope=Scope.SALE_SHARING)
    assert sale == ("2027-01-08", "ccpa")  # E08
    for scope in (None, Scope.ANALYTICS):
        assert objection("2026-12-16", "ccpa", scope=scope) == ("2027-01-30", "ccpa")
    assert objection("2026-12-16", "ccpa", "house") == ("2027-01-15", "house")


@pytest.mark.parametrize("code", ["ccpa", "us_states"])
def test_an_opt_out_of_commercial_mail_in_the_united_states_has_ten_business_days(code):
    assert objection("2026-12-23", code, scope=Scope.MARKETING) == ("2027-01-08", code)  # E10


@pytest.mark.parametrize("code", ["pipeda", "quebec"])
def test_an_unsubscribe_in_canada_has_ten_business_days(code):
    assert objection("2026-11-23", code, scope=Scope.MARKETING) == ("2026-12-07", code)


def test_marketing_is_stopped_within_48_hours_whatever_the_law():
    received = datetime(2027, 1, 2, 22, tzinfo=UTC)
    due = completion_due(received, Right.OBJECTION, load_regimes(EVERY_LAW), scope=Scope.MARKETING)
    assert due.regime == "house"
    assert due.expires_at == datetime(2027, 1, 4, 22, tzinfo=UTC)  # I07


def test_a_complaint_in_the_united_kingdom_is_acknowledged_within_30_days():
    received = instant("2026-12-10", "Europe/London")
    due = acknowledgement_due(received, load_regimes(["uk_gdpr"]), lane=Lane.COMPLAINT)
    assert due.on == date(2027, 1, 11)  # E09
    sooner = acknowledgement_due(received, load_regimes(["uk_gdpr", "house"]), lane=Lane.COMPLAINT)
    assert (sooner.regime, sooner.on) == ("house", date(2026, 12, 17))


@pytest.mark.parametrize(
    ("codes", "on", "governs"),
    [
        (("house", "gdpr", "uk_gdpr", "ccpa", "dpdp"), "2027-03-12", "house"),
        (("house", "india_spdi"), "2027-03-10", "india_spdi"),
        (("dpdp",), "2027-05-11", "dpdp"),
    ],
)
def test_a_complaint_has_an_outcome_by_the_promise_or_the_period_of_a_grievance(codes, on, governs):
    due = lane_due(instant("2027-02-10", "UTC"), Lane.COMPLAINT, load_regimes(codes))
    assert (due.on.isoformat(), due.regime) == (on, governs)


@pytest.mark.parametrize(
    ("code", "known", "until"),
    [
        ("gdpr", "2026-12-18T17:40:00+00:00", "2026-12-21T17:40:00+00:00"),  # I01
        ("uk_gdpr", "2026-12-18T17:40:00+00:00", "2026-12-21T17:40:00+00:00"),
        ("india_spdi", "2027-01-01T22:15:00+05:30", "2027-01-02T04:15:00+05:30"),  # I04
        ("dpdp", "2027-02-06T23:50:00+05:30", "2027-02-07T05:50:00+05:30"),  # I06
        ("lgpd", "2026-12-30T12:00:00-03:00", "2027-01-06T00:00:00-03:00"),  # I08
    ],
)
def test_an_incident_has_the_clock_of_its_law_from_arrival(code, known, until):
    received = datetime.fromisoformat(known).astimezone(UTC)
    due = lane_due(received, Lane.SECURITY_INCIDENT, load_regimes([code]))
    assert due.expires_at == datetime.fromisoformat(until)


def test_a_report_about_a_child_is_looked_at_on_the_next_business_day():
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    assert look_due(friday, Lane.CHILDREN, load_regimes(["house"])).on == date(2026, 11, 30)


def test_an_incident_is_looked_at_within_15_minutes_at_any_hour():
    night = datetime(2026, 11, 28, 3, tzinfo=UTC)  # a Saturday
    due = look_due(night, Lane.SECURITY_INCIDENT, load_regimes(EVERY_LAW))
    assert due.expires_at == datetime(2026, 11, 28, 3, 15, tzinfo=UTC)
