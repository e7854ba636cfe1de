"""Reads the records of laws into values of the core, checking every field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from privacy.deadlines import (
    ELAPSED,
    Asked,
    BusinessCalendar,
    LanePeriods,
    Period,
    PeriodUnit,
    Regime,
)
from privacy.errors import Permanent
from privacy.rights import Lane, Right, Scope
from regimes.calendars import load_calendar
from regimes.names import nearest
from regimes.toml_files import read_toml, standing_in

RECORDS = Path(__file__).with_name("records")
HOUSE = "house"
STATES = "us_states"
Word = TypeVar("Word", bound=StrEnum)


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
class Record:
    """The fields of a record as they stand in its file; `no_appeal` takes back the appeal of all states.

    `rights` are those that the law gives; below `child_under` years a parent acts; `languages` are those of which one is
    owed to the person, empty where the law says none.
    """

    code: str
    name: str
    version: str
    valid_from: date
    zone: str
    calendar: str
    default_period: Mapping[str, Any]
    periods: Mapping[str, Mapping[str, Any]]
    acknowledge: Mapping[str, Any] | None
    lanes: Mapping[str, Mapping[str, Any]]
    extension: Mapping[str, Any] | None = None
    waits: Mapping[str, Any] | None = None
    appeal: Mapping[str, Any] | None = None
    appeal_extension: Mapping[str, Any] | None = None
    no_appeal: bool = False
    rights: Sequence[str] = ()
    rights_source: str = ""
    child_under: int | None = None
    languages: Sequence[str] = ()


def load_regimes(codes: Sequence[str], *, house: HousePlace | None = None) -> tuple[Regime, ...]:
    """Return the regimes in the given order; `house` overrides where the house promise counts.

    Holidays are fetched when a period first needs them. Raises Permanent for an unknown code, naming the nearest
    one, for a code given twice, and for a record or place that is not well formed, with its file and line.
    """
    if len(set(codes)) != len(codes):
        raise Permanent("a regime is named twice")
    return tuple(_regime(code, house if code == HOUSE else None) for code in codes)


def list_regimes() -> tuple[RegimeSummary, ...]:
    """Return a summary of every record, ordered by code. Raises Permanent for a record that is not well formed."""
    return tuple(_summary(record_of(code)) for code in sorted(_files()))


@cache
def _regime(code: str, place: HousePlace | None) -> Regime:
    record = record_of(code)
    zone, calendar = place_of(record, place)
    return Regime(
        code=record.code,
        name=record.name,
        version=record.version,
        zone=zone,
        calendar=calendar,
        default_period=period_of(record.default_period, code, "default_period"),
        periods=_periods(record),
        acknowledge=period_of(record.acknowledge, code, "acknowledge")
        if record.acknowledge
        else None,
        lanes=_lanes(record),
    )


def place_of(record: Record, place: HousePlace | None) -> tuple[str, BusinessCalendar]:
    if place is not None:  # from the settings, which are no record
        return check_zone(place.zone), load_calendar(place.calendar)
    with standing_at(record.code, "zone"):
        zone = check_zone(record.zone)
    with standing_at(record.code, "calendar"):
        return zone, load_calendar(record.calendar)


def _summary(record: Record) -> RegimeSummary:
    return RegimeSummary(
        code=record.code,
        name=record.name,
        version=record.version,
        valid_from=record.valid_from,
        zone=record.zone,
        calendar=record.calendar,
    )


def _table(code: str) -> dict[str, Any]:
    """Return the tables of a record; a state's are those of all states with what differs."""
    table = read_toml(_file_of(code))
    each = table.pop("states", {})
    return table if code in _files() else table | {"code": code} | each[code]


@cache
def states() -> tuple[str, ...]:
    """Return the codes of the states of the United States that have a law: `us_va`, `us_co` ..."""
    return tuple(read_toml(_files()[STATES])["states"]) if STATES in _files() else ()


@cache
def _files() -> Mapping[str, Path]:
    return {path.stem: path for path in RECORDS.glob("*.toml")}


def _file_of(code: str) -> Path:
    return _files()[code if code in _files() else STATES]


def record_of(code: str) -> Record:
    """Return the record of a law, or of one state of the United States. Raises Permanent."""
    known = {*_files(), *states()}
    if code not in known:
        raise Permanent(f"unknown regime {code!r}{nearest(code, known)}")
    table = {"periods": {}, "acknowledge": None, "lanes": {}} | _table(code)
    for name in table.keys() - {field.name for field in fields(Record)}:
        with standing_at(code, name):
            raise Permanent(f"a record has no {name!r}")
    with standing_at(code, "code"):
        try:
            record = Record(**table)
        except TypeError as error:
            raise Permanent(str(error)) from None
        if record.code != code:
            raise Permanent(f"the record calls itself {record.code}")
    return record


def _periods(record: Record) -> Mapping[Asked, Period]:
    found = {}
    for name, table in record.periods.items():
        with standing_at(record.code, "periods", name):
            asked = asked_of(name)
        found[asked] = period_of(table, record.code, "periods", name)
    return found


def _lanes(record: Record) -> Mapping[Lane, LanePeriods]:
    found = {}
    for name, tables in record.lanes.items():
        periods = {
            what: period_of(table, record.code, "lanes", name, what)
            for what, table in tables.items()
        }
        with standing_at(record.code, "lanes", name, *list(tables)[:1]):
            lane = one_of(Lane, name, "lane")
            try:
                found[lane] = LanePeriods(**periods)
            except TypeError as error:
                raise Permanent(str(error)) from None
    return found


def period_of(table: Mapping[str, Any], code: str, *names: str) -> Period:
    """Return the period; every one names the rule that it is told by."""
    with standing_at(code, *names):
        try:
            period = Period(**{**table, "unit": PeriodUnit(table["unit"])})
        except (KeyError, TypeError, ValueError) as error:
            raise Permanent(f"not a period: {error}") from None
        if period.amount < 1 or not period.rule:
            raise Permanent("a period needs an amount of at least 1 and the name of its rule")
        if period.rolls and period.unit in ELAPSED:
            raise Permanent("a period in hours or minutes never rolls")
        return period


def asked_of(name: str) -> Asked:
    """Return the right and scope of `erasure` or `objection:marketing`. Raises Permanent for other words."""
    right, colon, scope = name.partition(":")
    return one_of(Right, right, "right"), one_of(Scope, scope, "scope") if colon else None


def one_of(words: type[Word], name: str, what: str) -> Word:
    try:
        return words(name)
    except ValueError:
        raise Permanent(f"unknown {what} {name!r}{nearest(name, map(str, words))}") from None


@contextmanager
def standing_at(code: str, *table: str) -> Iterator[None]:
    """Say in which file and line of the record stands what is refused."""
    with standing_in(_file_of(code), *table):
        yield


def check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Permanent(f"unknown time zone {name!r}") from None
    return name
