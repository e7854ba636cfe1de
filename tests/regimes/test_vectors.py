"""The date tables of the domain, counted by the core on our calendars and records."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from privacy.deadlines import Due, Period, PeriodUnit, Regime, completion_due, due_under
from privacy.rights import Right
from regimes import load_calendar, load_regimes

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


def answer(received: str, *codes: str, right: Right = Right.ACCESS) -> tuple[str, str]:
    zone = load_regimes(codes)[0].zone
    due = completion_due(instant(received, zone), right, load_regimes(codes))
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
        ("singapore", "2027-01-20", "2027-02-19"),  # F06
        ("australia", "2027-03-01", "2027-03-31"),  # F07
        ("dpdp", "2027-06-01", "2027-08-30"),  # F08
        ("us_states", "2026-12-01", "2027-01-15"),  # F09
        ("popia", "2027-03-01", "2027-03-31"),  # F13
        ("india_spdi", "2027-01-31", "2027-02-28"),
    ],
)
def test_each_record_gives_the_date_of_its_law(code, received, on):
    assert answer(received, code) == (on, code)


def test_an_opt_out_in_california_has_its_own_period():
    assert answer("2026-12-16", "ccpa", right=Right.OBJECTION) == ("2027-01-08", "ccpa")  # E08
