"""Customers who decide about a request, and the person's own new address: passed on, instructed, told."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field, model_validator

from casework.address_asking import NamedAddress, name_new_address
from casework.customers_shown import customers_of, referrals_shown
from casework.forwarding import forward_case
from casework.instructing import CustomerInstruction, InstructedBy, take_instruction
from casework.referring import LONGEST_GROUND, WantedReferral, refer
from casework.viewing import record_view
from desk.acting import DeskHere, DeskServices
from desk.cases_here import case_here
from desk.forms import Form, fill
from desk.showing import done, show
from desk.visitor import Seeing, Visitor, needs
from privacy.cases import Case
from privacy.desk_roles import Action
from privacy.errors import Permanent
from privacy.forwarding import LONGEST_NOTE, Instruction, InstructionChannel
from privacy.rights import Right
from storage.address_changes import changes_of
from templates.fields.kinds import Done

router = APIRouter()
Drafting = Annotated[Visitor, needs(Action.DRAFT)]
Correcting = Annotated[Visitor, needs(Action.CORRECT)]
Workspace = Annotated[str, Field(max_length=200)]


class ForwardForm(Form):
    workspace: Workspace | None = None


class InstructionForm(Form):
    workspace: Workspace
    instruction: Instruction
    said_by: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=LONGEST_NOTE)


class ReferralForm(Form):
    workspace: Workspace | None = None
    ground: str = Field(default="", max_length=LONGEST_GROUND)
    what: str = Field(default="", max_length=200)
    where: str = Field(default="", max_length=200)
    on: date | None = None

    @model_validator(mode="after")
    def _whole(self) -> ReferralForm:
        given = (bool(self.what), bool(self.where), self.on is not None)
        if any(given) and not all(given):
            raise ValueError("What was done needs what, where and on which day.")
        return self

    @property
    def done(self) -> tuple[Done, ...]:
        """What was done with our own data; nothing where nothing was said."""
        return () if self.on is None else (Done(what=self.what, where=self.where, on=self.on),)


class AddressForm(Form):
    address: str = Field(max_length=254)


@router.get("/cases/{reference}/customers")
def customers(request: Request, visitor: Seeing, desk: DeskHere, reference: str) -> Response:
    case = case_here(desk, visitor, reference)
    record_view(desk.database, case.case_id, actor=visitor.actor, now=desk.clock())
    return _page(request, desk, case)


@router.post("/cases/{reference}/customers/forward")
def forward(request: Request, visitor: Drafting, desk: DeskHere, reference: str) -> Response:
    case, sheet = case_here(desk, visitor, reference), fill(request, ForwardForm)
    if sheet.value is None:
        return _page(request, desk, case, 422, forward=sheet)
    try:
        owed = forward_case(
            desk.database,
            desk.profile,
            reference,
            sheet.value.workspace,
            actor=visitor.actor,
            now=desk.clock(),
        )
    except Permanent as error:
        return _page(request, desk, case, 422, forward=sheet.with_error("", f"{error}."))
    told = f"Letters to {len(owed)} customers wait for approval." if owed else "Nothing is left."
    return done(request, _path(reference), told)


@router.post("/cases/{reference}/customers/instruct")
def instruct(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    case, sheet = case_here(desk, visitor, reference), fill(request, InstructionForm)
    if sheet.value is None:
        return _page(request, desk, case, 422, instruct=sheet)
    form, actor = sheet.value, visitor.actor
    given = CustomerInstruction(
        reference=reference,
        workspace=form.workspace,
        instruction=form.instruction,
        note=form.note,
    )
    by = InstructedBy(
        channel=InstructionChannel.STAFF, name=form.said_by or actor.address, actor=str(actor)
    )
    try:
        taken = take_instruction(desk.database, desk.profile, given, by=by, now=desk.clock())
    except Permanent as error:
        return _page(request, desk, case, 422, instruct=sheet.with_error("", f"{error}."))
    told = ", ".join(f"customer {one.number}: {one.state.replace('_', ' ')}" for one in taken)
    return done(request, _path(reference), f"Written down; {told}.")


@router.post("/cases/{reference}/customers/refer")
def tell_person(request: Request, visitor: Drafting, desk: DeskHere, reference: str) -> Response:
    case, sheet = case_here(desk, visitor, reference), fill(request, ReferralForm)
    if sheet.value is None:
        return _page(request, desk, case, 422, refer=sheet)
    form = sheet.value
    wanted = WantedReferral(
        reference=reference, workspace=form.workspace, ground=form.ground, done=form.done
    )
    try:
        refer(desk.database, desk.profile, wanted, actor=visitor.actor, now=desk.clock())
    except Permanent as error:
        return _page(request, desk, case, 422, refer=sheet.with_error("", f"{error}."))
    return done(request, _path(reference), "The letter waits for approval.")


@router.post("/cases/{reference}/customers/address")
def name_address(request: Request, visitor: Correcting, desk: DeskHere, reference: str) -> Response:
    case, sheet = case_here(desk, visitor, reference), fill(request, AddressForm)
    if sheet.value is None:
        return _page(request, desk, case, 422, address=sheet)
    named = NamedAddress(reference=reference, address=sheet.value.address)
    try:
        name_new_address(desk.database, desk.profile, named, actor=visitor.actor, now=desk.clock())
    except Permanent as error:
        return _page(request, desk, case, 422, address=sheet.with_error("address", f"{error}."))
    return done(request, _path(reference), "The new address is asked.")


def _path(reference: str) -> str:
    return f"/cases/{reference}/customers"


def _page(
    request: Request, desk: DeskServices, case: Case, status: int = 200, **sheets: object
) -> Response:
    with desk.database.reading() as reading:
        found = customers_of(reading, case.case_id)
        referrals = referrals_shown(reading, case.case_id)
        changes = changes_of(reading, [case.case_id])
    forms = dict.fromkeys(("forward", "instruct", "refer", "address")) | sheets
    corrects = any(one.is_open and one.right is Right.RECTIFICATION for one in case.items)
    return show(
        request,
        "customers",
        status,
        case=case,
        customers=found,
        referrals=referrals,
        changes=changes,
        corrects=corrects,
        instructions=list(Instruction),
        forms=forms,
    )
