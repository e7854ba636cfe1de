"""What went wrong, for a program (RFC 9457): codes and our own words, never a word of the request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from desk.visitor import Refused
from privacy.errors import Permanent, PrivacyError
from storage.failures import NotFound

MEDIA_TYPE = "application/problem+json"
MOST_TOLD = 20  # fields of a request
RETRY_SECONDS = "5"


class WrongField(BaseModel):
    """A field that is not as the document says; a name that is none of ours is not told back."""

    model_config = ConfigDict(extra="forbid")

    place: str
    code: str


class Problem(BaseModel):
    """Problem details. `type` is `urn:rightsdesk:problem:` with a code that stays the same."""

    model_config = ConfigDict(extra="forbid")

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[WrongField] = []


TOLD: Final[Mapping[int, str]] = {
    400: "A header is missing, or the body cannot be read.",
    401: "There is no good token.",
    403: "The scopes of the token, or the roles of its account, do not give this.",
    404: "It is not there, or not for this account.",
    409: "It cannot be done now; or the idempotency key was used for something else.",
    413: "The body is too large.",
    422: "The request is not as the document says.",
    429: "Too many requests; Retry-After says when to go on.",
    503: "The database is out of reach; try again later.",
}
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    status: {
        "description": told,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, told in TOLD.items()
}


def problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: Sequence[WrongField] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Return the answer of a request that was not carried out."""
    told = Problem(
        type=f"urn:rightsdesk:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors),
    )
    return JSONResponse(
        told.model_dump(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=dict(headers) if headers else None,
    )


def explain(error: Exception) -> JSONResponse:
    """Return the answer for an error; what casework says of itself names nobody (privacy.errors)."""
    if isinstance(error, RequestValidationError):
        return problem(422, "wrong_request", errors=_wrong_fields(error))
    if isinstance(error, Refused):
        return problem(403, error.reason.replace(":", "_"))
    return _of_ours(error) if isinstance(error, PrivacyError) else _of_http(error)


def _of_ours(error: PrivacyError) -> JSONResponse:
    if isinstance(error, NotFound):
        return problem(404, "not_found")
    if isinstance(error, Permanent):
        return problem(409, "not_done", str(error))
    return problem(503, "try_again", headers={"Retry-After": RETRY_SECONDS})


def _of_http(error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        return problem(404, "not_found")
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return problem(error.status_code, code, headers=error.headers)


def _wrong_fields(error: RequestValidationError) -> list[WrongField]:
    return [
        WrongField(place=_place(one), code=one["type"]) for one in list(error.errors())[:MOST_TOLD]
    ]


def _place(wrong: Mapping[str, Any]) -> str:
    """Where it stands: a name that the caller made up, and a number in a list, are left out."""
    parts = list(wrong["loc"])
    told = parts[:1] if wrong["type"] in {"extra_forbidden", "json_invalid"} else parts[:2]
    return ".".join(str(one) for one in told)
