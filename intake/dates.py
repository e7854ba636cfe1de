"""The Date header as a fact that people may see: what it claims, and whether that can be true. No clock uses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from intake.defects import Defect
from intake.headers import Head, unfold
from intake.trace import read_date, read_trace_line

MAX_READ = 200  # characters
MAX_TRACE = 20
EARLIEST, LATEST = 1990, 2100  # years in which mail is written
FAR_OFF = timedelta(days=7)  # a queue gives up after five days


def read_claimed_date(head: Head) -> tuple[datetime | None, list[Defect]]:
    """Return the instant in UTC that the first Date header claims, and what is wrong with it.

    It is far off when it differs by more than a week from the topmost trace line that can be read.
    """
    value = unfold(head.first("date"))
    if not value.strip():
        return None, []
    claimed = read_loose_date(value)
    if claimed is None:
        return None, [Defect.DATE_UNPARSABLE]
    traced = arrival_of(head)
    is_near = traced is None or abs(claimed - traced) <= FAR_OFF
    is_possible = EARLIEST <= claimed.year <= LATEST and is_near
    return claimed, [] if is_possible else [Defect.DATE_FAR_OFF]


def read_loose_date(value: bytes) -> datetime | None:
    """Return the instant of a date in any form that mailers write, None when it is none."""
    text = value[:MAX_READ].decode("ascii", "replace")
    usual = read_date(text.partition("(")[0].strip())
    if usual is not None and usual.year >= EARLIEST:
        return usual
    try:
        found = parsedate_tz(text)
        if found is None:
            return None
        zone = timezone(timedelta(seconds=found[9] or 0))
        return datetime(*found[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def arrival_of(head: Head) -> datetime | None:
    """Return the instant of the topmost Received line that has one."""
    for value in head.values("received")[:MAX_TRACE]:
        line = read_trace_line(value)
        if line is not None and line.at is not None:
            return line.at
    return None
