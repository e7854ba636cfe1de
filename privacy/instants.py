"""Instants are aware and in UTC; anything else is refused where a value is made (house rule 3)."""

from __future__ import annotations

from datetime import UTC, datetime


def as_utc(moment: datetime) -> datetime:
    """Return the same instant in UTC; raises ValueError for a naive datetime."""
    if moment.tzinfo is UTC:
        return moment
    if (
        moment.utcoffset() is None
    ):  # a zone that knows no offset would be read as this machine's own
        raise ValueError("a datetime without zone is not an instant")
    return moment.astimezone(UTC)


def require_utc(**moments: datetime | None) -> None:
    """Raise ValueError naming the first field that is neither None nor an aware UTC instant."""
    for name, moment in moments.items():
        if moment is None or moment.tzinfo is UTC:
            continue
        if moment.utcoffset() != UTC.utcoffset(None):
            raise ValueError(f"{name} must be an aware UTC instant")
