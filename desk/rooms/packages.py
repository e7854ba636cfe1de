"""The files that answer a right of a case: brought, taken back, announced anew, and what was done with them."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from casework.announcing import renew_package
from casework.package_showing import shown_packages
from casework.packing import DROPPED, OfferedData, add_to_package, withdraw_package
from casework.viewing import record_view
from desk.acting import DeskHere, DeskServices
from desk.cases_here import case_here
from desk.forms import Form, fill
from desk.multipart import SentFile
from desk.showing import done, show
from desk.uploads import needs_with_file, take_file
from desk.visitor import Seeing, Visitor, needs
from privacy.cases import Case
from privacy.desk_roles import Action
from privacy.errors import Permanent
from privacy.packages import FORMATS, PACKAGED
from privacy.rights import Right
from storage.package_links import waivers_of

router = APIRouter()
Drafting = Annotated[Visitor, needs(Action.DRAFT)]
Bringing = Annotated[Visitor, needs_with_file(Action.DRAFT)]


class RightForm(Form):
    right: Right


@router.get("/cases/{reference}/packages")
def packages(request: Request, visitor: Seeing, desk: DeskHere, reference: str) -> Response:
    case = case_here(desk, visitor, reference)
    record_view(desk.database, case.case_id, actor=visitor.actor, now=desk.clock())
    return _page(request, desk, case)


@router.post("/cases/{reference}/packages")
async def add_file(request: Request, visitor: Bringing, desk: DeskHere, reference: str) -> Response:
    take = partial(_take, request, visitor, desk, reference)
    return await take_file(request, take, most=desk.profile.downloads.most_bytes)


@router.post("/cases/{reference}/packages/withdraw")
def withdraw(request: Request, visitor: Drafting, desk: DeskHere, reference: str) -> Response:
    case, sheet = case_here(desk, visitor, reference), fill(request, RightForm)
    if sheet.value is None:
        return _page(request, desk, case, 422, problem="Say which right.")
    right, now = sheet.value.right, desk.clock()
    withdraw_package(desk.database, reference, right, actor=visitor.actor, now=now)
    return done(request, f"/cases/{reference}/packages", "The package is withdrawn.")


@router.post("/cases/{reference}/packages/renew")
def renew(request: Request, visitor: Drafting, desk: DeskHere, reference: str) -> Response:
    case, sheet = case_here(desk, visitor, reference), fill(request, RightForm)
    if sheet.value is None:
        return _page(request, desk, case, 422, problem="Say which right.")
    by = (visitor.actor, desk.clock())
    renew_package(desk.database, desk.profile, reference, sheet.value.right, by=by)
    told = "A letter with a new link waits for approval."
    return done(request, f"/cases/{reference}/packages", told)


def _take(
    request: Request, visitor: Visitor, desk: DeskServices, reference: str, sent: SentFile
) -> Response:
    case = case_here(desk, visitor, reference)
    try:
        right = Right(sent.fields.get("right", ""))
    except ValueError:
        return _page(request, desk, case, 422, problem="Say which right.")
    data = OfferedData(
        reference=reference,
        right=right,
        name=sent.fields.get("name", "").strip() or sent.name,
        content=sent.content,
    )
    try:
        packed = add_to_package(
            desk.database, desk.profile, data, actor=visitor.actor, now=desk.clock()
        )
    except Permanent as error:
        return _page(request, desk, case, 422, problem=f"Not taken: {error}.")
    told = f"The file is sealed: {packed.size} bytes."
    return done(request, f"/cases/{reference}/packages", told)


def _page(
    request: Request,
    desk: DeskServices,
    case: Case,
    status: int = 200,
    problem: str | None = None,
) -> Response:
    with desk.database.reading() as reading:
        found, waived = shown_packages(reading, case), waivers_of(reading, case.case_id)
    asked = [one.right for one in case.items if one.right in PACKAGED and one.state not in DROPPED]
    return show(
        request,
        "packages",
        status,
        case=case,
        packages=found,
        waivers=waived,
        rights=list(dict.fromkeys(asked)),
        endings=sorted(FORMATS),
        most=desk.profile.downloads.most_bytes,
        problem=problem,
    )
