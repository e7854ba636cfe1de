"""When a message reached us, by the trace line of our own boundary: never by its Date header, never by the poll."""

from __future__ import annotations

from datetime import datetime

from intake.headers import cut_message_head
from intake.trace import read_trace_line

MAX_LINES = 50  # of Received; more is a loop


def boundary_received_at(raw: bytes, *, boundary: str | None) -> datetime | None:
    """Return the instant (UTC) of the topmost Received line that `boundary` wrote.

    `boundary` is the host name behind `by` of our own mail exchanger. None when it is not configured, when no line of
    its name is there, or when that line has no readable date; older lines of that name are then not believed either.
    """
    if boundary is None:
        return None
    for value in cut_message_head(raw).values("received")[:MAX_LINES]:
        line = read_trace_line(value)
        if line is not None and line.by == boundary.lower():
            return line.at
    return None
