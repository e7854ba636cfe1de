"""The case at an address of the pages, for a visitor who may see it."""

from __future__ import annotations

import re

from desk.acting import DeskServices
from desk.lists import NOT_FOUND
from desk.visitor import Visitor
from privacy.cases import Case
from storage.cases import find_case

REFERENCE = re.compile(r"[A-Z0-9-]{1,40}")


def case_here(desk: DeskServices, visitor: Visitor, reference: str) -> Case:
    """Return the case with this reference.

    Raises what is answered with not found; so is a case of a region that they may not see.
    """
    if not REFERENCE.fullmatch(reference):
        raise NOT_FOUND
    with desk.database.reading() as reading:
        found = find_case(reading, reference)
    if found is None or not visitor.sees(found.region):
        raise NOT_FOUND
    return found
