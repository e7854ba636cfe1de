"""Lines of a table for a spreadsheet, in which nothing becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Return the rows as RFC 4180 has them, every cell guarded."""
    written = io.StringIO()
    csv.writer(written).writerows([guarded(cell) for cell in row] for row in rows)
    return written.getvalue()


def guarded(cell: object) -> object:
    """Return the cell; a text that a spreadsheet would calculate gets an apostrophe in front. Numbers stay numbers."""
    is_text = isinstance(cell, str)
    return f"'{cell}" if is_text and str(cell).startswith(STARTS_A_FORMULA) else cell
