"""Reads the records of laws into values of the core, checking every field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from privacy.deadlines import Period, PeriodUnit, Regime
from privacy.errors import Permanent
from privacy.rights import Right
from regimes.calendars import load_calendar
from regimes.names import nearest
from regimes.toml_files import read_toml

RECORDS = Path(__file__).with_name("records")
HOUSE = "house"


@dataclass(frozen=True, kw_only=True)
class HousePlace:
    """Where the desk itself works: the house promise counts in this zone (IANA name) and this calendar (code)."""

    zone: str = "UTC"
    calendar: str = "NONE"


@dataclass(frozen=True, kw_only=True)
class RegimeSummary:
    """What people read about a record before they choose it."""

    code: str
    name: str
    version: str
    valid_from: date
    zone: str
    calendar: str


@dataclass(frozen=True, kw_only=True)
class _Record:
    """The fields of a record as they stand in its file."""

    code: str
    name: str
    version: str
    valid_from: date
    zone: str
    calendar: str
    default_period: Mapping[str, Any]
    periods: Mapping[str, Mapping[str, Any]]
    acknowledge: Mapping[str, Any] | None


def load_regimes(codes: Sequence[str], *, house: HousePlace | None = None) -> tuple[Regime, ...]:
    """Return the regimes in the given order; `house` overrides where the house promise counts.

    Holidays are fetched when a period first needs them. Raises Permanent for an unknown code, naming the nearest
    one, for a code given twice, and for a record or place that is not well formed.
    """
    if len(set(codes)) != len(codes):
        raise Permanent("a regime is named twice")
    return tuple(_regime(code, house if code == HOUSE else None) for code in codes)


def list_regimes() -> tuple[RegimeSummary, ...]:
    """Return a summary of every record, ordered by code. Raises Permanent for a record that is not well formed."""
    return tuple(_summary(_record(code)) for code in sorted(_files()))


@cache
def _regime(code: str, place: HousePlace | None) -> Regime:
    record = _record(code)
    zone = _zone(place.zone if place else record.zone)
    return Regime(
        code=record.code,
        name=record.name,
        version=record.version,
        zone=zone,
        calendar=load_calendar(place.calendar if place else record.calendar),
        default_period=_period(record.default_period, code),
        periods={
            _right(name, code): _period(table, code) for name, table in record.periods.items()
        },
        acknowledge=_period(record.acknowledge, code) if record.acknowledge else None,
    )


def _summary(record: _Record) -> RegimeSummary:
    return RegimeSummary(
        code=record.code,
        name=record.name,
        version=record.version,
        valid_from=record.valid_from,
        zone=record.zone,
        calendar=record.calendar,
    )


@cache
def _files() -> Mapping[str, Path]:
    return {path.stem: path for path in RECORDS.glob("*.toml")}


def _record(code: str) -> _Record:
    if code not in _files():
        raise Permanent(f"unknown regime {code!r}{nearest(code, _files())}")
    table = {"periods": {}, "acknowledge": None} | read_toml(_files()[code])
    try:
        record = _Record(**table)
    except TypeError as error:
        raise Permanent(f"regime {code}: {error}") from None
    if record.code != code:
        raise Permanent(f"regime {code}: the record calls itself {record.code}")
    return record


def _period(table: Mapping[str, Any], code: str) -> Period:
    """Return the period; every one names the rule that it is told by."""
    try:
        period = Period(**{**table, "unit": PeriodUnit(table["unit"])})
    except (KeyError, TypeError, ValueError) as error:
        raise Permanent(f"regime {code}: not a period: {error}") from None
    if period.amount < 1 or not period.rule:
        raise Permanent(
            f"regime {code}: a period needs an amount of at least 1 and the name of its rule"
        )
    return period


def _right(name: str, code: str) -> Right:
    try:
        return Right(name)
    except ValueError:
        raise Permanent(f"regime {code}: unknown right {name!r}{nearest(name, Right)}") from None


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Permanent(f"unknown time zone {name!r}") from None
    return name
