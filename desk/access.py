"""Who may come in: whoever has a session, after that what the page needs; and the headers of every answer."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote
from uuid import UUID

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.cookies import SESSION, read_cookie, set_cookie
from desk.sessions import SessionBook
from privacy.errors import PrivacyError

OPEN_PATHS = frozenset({"/health", "/style.css"})
OPEN_PREFIXES = ("/static/",)
API = "/api/"
SIGN_IN = "/sign-in"
SECOND = "/sign-in/second"
METHODS = frozenset({"GET", "POST"})
# For the doors of people without an account: nothing but our own stylesheet, whatever a mail smuggles in.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
# For the desk: our own files, forms and frames. No inline script and no evaluation, so that htmx evaluates nothing.
DESK_HEADERS = HEADERS | {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "img-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}
# RFC 6797: a browser that came over TLS once comes no other way for a year. Names below ours are not ours to speak for.
ONLY_BY_TLS = {"Strict-Transport-Security": "max-age=31536000"}
LEAST_KEY = 16  # characters, of 6 bits each from the program itself


@dataclass(frozen=True, kw_only=True)
class DemoKey:
    """An address with this key signs this account in: for the demonstration, on the machine that plays it."""

    key: str = field(repr=False)
    account: UUID

    def __post_init__(self) -> None:
        if len(self.key) < LEAST_KEY:
            raise ValueError("the access key needs at least 16 characters")

    def opens(self, offered: str) -> bool:
        """Return whether this is the key."""
        return hmac.compare_digest(offered.encode(), self.key.encode())


class AccessGate:
    """Lets whoever has a session pass, with the session in `request.state`, and sends the rest to sign in."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        sessions: SessionBook,
        refusal: Callable[[int], Response],
        demo: DemoKey | None = None,
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._refusal = refusal
        self._demo = demo

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on what may pass."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return  # no other protocol is spoken here
        try:
            answer = await asyncio.to_thread(self._answer, scope) or self._app
        except PrivacyError:
            answer = self._refusal(503)
        await answer(scope, receive, with_headers(send, DESK_HEADERS))

    def _answer(self, scope: Scope) -> Response | None:
        """The gate's own answer, None for what may pass."""
        path, connection = scope["path"], HTTPConnection(scope)
        if path.startswith(API):
            return None  # it has a gate of its own: tokens there, and no cookie opens it
        if scope["method"] not in METHODS:
            return self._refusal(405)
        if path in OPEN_PATHS or path.startswith(OPEN_PREFIXES):
            return None
        offered = _key_in(scope) if self._demo and path == "/" else None
        if self._demo is not None and offered is not None:
            return self._trade(self._demo, offered, connection)
        return self._without_session(scope, connection)

    def _without_session(self, scope: Scope, connection: HTTPConnection) -> Response | None:
        """Find the session; the answer for whoever has none, or has not proved the second factor yet."""
        secret = read_cookie(connection, SESSION)
        session = self._sessions.find(secret) if secret else None
        scope.setdefault("state", {})["session"] = session
        if scope["path"] == SIGN_IN or scope["path"].startswith(f"{SIGN_IN}/"):
            return None
        if session is None:
            return self._to_sign_in(scope)
        return RedirectResponse(SECOND, status_code=303) if session.second_due else None

    def _to_sign_in(self, scope: Scope) -> Response:
        """Whoever looks at a page comes back to it; a form that comes too late is not kept."""
        if scope["method"] != "GET":
            return self._refusal(403)
        # What a page asks for by itself, such as a picture, is nowhere to come back to.
        is_page = "text/html" in Headers(scope=scope).get("accept", "")
        comes_back = is_page and scope["path"] != "/"
        wanted = f"?next={quote(scope['path'], safe='')}" if comes_back else ""
        return RedirectResponse(f"{SIGN_IN}{wanted}", status_code=303)

    def _trade(self, demo: DemoKey, offered: str, connection: HTTPConnection) -> Response:
        secret = self._sessions.begin(demo.account, "demo") if demo.opens(offered) else None
        if secret is None:
            return self._refusal(403)
        answer = RedirectResponse("/", status_code=303)  # the key leaves the address bar
        set_cookie(connection, answer, SESSION, secret, waits=False)
        return answer


def _key_in(scope: Scope) -> str | None:
    """The key in the address, None without one; any bytes can stand there."""
    offered = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("key")
    return None if offered is None else offered[0]


def with_headers(send: Send, headers: Mapping[str, str]) -> Send:
    """Return what sends these headers with each answer that does not say otherwise itself (a frame for mail does)."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent = MutableHeaders(scope=message)
            for name, value in headers.items():
                sent.setdefault(name, value)
        await send(message)

    return send_with_headers


def staying_on_tls(app: ASGIApp) -> ASGIApp:
    """Return the application whose every answer over TLS asks the browser to stay with it."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        secure = scope.get("scheme") == "https"
        await app(scope, receive, with_headers(send, ONLY_BY_TLS) if secure else send)

    return answering
