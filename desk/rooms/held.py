"""Mail that was set aside or could not be worked."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.acting import DeskHere
from desk.lists import After
from desk.showing import show
from desk.visitor import Seeing

router = APIRouter()


@router.get("/held")
def held(request: Request, _visitor: Seeing, desk: DeskHere, after: After) -> Response:
    found, counts = desk.reader.held(after), desk.reader.counts()
    return show(request, "held", list=found, first=after is None, counts=counts)


@router.get("/quarantine")
def quarantine(request: Request, _visitor: Seeing, desk: DeskHere, after: After) -> Response:
    return show(request, "quarantine", list=desk.reader.quarantined(after), first=after is None)
