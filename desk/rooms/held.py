"""Mail that was set aside or could not be worked, and what a person decides about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from pydantic import Field, model_validator

from casework.held import DECIDABLE, dismiss_held, release_held
from casework.quarantine import adopt_unsealable, dismiss_quarantined, retry_quarantined
from desk.acting import DeskHere, DeskServices
from desk.case_reading import MailIn
from desk.forms import Form, Sheet, fill
from desk.lists import NOT_FOUND, After, NeededHere, SeeingAll
from desk.rooms.case import message_for
from desk.showing import done, show
from desk.visitor import Seeing, Visitor
from privacy.deciding import Outcome
from privacy.desk_roles import Action
from privacy.errors import Permanent
from storage.failures import NotFound

MOST_AT_ONCE = 50

router = APIRouter()
Correcting = Annotated[Visitor, Depends(NeededHere(Action.CORRECT))]
Decide = Callable[[UUID], None]


class Dismissal(StrEnum):
    """Why a message asks for nothing; it is kept with the message, so it is a code and no text."""

    NOT_A_REQUEST = "not-a-request"
    AUTOMATIC = "automatic"
    SPAM = "spam"
    ANSWERED_ELSEWHERE = "answered-elsewhere"


class DecisionForm(Form):
    messages: tuple[UUID, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class HeldForm(DecisionForm):
    decision: str = Field(pattern="^(release|dismiss)$")
    reason: Dismissal | None = None

    @model_validator(mode="after")
    def _dismissed_for_a_reason(self) -> HeldForm:
        if self.decision == "dismiss" and self.reason is None:
            raise ValueError("Say why it asks for nothing.")
        return self


class QuarantineForm(DecisionForm):
    decision: str = Field(pattern="^(retry|dismiss)$")


@dataclass(frozen=True, kw_only=True)
class Decided:
    """How many messages were decided about, and how many somebody else was quicker with."""

    made: int
    late: int

    def __str__(self) -> str:
        told = f"{self.made} decided."
        return f"{told} {self.late} not: nothing was left to decide there." if self.late else told


@router.get("/held")
def held(request: Request, _visitor: SeeingAll, desk: DeskHere, after: After) -> Response:
    found, counts = desk.reader.held(after), desk.reader.counts()
    reasons = list(Dismissal)
    return show(request, "held", list=found, first=after is None, counts=counts, reasons=reasons)


@router.get("/held/{inbound_id}")
def held_message(request: Request, visitor: Seeing, desk: DeskHere, inbound_id: UUID) -> Response:
    return _beside(request, message_for(desk, visitor, inbound_id))


@router.post("/held")
def decide_held(request: Request, visitor: Correcting, desk: DeskHere) -> Response:
    sheet = fill(request, HeldForm)
    if sheet.value is None:
        return _again(request, visitor, desk, sheet)
    decided = _each(sheet.value.messages, _held_decision(sheet.value, visitor, desk))
    desk.wake()
    return done(request, "/held", str(decided))


@router.get("/quarantine")
def quarantine(request: Request, _visitor: SeeingAll, desk: DeskHere, after: After) -> Response:
    return show(request, "quarantine", list=desk.reader.quarantined(after), first=after is None)


@router.get("/quarantine/{inbound_id}")
def quarantined_message(
    request: Request, visitor: Seeing, desk: DeskHere, inbound_id: UUID
) -> Response:
    return _beside(request, message_for(desk, visitor, inbound_id))


@router.post("/quarantine")
def decide_quarantined(request: Request, visitor: Correcting, desk: DeskHere) -> Response:
    sheet = fill(request, QuarantineForm)
    if sheet.value is None:
        return _again(request, visitor, desk, sheet)
    decided = _each(sheet.value.messages, _quarantine_decision(sheet.value, visitor, desk))
    desk.wake()
    return done(request, "/quarantine", str(decided))


def _held_decision(form: HeldForm, visitor: Visitor, desk: DeskServices) -> Decide:
    actor, now, reason = visitor.actor, desk.clock(), form.reason
    if form.decision == "release" or reason is None:
        return lambda one: release_held(desk.database, one, actor=actor, now=now)
    return lambda one: dismiss_held(desk.database, one, reason=reason, actor=actor, now=now)


def _quarantine_decision(form: QuarantineForm, visitor: Visitor, desk: DeskServices) -> Decide:
    actor, now = visitor.actor, desk.clock()
    if form.decision == "retry":
        return lambda one: retry_quarantined(desk.database, one, actor=actor, now=now)
    adopt_unsealable(desk.database, desk.profile, now)
    return lambda one: dismiss_quarantined(desk.database, one, actor=actor, now=now)


def _each(messages: Sequence[UUID], decide: Decide) -> Decided:
    """Each message is a decision of its own: one that is over already does not undo the others."""
    late = 0
    for one in messages:
        try:
            decide(one)
        except (NotFound, Permanent):
            late += 1
    return Decided(made=len(messages) - late, late=late)


def _again(
    request: Request,
    visitor: Visitor,
    desk: DeskServices,
    sheet: Sheet[HeldForm] | Sheet[QuarantineForm],
) -> Response:
    """Show what was chosen again; where it was one message, that one with its words."""
    chosen = sheet.typed.get("messages", ())
    try:
        if len(chosen) == 1:
            return _beside(request, message_for(desk, visitor, UUID(chosen[0])), 422, sheet)
    except ValueError:
        raise NOT_FOUND from None
    page = "held" if request.url.path == "/held" else "quarantine"
    rows = desk.reader.held(None) if page == "held" else desk.reader.quarantined(None)
    values = {"list": rows, "first": True, "reasons": list(Dismissal), "form": sheet}
    return show(request, page, 422, **values)


def _beside(
    request: Request,
    found: MailIn,
    status: int = 200,
    form: Sheet[HeldForm] | Sheet[QuarantineForm] | None = None,
) -> Response:
    outcome = found.row.outcome
    return show(
        request,
        "set_aside",
        status,
        mail=found,
        form=form,
        reasons=list(Dismissal),
        is_quarantined=outcome is Outcome.QUARANTINED,
        is_open=found.row.state != "dismissed"
        and outcome is not None
        and (outcome is Outcome.QUARANTINED or outcome.value in DECIDABLE),
    )
