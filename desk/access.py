"""Who may look: whoever has the key that the program made at its start; and the headers of every answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "rightsdesk"
OPEN_PATHS = frozenset({"/health", "/style.css"})
HEADERS = {
    # Nothing but our own stylesheet: no script, no picture, no frame, no form, whatever a mail smuggles in.
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


class AccessGate:
    """Lets GET requests with the key's cookie pass, trades the key for the cookie, and refuses the rest."""

    def __init__(
        self, app: ASGIApp, *, access_key: str, refusal: Callable[[int], Response]
    ) -> None:
        self._app = app
        self._key = access_key.encode()
        # The cookie proves the key without being the key: a copy of it opens nothing after a restart.
        self._cookie = hmac.new(self._key, b"cookie", hashlib.sha256).hexdigest()
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on what may pass."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return  # no other protocol is spoken here
        answer = self._answer(scope) or self._app
        await answer(scope, receive, _with_headers(send))

    def _answer(self, scope: Scope) -> Response | None:
        """The gate's own answer, None for what may pass."""
        if scope["method"] != "GET":
            return self._refusal(405)
        if scope["path"] in OPEN_PATHS:
            return None
        offered = _key_in(scope) if scope["path"] == "/" else None
        if offered is not None:
            return self._trade(offered, secure=scope["scheme"] == "https")
        return None if self._has_cookie(scope) else self._refusal(403)

    def _trade(self, key: bytes, *, secure: bool) -> Response:
        if not hmac.compare_digest(key, self._key):
            return self._refusal(403)
        answer = RedirectResponse("/", status_code=303)  # the key leaves the address bar
        answer.set_cookie(COOKIE, self._cookie, httponly=True, samesite="strict", secure=secure)
        return answer

    def _has_cookie(self, scope: Scope) -> bool:
        for name, value in scope["headers"]:
            if name == b"cookie":
                offered = cookie_parser(value.decode("latin-1")).get(COOKIE, "")
                if hmac.compare_digest(offered.encode(), self._cookie.encode()):
                    return True
        return False


def _key_in(scope: Scope) -> bytes | None:
    """The key in the address, None without one; any bytes can stand there."""
    offered = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("key")
    return None if offered is None else offered[0].encode()


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
        await send(message)

    return send_with_headers
