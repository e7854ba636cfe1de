"""The page of one button for people who were asked whether they wrote: opening it does nothing, pressing the button does.

Mail scanners open every link, some of them twenty times: only a POST is an answer. There is no login and no cookie, so
nobody can be made to press it unknowingly but by somebody who has the code already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from desk.access import HEADERS
from desk.confirm_words import all_words, language_of
from desk.rendering import page
from privacy.errors import PrivacyError

PREFIX = "/confirm/"
LONGEST_PATH = 120  # characters
OF_THIS_PAGE = {
    # The one form that we have may be sent to this very page; everything else stays forbidden.
    "Content-Security-Policy": HEADERS["Content-Security-Policy"].replace(
        "form-action 'none'", "form-action 'self'"
    ),
    "X-Robots-Tag": "noindex",
}
Confirm = Callable[[str, str], bool]

log = structlog.get_logger(__name__)


class ConfirmationPage:
    """Answers below /confirm/: `confirm` gets the code and the client's address, and says whether it was taken."""

    prefix = PREFIX

    def __init__(self, confirm: Confirm, *, company: str) -> None:
        self._confirm = confirm
        self._company = company

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. The body is never read: all that counts is the address."""
        request = Request(scope, receive)
        answer = await self._answer(request)
        answer.headers.update({**HEADERS, **OF_THIS_PAGE})
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        language, code = _parts(request.url.path)
        if request.method in {"GET", "HEAD"}:
            return self._page("asking", language)
        if request.method != "POST" or not is_from_here(request.headers):
            return self._page("failed", language, 405 if request.method != "POST" else 403)
        client = request.client.host if request.client else ""
        try:
            taken = await asyncio.to_thread(self._confirm, code, client)
        except PrivacyError as error:
            log.warning("confirmation_postponed", error=type(error).__name__)
            return self._page("failed", language, 503)
        return self._page("thanks" if taken else "failed", language)

    def _page(self, state: str, language: str, status: int = 200) -> Response:
        return page(
            "confirm",
            status,
            state=state,
            language=language,
            words=all_words()[language],
            company=self._company,
        )


def _parts(path: str) -> tuple[str, str]:
    """Return the language and the code of an address; the code may be anything."""
    language, _, code = path[:LONGEST_PATH].removeprefix(PREFIX).partition("/")
    return language_of(language), code


def is_from_here(headers: Headers) -> bool:
    """Return whether the form of this page was sent: browsers tell where a form stood (Fetch Metadata, RFC 6454)."""
    if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = headers.get("origin")
    return origin in {None, "null"} or urlsplit(origin or "").netloc == headers.get("host")


class ButtonPage(Protocol):
    """A page of one button, at the addresses below its prefix."""

    prefix: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""


def with_button(button: ButtonPage, pages: ASGIApp) -> ASGIApp:
    """Return the application that has both: this page below its path, the others behind their key everywhere else."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_here = scope["type"] == "http" and scope["path"].startswith(button.prefix)
        await (button if is_here else pages)(scope, receive, send)

    return app
