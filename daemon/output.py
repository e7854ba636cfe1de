"""What commands print: JSON lines for programs, aligned columns for people."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from uuid import UUID

Row = Mapping[str, object]
Form = dict[str, object]
WIDEST_CELL = 60


def as_json(value: object) -> str:
    """Return one line of JSON; instants in UTC with Z, dates as ISO 8601.

    What cannot be printed is escaped: a mail could hold what commands a terminal, or half a character.
    """
    line = json.dumps(value, ensure_ascii=False, default=_plain)
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in line)


def as_table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """Return the rows as aligned columns under their names; control characters cannot reach the terminal."""
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    table = [[column.replace("_", " ") for column in columns], *cells]
    widths = [max(len(line[index]) for line in table) for index in range(len(columns))]
    lines = [
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        for line in table
    ]
    return "\n".join(line.rstrip() for line in lines)


def printable(text: str) -> str:
    """Return the text with every character that could command a terminal shown as a mark; line ends stay.

    The spaces of other scripts, and those that do not break, are spaces.
    """
    return "".join(c if c.isprintable() or c == "\n" else _harmless(c) for c in text)


def _harmless(c: str) -> str:
    return " " if unicodedata.category(c) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def forms_in(value: object) -> list[Form]:
    """Return the forms that one value of a form holds, none where it holds something else."""
    return value if isinstance(value, list) else []


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(part) for part in value) or "-"
    text = printable(str(_plain(value) if not isinstance(value, str) else value)).replace("\n", " ")
    return text if len(text) <= WIDEST_CELL else text[: WIDEST_CELL - 1] + "…"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    return str(value) if not isinstance(value, int | float | bool) else value
