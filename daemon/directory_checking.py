"""What `rightsdesk check` says of the directory: where it comes from, how old it is, and what troubles it."""

from __future__ import annotations

from datetime import datetime, timedelta

from daemon.clock import utc_now
from daemon.wiring import Desk
from directory.settings import SourceKind
from privacy.directory import DirectoryState
from storage.directory import directory_state

HOUR = timedelta(hours=1)


def describe_directory(desk: Desk) -> tuple[str, bool]:
    """Return one line about the directory, and whether it can be relied on. Raises Retryable or Permanent."""
    settings = desk.settings.directory
    with desk.database.reading() as reading:
        state = directory_state(reading)
    if settings.source is SourceKind.NONE and not state.generation:
        return (
            "none: whose data it is stays unknown; `rightsdesk directory import` takes a file",
            True,
        )
    source = f"source {settings.source}"
    missing = state.missing(utc_now(), settings.stale_after)
    says = [source, _age(state, utc_now())]
    if state.trouble:
        says.append(f"last attempt failed: {state.trouble}")
    if missing is not None:
        says.append(f"cases wait ({missing})")
    return "; ".join(says), missing is None and not state.trouble


def _age(state: DirectoryState, now: datetime) -> str:
    if state.read_at is None:
        return "never read"
    return f"read {state.read_at:%Y-%m-%d %H:%M} UTC, {(now - state.read_at) // HOUR} hours ago"
