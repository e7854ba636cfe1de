"""Public holidays by calendar code, loaded when a day is first counted: the only home of `holidays`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from privacy.deadlines import BusinessCalendar
from privacy.errors import Permanent
from regimes.names import nearest
from regimes.toml_files import read_toml

CALENDARS_FILE = Path(__file__).with_name("calendars.toml")


@dataclass(frozen=True, kw_only=True)
class CalendarSource:
    """Where the holidays of one code come from, and the years for which they are known."""

    code: str
    first: int
    last: int
    country: str | None = None
    subdivision: str | None = None
    remove: tuple[str, ...] = ()
    add: tuple[date, ...] = ()

    @property
    def years(self) -> range:
        """The years that can be asked for."""
        return range(self.first, self.last + 1)


class PublicHolidays(BusinessCalendar):
    """A calendar whose holidays are fetched when the first day is counted.

    Importing the holiday data costs half a second: a process that counts no days does not pay for it.
    """

    def __init__(self, source: CalendarSource, *, data_version: str) -> None:
        for name, value in (
            ("code", source.code),
            ("version", data_version),
            ("years", source.years),
            ("_source", source),
        ):
            object.__setattr__(self, name, value)

    @cached_property
    def holidays(self) -> frozenset[date]:
        """The public holidays of all covered years."""
        return _holidays_of(self.__dict__["_source"])


def load_calendar(code: str, years: range | None = None) -> BusinessCalendar:
    """Return the calendar; `years` defaults to all that are covered.

    Raises Permanent for an unknown code, naming the nearest one, and for years without data.
    """
    sources, data_version = _sources()
    if code not in sources:
        raise Permanent(f"unknown calendar {code!r}{nearest(code, sources)}")
    if years is None:
        return _calendar(sources[code], data_version)
    return _calendar(_narrowed(sources[code], years), data_version)


def _narrowed(source: CalendarSource, years: range) -> CalendarSource:
    first, last = years[0], years[-1]
    if first < source.first or last > source.last:
        raise Permanent(
            f"calendar {source.code} has holidays for {source.first} to {source.last},"
            f" not for {first} to {last}"
        )
    return replace(source, first=first, last=last)


@cache
def _calendar(source: CalendarSource, data_version: str) -> BusinessCalendar:
    return PublicHolidays(source, data_version=data_version)


@cache
def _sources() -> tuple[Mapping[str, CalendarSource], str]:
    tables = read_toml(CALENDARS_FILE)
    overrides, coverage = tables.pop("overrides"), tables.pop("coverage")
    sources = {code: _source(code, table, coverage) for code, table in tables.items()}
    return sources, f"holidays {version('holidays')}, overrides {overrides}"


def _source(code: str, table: dict[str, Any], coverage: dict[str, int]) -> CalendarSource:
    weekends_only = table.pop("weekends_only", False)
    if weekends_only == ("country" in table):
        raise Permanent(f"calendar {code}: needs either a country or weekends_only")
    fields: dict[str, Any] = coverage | table
    lists = {name: tuple(fields.pop(name, ())) for name in ("remove", "add")}
    try:
        return CalendarSource(code=code, **(fields | lists))
    except TypeError as error:
        raise Permanent(f"calendar {code}: {error}") from None


def _holidays_of(source: CalendarSource) -> frozenset[date]:
    if source.country is None:
        return frozenset(source.add)
    import holidays  # half a second, and many commands count no days

    found = holidays.country_holidays(
        source.country, subdiv=source.subdivision, years=source.years, language="en_US"
    )
    if source.first < found.start_year or source.last > found.end_year:
        raise Permanent(
            f"calendar {source.code}: there is data for {found.start_year} to {found.end_year}"
        )
    kept = {day for day, name in found.items() if not _is_removed(name, source.remove)}
    return frozenset(kept) | frozenset(source.add)


def _is_removed(names: str, removed: tuple[str, ...]) -> bool:
    """Say whether nothing is left of a day whose names (joined by a semicolon) are left out."""
    return all(name in removed for name in names.split("; "))
