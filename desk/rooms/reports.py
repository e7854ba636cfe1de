"""Figures: how the model agrees with the rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.acting import DeskHere
from desk.showing import show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action

router = APIRouter()
Reporting = Annotated[Visitor, needs(Action.REPORTS)]


@router.get("/model")
def model(request: Request, _visitor: Reporting, desk: DeskHere) -> Response:
    return show(request, "model", report=desk.reader.agreement())
