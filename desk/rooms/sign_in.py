"""Signing in and out: by a mailed link, by a provider, with a second factor where somebody has one."""

from __future__ import annotations

import asyncio
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from casework.second_factor import prove_second_factor
from desk.cookies import NEXT, SESSION, SIGNING_IN, drop_cookie, read_cookie, set_cookie
from desk.forms import Form, csrf_token, fill, read_open_form, read_posted
from desk.oidc import SignInRefused, read_errand
from desk.peers import counted_as
from desk.rendering import page
from desk.showing import is_ours, refusal
from desk.sign_in import SignIn
from desk.visitor import OpenSession, session_of

TOO_OFTEN = 429
LONGEST_TOKEN = 100

router = APIRouter()
log = structlog.get_logger(__name__)


class AddressForm(Form):
    address: str = Field(max_length=254)


class CodeForm(Form):
    code: str = Field(max_length=60)


def _sign_in(request: Request) -> SignIn:
    found: SignIn = request.app.state.sign_in
    return found


async def _open_form(request: Request) -> None:
    """A form of somebody who has no session yet: there is no token that it could carry."""
    request.state.posted = await read_open_form(request)


Ways = Annotated[SignIn, Depends(_sign_in)]
OpenForm = Annotated[None, Depends(_open_form)]


@router.get("/sign-in")
def ask(request: Request, ways: Ways, next: str = "") -> Response:  # noqa: A002 - the name in the address
    answer = _page(ways, "asking")
    if next and is_ours(next):
        set_cookie(request, answer, NEXT, next)
    return answer


@router.post("/sign-in")
def send_link(request: Request, ways: Ways, _form: OpenForm) -> Response:
    """The same answer, at once, whoever asks: nobody learns here who has an account."""
    if not ways.may_try(counted_as(request)):
        return _page(ways, "too_often", TOO_OFTEN)
    sheet = fill(request, AddressForm)
    if sheet.value is None:
        return _page(ways, "asking", 422)
    ways.ask(sheet.value.address)
    return RedirectResponse("/sign-in/sent", status_code=303)


@router.get("/sign-in/sent")
def sent(ways: Ways) -> Response:
    return _page(ways, "sent")


@router.get("/sign-in/link/{token}")
def link(ways: Ways, token: str) -> Response:  # noqa: ARG001 - only its form uses it
    """Opening a link does nothing: mail scanners open every one."""
    return _page(ways, "link")


@router.post("/sign-in/link/{token}")
def use_link(request: Request, ways: Ways, token: str, _form: OpenForm) -> Response:
    if not ways.may_try(counted_as(request)):
        return _page(ways, "too_often", TOO_OFTEN)
    secret = ways.use_link(token) if len(token) <= LONGEST_TOKEN else None
    return _come_in(request, secret) if secret else _page(ways, "over", 403)


@router.get("/sign-in/provider")
def to_provider(request: Request, ways: Ways) -> Response:
    if ways.provider is None:
        return refusal(404)
    if not ways.may_try(counted_as(request)):
        return _page(ways, "too_often", TOO_OFTEN)
    try:
        url, errand = ways.provider.begin()
    except SignInRefused as refused:
        return _refused(request, ways, refused)
    answer = RedirectResponse(url, status_code=303)
    set_cookie(request, answer, SIGNING_IN, errand.as_cookie())
    return answer


@router.get("/sign-in/answer")
def from_provider(request: Request, ways: Ways) -> Response:
    """What the provider says; it has to fit to what this browser was sent away with."""
    if ways.provider is None:
        return refusal(404)
    try:
        errand = read_errand(read_cookie(request, SIGNING_IN))
        address = ways.provider.finish(dict(request.query_params), errand)
    except SignInRefused as refused:
        return _refused(request, ways, refused)
    secret = ways.known(address)
    if secret is None:
        return _refused(request, ways, SignInRefused("no_account"))
    return _come_in(request, secret)


@router.get("/sign-in/second")
def ask_second(request: Request) -> Response:
    session = session_of(request)
    return _second(session) if session.second_due else RedirectResponse("/", status_code=303)


@router.post("/sign-in/second")
async def prove_second(request: Request, ways: Ways) -> Response:
    session = session_of(request)
    request.state.posted = await read_posted(request, secret=session.secret)
    return await run_in_threadpool(_prove, request, ways, session)


def _prove(request: Request, ways: SignIn, session: OpenSession) -> Response:
    account = session.visitor.account
    if not ways.by_address.take(f"second {account}", ways.clock()):
        return _second(session, "Too many wrong codes. Wait a quarter of an hour.", TOO_OFTEN)
    sheet = fill(request, CodeForm)
    code = sheet.value.code if sheet.value else ""
    secret = prove_second_factor(ways.database, account, session.session_id, code, now=ways.clock())
    if secret is None:
        return _second(session, "This code is not right, or it was used already.", 403)
    return _come_in(request, secret)


@router.post("/sign-in/out")
async def sign_out(request: Request) -> Response:
    session = session_of(request)
    await read_posted(request, secret=session.secret)
    await asyncio.to_thread(request.app.state.sessions.end, session)
    answer = RedirectResponse("/sign-in", status_code=303)
    drop_cookie(request, answer, SESSION)
    return answer


def _come_in(request: Request, secret: str) -> Response:
    wanted = read_cookie(request, NEXT).strip('"')
    answer = RedirectResponse(wanted if is_ours(wanted) else "/", status_code=303)
    set_cookie(request, answer, SESSION, secret, waits=False)
    drop_cookie(request, answer, NEXT)
    drop_cookie(request, answer, SIGNING_IN)
    return answer


def _refused(request: Request, ways: SignIn, refused: SignInRefused) -> Response:
    log.warning("sign_in_refused", reason=refused.reason)
    answer = _page(ways, "refused", 403)
    drop_cookie(request, answer, SIGNING_IN)
    return answer


def _page(ways: SignIn, state: str, status: int = 200) -> Response:
    provider = ways.provider.name if ways.provider else None
    return page("sign_in", status, state=state, links=ways.ask_link is not None, provider=provider)


def _second(session: OpenSession, wrong: str = "", status: int = 200) -> Response:
    return page("second_factor", status, form_token=csrf_token(session.secret), wrong=wrong)
