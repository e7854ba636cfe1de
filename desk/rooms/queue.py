"""What is open: the list of cases, and what is due."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.acting import DeskHere
from desk.lists import After
from desk.showing import show
from desk.visitor import Seeing

router = APIRouter()


@router.get("/")
def cases(request: Request, _visitor: Seeing, desk: DeskHere, after: After) -> Response:
    return show(request, "cases", list=desk.reader.cases(after), first=after is None)


@router.get("/due")
def due(request: Request, _visitor: Seeing, desk: DeskHere, after: After) -> Response:
    return show(request, "due", list=desk.reader.due(after), first=after is None)
