"""Who is who in the product, and how old that knowledge is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from casework.directory_showing import ShownAddress, show_address
from desk.acting import DeskHere, DeskServices
from desk.forms import fill
from desk.lists import NOT_FOUND
from desk.rooms.suppression import CheckForm
from desk.showing import show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from storage.directory import ShownStanding, directory_state
from storage.workspaces import list_workspaces

LENGTH = 50

router = APIRouter()
Knowing = Annotated[Visitor, needs(Action.DIRECTORY)]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An address that somebody asked about, and what is known of it."""

    address: str = field(repr=False)
    shown: ShownAddress


@router.get("/directory")
def directory(
    request: Request,
    visitor: Knowing,
    desk: DeskHere,
    after: Annotated[UUID | None, Query()] = None,
) -> Response:
    return _page(request, visitor, desk, after=after)


@router.post("/directory/show")
def ask(request: Request, visitor: Knowing, desk: DeskHere) -> Response:
    sheet = fill(request, CheckForm)
    if sheet.value is None:
        return _page(request, visitor, desk, 422, form=sheet)
    address, now = sheet.value.address, desk.clock()
    shown = show_address(desk.database, address, actor=visitor.actor, now=now)
    name = desk.shelf.put(Asked(address=address, shown=shown), owner=visitor.account, now=now)
    return RedirectResponse(f"/directory/answers/{name}", status_code=303)


@router.get("/directory/answers/{answer_id}")
def answer(request: Request, visitor: Knowing, desk: DeskHere, answer_id: UUID) -> Response:
    found = desk.shelf.get(answer_id, owner=visitor.account, now=desk.clock())
    if not isinstance(found, Asked):
        raise NOT_FOUND
    return show(request, "directory_answer", asked=found, may_see=lambda one: _sees(visitor, one))


def _sees(visitor: Visitor, standing: ShownStanding) -> bool:
    return standing.workspace is None or visitor.sees(standing.workspace.region)


def _page(
    request: Request,
    visitor: Visitor,
    desk: DeskServices,
    status: int = 200,
    *,
    after: UUID | None = None,
    **values: object,
) -> Response:
    with desk.database.reading() as reading:
        state = directory_state(reading)
        found = list_workspaces(reading, regions=visitor.regions, limit=LENGTH + 1, after=after)
    ids = list(found)[:LENGTH]
    return show(
        request,
        "directory",
        status,
        state=state,
        missing=state.missing(desk.clock(), desk.profile.directory.stale_after),
        workspaces=[found[one] for one in ids],
        following=ids[-1] if len(found) > LENGTH else None,
        first=after is None,
        **({"form": None} | values),
    )
