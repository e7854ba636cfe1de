"""The case at an address of the pages."""

from __future__ import annotations

import re

from desk.lists import NOT_FOUND
from privacy.cases import Case
from storage.cases import find_case
from storage.database import Reading

REFERENCE = re.compile(r"[A-Z0-9-]{1,40}")


def case_here(reading: Reading, reference: str) -> Case:
    """Return the case with this reference. Raises what is answered with not found."""
    found = find_case(reading, reference) if REFERENCE.fullmatch(reference) else None
    if found is None:
        raise NOT_FOUND
    return found
