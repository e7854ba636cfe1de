"""Owners who were told late or not at all, and what somebody decides about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from casework.notice_campaign import DECIDABLE, LONGEST_REASON, Decided, decide, late_bounds
from desk.acting import DeskHere, DeskServices
from desk.forms import Form, Sheet, fill
from desk.lists import NOT_FOUND
from desk.showing import done, show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action
from privacy.errors import Permanent
from privacy.notice_gate import LateChoice, Told, choices_for, local_day
from privacy.notices import OwnerState
from storage.database import Reading
from storage.notice_lists import ShownOwner, owners_in, owners_named
from storage.notice_roster import FIRST
from storage.notices import Notice, get_notice

PAGE = 50
router = APIRouter()
Announcing = Annotated[Visitor, needs(Action.NOTICES)]


class ChoiceForm(Form):
    choice: LateChoice
    reason: str = Field(max_length=LONGEST_REASON)
    effective_on: date | None = None
    workspace: str | None = Field(default=None, max_length=200)


@dataclass(frozen=True, kw_only=True)
class _Held:
    """An Owner, and what can be decided about them, each with the earliest day that it can bring."""

    notice: Notice
    owner: ShownOwner
    choices: Sequence[tuple[LateChoice, date | None]]


@router.get("/notices/{notice_id}/owners")
def owners(
    request: Request,
    _visitor: Announcing,
    desk: DeskHere,
    notice_id: UUID,
    after: Annotated[UUID, Query()] = FIRST,
) -> Response:
    with desk.database.reading() as reading:
        notice = _notice(reading, notice_id)
        bounds = late_bounds(reading, notice)
        found = owners_in(reading, notice_id, after=after, late_from=bounds, most=PAGE)
    following = found[-1].person_id if len(found) == PAGE else None
    first = after == FIRST
    return show(
        request, "notice_owners", notice=notice, owners=found, following=following, first=first
    )


@router.get("/notices/{notice_id}/owners/{person_id}")
def owner(
    request: Request, _visitor: Announcing, desk: DeskHere, notice_id: UUID, person_id: UUID
) -> Response:
    return show(request, "notice_owner", held=_held(desk, notice_id, person_id), form=None)


@router.post("/notices/{notice_id}/owners/{person_id}")
def decide_owner(
    request: Request, visitor: Announcing, desk: DeskHere, notice_id: UUID, person_id: UUID
) -> Response:
    held, sheet = _held(desk, notice_id, person_id), fill(request, ChoiceForm)
    if sheet.value is None:
        return show(request, "notice_owner", 422, held=held, form=sheet)
    try:
        concerned = decide(
            desk.database,
            held.notice.version,
            _decided(sheet.value, person_id),
            actor=visitor.actor,
            now=desk.clock(),
        )
    except Permanent as error:
        wrong: Sheet[ChoiceForm] = sheet.with_error("", f"{error}.")
        return show(request, "notice_owner", 422, held=held, form=wrong)
    return done(request, f"/notices/{notice_id}", f"Decided; it concerns {concerned} of the list.")


def _decided(form: ChoiceForm, person_id: UUID) -> Decided:
    """What a form says beyond the choice that it names does not count."""
    is_told = form.choice is LateChoice.OTHERWISE_TOLD
    return Decided(
        choice=form.choice,
        reason=form.reason,
        workspace=form.workspace if form.choice is LateChoice.MOVE_WORKSPACE else None,
        person_id=person_id if is_told else None,
        effective_on=None if is_told else form.effective_on,
    )


def _held(desk: DeskServices, notice_id: UUID, person_id: UUID) -> _Held:
    with desk.database.reading() as reading:
        notice = _notice(reading, notice_id)
        found = owners_named(reading, notice_id, [person_id])
    if not found:
        raise NOT_FOUND
    today = local_day(desk.clock(), notice.zone)
    told = _told(found[0], notice)
    is_owed = notice.state in DECIDABLE and not found[0].is_contact
    choices = choices_for(told, today) if is_owed else ()
    return _Held(notice=notice, owner=found[0], choices=choices)


def _told(owner: ShownOwner, notice: Notice) -> Told:
    return Told(
        on=None if owner.told_at is None else local_day(owner.told_at, notice.zone),
        effective_on=owner.effective_on or notice.effective_on or date.max,
        joined=owner.state is OwnerState.JOINED,
        decided=owner.decided,
    )


def _notice(reading: Reading, notice_id: UUID) -> Notice:
    found = get_notice(reading, notice_id)
    if found is None:
        raise NOT_FOUND
    return found
