"""Forms of the desk: read within bounds, ours alone, and told clearly what is wrong."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import Field

from desk import app as desk_pages
from desk.cookies import SESSION
from desk.forms import LONGEST_BODY, Form, csrf_token, fill
from desk.showing import done, is_ours
from desk.visitor import Visitor, needs
from desk_values import desk_app, send, sign_in
from privacy.desk_roles import Action, Role
from privacy.errors import Permanent

router = APIRouter()
Correcting = Annotated[Visitor, needs(Action.CORRECT)]


class NoteForm(Form):
    note: str = Field(max_length=20)
    rights: tuple[str, ...] = ()
    weight: int = Field(default=1, ge=1)


class Room:
    router = router


@router.post("/note")
def note(request: Request, visitor: Correcting) -> Response:
    sheet = fill(request, NoteForm)
    if sheet.value is None:
        told = "; ".join(f"{name}: {line}" for name, line in sheet.errors.items())
        return PlainTextResponse(f"{told} | {sheet.text('note', '-')}", 422)
    if sheet.value.note == "closed":
        raise Permanent("case: it is closed")
    return done(request, "/", f"{visitor.actor.address} {sheet.value.model_dump()}")


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    monkeypatch.setattr(desk_pages, "ROOMS", (*desk_pages.ROOMS, Room))
    return desk_app(None)


@pytest.fixture
def client(app: FastAPI):
    return sign_in(app)


def told(app: FastAPI, client) -> str:
    return app.state.sessions.find(client.cookies[SESSION]).flash


def test_a_form_becomes_values_and_the_browser_is_sent_on(app, client) -> None:
    answer = send(client, "/note", note=" hello ", rights=["access", "erasure"], weight="")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "{'note': 'hello', 'rights': ('access', 'erasure'), 'weight': 1}" in told(app, client)


def test_one_choice_of_many_is_a_choice_of_many(app, client) -> None:
    send(client, "/note", note="a", rights="access")
    assert "'rights': ('access',)" in told(app, client)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "note: Please fill this in. | -"),
        ({"note": "a" * 21}, "note: String should have at most 20 characters."),
        ({"note": "a", "weight": "x"}, "weight: Input should be a valid integer"),
        ({"note": "a", "more": "b"}, "more: This form has no such field. | a"),
        ({"note": ["a", "b"]}, "note: Input should be a valid string."),
    ],
)
def test_what_is_wrong_is_told_in_one_line_and_what_was_typed_stays(client, fields, line) -> None:
    answer = send(client, "/note", **fields)
    assert answer.status_code == 422
    assert line in answer.text


def test_what_casework_refuses_is_told_with_its_reason(client) -> None:
    answer = send(client, "/note", note="closed")
    assert answer.status_code == 409
    assert "case: it is closed" in answer.text


@pytest.mark.parametrize("token", [None, "", "x", "ü", "0" * 64, csrf_token("another session")])
def test_a_form_without_the_token_of_its_session_changes_nothing(app, client, token) -> None:
    fields = {"note": "a"} | ({} if token is None else {"csrf": token})
    assert client.post("/note", data=fields).status_code == 403
    assert told(app, client) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://mallory.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_of_another_site_changes_nothing(app, client, headers) -> None:
    client.headers.update(headers)
    assert send(client, "/note", note="a").status_code == 403
    assert told(app, client) is None


def test_the_token_does_not_give_the_session_away(client) -> None:
    secret = client.cookies[SESSION]
    assert secret not in csrf_token(secret)


def test_more_than_a_letter_is_not_read(client) -> None:
    assert send(client, "/note", note="a" * LONGEST_BODY).status_code == 413
    assert send(client, "/note", **{f"n{n}": "a" for n in range(600)}).status_code == 400


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data", "text/plain", ""])
def test_only_forms_are_read(client, kind) -> None:
    answer = client.post("/note", content=b"note=a", headers={"content-type": kind})
    assert answer.status_code == 415


def test_bytes_that_are_no_text_are_refused(client) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/note", content=b"\xff\xfe", headers=kind).status_code == 400


def test_who_may_not_is_refused_before_the_form_is_read(app) -> None:
    viewer = sign_in(app, Role.VIEWER)
    answer = send(viewer, "/note", note="a")
    assert answer.status_code == 403
    assert "Your roles" in answer.text


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("/", True),
        ("/cases/PR-1?after=2#mail", True),
        ("//mallory.example", False),
        ("/\\mallory.example", False),
        ("https://mallory.example", False),
        ("mallory", False),
        ("/\n/mallory.example", False),
        ("", False),
    ],
)
def test_a_browser_is_only_sent_on_to_pages_of_ours(address, ours) -> None:
    assert is_ours(address) is ours


def test_an_address_elsewhere_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="address"):
        done(None, "//mallory.example", "x")  # type: ignore[arg-type]
