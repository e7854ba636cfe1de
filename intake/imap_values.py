"""What an IMAP server answers, as values of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from intake.settings import checked_folder_name

MOST_NUMBER = (1 << 32) - 1  # every number of IMAP4rev1 (RFC 3501 section 9, `number`)
MOST_UIDS = 250  # per command: about 2,700 octets, far below every server's line limit


@dataclass(frozen=True, kw_only=True)
class SelectedFolder:
    """A folder as it was when selected. `uidvalidity` and `uidnext` are 0 where the server names none."""

    uidvalidity: int
    uidnext: int
    exists: int


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """Bytes of a message and its INTERNALDATE in UTC, None when the server gave none."""

    raw: bytes = field(repr=False)
    internaldate: datetime | None


@dataclass(frozen=True, kw_only=True)
class ListedFolder:
    """A folder that can be selected, with its flags in lower case (RFC 6154 special use)."""

    name: str
    flags: frozenset[str]


def number32(value: object) -> int:
    """Return the number; raises ValueError for what no server may say, and no column of ours could hold."""
    number = int(str(value))
    if not 0 <= number <= MOST_NUMBER:
        raise ValueError("a number of more than 32 bits")
    return number


def selected_folder(answer: Mapping[bytes, object]) -> SelectedFolder:
    """Return what SELECT said of the folder. Raises ValueError."""
    return SelectedFolder(
        uidvalidity=number32(answer.get(b"UIDVALIDITY", 0)),
        uidnext=number32(answer.get(b"UIDNEXT", 0)),
        exists=number32(answer.get(b"EXISTS", 0)),
    )


def selectable(entry: tuple[Any, Any, Any]) -> list[ListedFolder]:
    flags = frozenset(flag.decode("ascii", "replace").lower() for flag in entry[0])
    try:
        name = checked_folder_name(str(entry[2]))
    except ValueError:
        return []
    return [] if "\\noselect" in flags else [ListedFolder(name=name, flags=flags)]


def utc_or_none(moment: object) -> datetime | None:
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # year 1 or 9999 with an offset
        return None


def in_chunks(uids: Sequence[int]) -> Iterator[list[int]]:
    numbers = [int(uid) for uid in uids]
    for start in range(0, len(numbers), MOST_UIDS):
        yield numbers[start : start + MOST_UIDS]
