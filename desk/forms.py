"""What our forms send: read within bounds, proved to be ours, and turned into typed values or one clear line per field."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import ClientDisconnect, Request

from desk.bodies import BodyTooLarge, read_body
from desk.origin import is_from_here

CSRF_FIELD = "csrf"
LONGEST_BODY = 400_000  # bytes: a long letter, every letter of it escaped
MOST_FIELDS = 500
FORM_TYPE = "application/x-www-form-urlencoded"

Posted = Mapping[str, Sequence[str]]


class BadForm(Exception):
    """What was posted is no form of this session; `status` is the answer's."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


class Form(BaseModel):
    """Base of all forms: a field that the form does not have is refused, spaces around values are dropped.

    An empty field of a browser counts as not filled in, so that a default holds and a required field is missed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"  # what people type stays out of logs


Filled = TypeVar("Filled", bound=Form)


@dataclass(frozen=True, kw_only=True)
class Sheet(Generic[Filled]):
    """A form as it came: the values, or what is wrong by field; `typed` is what the person wrote, to show it again."""

    value: Filled | None = field(default=None, repr=False)
    errors: Mapping[str, str] = field(default_factory=dict, repr=False)
    typed: Posted = field(default_factory=dict, repr=False)

    def text(self, name: str, otherwise: object = "") -> str:
        """Return what was typed into this field, else what stands there before anybody typed."""
        values = self.typed.get(name)
        return values[0] if values else str(otherwise)

    def with_error(self, name: str, line: str) -> Sheet[Filled]:
        """Return the same sheet with one more thing that is wrong."""
        return Sheet(errors={**self.errors, name: line}, typed=self.typed)


def csrf_token(secret: str) -> str:
    """Return the token that forms of this session carry; it does not give the session away."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


async def read_posted(request: Request, *, secret: str) -> Posted:
    """Return the fields that a form of this session sent.

    Raises BadForm: 403 for a form that is not ours, 413 for too much, 415 for another type, 400 for what breaks off.
    """
    if not is_from_here(request.headers):
        raise BadForm(403)
    fields = await _fields(request)
    offered = fields.pop(CSRF_FIELD, [""])[0]
    if not hmac.compare_digest(offered.encode(), csrf_token(secret).encode()):
        raise BadForm(403)
    return fields


async def read_open_form(request: Request) -> Posted:
    """Return the fields of a form of somebody without a session. Raises BadForm: 403 for a form of another site."""
    if not is_from_here(request.headers):
        raise BadForm(403)
    return await _fields(request)


async def _fields(request: Request) -> dict[str, list[str]]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM_TYPE:
        raise BadForm(415)
    try:
        body = await read_body(request, most=LONGEST_BODY)
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except BodyTooLarge:
        raise BadForm(413) from None
    except (ClientDisconnect, TimeoutError, ValueError):
        raise BadForm(400) from None
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return fields


def fill(request: Request, kind: type[Filled]) -> Sheet[Filled]:
    """Return the form of this kind as it was sent, checked."""
    posted: Posted = request.state.posted
    given = {name: _given(kind, name, values) for name, values in posted.items() if any(values)}
    try:
        return Sheet(value=kind.model_validate(given), typed=posted)
    except ValidationError as error:
        return Sheet(errors=_lines(error), typed=posted)


def _given(kind: type[Form], name: str, values: Sequence[str]) -> object:
    """A field of many values (tuple) gets all of them, any other the only one; two of those are one too many."""
    field_info = kind.model_fields.get(name)
    takes_many = field_info is not None and "tuple" in str(field_info.annotation).lower()
    return tuple(filter(None, values)) if takes_many or len(values) > 1 else values[0]


def _lines(error: ValidationError) -> dict[str, str]:
    """One line for each field; what was typed is not repeated in it."""
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        found.setdefault(name, _line(one["type"], one["msg"]))
    return found


def _line(kind: str, message: str) -> str:
    words = {"missing": "Please fill this in.", "extra_forbidden": "This form has no such field."}
    return words.get(kind, message.removeprefix("Value error, ").removesuffix(".") + ".")
