"""Figures for a report: months as columns, small counts hidden, so that no figure is about one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from storage.report_counts import Counted, MonthCount, Span, Times

LEAST = 5  # a smaller count could be about one person
HIDDEN = f"under {LEAST}"
MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A table of counts: a row for each name, a cell for each month. A cell is a number or HIDDEN."""

    rows: tuple[tuple[str, tuple[int | str, ...], int | str], ...]
    totals: tuple[int | str, ...]


def span_until(now: datetime, months: int, regions: frozenset[str] = frozenset()) -> Span:
    """Return the last so many months, the present one included, each from its first instant in UTC."""
    last = now.year * MONTHS + now.month  # of the month after this one, counted from 0
    edges = [
        datetime(place // MONTHS, place % MONTHS + 1, 1, tzinfo=UTC)
        for place in range(last - months, last + 1)
    ]
    return Span(edges=tuple(edges), regions=regions)


def shown(number: int, *, in_full: bool) -> int | str:
    """Return the count as this visitor sees it."""
    return number if in_full or number == 0 or number >= LEAST else HIDDEN


def shown_total(parts: Sequence[int], *, in_full: bool) -> int | str:
    """Return the sum; beside a hidden part in whole fives, so that nobody finds the part by subtracting."""
    number = sum(parts)
    if in_full or all(part == 0 or part >= LEAST for part in parts):
        return number
    return shown(number // LEAST * LEAST, in_full=False) or HIDDEN


def figures_of(counts: Iterable[MonthCount], months: int, *, in_full: bool) -> Figures:
    """Return the table, the name with most counts first."""
    table: dict[str, list[int]] = {}
    for one in counts:
        table.setdefault(one.name, [0] * months)[one.month] += one.number
    names = sorted(table, key=lambda name: (-sum(table[name]), name))
    columns = zip(*table.values(), strict=True) if table else [()] * months
    return Figures(
        rows=tuple(
            (
                name,
                tuple(shown(cell, in_full=in_full) for cell in table[name]),
                shown_total(table[name], in_full=in_full),
            )
            for name in names
        ),
        totals=tuple(shown_total(column, in_full=in_full) for column in columns),
    )


def counted_shown(
    counts: Iterable[Counted], *, in_full: bool
) -> tuple[tuple[str, str, int | str], ...]:
    """Return the counts as this visitor sees them."""
    return tuple((one.name, one.beside, shown(one.number, in_full=in_full)) for one in counts)


def times_shown(times: Iterable[Times], *, in_full: bool) -> tuple[Times, ...]:
    """Return the times that are about enough cases for this visitor."""
    return tuple(one for one in times if in_full or one.met >= LEAST)
