"""What stays after an erasure: category, law, purpose and end of each kind of data, computed from a table that is data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

EVERYWHERE = "*"


class CountsFrom(StrEnum):
    """The day from which a period of years counts."""

    YEAR_END = "year_end"  # the end of the calendar year in which the record was made
    ERASED_ON = "erased_on"  # the day of the erasure


@dataclass(frozen=True, kw_only=True)
class KeptRule:
    """One row of the table. `country` EVERYWHERE holds in all; `criterion` ends what no period of `years` ends.

    `source` and `mark` say where the period comes from, and how surely we know it; both stay in the house.
    """

    code: str
    country: str
    category: str
    law: str
    purpose: str
    access: str
    source: str
    mark: str
    years: int | None = None
    counts_from: CountsFrom = CountsFrom.YEAR_END
    criterion: str = ""
    always: bool = False

    def __post_init__(self) -> None:
        if (self.years is None) == (not self.criterion):
            raise ValueError(f"{self.code}: either years or a criterion says when it ends")
        for name in ("category", "law", "purpose", "access"):
            if not getattr(self, name).strip():
                raise ValueError(f"{self.code}: {name} is missing")


@dataclass(frozen=True, kw_only=True)
class KeptLine:
    """What the person is told about one kind of data: `access` is who can reach it, `until` a day or the criterion."""

    category: str
    law: str
    purpose: str
    access: str
    until: str

    @property
    def ends_on(self) -> date | None:
        """The last day, None where a criterion ends it."""
        try:
            return date.fromisoformat(self.until)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True)
class Record:
    """What staff say is there: the code of a rule, and the last day from which such a record is."""

    code: str
    last_on: date


def kept_lines(
    rules: Iterable[KeptRule], country: str, records: Sequence[Record], *, erased_on: date
) -> tuple[KeptLine, ...]:
    """Return the lines for the records that are there, and for what always stays, in the order of the table.

    Raises ValueError for a code that the table does not have for this country: nothing is kept without a law.
    """
    there = {record.code: record.last_on for record in records}
    known = [rule for rule in rules if rule.country in (country, EVERYWHERE)]
    unknown = there.keys() - {rule.code for rule in known}
    if unknown:
        raise ValueError(f"no rule of {country} keeps {', '.join(sorted(unknown))}")
    return tuple(
        KeptLine(
            category=rule.category,
            law=rule.law,
            purpose=rule.purpose,
            access=rule.access,
            until=_until(rule, there.get(rule.code), erased_on),
        )
        for rule in known
        if rule.always or rule.code in there
    )


def _until(rule: KeptRule, last_on: date | None, erased_on: date) -> str:
    if rule.years is None:
        return rule.criterion
    start = erased_on if last_on is None or rule.counts_from is CountsFrom.ERASED_ON else last_on
    if rule.counts_from is CountsFrom.YEAR_END:
        return date(start.year + rule.years, 12, 31).isoformat()
    return _years_later(start, rule.years).isoformat()


def _years_later(day: date, years: int) -> date:
    """29 February ends on the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
