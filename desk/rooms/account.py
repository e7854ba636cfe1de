"""Somebody's own account: sessions, and the second factor."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import Field

from casework.accounts import account_with
from casework.second_factor import drop_second_factor, grouped, new_secret, set_second_factor
from casework.signing_in import open_sessions, sign_out, sign_out_everywhere
from desk.acting import DeskHere
from desk.forms import Form, Sheet, fill
from desk.showing import done, show
from desk.visitor import Visitor, needs, session_of
from privacy.desk_roles import Action
from privacy.totp import read_secret, spelled

ISSUER = "rightsdesk"

router = APIRouter()
Own = Annotated[Visitor, needs(Action.OWN)]


class SecondForm(Form):
    secret: str = Field(max_length=60)
    code: str = Field(max_length=20)


@router.get("/account")
def own_account(request: Request, visitor: Own, desk: DeskHere) -> Response:
    terms, now = request.app.state.sign_in.terms, desk.clock()
    return show(
        request,
        "account",
        account=account_with(desk.database, visitor.account),
        sessions=open_sessions(desk.database, visitor.account, terms, now=now),
        this=session_of(request).session_id,
    )


@router.post("/account/sessions/{session_id}/end")
def end_one(request: Request, visitor: Own, desk: DeskHere, session_id: UUID) -> Response:
    sign_out(desk.database, visitor.account, session_id)
    return done(request, "/account", "The session is ended.")


@router.post("/account/sessions/end")
def end_all(request: Request, visitor: Own, desk: DeskHere) -> Response:
    sign_out_everywhere(desk.database, visitor.account)
    return done(request, "/account", "Every session is ended.")


@router.get("/account/second")
def begin_second(request: Request, visitor: Own) -> Response:
    return _setting_up(request, visitor, new_secret())


@router.post("/account/second")
def confirm_second(request: Request, visitor: Own, desk: DeskHere) -> Response:
    sheet = fill(request, SecondForm)
    secret = read_secret(sheet.text("secret"))
    if sheet.value is None or secret is None:
        return _setting_up(request, visitor, new_secret(), 422, sheet=sheet)
    codes = set_second_factor(
        desk.database, visitor.account, secret, sheet.value.code, now=desk.clock()
    )
    if codes is None:
        wrong = sheet.with_error("code", "This is not the code that the app shows now.")
        return _setting_up(request, visitor, secret, 422, sheet=wrong)
    return show(request, "account_recovery", codes=[grouped(code) for code in codes])


@router.post("/account/second/off")
def drop_second(request: Request, visitor: Own, desk: DeskHere) -> Response:
    drop_second_factor(desk.database, visitor.account)
    return done(request, "/account", "The second factor is off.")


def _setting_up(
    request: Request,
    visitor: Visitor,
    secret: bytes,
    status: int = 200,
    *,
    sheet: Sheet[SecondForm] | None = None,
) -> Response:
    return show(
        request,
        "account_second",
        status,
        secret=spelled(secret),
        app=_app_address(secret, visitor.address),
        form=sheet,
    )


def _app_address(secret: bytes, account: str) -> str:
    """The otpauth address that an authenticator app on the same device opens."""
    label = quote(f"{ISSUER}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': spelled(secret), 'issuer': ISSUER})}"
