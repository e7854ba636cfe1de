"""The doors for the sending providers' events: the paths besides health that need no access key, but a signature."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import structlog
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from casework.deliveries import record_events
from daemon.clock import utc_now
from desk.access import HEADERS
from desk.bodies import BodyTooLarge, read_body
from privacy.deliveries import DeliveryEvent
from privacy.errors import Permanent, PrivacyError
from privacy.tokens import TokenKey
from storage.database import Database

log = structlog.get_logger(__name__)


class EventSource(Protocol):
    """How one provider proves that it speaks, and what it says."""

    path: str
    most: int

    def is_timely(self, headers: Mapping[str, str], now: datetime) -> bool:
        """Say, before any byte of the body, whether the request can be genuine."""

    def holds(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """Say whether the request is genuine and fresh."""

    def read(self, body: bytes) -> list[DeliveryEvent]:
        """Return what is told and not known yet. Raises Permanent for a body that is not of its form."""

    def taken(self, body: bytes) -> None:
        """Hear that what it told is committed."""


class EventDoor:
    """Takes signed events; says 204 only when what they tell is committed, so that the provider tells it again."""

    def __init__(
        self, source: EventSource, database: Database, token_keys: Mapping[str, TokenKey]
    ) -> None:
        self.path = source.path
        self._source = source
        self._database = database
        self._token_keys = token_keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        status = await self._status(Request(scope, receive))
        line = LINES.get(status)
        answer = PlainTextResponse(line, status) if line else Response(status_code=status)
        answer.headers.update(HEADERS)
        await answer(scope, receive, send)

    async def _status(self, request: Request) -> int:
        if request.method != "POST":
            return 405
        # A stranger is sent away before a single byte of the body is taken in.
        if not self._source.is_timely(request.headers, utc_now()):
            return 403
        try:
            body = await read_body(request, most=self._source.most)
        except BodyTooLarge:
            return 413
        except (TimeoutError, ClientDisconnect):
            return 408
        return await asyncio.to_thread(self._take, body, request.headers)

    def _take(self, body: bytes, headers: Headers) -> int:
        now = utc_now()
        if not self._source.holds(body, headers, now):
            return 403
        try:
            events = self._source.read(body)
        except Permanent as error:
            log.warning("events_refused", reason=str(error))
            return 400
        try:
            changed = record_events(self._database, events, self._token_keys, now=now)
        except PrivacyError as error:
            log.warning("events_postponed", error=type(error).__name__)
            return 503
        self._source.taken(body)
        log.info("events_taken", door=self.path, events=len(events), changed=changed)
        return 204


LINES = {
    400: "not a list of events",
    403: "not signed by the provider, or not now",
    405: "events are posted",
    408: "too slow",
    413: "too large",
    503: "not now",
}
