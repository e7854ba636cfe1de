"""The directory as a CSV file that the operator exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from directory.csv_lines import read_lines
from privacy.directory import SourceLine
from privacy.directory_lines import COLUMNS, ListedWords, WrongLine, read_record
from privacy.ports import SourceReading

REQUIRED = ("record", "address")


class CsvSource:
    """One file. Its columns are those of privacy.directory_lines, in any order."""

    name = "csv"

    def __init__(self, path: Path, words: ListedWords) -> None:
        self._path = path
        self._words = words

    def read(self, known_version: str | None) -> SourceReading:
        """Return the lines of the file; a file has no version. Raises Permanent while it is read."""
        del known_version
        return SourceReading(lines=self._lines())

    def _lines(self) -> Iterator[SourceLine]:
        for line in read_lines(self._path, COLUMNS, REQUIRED):
            if line.wrong is not None:
                yield SourceLine(place=line.place, wrong=line.wrong)
                continue
            try:
                yield SourceLine(place=line.place, record=read_record(line.fields, self._words))
            except WrongLine as error:
                yield SourceLine(place=line.place, wrong=str(error))
