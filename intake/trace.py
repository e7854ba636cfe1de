"""Received lines (RFC 5321 section 4.4), read strictly: only what our own servers write in their usual form counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from intake.headers import unfold

MAX_LINE = 2_000  # bytes; longer lines are not ours
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
# RFC 5322 section 3.3 without comments and without the obsolete names of zones.
DATE = re.compile(
    r"(?:[A-Za-z]{3},\s{1,9})?(\d{1,2})\s{1,9}([A-Za-z]{3})\s{1,9}(\d{4})\s{1,9}"
    r"(\d{2}):(\d{2})(?::(\d{2}))?\s{1,9}(?:([+-])(\d{2})(\d{2})|GMT|UT|UTC)"
)


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One Received line: the host that wrote it (lower case), its protocol (upper case), its instant in UTC."""

    by: str
    protocol: str
    at: datetime | None


def read_trace_line(value: bytes) -> TraceLine | None:
    """Return a Received line, None when it does not have the standard form. Linear, raises nothing."""
    if len(value) > MAX_LINE or not value.isascii():
        return None
    stated, _, date = without_comments(unfold(value).decode("ascii")).rpartition(";")
    words = stated.split()
    if words[:1] == ["from"] and len(words) > 2:  # noqa: PLR2004 the name that the other side gave may be "by" itself
        words = words[2:]
    if len(words) < 2 or words[0] != "by" or not HOST.fullmatch(words[1]):  # noqa: PLR2004
        return None
    return TraceLine(words[1].lower(), protocol_of(words[2:]), read_date(date.strip()))


def protocol_of(words: list[str]) -> str:
    """Return the word after `with`, in upper case, else nothing."""
    if "with" not in words[:-1]:
        return ""
    return words[words.index("with") + 1].upper()


def without_comments(text: str) -> str:
    """Return the text without comments in parentheses; an unclosed one swallows the rest (RFC 5322 section 3.2.2)."""
    if "(" not in text:
        return text
    out, depth = [], 0
    for piece in re.split(r"([()])", text):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            out.append(piece)
    return " ".join(out)


def read_date(text: str) -> datetime | None:
    """Return the instant in UTC of a date in the standard form, else None."""
    found = DATE.fullmatch(text[:100])
    if found is None or found[2].lower() not in MONTHS:
        return None
    day, year, hour, minute = (int(found[n]) for n in (1, 3, 4, 5))
    offset = timedelta(hours=int(found[8] or 0), minutes=int(found[9] or 0))
    try:
        zone = timezone(-offset if found[7] == "-" else offset)
        month = MONTHS.index(found[2].lower()) + 1
        second = min(int(found[6] or 0), 59)  # leap seconds
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
