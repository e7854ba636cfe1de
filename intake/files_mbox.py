"""Cuts an mbox file into its messages, one at a time and with bounded memory (RFC 4155)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import BinaryIO

LINE_BYTES = 64 * 1024
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# A separator is believed only with a date in it: a body line that begins with "From " rarely has one.
SEPARATOR = re.compile(
    rb"From [^\r\n]{0,320}?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +"
    rb"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(?P<day>\d{1,2}) +"
    rb"(?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))? +(?P<rest>[ -~]{4,40})\r?\n?"
)
YEAR = re.compile(rb"(?<![-+\d])(\d{4})(?!\d)")
ZONE = re.compile(rb"([-+])(\d{2})(\d{2})(?!\d)")
QUOTED_SEPARATOR = re.compile(rb">+From ")
LINE_END = b"\r\n"
BLANK = frozenset((b"\n", LINE_END))


@dataclass(frozen=True, kw_only=True)
class MboxMessage:
    """One message: its bytes, None when there are too many, and the instant on its separator line."""

    raw: bytes | None = field(repr=False)
    at: datetime | None


def is_separator(line: bytes) -> bool:
    """Return whether this line begins a message of an mbox file."""
    return SEPARATOR.fullmatch(line) is not None


def split_mbox(stream: BinaryIO, *, limit: int) -> Iterator[MboxMessage]:
    """Yield the messages of an mbox file in order; one over `limit` bytes comes without its bytes.

    Quoted separators (">From ") lose one ">", as the mboxrd form has it.
    """
    message: _Open | None = None
    at_start, after_blank = True, True
    while line := stream.readline(LINE_BYTES):
        if at_start and after_blank and is_separator(line):
            if message is not None:
                yield message.close()
            message = _Open(at=separator_time(line), limit=limit)
        elif message is not None:
            message.add(line[1:] if at_start and QUOTED_SEPARATOR.match(line) else line)
        after_blank = at_start and line in BLANK
        at_start = line.endswith(b"\n")
    if message is not None:
        yield message.close()


def separator_time(line: bytes) -> datetime | None:
    """Return the instant on a separator line, in UTC where it names no zone; None for an impossible date."""
    match = SEPARATOR.fullmatch(line)
    year = YEAR.search(match["rest"]) if match else None
    if match is None or year is None:
        return None
    try:
        local = datetime(
            int(year[1]),
            MONTHS.index(match["month"].decode()) + 1,
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            int(match["second"] or 0),
            tzinfo=_zone(match["rest"]),
        )
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(rest: bytes) -> timezone:
    zone = ZONE.search(rest)
    if zone is None:
        return UTC
    offset = timedelta(hours=int(zone[2]), minutes=int(zone[3]))
    return timezone(-offset if zone[1] == b"-" else offset)


@dataclass(kw_only=True)
class _Open:
    """The message that is being read."""

    at: datetime | None
    limit: int
    _raw: bytearray | None = field(default_factory=bytearray, repr=False)

    def add(self, line: bytes) -> None:
        if self._raw is None:
            return
        self._raw += line
        if len(self._raw) > self.limit + len(LINE_END):  # its last line end may be the separator's
            self._raw = None

    def close(self) -> MboxMessage:
        """Return the message without the blank line that only parts it from the next separator."""
        raw = self._raw
        if raw is not None:
            for end in (b"\r\n", b"\n"):
                if raw.endswith(end * 2):
                    del raw[-len(end) :]
                    break
        return MboxMessage(raw=None if raw is None else bytes(raw), at=self.at)
