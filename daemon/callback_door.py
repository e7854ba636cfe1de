"""The door for systems that call back: signed with the secret of the system that the path names, fresh, and once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from casework.callbacks import FIELDS, Caller, take_callback
from casework.profile import DeskProfile
from daemon.clock import utc_now
from daemon.upload_door import PACKAGE, STATUS, UploadDoor
from desk.access import HEADERS
from desk.bodies import BodyTooLarge, read_body
from privacy.callbacks import MAX_BODY, read_callback
from privacy.errors import Permanent, PrivacyError, Retryable
from privacy.webhook_signing import is_fresh, is_signed, name_in
from storage.database import Database

CALLBACKS_PATH = "/callbacks/"
LINES = {
    200: "taken before",
    400: "not a callback of a type that we take",
    403: "not signed with the secret of this system, or not now",
    404: "no such system",
    405: "callbacks are posted",
    408: "too slow",
    409: "does not fit what is known here",
    413: "too large",
    503: "not now",
}

log = structlog.get_logger(__name__)


class CallbackDoor:
    """Takes signed callbacks; says 204 only when what they change is committed, so that a system says it again."""

    def __init__(self, keys: Mapping[str, bytes], database: Database, desk: DeskProfile) -> None:
        self._keys = keys
        self._database = database
        self._desk = desk
        self._uploads = UploadDoor(keys, database, desk)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status = await self._status(Request(scope, receive))
        line = LINES.get(status)
        answer = PlainTextResponse(line, status) if line else Response(status_code=status)
        answer.headers.update(HEADERS)
        await answer(scope, receive, send)

    async def _status(self, request: Request) -> int:
        path = request.url.path.removeprefix(CALLBACKS_PATH)
        system = path.removesuffix(PACKAGE)
        against = self._against(system, request)
        if against is not None:
            return against
        if path != system:
            return await self._uploads.take(system, request)
        try:
            body = await read_body(request, most=MAX_BODY)
        except BodyTooLarge:
            return 413
        except (TimeoutError, ClientDisconnect):
            return 408
        return await asyncio.to_thread(self._take, system, body, request.headers)

    def _against(self, system: str, request: Request) -> int | None:
        """A stranger is sent away before a single byte of the body is taken in."""
        if system not in self._keys:
            return 404
        if request.method != "POST":
            return 405
        named = name_in(request.headers) is not None
        return None if named and is_fresh(request.headers, utc_now()) else 403

    def _take(self, system: str, body: bytes, headers: Headers) -> int:
        now, name = utc_now(), name_in(headers) or ""
        if not is_signed(self._keys[system], name, body, headers, now):
            return 403
        try:
            said = read_callback(body, FIELDS)
        except Permanent as error:
            log.warning("callback_not_read", system=system, reason=str(error))
            return 400
        caller = Caller(system=system, desk=self._desk, now=now)
        try:
            taken = take_callback(self._database, caller, name, said)
        except Retryable as error:
            log.warning("callback_postponed", system=system, error=type(error).__name__)
            return 503
        except PrivacyError as error:
            log.warning("callback_refused", system=system, type=said.kind, reason=str(error))
            return 409
        log.info("callback_taken", system=system, type=said.kind, taken=taken)
        return STATUS[taken]
