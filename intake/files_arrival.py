"""When a message from a file arrived: what is given, what our boundary wrote, what the file says, or unknown."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from privacy.messages import ArrivalBasis

FIRST_PLAUSIBLE = datetime(1995, 1, 1, tzinfo=UTC)
HEADER_BYTES = 100_000
END_OF_HEADER = re.compile(rb"\r?\n\r?\n")
DATE_FIELD = re.compile(rb"^date:[ \t]*([ -~]{6,80})", re.IGNORECASE | re.MULTILINE)

Arrival = tuple[datetime, ArrivalBasis]


@dataclass(frozen=True, kw_only=True)
class FileTimes:
    """What a file says about time: `delivered` by an mbox separator or Maildir, `modified` by the file system."""

    delivered: datetime | None = None
    modified: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class ArrivalRules:
    """What the operator says about time, and how to read our own boundary's Received header."""

    now: datetime
    given: datetime | None
    boundary_received_at: Callable[[bytes], datetime | None]

    def arrival_of(self, raw: bytes, times: FileTimes) -> Arrival:
        """Return the instant and what it rests on, never later than now but for an instant that was given.

        Unknown arrival counts from the oldest plausible instant: the Date header, which the sender
        wrote, or the file's own time, whichever is earlier; a clock must not start late by our doubt.
        """
        if self.given is not None:
            return self.given, ArrivalBasis.GIVEN
        for moment, basis in (
            (self.boundary_received_at(raw), ArrivalBasis.RECEIVED),
            (times.delivered, ArrivalBasis.FILE_TIME),
        ):
            if moment is not None and moment >= FIRST_PLAUSIBLE:
                return min(moment, self.now), basis
        doubtful = (date_header(raw), times.modified)
        plausible = [
            moment for moment in doubtful if moment is not None and moment >= FIRST_PLAUSIBLE
        ]
        return min([*plausible, self.now]), ArrivalBasis.UNKNOWN


def date_header(raw: bytes) -> datetime | None:
    """Return the instant of the first Date header, None when there is no readable one."""
    head = END_OF_HEADER.split(raw[:HEADER_BYTES], maxsplit=1)[0]
    field = DATE_FIELD.search(head)
    if field is None:
        return None
    try:
        moment = parsedate_to_datetime(field[1].decode("ascii"))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None
