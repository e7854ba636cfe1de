"""One case, and one message."""

from __future__ import annotations

import re
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.acting import DeskHere
from desk.lists import NOT_FOUND
from desk.showing import show
from desk.visitor import Seeing

REFERENCE = re.compile(r"[A-Z0-9-]{1,40}")

router = APIRouter()


@router.get("/cases/{reference}")
def case(request: Request, _visitor: Seeing, desk: DeskHere, reference: str) -> Response:
    found = desk.reader.case(reference) if REFERENCE.fullmatch(reference) else None
    if found is None:
        raise NOT_FOUND
    return show(request, "case", file=found, case=found.case)


@router.get("/messages/{inbound_id}")
def message(request: Request, _visitor: Seeing, desk: DeskHere, inbound_id: UUID) -> Response:
    found = desk.reader.message(inbound_id)
    if found is None:
        raise NOT_FOUND
    return show(request, "message", mail=found)
