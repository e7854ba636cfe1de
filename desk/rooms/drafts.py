"""Letters that wait: read beside the mail, changed, linted, approved, sent back, rejected, and taken back in time."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from casework.drafts import approve_draft, reject_draft
from casework.editing import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    Wording,
    edit_draft,
    findings_of_wording,
    send_back,
)
from casework.opinions import LONGEST_REMARK, give_opinion
from casework.undoing import undo_approval
from casework.viewing import record_view
from desk.acting import DeskHere, DeskServices
from desk.draft_reading import draft_seen, drafts_for, read_draft
from desk.forms import Filled, Form, Sheet, fill
from desk.rendering import page
from desk.showing import done, show
from desk.visitor import Seeing, Visitor, needs
from privacy.desk_roles import Action
from privacy.errors import Permanent
from privacy.identity_codes import without_codes

router = APIRouter()
Drafting = Annotated[Visitor, needs(Action.DRAFT)]
Approving = Annotated[Visitor, needs(Action.APPROVE)]
Advising = Annotated[Visitor, needs(Action.OPINION)]
Shown = Literal["mine", "back", "all"]

# Our own letter, in a frame that runs and loads nothing, whatever somebody typed into it.
FRAME_HEADERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
DIGEST = r"^[0-9a-f]{64}$"


class SeenForm(Form):
    """What was looked at, by its digest: nobody decides about other words."""

    seen: str = Field(pattern=DIGEST)


class WordingForm(SeenForm):
    subject: str = Field(max_length=LONGEST_SUBJECT)
    text: str = Field(max_length=LONGEST_TEXT)


class ReasonForm(SeenForm):
    reason: str = Field(max_length=LONGEST_REMARK)


class OpinionForm(Form):
    opinion: str = Field(max_length=LONGEST_REMARK)


@router.get("/drafts")
def drafts(
    request: Request,
    visitor: Seeing,
    desk: DeskHere,
    only: Annotated[Shown, Query(alias="show")] = "mine",
) -> Response:
    listed = drafts_for(desk, visitor)
    groups = {
        "mine": [one for one in listed if one.against is None],
        "back": [
            one for one in listed if one.standing.returned and one.belongs_to(visitor.address)
        ],
        "all": listed,
    }
    return show(request, "drafts", groups=groups, only=only)


@router.get("/drafts/{draft_id}")
def draft(request: Request, visitor: Seeing, desk: DeskHere, draft_id: UUID) -> Response:
    case_id = draft_seen(desk, visitor, draft_id).case_id
    record_view(desk.database, case_id, actor=visitor.actor, now=desk.clock())
    return _page(request, desk, visitor, draft_id)


@router.get("/drafts/{draft_id}/as-html")
def as_html(visitor: Seeing, desk: DeskHere, draft_id: UUID) -> Response:
    letter = draft_seen(desk, visitor, draft_id).message.letter
    return Response(without_codes(letter.html), media_type="text/html", headers=FRAME_HEADERS)


@router.post("/drafts/{draft_id}")
def save(request: Request, visitor: Drafting, desk: DeskHere, draft_id: UUID) -> Response:
    draft_seen(desk, visitor, draft_id)
    sheet = fill(request, WordingForm)
    if sheet.value is None:
        return _page(request, desk, visitor, draft_id, form=sheet)
    form = sheet.value
    try:
        edit_draft(
            desk.database,
            draft_id,
            Wording(subject=form.subject, text=form.text),
            seen=form.seen,
            by=(visitor.actor, desk.clock()),
        )
    except Permanent as error:  # what was typed is not lost
        return _page(request, desk, visitor, draft_id, form=sheet.with_error("", str(error)))
    return done(request, f"/drafts/{draft_id}", "Saved. It waits for somebody else to approve it.")


@router.post("/drafts/{draft_id}/lint")
def lint(request: Request, visitor: Drafting, desk: DeskHere, draft_id: UUID) -> Response:
    """Only a part of the page, for it is asked for while somebody types."""
    found = draft_seen(desk, visitor, draft_id)
    sheet = fill(request, WordingForm)
    if sheet.value is None:
        return page("draft_findings", findings=list(sheet.errors.values()))
    words = Wording(subject=sheet.value.subject, text=sheet.value.text)
    with desk.database.reading() as reading:
        findings = findings_of_wording(
            reading, found, words, desk.clock(), identity=desk.profile.identity
        )
    return page("draft_findings", findings=findings)


@router.post("/drafts/{draft_id}/approve")
def approve(request: Request, visitor: Approving, desk: DeskHere, draft_id: UUID) -> Response:
    draft_seen(desk, visitor, draft_id)
    sheet = fill(request, SeenForm)
    if sheet.value is None:
        return _page(request, desk, visitor, draft_id, form=sheet)
    given = approve_draft(
        desk.database,
        draft_id,
        actor=visitor.actor,
        now=desk.clock(),
        desk=desk.profile,
        seen=sheet.value.seen,
    )
    desk.wake()
    if not given.is_enough:
        missing = given.needed - given.given
        return done(request, f"/drafts/{draft_id}", f"Approved. {missing} more has to approve it.")
    return done(request, f"/drafts/{draft_id}", "Approved. The letter leaves.")


@router.post("/drafts/{draft_id}/undo")
def undo(request: Request, visitor: Approving, desk: DeskHere, draft_id: UUID) -> Response:
    draft_seen(desk, visitor, draft_id)
    undo_approval(desk.database, draft_id, actor=visitor.actor, now=desk.clock())
    return done(request, f"/drafts/{draft_id}", "Taken back. The letter waits again.")


@router.post("/drafts/{draft_id}/back")
def back(request: Request, visitor: Drafting, desk: DeskHere, draft_id: UUID) -> Response:
    draft_seen(desk, visitor, draft_id)
    sheet = fill(request, ReasonForm)
    if sheet.value is None:
        return _page(request, desk, visitor, draft_id, form=sheet)
    by = (visitor.actor, desk.clock())
    send_back(desk.database, draft_id, sheet.value.reason, seen=sheet.value.seen, by=by)
    return done(request, f"/drafts/{draft_id}", "Sent back, to be changed.")


@router.post("/drafts/{draft_id}/reject")
def reject(request: Request, visitor: Approving, desk: DeskHere, draft_id: UUID) -> Response:
    found = draft_seen(desk, visitor, draft_id)
    reject_draft(desk.database, draft_id, actor=visitor.actor, now=desk.clock())
    told = "Rejected. The letter does not leave, and its answer is still owed."
    return done(request, f"/cases/{found.case_reference}", told)


@router.post("/drafts/{draft_id}/opinion")
def opinion(request: Request, visitor: Advising, desk: DeskHere, draft_id: UUID) -> Response:
    draft_seen(desk, visitor, draft_id)
    sheet = fill(request, OpinionForm)
    if sheet.value is None:
        return _page(request, desk, visitor, draft_id, form=sheet)
    words = sheet.value.opinion
    give_opinion(desk.database, draft_id, words, actor=visitor.actor, now=desk.clock())
    return done(request, f"/drafts/{draft_id}", "Your opinion is recorded.")


def _page(
    request: Request,
    desk: DeskServices,
    visitor: Visitor,
    draft_id: UUID,
    *,
    form: Sheet[Filled] | None = None,
) -> Response:
    file = read_draft(desk, visitor, draft_id)
    against = file.standing.against(visitor.address)
    waits = desk.profile.work.undo
    return show(
        request,
        "draft",
        200 if form is None else 422,
        file=file,
        draft=file.draft,
        standing=file.standing,
        against=against,
        minutes=int(waits.total_seconds() // 60),
        form=form,
    )
