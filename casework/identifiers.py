"""Draws the name of a new case at random, so that neither its number nor its reference reveals anything."""

from __future__ import annotations

import secrets
from datetime import datetime

from privacy.cases import CaseIdentifiers
from privacy.references import make_reference
from privacy.tokens import NUMBER_BITS
from storage.ids import new_id

REFERENCE_NUMBERS = 1_000_000


def draw_identifiers(received_at: datetime) -> CaseIdentifiers:
    """Return a new case's id, token number and reference; a reference drawn twice is refused by the database."""
    return CaseIdentifiers(
        case_id=new_id(),
        number=secrets.randbits(NUMBER_BITS),
        reference=make_reference(received_at.year, secrets.randbelow(REFERENCE_NUMBERS)),
    )
