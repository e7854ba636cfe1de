"""What people have to do, and what shows that it was done."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from casework.task_kinds import CARRY_OUT, REPORT_INCIDENT
from casework.tasks import LONGEST_EVIDENCE, finish
from desk.acting import DeskHere, DeskServices
from desk.forms import Form, Sheet, fill
from desk.showing import done, show
from desk.visitor import Seeing, Visitor, needs
from privacy.desk_roles import Action
from storage.tasks import list_tasks

LENGTH = 100
WITH_EVIDENCE = (CARRY_OUT, REPORT_INCIDENT)

router = APIRouter()
Correcting = Annotated[Visitor, needs(Action.CORRECT)]


class DoneForm(Form):
    task: UUID
    evidence: str | None = Field(default=None, max_length=LONGEST_EVIDENCE)


@router.get("/tasks")
def tasks(request: Request, _visitor: Seeing, desk: DeskHere) -> Response:
    return _list(request, desk)


@router.post("/tasks")
def finish_one(request: Request, visitor: Correcting, desk: DeskHere) -> Response:
    sheet = fill(request, DoneForm)
    if sheet.value is None:
        return _list(request, desk, 422, form=sheet)
    form = sheet.value
    finish(desk.database, form.task, actor=visitor.actor, now=desk.clock(), evidence=form.evidence)
    desk.wake()
    return done(request, "/tasks", "The task is done.")


def _list(
    request: Request, desk: DeskServices, status: int = 200, form: Sheet[DoneForm] | None = None
) -> Response:
    with desk.database.reading() as reading:
        found = list_tasks(reading, limit=LENGTH + 1)
    return show(
        request,
        "tasks",
        status,
        tasks=found[:LENGTH],
        is_cut=len(found) > LENGTH,
        today=desk.clock().date(),
        with_evidence=WITH_EVIDENCE,
        form=form,
    )
