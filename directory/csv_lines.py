"""Reads lines of comma-separated values with named columns; every physical line stands alone, so a number finds it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from privacy.errors import Permanent

LONGEST_LINE = 8_192  # octets


@dataclass(frozen=True, kw_only=True, slots=True)
class CsvLine:
    """One line: its fields by name, or what is wrong with it. `place` counts from 1, the header included."""

    place: int
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    wrong: str | None = None


def read_lines(path: Path, known: Sequence[str], required: Sequence[str]) -> Iterator[CsvLine]:
    """Yield the lines below the header; empty ones are passed over.

    Raises Permanent for a file that cannot be read, or whose header does not name the columns.
    """
    try:
        with path.open("rb") as file:
            yield from lines_in(file, known, required)
    except OSError as error:
        raise Permanent(f"the file cannot be read ({error.strerror})") from None


def lines_in(file: BinaryIO, known: Sequence[str], required: Sequence[str]) -> Iterator[CsvLine]:
    """Yield the lines below the header of an open file; raises Permanent for a header that does not name the columns."""
    names = _header(_first_line(file), known, required)
    for place, line in enumerate(_lines(file), start=2):
        if line.strip():
            yield _fields(place, line, names)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield whole lines; of one that is too long no more than its beginning."""
    while line := file.readline(LONGEST_LINE + 1):
        yield line
        while len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE + 1)
            if not line:
                return


def _first_line(file: BinaryIO) -> bytes:
    return next(_lines(file), b"")


def _header(line: bytes, known: Sequence[str], required: Sequence[str]) -> tuple[str, ...]:
    try:
        names = tuple(name.strip().lower() for name in _cells(line.removeprefix(b"\xef\xbb\xbf")))
    except ValueError:
        names = ()
    missing = [name for name in required if name not in names]
    if missing:
        raise Permanent(f"the first line has to name the columns, {', '.join(missing)} among them")
    unknown = [str(place) for place, name in enumerate(names, start=1) if name not in known]
    if unknown:
        raise Permanent(f"unknown column {', '.join(unknown)}; known are {', '.join(known)}")
    if len(set(names)) != len(names):
        raise Permanent("the first line names a column twice")
    return names


def _fields(place: int, line: bytes, names: tuple[str, ...]) -> CsvLine:
    if len(line) > LONGEST_LINE:
        return CsvLine(place=place, wrong=f"is longer than {LONGEST_LINE} octets")
    try:
        cells = _cells(line)
    except UnicodeDecodeError:
        return CsvLine(place=place, wrong="is not UTF-8")
    except ValueError as error:
        return CsvLine(place=place, wrong=str(error))
    if len(cells) != len(names):
        wrong = f"has {len(cells)} fields, the first line names {len(names)}"
        return CsvLine(place=place, wrong=wrong)
    return CsvLine(place=place, fields=dict(zip(names, cells, strict=True)))


def _cells(line: bytes) -> list[str]:
    """Return the cells (RFC 4180, without line breaks inside of quotes). Raises ValueError."""
    text = line.decode("utf-8").rstrip("\r\n")
    if '"' not in text and "\r" not in text:
        return text.split(",")
    try:
        (cells,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise ValueError("has a quote that does not end, or in the wrong place") from None
    return cells
