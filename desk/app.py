"""The desk's pages as one application: a gate in front, a router for each group of pages, one answer for each error."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from desk.access import AccessGate, DemoKey
from desk.acting import DeskServices
from desk.api.app import PATH, create_api
from desk.forms import BadForm
from desk.rooms import (
    account,
    audit,
    case,
    case_acting,
    customers,
    directory,
    drafts,
    held,
    letters,
    notice_owners,
    notice_writing,
    notices,
    packages,
    policies,
    queue,
    reports,
    settings,
    sign_in,
    suppression,
    tasks,
    users,
)
from desk.sessions import SessionBook
from desk.showing import not_done, refusal
from desk.sign_in import SignIn
from desk.static_files import content_of, file_answer
from desk.visitor import Refused
from privacy.errors import Permanent, PrivacyError
from storage.failures import NotFound

ROOMS = (
    queue,
    case,
    packages,
    customers,
    case_acting,
    tasks,
    drafts,
    letters,
    held,
    notices,
    notice_owners,
    notice_writing,
    policies,
    suppression,
    directory,
    reports,
    audit,
    settings,
    users,
    account,
)
ERRORS = (HTTPException, RequestValidationError, Refused, BadForm, PrivacyError)


def create_app(
    desk: DeskServices, *, sessions: SessionBook, ways: SignIn, demo: DemoKey | None = None
) -> FastAPI:
    """Return the application; `ways` say how people sign in, and with `demo` an address signs in whoever has its key."""
    app = FastAPI(title="rightsdesk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk, app.state.sessions, app.state.sign_in = desk, sessions, ways
    _add_open_paths(app)
    for room in (sign_in, *ROOMS):
        app.include_router(room.router)
    app.state.addresses = frozenset(one.path for one in room_routes())
    app.mount(PATH, create_api(desk))
    for error in ERRORS:
        app.add_exception_handler(error, _explain)
    app.add_middleware(AccessGate, sessions=sessions, refusal=refusal, demo=demo)
    return app


def room_routes() -> list[APIRoute]:
    """Return every page and form of the rooms; each of them declares one action that its visitor needs."""
    return [one for room in ROOMS for one in room.router.routes if isinstance(one, APIRoute)]


def _add_open_paths(app: FastAPI) -> None:
    @app.get("/health")
    def health_status(request: Request) -> Response:
        """Codes only: whoever asks learns nothing about anybody."""
        is_well, codes = request.app.state.desk.health()
        return JSONResponse({"ok": is_well, "codes": codes}, status_code=200 if is_well else 503)

    @app.get("/style.css")
    def style() -> Response:
        return Response(content_of("style.css"), media_type="text/css")

    @app.get("/static/{digest}/{name}")
    def static(digest: str, name: str) -> Response:
        return file_answer(digest, name) or refusal(404)


def _explain(request: Request, error: Exception) -> Response:
    """A wrong address is told apart from nothing, and an unknown id from none: both are not found."""
    if isinstance(error, BadForm):
        return refusal(error.status)
    if isinstance(error, Refused):
        return refusal(403)
    if isinstance(error, NotFound):
        return refusal(404)
    if isinstance(error, Permanent) and request.method == "POST":
        return not_done(str(error))
    return refusal(503 if isinstance(error, PrivacyError) else _status_of(error))


def _status_of(error: Exception) -> int:
    return error.status_code if isinstance(error, HTTPException) else 404
