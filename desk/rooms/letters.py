"""Letters out, and the templates that they are made of."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.acting import DeskHere
from desk.lists import After
from desk.showing import show
from desk.visitor import Seeing

router = APIRouter()


@router.get("/letters")
def letters(request: Request, _visitor: Seeing, desk: DeskHere, after: After) -> Response:
    return show(request, "letters", list=desk.reader.letters(after), first=after is None)
