"""Reads a file of addresses that are to be suppressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from directory.csv_lines import read_lines
from privacy.directory_lines import WrongLine
from privacy.suppression import COLUMNS, SuppressionLine, SuppressionList, read_suppression


def suppression_lines(path: Path, default: SuppressionList | None) -> Iterator[SuppressionLine]:
    """Yield the lines of the file; one without a list of its own goes to the default. Raises Permanent."""
    for line in read_lines(path, COLUMNS, ("address",)):
        if line.wrong is not None:
            yield SuppressionLine(place=line.place, wrong=line.wrong)
            continue
        try:
            yield read_suppression(line.place, line.fields, default)
        except WrongLine as error:
            yield SuppressionLine(place=line.place, wrong=str(error))
