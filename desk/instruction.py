"""The page on which a customer says what becomes of a request about its data: opening it does nothing, the form's POST does.

Mail scanners open every link, some of them twenty times. The link carries a code and nothing else; the page shows nothing
of the request, so that whoever finds a link learns nothing by it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from urllib.parse import parse_qs

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from desk.access import HEADERS
from desk.bodies import read_form
from desk.confirmation import LONGEST_PATH, OF_THIS_PAGE
from desk.instruct_words import all_words, language_of
from desk.origin import is_from_here
from desk.rendering import page
from privacy.errors import PrivacyError
from privacy.forwarding import LONGEST_NOTE, OF_CUSTOMERS, Instruction

PREFIX = "/instruct/"
LONGEST_BODY = 8_192  # octets: a choice, and a note in which each character takes twelve
Instruct = Callable[[str, Instruction, str, str], bool]

log = structlog.get_logger(__name__)


class InstructionPage:
    """Answers below /instruct/: `instruct` gets code, instruction, note and the client's address, and says whether it counts."""

    def __init__(self, instruct: Instruct, *, company: str) -> None:
        self._instruct = instruct
        self._company = company

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
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
        said = _said(await read_form(request, most=LONGEST_BODY))
        if said is None:
            return self._page("failed", language, 400)
        client = request.client.host if request.client else ""
        try:
            taken = await asyncio.to_thread(self._instruct, code, *said, client)
        except PrivacyError as error:
            log.warning("instruction_postponed", error=type(error).__name__)
            return self._page("failed", language, 503)
        return self._page("thanks" if taken else "failed", language)

    def _page(self, state: str, language: str, status: int = 200) -> Response:
        return page(
            "instruct",
            status,
            state=state,
            language=language,
            words=all_words()[language],
            choices=[str(one) for one in OF_CUSTOMERS],
            longest=LONGEST_NOTE,
            company=self._company,
        )


def _parts(path: str) -> tuple[str, str]:
    """Return the language and the code of an address; the code may be anything."""
    language, _, code = path[:LONGEST_PATH].removeprefix(PREFIX).partition("/")
    return language_of(language), code


def _said(body: bytes) -> tuple[Instruction, str] | None:
    """Return the choice and the note of the form, None where no choice of the page was sent."""
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=4)
        instruction = Instruction(",".join(fields.get("instruction", [])))
    except ValueError:
        return None
    note = fields.get("note", [""])[0].strip()
    return (instruction, note) if instruction in OF_CUSTOMERS else None
