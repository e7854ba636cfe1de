"""The public page that says whether a policy version with this SHA-256 was announced by this company; nothing personal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from casework.notice_announced import Announced
from desk.access import HEADERS
from desk.page_words import ENGLISH, words_by_language
from desk.rendering import page
from privacy.errors import PrivacyError
from templates import words_of

PREFIX = "/notices/"
WORDS = Path(__file__).with_name("notice_words.toml")
LONGEST_HEADER = 200  # characters of Accept-Language that are looked at
_DIGEST = re.compile(r"[0-9a-f]{64}")
Look = Callable[[str], Announced | None]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class NoticePageWords:
    """What the page says in one language."""

    title: str
    genuine: str
    version: str
    announced: str
    effective: str
    unknown: str
    failed: str


def notice_page_words() -> Mapping[str, NoticePageWords]:
    """Return the words by language; raises TypeError where one lacks a sentence or has one too many."""
    return words_by_language(WORDS, NoticePageWords)


class NoticePage:
    """Answers below /notices/: `look` gets the hash, and returns what was announced under it."""

    def __init__(self, look: Look, *, company: str) -> None:
        self._look = look
        self._company = company

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        answer = await self._answer(request)
        answer.headers.update({**HEADERS, "X-Robots-Tag": "noindex", "Vary": "Accept-Language"})
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        language = _language(request.headers.get("accept-language", ""))
        if request.method not in {"GET", "HEAD"}:
            return self._page("failed", language, None, 405)
        digest = request.url.path.removeprefix(PREFIX).lower()
        if not _DIGEST.fullmatch(digest):
            return self._page("unknown", language, None, 404)
        try:
            found = await asyncio.to_thread(self._look, digest)
        except PrivacyError as error:
            log.warning("notice_page_postponed", error=type(error).__name__)
            return self._page("failed", language, None, 503)
        if found is None:
            return self._page("unknown", language, None, 404)
        return self._page("genuine", language, found, 200)

    def _page(self, state: str, language: str, found: Announced | None, status: int) -> Response:
        return page(
            "notice",
            status,
            state=state,
            language=language,
            words=notice_page_words()[language],
            found=found,
            company=self._company,
            date_in_words=words_of(language).date_in_words,
        )


def _language(accepted: str) -> str:
    """Return the first language of the header (RFC 9110 section 12.5.4) that the page speaks; browsers list by weight."""
    ranges = accepted[:LONGEST_HEADER].split(",")
    spoken = (one.partition(";")[0].strip().partition("-")[0].lower() for one in ranges)
    return next((one for one in spoken if one in notice_page_words()), ENGLISH)
