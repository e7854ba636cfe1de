"""One case, and one message: to read, and to say whose case it is."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import Field

from casework.assigning import assign
from casework.viewing import record_view
from desk.acting import DeskHere, DeskServices
from desk.case_reading import CaseFile, MailIn
from desk.clean_html import clean_html
from desk.forms import Form, fill
from desk.lists import NOT_FOUND
from desk.rendering import page
from desk.showing import done, is_ours, show
from desk.visitor import Seeing, Visitor, needs
from privacy.desk_roles import Action
from privacy.rights import Right

REFERENCE = re.compile(r"[A-Z0-9-]{1,40}")
ADDRESS = r"^[^@\s]{1,64}@[^@\s]{1,255}$"
# Words of a stranger: nothing runs, nothing is loaded, nothing leads away, whatever the cleaning left.
FRAME_HEADERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
LIKELY = (*(str(one) for one in Right), "none")  # what a right that was found can be instead
Correcting = Annotated[Visitor, needs(Action.CORRECT)]

router = APIRouter()


class OwnerForm(Form):
    """Whose case it is from now on; empty for nobody's. `back` is the page to go on with."""

    owner: str = Field(default="", max_length=320, pattern=rf"^$|{ADDRESS}")
    back: str = Field(default="", max_length=500)


@router.get("/cases/{reference}")
def case(request: Request, visitor: Seeing, desk: DeskHere, reference: str) -> Response:
    found = _case(desk, visitor, reference)
    record_view(desk.database, found.case.case_id, actor=visitor.actor, now=desk.clock())
    staff = [one.address for one in desk.profile.staff]
    return show(
        request, "case", file=found, case=found.case, now=desk.clock(), staff=staff, likely=LIKELY
    )


@router.post("/cases/{reference}/owner")
def owner(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    found = _case(desk, visitor, reference)
    sheet, here = fill(request, OwnerForm), f"/cases/{found.case.reference}"
    if sheet.value is None:
        return done(request, here, "Not changed: an owner is one address.")
    given = sheet.value.owner.lower() or None
    assign(desk.database, found.case.reference, given, actor=visitor.actor, now=desk.clock())
    told = f"{found.case.reference} is {_whose(given, visitor)} now."
    return done(request, sheet.value.back if is_ours(sheet.value.back) else here, told)


@router.get("/messages/{inbound_id}")
def message(request: Request, visitor: Seeing, desk: DeskHere, inbound_id: UUID) -> Response:
    return show(request, "message", mail=message_for(desk, visitor, inbound_id))


@router.get("/messages/{inbound_id}/as-sent")
def as_sent(request: Request, visitor: Seeing, desk: DeskHere, inbound_id: UUID) -> Response:
    found = message_for(desk, visitor, inbound_id)
    if found.shown is None or not found.shown.has_html:
        raise NOT_FOUND
    return show(request, "as_sent", mail=found)


@router.get("/messages/{inbound_id}/as-sent/frame")
def frame(visitor: Seeing, desk: DeskHere, inbound_id: UUID) -> Response:
    message_for(desk, visitor, inbound_id)
    found = desk.reader.as_sent(inbound_id)
    if found is None:
        raise NOT_FOUND
    cleaned = clean_html(found.html, found.images)
    answer: HTMLResponse = page("as_sent_frame", cleaned=cleaned)
    answer.headers.update(FRAME_HEADERS)
    return answer


@router.get("/messages/{inbound_id}/files/{number}")
def attached(visitor: Seeing, desk: DeskHere, inbound_id: UUID, number: int) -> Response:
    message_for(desk, visitor, inbound_id)
    found = desk.reader.file(inbound_id, number)
    if found is None:
        raise NOT_FOUND
    shown, content = found
    named = f"attachment; filename*=UTF-8''{quote(shown.name, safe='')}"
    return Response(
        content, media_type="application/octet-stream", headers={"Content-Disposition": named}
    )


def _case(desk: DeskServices, visitor: Visitor, reference: str) -> CaseFile:
    """A case of a region that they may not see is no case for them."""
    found = desk.reader.case(reference) if REFERENCE.fullmatch(reference) else None
    if found is None or not visitor.sees(found.case.region):
        raise NOT_FOUND
    return found


def message_for(desk: DeskServices, visitor: Visitor, inbound_id: UUID) -> MailIn:
    """Whoever reads a mail of a case looks at the case; what belongs to none is kept in the region of this desk."""
    found = desk.reader.message(inbound_id)
    if found is None:
        raise NOT_FOUND
    case_id = found.row.case_id
    region = None if case_id is None else desk.reader.region_of(case_id)
    if not visitor.sees(region or desk.profile.region):
        raise NOT_FOUND
    if case_id is not None:
        record_view(desk.database, case_id, actor=visitor.actor, now=desk.clock())
    return found


def _whose(owner: str | None, visitor: Visitor) -> str:
    if owner is None:
        return "nobody’s"
    return "yours" if owner == visitor.address else f"with {owner}"
