"""Draws the names of new cases at random, so that neither number nor reference reveals anything."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from privacy.cases import CaseIdentifiers
from privacy.references import make_reference
from privacy.tokens import NUMBER_BITS
from storage.cases import taken_references
from storage.database import Reading
from storage.ids import new_id

REFERENCE_NUMBERS = 1_000_000  # a year
MOST_DRAWS = 50  # a year that is nearly full is refused by the database, message by message

Draw = Callable[[int], int]


def draw_identifiers(received_at: datetime, *, draw: Draw = secrets.randbelow) -> CaseIdentifiers:
    """Return a new case's id, token number and reference; a reference drawn twice is refused by the database."""
    return CaseIdentifiers(
        case_id=new_id(),
        number=secrets.randbits(NUMBER_BITS),
        reference=make_reference(received_at.year, draw(REFERENCE_NUMBERS)),
    )


def draw_free_identifiers(
    reading: Reading, received: Mapping[UUID, datetime], *, draw: Draw = secrets.randbelow
) -> dict[UUID, CaseIdentifiers]:
    """Return a name for a case of each of these messages, with references that no case bears yet.

    One question for the whole batch: with 100,000 cases a year every second batch would draw a reference twice.
    Another process may take one meanwhile; then the database refuses it.
    """
    found: dict[UUID, CaseIdentifiers] = {}
    for _ in range(MOST_DRAWS):
        missing = [message for message in received if message not in found]
        if not missing:
            break
        drawn = {one: draw_identifiers(received[one], draw=draw) for one in missing}
        taken = taken_references(reading, _references(drawn.values())) | set(
            _references(found.values())
        )
        for message, identifiers in drawn.items():
            if identifiers.reference not in taken:
                taken.add(identifiers.reference)
                found[message] = identifiers
    return found


def _references(names: Iterable[CaseIdentifiers]) -> list[str]:
    return [name.reference for name in names]
