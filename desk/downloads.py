"""The page behind proof: people with a link ask for a code, open the page with it, and fetch their files.

Opening a link does nothing, however often a scanner does it: asking, opening and fetching are POSTs of the page's own
forms. For every link it looks the same until a right code came, and its answers do not say why something failed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from desk.access import HEADERS
from desk.bodies import read_form
from desk.confirmation import OF_THIS_PAGE
from desk.download_words import words_in
from desk.file_answer import FileAnswer, FileOnItsWay
from desk.origin import is_from_here
from desk.rendering import page
from privacy.errors import PrivacyError

PREFIX = "/download/"
COOKIE = "rightsdesk-download"
LONGEST_PATH = 200  # characters
LONGEST_BODY = 2_000  # bytes: a code in a form
MOST_DIGITS = 3

log = structlog.get_logger(__name__)


class ListedFile(Protocol):
    """A file as the page lists it."""

    @property
    def number(self) -> int:
        """Its place in the list, from 1."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def size(self) -> int:
        """Its size in bytes."""


class DownloadDoor(Protocol):
    """What somebody with a link can do. Every function raises Retryable or Permanent when the database is out of reach."""

    def ask(self, token: str) -> None:
        """Mail a code, if there is anything to open."""

    def open(self, token: str, code: str) -> str | None:
        """Return the session that a right code begins."""

    def files(self, token: str, session: str) -> Sequence[ListedFile] | None:
        """Return what can be fetched in this session."""

    def fetch(self, token: str, session: str, number: int) -> FileOnItsWay | None:
        """Return a file on its way."""


class DownloadPage:
    """Answers below /download/, in the language that the link names."""

    def __init__(self, door: DownloadDoor, *, company: str, session_seconds: int) -> None:
        self._door = door
        self._company = company
        self._seconds = session_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        language, token = _parts(request.url.path)
        try:
            answer = await self._answer(request, language, token)
        except PrivacyError as error:
            log.warning("download_postponed", error=type(error).__name__)
            answer = self._page(language, 503, said="later")
        answer.headers.update({**HEADERS, **OF_THIS_PAGE})
        await answer(scope, receive, send)

    async def _answer(self, request: Request, language: str, token: str) -> Response:
        if request.method in {"GET", "HEAD"}:
            return await self._look(request, language, token)
        if request.method != "POST":
            return self._page(language, 405)
        if not is_from_here(request.headers):
            return self._page(language, 403, said="wrong")
        errands = {"ask": self._ask, "open": self._open}
        errand = errands.get(request.query_params.get("do", ""), self._get)
        return await errand(request, language, token)

    async def _look(self, request: Request, language: str, token: str) -> Response:
        session = request.cookies.get(COOKIE)
        if session is None:
            return self._page(language)
        files = await asyncio.to_thread(self._door.files, token, session)
        return self._page(language, files=files or ())

    async def _ask(self, _request: Request, language: str, token: str) -> Response:
        await asyncio.to_thread(self._door.ask, token)
        return self._page(language, said="sent")

    async def _open(self, request: Request, language: str, token: str) -> Response:
        code = _code_in(await read_form(request, most=LONGEST_BODY))
        session = await asyncio.to_thread(self._door.open, token, code) if code else None
        if session is None:
            return self._page(language, said="wrong")
        answer = RedirectResponse(f"{PREFIX}{language}/{token}", status_code=303)
        answer.set_cookie(
            COOKIE,
            session,
            max_age=self._seconds,
            path=PREFIX,
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return answer

    async def _get(self, request: Request, language: str, token: str) -> Response:
        wanted, session = request.query_params.get("file", ""), request.cookies.get(COOKIE)
        is_number = wanted.isascii() and wanted.isdigit() and len(wanted) <= MOST_DIGITS
        if session is None or not is_number:
            return self._page(language, said="gone")
        file = await asyncio.to_thread(self._door.fetch, token, session, int(wanted))
        return self._page(language, said="gone") if file is None else FileAnswer(file)

    def _page(
        self,
        language: str,
        status: int = 200,
        *,
        said: str = "",
        files: Sequence[ListedFile] = (),
    ) -> Response:
        known, words = words_in(language)
        return page(
            "download",
            status,
            language=known,
            words=words,
            said=getattr(words, said) if said else "",
            files=files,
            company=self._company,
        )


def _parts(path: str) -> tuple[str, str]:
    """Return the language and the secret of a link; the secret may be anything."""
    language, _, token = path[:LONGEST_PATH].removeprefix(PREFIX).partition("/")
    return words_in(language)[0], token


def _code_in(body: bytes) -> str:
    """Return the code of the form, empty without one; any bytes can stand there."""
    fields = parse_qs(body.decode("latin-1"))
    return fields.get("code", [""])[0].strip()
