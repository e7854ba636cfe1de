"""Reads a file of addresses that are to be suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from directory.csv_lines import CsvLine, lines_in, read_lines
from privacy.directory_lines import WrongLine
from privacy.suppression import COLUMNS, SuppressionLine, SuppressionList, read_suppression

REQUIRED = ("address",)


def suppression_lines(path: Path, default: SuppressionList | None) -> Iterator[SuppressionLine]:
    """Yield the lines of the file; one without a list of its own goes to the default. Raises Permanent."""
    return _read(read_lines(path, COLUMNS, REQUIRED), default)


def suppression_lines_in(text: str, default: SuppressionList | None) -> Iterator[SuppressionLine]:
    """Yield the lines of a text that somebody pasted, as those of a file. Raises Permanent."""
    return _read(lines_in(BytesIO(text.encode()), COLUMNS, REQUIRED), default)


def _read(lines: Iterable[CsvLine], default: SuppressionList | None) -> Iterator[SuppressionLine]:
    for line in lines:
        if line.wrong is not None:
            yield SuppressionLine(place=line.place, wrong=line.wrong)
            continue
        try:
            yield read_suppression(line.place, line.fields, default)
        except WrongLine as error:
            yield SuppressionLine(place=line.place, wrong=str(error))
