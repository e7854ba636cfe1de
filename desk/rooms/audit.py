"""The trail of what happened, and whether its chains hold."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import Annotated, BinaryIO, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from casework.auditing import look_through
from casework.trail_export import export_trail
from desk.acting import DeskHere
from desk.showing import done, show
from desk.visitor import Visitor, needs
from privacy.audit import AuditKind
from privacy.desk_roles import Action
from storage.signing import public_key_of
from storage.trail_events import LOOKED_AT, newest_events

CHUNK = 65_536  # bytes
IN_MEMORY = 4_000_000  # bytes; a longer export is written to the disk first

router = APIRouter()
Auditing = Annotated[Visitor, needs(Action.AUDIT)]


class Maker(StrEnum):
    """Who made an event."""

    PEOPLE = "people"
    DESK = "desk"


@router.get("/audit")
def audit(
    request: Request,
    _visitor: Auditing,
    desk: DeskHere,
    kind: Annotated[str, Query(max_length=60)] = "",
    by: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    wanted = AuditKind(kind) if kind in list(AuditKind) else None
    by_people = by == Maker.PEOPLE if by in list(Maker) else None
    with desk.database.reading() as reading:
        events = newest_events(reading, kind=wanted, by_people=by_people)
    return show(
        request,
        "audit",
        look=desk.house.trail.seen(desk.clock()),
        events=events,
        among=LOOKED_AT,
        kinds=sorted(AuditKind),
        kind=wanted,
        makers=list(Maker),
        by=by,
        key=public_key_of(desk.database.keys).hex(),
    )


@router.post("/audit/look")
def look(request: Request, _visitor: Auditing, desk: DeskHere) -> Response:
    database, kept = desk.database, desk.house.kept_hashes
    is_new = desk.house.trail.start(lambda: look_through(database, kept()), now=desk.clock())
    told = "The look has begun." if is_new else "Somebody is looking already."
    return done(request, "/audit", told)


@router.post("/audit/export")
def export(_request: Request, visitor: Auditing, desk: DeskHere) -> Response:
    now = desk.clock()
    file = _spooled()
    export_trail(desk.database, file, by=(visitor.actor, now))
    file.seek(0)
    name = f'attachment; filename="trail-{now:%Y-%m-%d}.zip"'
    headers = {"Content-Disposition": name}
    return StreamingResponse(_chunks(file), media_type="application/zip", headers=headers)


def _spooled() -> BinaryIO:
    return cast("BinaryIO", SpooledTemporaryFile(max_size=IN_MEMORY))


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
