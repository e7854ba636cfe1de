"""In front of the API: a token in the header, so many requests a minute, bodies within bounds; cookies are not looked at."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casework.api_tokens import PREFIX, bearer_of
from desk.acting import DeskServices
from desk.api.caller import Caller
from desk.api.problems import explain, problem
from desk.attempts import Attempts
from desk.bodies import BodyTooLarge, read_body
from privacy.errors import PrivacyError

MOST_BYTES = 64 * 1024
MOST_REQUESTS = 120
WINDOW = timedelta(minutes=1)
LONGEST_TOKEN = 200  # characters
METHODS = frozenset({"GET", "POST"})


class TokenGate:
    """Lets whoever shows a good token pass, with the caller and the whole body at hand."""

    def __init__(self, app: ASGIApp, *, desk: DeskServices, most: int = MOST_REQUESTS) -> None:
        self._app = app
        self._desk = desk
        self._attempts = Attempts(most, WINDOW)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on what may pass."""
        if scope["type"] != "http":
            return
        try:
            caller = await asyncio.to_thread(self._caller, scope)
        except PrivacyError as error:
            await explain(error)(scope, receive, send)
            return
        if isinstance(caller, Response):
            await caller(scope, receive, send)
            return
        scope.setdefault("state", {})["caller"] = caller
        await self._with_body(scope, receive, send)

    def _caller(self, scope: Scope) -> Caller | Response:
        now, secret = self._desk.clock(), _token_in(Headers(scope=scope))
        bearer = bearer_of(self._desk.database, secret, now=now) if secret else None
        if bearer is None:
            return problem(401, "no_token", headers={"WWW-Authenticate": "Bearer"})
        if not self._attempts.take(str(bearer.token.token_id), now):
            wait = {"Retry-After": str(int(WINDOW.total_seconds()))}
            return problem(429, "too_many", headers=wait)
        if scope["method"] not in METHODS:
            return problem(405, "method_not_allowed", headers={"Allow": "GET, POST"})
        return Caller(bearer=bearer)

    async def _with_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The body is read before anything is done: what is too large, or never ends, does nothing."""
        try:
            body = await read_body(Request(scope, receive), most=MOST_BYTES)
        except BodyTooLarge:
            await problem(413, "too_large")(scope, receive, send)
        except (TimeoutError, ClientDisconnect):
            await problem(400, "broken_off")(scope, receive, send)
        else:
            await self._app(scope, _again(body, receive), send)


def _token_in(headers: Headers) -> str | None:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    is_ours = secret.startswith(PREFIX) and len(secret) <= LONGEST_TOKEN
    return secret if scheme.lower() == "bearer" and is_ours else None


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body that was read already."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
