"""What people have to do over the API: the open tasks, and that one is done."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from casework.tasks import finish
from desk.acting import DeskHere, DeskServices
from desk.api.caller import Caller, scoped
from desk.api.cases import Limit
from desk.api.drafts import AfterId
from desk.api.routes import ApiRoute, IdempotencyKey
from desk.api.shapes import Done, TaskDone, TaskPage, TaskShape
from desk.lists import NOT_FOUND
from privacy.desk_roles import Action
from storage.open_work import task_region, waiting_tasks
from storage.tasks import Task

router = APIRouter(route_class=ApiRoute, tags=["tasks"])
Seeing = Annotated[Caller, scoped(Action.SEE)]
Correcting = Annotated[Caller, scoped(Action.CORRECT)]


@router.get("/tasks")
def tasks(caller: Seeing, desk: DeskHere, after: AfterId = None, limit: Limit = 50) -> TaskPage:
    """Open tasks, the oldest first."""
    with desk.database.reading() as reading:
        found = waiting_tasks(
            reading,
            regions=caller.regions,
            without_case=caller.sees(desk.profile.region),
            limit=limit + 1,
            after=after,
        )
    shown = found[:limit]
    return TaskPage(
        tasks=[_task(one) for one in shown],
        after=shown[-1].task_id if len(found) > limit else None,
    )


@router.post("/tasks/{task_id}/done")
def done(
    caller: Correcting, desk: DeskHere, task_id: UUID, body: TaskDone, _key: IdempotencyKey
) -> Done:
    """Say that the task is done; a task for a system, and a report of an incident, need what shows it."""
    _require_seen(caller, desk, task_id)
    finish(desk.database, task_id, actor=caller.actor, now=desk.clock(), evidence=body.evidence)
    return Done()


def _require_seen(caller: Caller, desk: DeskServices, task_id: UUID) -> None:
    with desk.database.reading() as reading:
        is_there, region = task_region(reading, task_id)
    if not is_there or not caller.sees(region or desk.profile.region):
        raise NOT_FOUND


def _task(one: Task) -> TaskShape:
    return TaskShape(
        task_id=one.task_id,
        case=one.case_reference,
        kind=one.kind,
        reason=one.reason,
        due_on=one.due_on,
        urgent=one.urgent,
        created_at=one.created_at,
    )
