"""Accounts: who may sign in, what they may do, and the end of their sessions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import AfterValidator, Field

from casework.accounts import (
    NewAccount,
    account_with,
    all_accounts,
    change_account,
    close_account,
    open_account,
)
from casework.signing_in import sign_out_everywhere
from desk.acting import DeskHere, DeskServices
from desk.forms import Form, Sheet, fill
from desk.showing import done, show
from desk.visitor import Visitor, needs
from privacy.desk_roles import Action, Role
from privacy.directory_lines import is_address

router = APIRouter()
Administering = Annotated[Visitor, needs(Action.USERS)]


def _address(text: str) -> str:
    if not is_address(text):
        raise ValueError("This is not a mail address.")
    return text


def _regions(text: str) -> str:
    if not all(one.isalnum() or one in "-_, " for one in text):
        raise ValueError("Names of regions, with commas between them.")
    return text


Regions = Annotated[str, AfterValidator(_regions)]


class RightsForm(Form):
    roles: tuple[Role, ...] = Field(min_length=1)
    regions: Regions = Field(default="", max_length=200)

    @property
    def places(self) -> frozenset[str]:
        """The regions by name; none means every one."""
        return frozenset(self.regions.replace(",", " ").split())


class UserForm(RightsForm):
    address: Annotated[str, AfterValidator(_address)] = Field(max_length=254)
    name: str = Field(max_length=190)
    language: str = Field(default="en", pattern="^[a-z]{2}$")


@router.get("/users")
def users(request: Request, _visitor: Administering, desk: DeskHere) -> Response:
    return _list(request, desk)


@router.post("/users")
def add_user(request: Request, visitor: Administering, desk: DeskHere) -> Response:
    sheet = fill(request, UserForm)
    if sheet.value is None:
        return _list(request, desk, 422, form=sheet)
    wanted = NewAccount(
        address=sheet.value.address,
        name=sheet.value.name,
        roles=frozenset(sheet.value.roles),
        regions=sheet.value.places,
        language=sheet.value.language,
    )
    open_account(desk.database, wanted, actor=visitor.actor, now=desk.clock())
    return done(request, "/users", "The account is open.")


@router.get("/users/{account_id}")
def user(request: Request, _visitor: Administering, desk: DeskHere, account_id: UUID) -> Response:
    return _one(request, desk, account_id)


@router.post("/users/{account_id}")
def change_user(
    request: Request, visitor: Administering, desk: DeskHere, account_id: UUID
) -> Response:
    sheet = fill(request, RightsForm)
    if sheet.value is None:
        return _one(request, desk, account_id, 422, form=sheet)
    change_account(
        desk.database,
        account_id,
        sheet.value.roles,
        sheet.value.places,
        actor=visitor.actor,
        now=desk.clock(),
    )
    return done(request, "/users", "The account is changed; its sessions are ended.")


@router.post("/users/{account_id}/sessions/end")
def end_sessions(
    request: Request, _visitor: Administering, desk: DeskHere, account_id: UUID
) -> Response:
    sign_out_everywhere(desk.database, account_id)
    return done(request, "/users", "Every session of this account is ended.")


@router.post("/users/{account_id}/remove")
def remove_user(
    request: Request, visitor: Administering, desk: DeskHere, account_id: UUID
) -> Response:
    close_account(desk.database, account_id, actor=visitor.actor, now=desk.clock())
    return done(request, "/users", "The account is removed.")


def _list(
    request: Request, desk: DeskServices, status: int = 200, form: Sheet[UserForm] | None = None
) -> Response:
    found = all_accounts(desk.database)
    return show(request, "users", status, accounts=found, roles=list(Role), form=form)


def _one(
    request: Request,
    desk: DeskServices,
    account_id: UUID,
    status: int = 200,
    form: Sheet[RightsForm] | None = None,
) -> Response:
    account = account_with(desk.database, account_id)
    return show(request, "user", status, account=account, roles=list(Role), form=form)
