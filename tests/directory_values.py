"""A source of the directory that lists what a test says."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from casework.directory_reading import ReadingTerms
from privacy.directory import SourceLine
from privacy.ports import SourceReading


def terms(**changes: Any) -> ReadingTerms:
    """Return terms under which nobody is told anything."""
    values: dict[str, Any] = {
        "actor": "test",
        "complete": False,
        "report": lambda _: None,
        "progress": lambda _: None,
    }
    return ReadingTerms(**(values | changes))


@dataclass
class ListedSource:
    """A source that lists what a test says; a text is a bad line, an exception is raised in its place."""

    lists: list[Any] = field(default_factory=list)
    version: str | None = None
    name: str = "listed"
    asked_with: list[str | None] = field(default_factory=list)

    def read(self, known_version: str | None) -> SourceReading | None:
        self.asked_with.append(known_version)
        if self.version is not None and known_version == self.version:
            return None
        return SourceReading(lines=self._lines(), version=self.version)

    def _lines(self) -> Iterator[SourceLine]:
        for place, one in enumerate(self.lists, start=1):
            if isinstance(one, Exception):
                raise one
            if isinstance(one, str):
                yield SourceLine(place=place, wrong=one)
            else:
                yield SourceLine(place=place, record=one)
