"""What is done with a case over the API: a correction, a later date, its end."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from casework.closing import close_case
from casework.correcting import Wrong, correct_case
from casework.extending import Wanted, extend
from desk.acting import DeskHere
from desk.api.caller import Caller, scoped
from desk.api.cases import Reference, case_for
from desk.api.routes import ApiRoute, IdempotencyKey
from desk.api.shapes import (
    AskedRight,
    Closing,
    Correcting,
    Done,
    Extended,
    Extending,
    WrittenExtension,
)
from privacy.desk_roles import Action
from privacy.rights import Right, Scope

router = APIRouter(route_class=ApiRoute, tags=["cases"])
CaseWorker = Annotated[Caller, scoped(Action.CORRECT)]
Timing = Annotated[Caller, scoped(Action.CLOCK)]


@router.post("/cases/{reference}/correct")
def correct(
    caller: CaseWorker, desk: DeskHere, reference: Reference, body: Correcting, _key: IdempotencyKey
) -> Done:
    """Say what was understood wrongly; dates are counted anew."""
    found = case_for(caller, desk, reference)
    wrong = Wrong(
        lane=body.lane,
        language=body.language,
        added=_asked(body.added),
        not_asked=_asked(body.not_asked),
        note=body.note,
    )
    by = (caller.actor, desk.clock())
    correct_case(desk.database, desk.profile, found.case.reference, wrong, by=by)
    return Done()


@router.post("/cases/{reference}/close")
def close(
    caller: CaseWorker, desk: DeskHere, reference: Reference, body: Closing, _key: IdempotencyKey
) -> Done:
    """Close a case in which nothing is owed any more; otherwise the answer says what is."""
    found = case_for(caller, desk, reference)
    close_case(
        desk.database, found.case.reference, body.reason, actor=caller.actor, now=desk.clock()
    )
    return Done()


@router.post("/cases/{reference}/extend")
def later(
    caller: Timing, desk: DeskHere, reference: Reference, body: Extending, _key: IdempotencyKey
) -> Extended:
    """Write the letters that tell a later date, and leave them for approval: nothing is later before that."""
    found = case_for(caller, desk, reference)
    wanted = Wanted(reference=found.case.reference, right=body.right, ground=body.ground)
    done = extend(desk.database, desk.profile, wanted, actor=caller.actor, now=desk.clock())
    written = [
        WrittenExtension(right=one.right, draft_id=one.draft_id, due_on=one.due.on)
        for one in done.written
    ]
    return Extended(written=written, refused=[right for right, _ in done.refused])


def _asked(told: AskedRight | None) -> tuple[Right, Scope | None] | None:
    return None if told is None else (told.right, told.scope)
