"""Names for rows: time-ordered, so that new rows land together in every index."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7; ids of one process increase."""
    return uuid7()
