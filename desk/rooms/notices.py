"""Notices of policy changes: read, approved, sent, and proved."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from typing import Annotated, BinaryIO, cast
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from casework.notice_campaign import start_notice, stop_notice
from casework.notice_drafting import approve_notice
from casework.notice_proof import export_proof
from casework.notice_writing import undecided
from desk.acting import DeskHere, DeskServices
from desk.file_answer import FileAnswer
from desk.forms import Form, fill
from desk.letter_frame import letter_frame
from desk.lists import NOT_FOUND
from desk.made_files import MadeFile
from desk.notice_views import notice_view, progress_view
from desk.rendering import page
from desk.showing import done, show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from privacy.errors import Permanent
from storage.database import Reading
from storage.notices import Notice, get_notice, letters_of, list_notices
from storage.signing import public_key_of

router = APIRouter()
Announcing = Annotated[Visitor, needs(Action.NOTICES)]
Approving = Annotated[Visitor, needs(Action.APPROVE)]


class ApprovalForm(Form):
    digest: str = Field(pattern="^[0-9a-f]{64}$")


@router.get("/notices")
def notices(request: Request, _visitor: Announcing, desk: DeskHere) -> Response:
    with desk.database.reading() as reading:
        found, waiting = list_notices(reading), undecided(reading)
    return show(request, "notices", notices=found, versions=waiting)


@router.get("/notices/{notice_id}")
def notice(request: Request, visitor: Announcing, desk: DeskHere, notice_id: UUID) -> Response:
    return _one(request, visitor, desk, notice_id)


@router.get("/notices/{notice_id}/progress")
def progress(_visitor: Announcing, desk: DeskHere, notice_id: UUID) -> Response:
    """The part of the page that changes while a notice is being sent; it tells nothing once, so it takes no flash."""
    with desk.database.reading() as reading:
        view = progress_view(reading, _notice(reading, notice_id), desk)
    return page("notice_progress", view=view)


@router.get("/notices/{notice_id}/letters/{reader}")
def preview(
    request: Request, _visitor: Announcing, desk: DeskHere, notice_id: UUID, reader: str
) -> Response:
    with desk.database.reading() as reading:
        found = _notice(reading, notice_id)
        letters = letters_of(reading, notice_id)
    shown = next((one for one in letters if one.reader == reader), None)
    if shown is None:
        raise NOT_FOUND
    return show(request, "notice_letter", notice=found, letters=letters, shown=shown)


@router.get("/notices/{notice_id}/frames/{reader}")
def frame(_visitor: Announcing, desk: DeskHere, notice_id: UUID, reader: str) -> Response:
    with desk.database.reading() as reading:
        found = letters_of(reading, notice_id, [reader])
    if not found:
        raise NOT_FOUND
    return letter_frame(found[0].letter.html)


@router.post("/notices/{notice_id}/approve")
def approve(request: Request, visitor: Approving, desk: DeskHere, notice_id: UUID) -> Response:
    sheet = fill(request, ApprovalForm)
    if sheet.value is None:
        return _one(request, visitor, desk, notice_id, 422, form=sheet)
    given = approve_notice(
        desk.database,
        _version(desk, notice_id),
        sheet.value.digest,
        desk=desk.profile,
        actor=visitor.actor,
        now=desk.clock(),
    )
    missing = given.needed - given.given
    told = "Approved." if missing <= 0 else f"Approved; {missing} more has to approve it."
    return done(request, f"/notices/{notice_id}", told)


@router.post("/notices/{notice_id}/start")
def start(request: Request, visitor: Announcing, desk: DeskHere, notice_id: UUID) -> Response:
    version = _version(desk, notice_id)
    desk.check_notices()
    try:
        started = start_notice(
            desk.database, version, desk=desk.profile, actor=visitor.actor, now=desk.clock()
        )
    except Permanent as error:
        return _one(request, visitor, desk, notice_id, 409, refusal=str(error))
    desk.wake()
    return done(request, f"/notices/{notice_id}", f"{started.owners} Owners are being told.")


@router.post("/notices/{notice_id}/stop")
def stop(request: Request, visitor: Announcing, desk: DeskHere, notice_id: UUID) -> Response:
    version = _version(desk, notice_id)
    stop_notice(desk.database, version, actor=visitor.actor, now=desk.clock())
    return done(request, f"/notices/{notice_id}", "Stopped: no further batch leaves.")


@router.post("/notices/{notice_id}/proof")
def proof(visitor: Announcing, desk: DeskHere, notice_id: UUID) -> Response:
    return _proof(visitor, desk, notice_id, as_paper=False)


@router.post("/notices/{notice_id}/paper")
def paper(visitor: Announcing, desk: DeskHere, notice_id: UUID) -> Response:
    return _proof(visitor, desk, notice_id, as_paper=True)


def _proof(visitor: Visitor, desk: DeskServices, notice_id: UUID, *, as_paper: bool) -> Response:
    """The signed proof, or the same laid out for print; the other file is not kept."""
    version = _version(desk, notice_id)
    with ExitStack() as unfinished:
        proof_file, paper_file = (unfinished.enter_context(_scratch()) for _ in range(2))
        export_proof(
            desk.database,
            version,
            proof_file,
            by=(visitor.actor, desk.clock()),
            paper=paper_file if as_paper else None,
        )
        unfinished.pop_all()
    wanted, other = (paper_file, proof_file) if as_paper else (proof_file, paper_file)
    other.close()
    return FileAnswer(MadeFile(f"proof-{version}.{'pdf' if as_paper else 'zip'}", wanted))


def _scratch() -> BinaryIO:
    return cast("BinaryIO", tempfile.TemporaryFile())


def _one(
    request: Request,
    visitor: Visitor,
    desk: DeskServices,
    notice_id: UUID,
    status: int = 200,
    **said: object,
) -> Response:
    with desk.database.reading() as reading:
        found = _notice(reading, notice_id)
        view = notice_view(reading, found, visitor, desk)
        progress = progress_view(reading, found, desk)
    values: dict[str, object] = {"form": None, "refusal": None} | said
    key = public_key_of(desk.database.keys).hex()
    return show(request, "notice_one", status, one=view, view=progress, key=key, **values)


def _notice(reading: Reading, notice_id: UUID) -> Notice:
    found = get_notice(reading, notice_id)
    if found is None:
        raise NOT_FOUND
    return found


def _version(desk: DeskServices, notice_id: UUID) -> str:
    with desk.database.reading() as reading:
        return _notice(reading, notice_id).version
