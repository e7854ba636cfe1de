"""A person's own page: where their request stands, opened from a mail, without login; it shows, and does nothing.

Mail scanners open every link, some of them twenty times. A code that is wrong, over or another's gives the same answer;
whoever opens the page too often is told to come later, before anything is looked up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from desk.access import HEADERS
from desk.attempts import Attempts
from desk.rendering import page
from desk.status_words import OWN_NAMES, StatusWords, language_of, status_words
from privacy.errors import PrivacyError
from privacy.person_status import PersonStatus
from privacy.status_links import PREFIX
from templates import Words, words_of

LONGEST_PATH = 200  # characters
MOST_OPENED, WINDOW = (
    60,
    timedelta(minutes=10),
)  # by one client; a scanner opens a link twenty times
Look = Callable[[str], PersonStatus | None]

log = structlog.get_logger(__name__)


class StatusPage:
    """Answers below /status/: `look` gets the code, and returns what the page shows."""

    def __init__(self, look: Look, *, company: str, clock: Callable[[], datetime]) -> None:
        self._look = look
        self._company = company
        self._clock = clock
        self._opened = Attempts(MOST_OPENED, WINDOW)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        answer = await self._answer(request)
        answer.headers.update({**HEADERS, "X-Robots-Tag": "noindex"})
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        language, code = _parts(request.url.path)
        words = status_words()[language]
        if request.method not in {"GET", "HEAD"}:
            return self._page("told", language, 405, told=words.later)
        client = request.client.host if request.client else ""
        if not self._opened.take(client, self._clock()):
            return self._page("told", language, 429, told=words.busy)
        try:
            found = await asyncio.to_thread(self._look, code)
        except PrivacyError as error:
            log.warning("status_page_postponed", error=type(error).__name__)
            return self._page("told", language, 503, told=words.later)
        if found is None:
            return self._page("gone", language, 404, told=words.gone)
        return self._shown(found, language, code)

    def _shown(self, found: PersonStatus, language: str, code: str) -> Response:
        in_words = words_of(language)
        return self._page(
            "shown",
            language,
            200,
            found=found,
            rights=_rights(found, status_words()[language], in_words),
            day=in_words.date_in_words,
            others=_others(language, code),
        )

    def _page(self, state: str, language: str, status: int, **values: object) -> Response:
        shown = {"told": "", "found": None, "rights": (), "day": None, "others": ()} | values
        words = status_words()[language]
        given = {"state": state, "language": language, "words": words, "company": self._company}
        return page("status", status, **shown | given)


def _rights(
    found: PersonStatus, words: StatusWords, in_words: Words
) -> list[tuple[str, str, date | None]]:
    return [
        (in_words.right_in_words(one.right, one.scope), words.of_right(one), one.answer_by)
        for one in found.rights
    ]


def _others(language: str, code: str) -> Sequence[tuple[str, str, str]]:
    """The same page in the other languages: language, what it calls itself, and address."""
    return [
        (other, name, f"{PREFIX}{other}/{code}")
        for other, name in OWN_NAMES.items()
        if other != language
    ]


def _parts(path: str) -> tuple[str, str]:
    """Return the language and the code of an address; the code may be anything."""
    language, _, code = path[:LONGEST_PATH].removeprefix(PREFIX).partition("/")
    return language_of(language), code
