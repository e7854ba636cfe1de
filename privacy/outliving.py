"""What has to outlive the database: who was erased, which segments were signed, and when a backup was put back.

It is a list that is only ever added to, kept in a file beside the database and never in its backups. A backup that is put
back brings everything of its day: the list says what must go again, and which segments of the trail are gone for good.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from privacy.instants import require_utc


@dataclass(frozen=True, kw_only=True)
class Erased:
    """The key of this owner was erased: nothing that it sealed may come back."""

    owner: UUID
    at: datetime

    def __post_init__(self) -> None:
        require_utc(at=self.at)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """A segment of the trail was signed."""

    number: int
    hash: str


@dataclass(frozen=True, kw_only=True)
class Restored:
    """A backup was put back, whose trail ended with this segment; 0 for none."""

    at: datetime
    segment: int

    def __post_init__(self) -> None:
        require_utc(at=self.at)


Entry = Erased | Signed | Restored


@dataclass(frozen=True, kw_only=True)
class Outlived:
    """What the list says now: the erased, and the hash of each segment that the trail must still have."""

    erased: frozenset[UUID] = field(default=frozenset(), repr=False)
    segments: Mapping[int, str] = field(default_factory=dict)

    @property
    def last_segment(self) -> int:
        """The number of the newest segment, 0 before the first."""
        return max(self.segments, default=0)


def fold(entries: Iterable[Entry]) -> Outlived:
    """Return what the list says; after a backup was put back the segments that came after it are gone."""
    erased: set[UUID] = set()
    segments: dict[int, str] = {}
    for entry in entries:
        if isinstance(entry, Erased):
            erased.add(entry.owner)
        elif isinstance(entry, Signed):
            segments[entry.number] = entry.hash
        else:
            segments = {n: found for n, found in segments.items() if n <= entry.segment}
    return Outlived(erased=frozenset(erased), segments=segments)


def is_rolled_back(outlived: Outlived, segments: Mapping[int, str]) -> bool:
    """Say whether a database with these segments is older than the list, or another one."""
    last = outlived.last_segment
    return last > 0 and segments.get(last) != outlived.segments[last]


def as_line(entry: Entry) -> str:
    """Return the entry as a line of JSON."""
    form: dict[str, object]
    if isinstance(entry, Erased):
        form = {"erased": str(entry.owner), "at": entry.at.isoformat()}
    elif isinstance(entry, Signed):
        form = {"segment": entry.number, "hash": entry.hash}
    else:
        form = {"restored": entry.at.isoformat(), "segment": entry.segment}
    return json.dumps(form, separators=(",", ":")) + "\n"


def read_lines(text: str) -> list[Entry]:
    """Return the entries; a last line that was not written to its end says nothing yet.

    Raises ValueError with the number of the first line that is none of ours.
    """
    lines: Sequence[str] = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines = lines[:-1]
    return [_entry(number, line) for number, line in enumerate(lines, start=1)]


def _entry(number: int, line: str) -> Entry:
    try:
        form = json.loads(line)
        if "erased" in form:
            return Erased(owner=UUID(form["erased"]), at=datetime.fromisoformat(form["at"]))
        if "restored" in form:
            at = datetime.fromisoformat(form["restored"])
            return Restored(at=at, segment=int(form["segment"]))
        return Signed(number=int(form["segment"]), hash=str(form["hash"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"line {number} cannot be read") from None
