"""The pages of one button, by which people say that they wrote, or stop an erasure: opening one does nothing.

Mail scanners open every link, some of them twenty times: only a POST is an answer. There is no login and no cookie, so
nobody can be made to press it unknowingly but by somebody who has the code already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from desk.access import HEADERS
from desk.confirm_words import CONFIRM_FILE, all_words, language_of
from desk.origin import is_from_here
from desk.rendering import page
from privacy.errors import PrivacyError

PREFIX = "/confirm/"
CANCEL_PREFIX = "/cancel/"
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
    """Answers below its prefix: `confirm` gets the code and the client's address, and says whether it was taken."""

    def __init__(
        self,
        confirm: Confirm,
        *,
        company: str,
        prefix: str = PREFIX,
        words: Path = CONFIRM_FILE,
    ) -> None:
        self._confirm = confirm
        self._company = company
        self._prefix = prefix
        self._words = words

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. The body is never read: all that counts is the address."""
        request = Request(scope, receive)
        answer = await self._answer(request)
        answer.headers.update({**HEADERS, **OF_THIS_PAGE})
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        language, code = _parts(request.url.path.removeprefix(self._prefix))
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
            words=all_words(self._words)[language],
            company=self._company,
        )


def _parts(path: str) -> tuple[str, str]:
    """Return the language and the code of an address; the code may be anything."""
    language, _, code = path[:LONGEST_PATH].partition("/")
    return language_of(language), code
