"""Settings, and how the desk is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from desk.acting import DeskHere
from desk.showing import done, not_done, show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from storage.lengths import lengths

router = APIRouter()
Setting = Annotated[Visitor, needs(Action.SETTINGS)]


@router.get("/settings")
def settings(request: Request, _visitor: Setting, desk: DeskHere) -> Response:
    now, house = desk.clock(), desk.house
    with desk.database.reading() as reading:
        waiting = lengths(reading)
    is_well, codes = desk.health()
    return show(
        request,
        "settings",
        now=now,
        house=house,
        waiting=waiting,
        is_well=is_well,
        codes=codes,
        seen=house.observe() if house.observe else None,
        look=house.health.seen(now),
        lines=house.settings(),
    )


@router.post("/settings/check")
def check(request: Request, _visitor: Setting, desk: DeskHere) -> Response:
    doctor = desk.house.doctor
    if doctor is None:
        return not_done("This program runs without its doctor: rightsdesk check.")
    is_new = desk.house.health.start(doctor, now=desk.clock())
    told = "The doctor is looking." if is_new else "The doctor is looking already."
    return done(request, "/settings", told)
