"""How long there is until a date, in words that are read in passing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOON = 2 * DAY  # from here on the words say so


def remaining(at: datetime, now: datetime) -> str:
    """Return `in 3 days`, `tomorrow 10:00` (UTC), `in 5 hours`, `2 days late`."""
    left = at - now
    if left <= timedelta(0):
        return f"{_span(-left)} late"
    if (at.astimezone(UTC).date() - now.astimezone(UTC).date()) == DAY and left > 12 * HOUR:
        return f"tomorrow {at.astimezone(UTC):%H:%M}"
    return f"in {_span(left)}"


def tone(at: datetime, now: datetime) -> str:
    """Return how loud it is said: `bad` once it is late, `warn` while it is soon, else nothing."""
    if at <= now:
        return "bad"
    return "warn" if at - now <= SOON else ""


def _span(span: timedelta) -> str:
    for unit, name in ((DAY, "day"), (HOUR, "hour")):
        if span >= unit:
            return _counted(span // unit, name)
    return _counted(max(1, span // MINUTE), "minute")


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
