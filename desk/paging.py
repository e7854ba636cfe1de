"""Where a list goes on, as a word in an address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from desk.reader import Place

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def place_word(place: Place) -> str:
    """Return the place as `<microseconds>-<id>`; it holds nothing but an instant and an id."""
    at, row_id = place
    return f"{(at - EPOCH) // MICROSECOND}-{row_id.hex}"


def read_place(word: str) -> Place:
    """Return the place; raises ValueError for a word that is none."""
    microseconds, _, row_id = word.partition("-")
    try:
        return EPOCH + int(microseconds) * MICROSECOND, UUID(hex=row_id)
    except OverflowError:
        raise ValueError("no such instant") from None
