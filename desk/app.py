"""The desk's pages: read-only, GET only, behind the key of this start; and the health endpoint without it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from desk.access import AccessGate
from desk.paging import read_place
from desk.reader import DeskReader, Place
from desk.rendering import PAGES, page
from privacy.errors import PrivacyError

NOT_FOUND = HTTPException(404)
REFERENCE = re.compile(r"[A-Z0-9-]{1,40}")
After = Annotated[str | None, Query(max_length=100)]
REFUSALS = {
    403: ("Not open to you", "Open the address that the program printed when it started."),
    404: ("Not found", "There is nothing at this address."),
    405: ("Read only", "These pages can be read, not written to."),
    503: ("Not now", "The database does not answer. Mail is safe; try again in a minute."),
}


def create_app(
    reader: DeskReader, *, access_key: str, health: Callable[[], tuple[bool, list[str]]]
) -> FastAPI:
    """Return the application; `health` gives (all is well, codes of what is not).

    Raises ValueError for an access key that is too short to keep anybody out.
    """
    if len(access_key) < 16:  # noqa: PLR2004 - characters, of 6 bits each from the program itself
        raise ValueError("the access key needs at least 16 characters")
    app = FastAPI(title="rightsdesk", docs_url=None, redoc_url=None, openapi_url=None)
    _add_lists(app, reader)
    _add_single_pages(app, reader)
    _add_open_paths(app, health)
    for error in (HTTPException, RequestValidationError, PrivacyError):
        app.add_exception_handler(error, _explain)
    app.add_middleware(AccessGate, access_key=access_key, refusal=_refusal)
    return app


def _add_lists(app: FastAPI, reader: DeskReader) -> None:
    @app.get("/")
    def cases(after: After = None) -> Response:
        return page("cases", list=reader.cases(_place(after)), first=after is None)

    @app.get("/due")
    def due(after: After = None) -> Response:
        return page("due", list=reader.due(_place(after)), first=after is None)

    @app.get("/letters")
    def letters(after: After = None) -> Response:
        return page("letters", list=reader.letters(_place(after)), first=after is None)

    @app.get("/held")
    def held(after: After = None) -> Response:
        found = reader.held(_place(after))
        return page("held", list=found, first=after is None, counts=reader.counts())

    @app.get("/quarantine")
    def quarantine(after: After = None) -> Response:
        return page("quarantine", list=reader.quarantined(_place(after)), first=after is None)


def _add_single_pages(app: FastAPI, reader: DeskReader) -> None:
    @app.get("/model")
    def model() -> Response:
        return page("model", report=reader.agreement())

    @app.get("/cases/{reference}")
    def case(reference: str) -> Response:
        found = reader.case(reference) if REFERENCE.fullmatch(reference) else None
        if found is None:
            raise NOT_FOUND
        return page("case", file=found, case=found.case)

    @app.get("/messages/{inbound_id}")
    def message(inbound_id: UUID) -> Response:
        found = reader.message(inbound_id)
        if found is None:
            raise NOT_FOUND
        return page("message", mail=found)


def _add_open_paths(app: FastAPI, health: Callable[[], tuple[bool, list[str]]]) -> None:
    @app.get("/health")
    def health_status() -> Response:
        """Codes only: whoever asks learns nothing about anybody."""
        is_well, codes = health()
        return JSONResponse({"ok": is_well, "codes": codes}, status_code=200 if is_well else 503)

    @app.get("/style.css")
    def style() -> Response:
        return FileResponse(PAGES / "style.css", media_type="text/css")


def _place(after: str | None) -> Place | None:
    try:
        return None if after is None else read_place(after)
    except ValueError:
        raise NOT_FOUND from None


def _explain(_request: Request, error: Exception) -> Response:
    """A wrong address is told apart from nothing, and an unknown id from none: both are not found."""
    return _refusal(503 if isinstance(error, PrivacyError) else 404)


def _refusal(status: int) -> Response:
    title, advice = REFUSALS[status]
    return page("refusal", status, title=title, advice=advice)
