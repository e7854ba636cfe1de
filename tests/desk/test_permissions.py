"""Every page and every form is tried as every role: what the table of roles says holds at every address."""

from __future__ import annotations

import hashlib

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from desk.app import room_routes
from desk.static_files import FILES, addresses, content_of
from desk.visitor import Needed
from desk_values import send, sign_in
from privacy.desk_roles import Action, Role
from regimes.desk_roles import load_role_table

NOBODY = "00000000-0000-7000-8000-000000000000"
PARTS = {"reference": "PR-2026-000001-00"}
HTMX = "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130"  # version 4.0.1


def actions_of(route: APIRoute) -> list[Action]:
    found = [one.call for one in route.dependant.dependencies]
    return [call.action for call in found if isinstance(call, Needed)]


def path_of(route: APIRoute) -> str:
    """The address with something plausible in each part."""
    return "/".join(
        PARTS.get(part[1:-1], NOBODY) if part.startswith("{") else part
        for part in route.path.split("/")
    )


ROUTES = pytest.mark.parametrize(
    "route", room_routes(), ids=lambda r: f"{sorted(r.methods)} {r.path}"
)


@ROUTES
def test_every_address_declares_exactly_one_action(route) -> None:
    assert len(actions_of(route)) == 1


@ROUTES
@pytest.mark.parametrize("role", [*Role, None])
def test_every_role_gets_what_the_table_says(app, route, role) -> None:
    client = sign_in(app, role) if role else sign_in(app, Role.VIEWER)
    if role is None:
        client.cookies.clear()
    (action,) = actions_of(route)
    allowed = role is not None and load_role_table().may({role}, action).allowed
    answer = ask(client, route, signed_in=role is not None)
    to_sign_in = answer.headers.get("location", "").startswith("/sign-in")
    assert (answer.status_code != 403 and not to_sign_in) is allowed
    assert answer.status_code < 500


def ask(client: TestClient, route: APIRoute, *, signed_in: bool) -> Response:
    if "GET" in route.methods:
        return client.get(path_of(route))
    return send(client, path_of(route)) if signed_in else client.post(path_of(route))


POSTED = {path_of(route) for route in room_routes() if "POST" in route.methods}


@ROUTES
def test_a_form_without_its_token_is_refused_at_every_address(app, route) -> None:
    status = sign_in(app).post(path_of(route), data={"note": "x"}).status_code
    assert status == (403 if path_of(route) in POSTED else 405)


def test_the_head_of_a_page_leads_to_what_its_visitor_may_open(app) -> None:
    viewer = sign_in(app, Role.VIEWER).get("/due").text
    assert 'href="/" ' not in viewer
    assert '<a href="/due" aria-current="page">' in viewer
    assert "Users" not in viewer


def test_the_script_is_the_one_that_its_makers_published_and_is_kept_for_good(stranger) -> None:
    digest = hashlib.sha256(content_of("htmx.min.js")).hexdigest()
    assert digest == HTMX
    for name in FILES:
        answer = stranger.get(addresses()[name])
        assert answer.content == content_of(name)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert stranger.get("/static/0000000000000000/htmx.min.js").status_code == 404
