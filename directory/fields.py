"""Makes lines of named values that are not yet text, as databases and JSON give them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from privacy.directory import SourceLine
from privacy.directory_lines import COLUMNS, ListedWords, WrongLine, read_record


def read_line(place: int, values: object, words: ListedWords) -> SourceLine:
    """Return the record of these values, or the one thing that is wrong; what has no value is left out."""
    try:
        return SourceLine(place=place, record=read_record(_texts(values), words))
    except WrongLine as error:
        return SourceLine(place=place, wrong=str(error))


def _texts(values: object) -> dict[str, str]:
    if not isinstance(values, Mapping):
        raise WrongLine("is no object with named fields")
    return {name: _text(name, values[name]) for name in COLUMNS if values.get(name) is not None}


def _text(name: str, value: object) -> str:
    if isinstance(value, date):  # a timestamp as well: its day
        return value.isoformat()[:10]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise WrongLine(f"{name}: is no text")
    return str(value)
