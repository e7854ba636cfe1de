"""The page on which product updates end: opening it does nothing, its button or one click in the mail program does.

A mail program posts `List-Unsubscribe=One-Click` itself and shows no page (RFC 8058 section 3.2); nothing is asked of
whoever has the link, no login, no reason, no second question. Scanners that open links change nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from desk.access import HEADERS
from desk.confirm_words import UNSUBSCRIBE_FILE, all_words
from desk.confirmation import OF_THIS_PAGE
from desk.rendering import page
from privacy.errors import PrivacyError
from privacy.unsubscribing import PREFIX

LONGEST_PATH = 200  # characters
Leave = Callable[[str, str], bool]

log = structlog.get_logger(__name__)


class UnsubscribePage:
    """Answers below /unsubscribe/: `leave` gets the list and the code, and says whether the link was ours."""

    def __init__(self, leave: Leave, *, company: str) -> None:
        self._leave = leave
        self._company = company

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. The body is never read: a POST to the link is the whole act."""
        request = Request(scope, receive)
        answer = await self._answer(request)
        answer.headers.update({**HEADERS, **OF_THIS_PAGE})
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        language, on, code = _parts(request.url.path)
        if request.method in {"GET", "HEAD"}:
            return self._page("asking", language)
        if request.method != "POST":
            return self._page("failed", language, 405)
        try:
            left = await asyncio.to_thread(self._leave, on, code)
        except PrivacyError as error:
            log.warning("unsubscribing_postponed", error=type(error).__name__)
            return self._page("failed", language, 503)
        return self._page("thanks", language) if left else self._page("failed", language, 404)

    def _page(self, state: str, language: str, status: int = 200) -> Response:
        return page(
            "confirm",
            status,
            state=state,
            language=language,
            words=all_words(UNSUBSCRIBE_FILE)[language],
            company=self._company,
        )


def _parts(path: str) -> tuple[str, str, str]:
    """Return language, list and code of an address; list and code may be anything."""
    language, _, rest = path[:LONGEST_PATH].removeprefix(PREFIX).partition("/")
    on, _, code = rest.partition("/")
    return language if language in all_words(UNSUBSCRIBE_FILE) else "en", on, code
