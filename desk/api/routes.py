"""The kind of every address of the API: permission first, then the idempotency key of what changes something."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from casework.asked_again import give_key_free, keep_for_again, take_key
from desk.acting import desk_of
from desk.api.caller import Scoped, caller_of
from desk.api.problems import MEDIA_TYPE, explain, problem
from desk.visitor import Refused
from privacy.errors import PrivacyError, Retryable
from storage.api_answers import Asked, KeptAnswer

KEY_HEADER = "Idempotency-Key"
FIRST_ERROR = 400
EXPLAINED = (HTTPException, RequestValidationError, Refused, PrivacyError)
PATTERN = r"^[A-Za-z0-9_.:-]{8,100}$"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]
IdempotencyKey = Annotated[
    str,
    Header(
        alias=KEY_HEADER,
        pattern=PATTERN,
        description="A new one for each change; with the same one the same answer comes again for 24 hours.",
    ),
]


class ApiRoute(APIRoute):
    """Checks what the address declares before it reads anything, and does nothing twice."""

    def get_route_handler(self) -> Handler:
        """Return the handler with both checks in front."""
        inner = super().get_route_handler()
        needed = [one.call for one in self.dependant.dependencies if isinstance(one.call, Scoped)]

        async def handle(request: Request) -> Response:
            for one in needed:
                one(request)
            return await (inner(request) if request.method == "GET" else _once(inner, request))

        return handle


async def _once(inner: Handler, request: Request) -> Response:
    """Carry the request out, or answer as before. A request without a good key is told so by its own validation."""
    asked = await _asked(request)
    if asked is None:
        return await inner(request)
    desk = desk_of(request)
    kept = await asyncio.to_thread(take_key, desk.database, asked, now=desk.clock())
    return await _carried_out(inner, request, asked) if kept is None else _as_before(kept)


async def _carried_out(inner: Handler, request: Request, asked: Asked) -> Response:
    """What failed for a while frees its key; every other answer, a refusal too, is kept under it."""
    database = desk_of(request).database
    try:
        answer = await inner(request)
    except Retryable:
        await asyncio.to_thread(give_key_free, database, asked)
        raise
    except EXPLAINED as error:
        answer = explain(error)
    await asyncio.to_thread(keep_for_again, database, asked, answer.status_code, bytes(answer.body))
    return answer


async def _asked(request: Request) -> Asked | None:
    key = request.headers.get(KEY_HEADER, "")
    if not re.fullmatch(PATTERN, key):
        return None
    bearer, body = caller_of(request).bearer, await request.body()
    content = f"{request.url.path}?{request.url.query}\n{hashlib.sha256(body).hexdigest()}"
    return Asked(
        account_id=bearer.account.account_id,
        token_id=bearer.token.token_id,
        key=key,
        content=content,
    )


def _as_before(kept: KeptAnswer) -> Response:
    if not kept.is_same:
        return problem(409, "key_used", "This idempotency key was used for another request.")
    if kept.status is None or kept.body is None:
        return problem(409, "key_busy", "What was asked under this key has no answer yet.")
    kind = MEDIA_TYPE if kept.status >= FIRST_ERROR else "application/json"
    return Response(kept.body, status_code=kept.status, media_type=kind)
