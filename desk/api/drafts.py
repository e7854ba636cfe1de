"""Letters that wait for a decision over the API: read, approved as they stand, or sent back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from casework.drafts import approve_draft, reject_draft, review_draft
from casework.viewing import record_view
from desk.acting import DeskHere, DeskServices
from desk.api.caller import Caller, scoped
from desk.api.cases import Limit
from desk.api.routes import ApiRoute, IdempotencyKey
from desk.api.shapes import Approved, Done, DraftLine, DraftPage, DraftShape
from desk.lists import NOT_FOUND
from privacy.desk_roles import Action
from privacy.identity_codes import without_codes
from storage.drafts import Draft, get_draft
from storage.open_work import WaitingDraft, waiting_drafts

router = APIRouter(route_class=ApiRoute, tags=["drafts"])
Seeing = Annotated[Caller, scoped(Action.SEE)]
Approving = Annotated[Caller, scoped(Action.APPROVE)]
AfterId = Annotated[UUID | None, Query()]


@router.get("/drafts")
def drafts(caller: Seeing, desk: DeskHere, after: AfterId = None, limit: Limit = 50) -> DraftPage:
    """Letters that wait, the oldest first."""
    with desk.database.reading() as reading:
        found = waiting_drafts(reading, regions=caller.regions, limit=limit + 1, after=after)
    shown = found[:limit]
    return DraftPage(
        drafts=[_line(one) for one in shown],
        after=shown[-1].draft_id if len(found) > limit else None,
    )


@router.get("/drafts/{draft_id}")
def draft(caller: Seeing, desk: DeskHere, draft_id: UUID) -> DraftShape:
    """One draft with its words. That its case was looked at is written down."""
    found, now = _draft(caller, desk, draft_id), desk.clock()
    record_view(desk.database, found.case_id, actor=caller.actor, now=now)
    identity = desk.profile.identity
    with desk.database.reading() as reading:
        findings = review_draft(reading, found, found.message, now, identity=identity)
    return DraftShape(
        draft_id=found.draft_id,
        case=found.case_reference or "",
        kind=found.kind,
        reasons=list(found.reasons),
        created_at=found.created_at,
        due_on=found.due_on,
        state=found.state,
        recipient=found.message.recipient,
        subject=found.message.letter.subject,
        text=without_codes(found.message.letter.text),
        findings=findings,
    )


@router.post("/drafts/{draft_id}/approve")
def approve(caller: Approving, desk: DeskHere, draft_id: UUID, _key: IdempotencyKey) -> Approved:
    """Approve the letter as it stands; the last approval that it needs lets it leave."""
    _draft(caller, desk, draft_id)
    given = approve_draft(
        desk.database, draft_id, actor=caller.actor, now=desk.clock(), desk=desk.profile
    )
    if given.is_enough:
        desk.wake()
    return Approved(given=given.given, needed=given.needed, leaves=given.is_enough)


@router.post("/drafts/{draft_id}/reject")
def reject(caller: Approving, desk: DeskHere, draft_id: UUID, _key: IdempotencyKey) -> Done:
    """Keep the letter from leaving and send it back: a task says that its answer is still owed."""
    _draft(caller, desk, draft_id)
    reject_draft(desk.database, draft_id, actor=caller.actor, now=desk.clock())
    return Done()


def _draft(caller: Caller, desk: DeskServices, draft_id: UUID) -> Draft:
    """A draft in a region that they may not see is none for them. Raises NotFound for one that is not there."""
    with desk.database.reading() as reading:
        found = get_draft(reading, draft_id)
    if not caller.sees(desk.reader.region_of(found.case_id) or ""):
        raise NOT_FOUND
    return found


def _line(one: WaitingDraft) -> DraftLine:
    return DraftLine(
        draft_id=one.draft_id,
        case=one.case_reference,
        kind=one.kind,
        reasons=list(one.reasons),
        created_at=one.created_at,
        due_on=one.due_on,
    )
