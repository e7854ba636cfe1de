"""The API as one application: the gate of tokens in front, a router for each resource, one shape of error."""

from __future__ import annotations

from fastapi import FastAPI, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from desk.acting import DeskServices
from desk.api import case_steps, cases, drafts, suppression, tasks
from desk.api.gate import MOST_REQUESTS, TokenGate
from desk.api.problems import RESPONSES, Problem, WrongField, explain
from desk.visitor import Refused
from privacy.errors import PrivacyError

PATH = "/api/v1"
RESOURCES = (cases, case_steps, drafts, tasks, suppression)
ERRORS = (HTTPException, RequestValidationError, Refused, PrivacyError)


def create_api(desk: DeskServices, *, most: int = MOST_REQUESTS) -> FastAPI:
    """Return the API of this desk, to be mounted at PATH; `most` requests a minute for each token."""
    bearer = HTTPBearer(auto_error=False, description="A token of `rightsdesk users token`.")
    api = FastAPI(
        title="rightsdesk",
        version="1",
        docs_url=None,
        redoc_url=None,
        dependencies=[Security(bearer)],
        redirect_slashes=False,
    )
    api.state.desk = desk
    for resource in RESOURCES:
        api.include_router(resource.router, responses=RESPONSES)
    for error in ERRORS:
        api.add_exception_handler(error, _explain)
    api.openapi = lambda: _document(api)  # type: ignore[method-assign]  # FastAPI's own way
    api.add_middleware(TokenGate, desk=desk, most=most)
    return api


def api_routes() -> list[APIRoute]:
    """Return every address of the API; each of them declares one action."""
    return [one for each in RESOURCES for one in each.router.routes if isinstance(one, APIRoute)]


def _explain(_request: Request, error: Exception) -> JSONResponse:
    return explain(error)


def _document(api: FastAPI) -> dict[str, object]:
    """FastAPI's document with our shape of errors, which no address returns by itself."""
    if api.openapi_schema is None:
        document = FastAPI.openapi(api)
        schemas = document["components"]["schemas"]
        whole = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        whole.pop("$defs", None)
        schemas |= {"Problem": whole, "WrongField": WrongField.model_json_schema()}
        api.openapi_schema = document
    return api.openapi_schema or {}
