"""Every address of the API is tried as every role, and without its scope."""

from __future__ import annotations

import pytest

from api_values import post, program, token_for
from desk.api.app import api_routes
from desk.api.caller import Scoped
from privacy.desk_roles import Action, Role
from regimes.desk_roles import load_role_table

NOBODY = "00000000-0000-7000-8000-000000000000"
PARTS = {"reference": "PR-2026-000001-00"}
ROUTES = api_routes()


def actions_of(route):
    found = [one.call for one in route.dependant.dependencies]
    return [one.action for one in found if isinstance(one, Scoped)]


def ask(client, route):
    path = "/".join(
        PARTS.get(part[1:-1], NOBODY) if part.startswith("{") else part
        for part in route.path.split("/")
    )
    return client.get(path) if "GET" in route.methods else post(client, path, {})


def test_every_address_declares_exactly_one_action() -> None:
    assert {len(actions_of(route)) for route in ROUTES} == {1}


@pytest.mark.parametrize("role", list(Role))
def test_every_role_gets_what_the_table_says(app, role) -> None:
    client, table = program(app, token_for(app, role)), load_role_table()
    for route in ROUTES:
        (action,) = actions_of(route)
        answer = ask(client, route)
        assert (answer.status_code != 403) is table.may({role}, action).allowed, route.path
        assert answer.status_code < 500, route.path


def test_without_its_scope_no_role_opens_an_address(app) -> None:
    client = program(app, token_for(app, *Role, scopes={Action.OWN}))
    for route in ROUTES:
        answer = ask(client, route)
        assert (answer.status_code, answer.json()["type"]) == (
            403,
            "urn:rightsdesk:problem:no_scope",
        ), route.path
