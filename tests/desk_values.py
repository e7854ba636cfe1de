"""The desk's pages on a desk at hand, and browsers of people who are signed in with the roles that a test wants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from casework.processing import Services
from daemon.clock import utc_now
from desk.access import COOKIE
from desk.acting import DeskServices
from desk.app import create_app
from desk.forms import csrf_token
from desk.reader import StorageReader
from desk.sessions import SessionsInMemory
from desk.visitor import Visitor
from privacy.desk_roles import Role
from regimes.ladder import load_ladder

SAM_ADDRESS = "sam@autocloz.example"


def all_is_well() -> tuple[bool, list[str]]:
    return True, []


def asleep() -> None:
    """Nobody works or sends beside this test."""


def desk_app(
    services: Services,
    clock: Callable[[], datetime] = utc_now,
    *,
    health: Callable[[], tuple[bool, list[str]]] = all_is_well,
    wake: Callable[[], None] = asleep,
    **parts: Any,
) -> FastAPI:
    """Return the pages of this desk; `parts` replace what they act with (reader, ladder)."""
    ladder = load_ladder()
    acting = {
        "reader": StorageReader(services.database, clock, ladder, services.desk.challenges)
        if services
        else None,
        "ladder": ladder,
    }
    desk = DeskServices(
        services=services, clock=clock, health=health, wake=wake, **(acting | parts)
    )
    return create_app(desk, sessions=SessionsInMemory())


def sign_in(app: FastAPI, *roles: Role, address: str = SAM_ADDRESS, **facts: Any) -> TestClient:
    """Return the browser of somebody with these roles, of every role where none is named."""
    visitor = Visitor(
        address=address, name=address.partition("@")[0], roles=frozenset(roles or Role), **facts
    )
    client = TestClient(app, follow_redirects=False)
    client.cookies.set(COOKIE, app.state.sessions.begin(visitor))
    return client


def send(client: TestClient, path: str, **fields: Any) -> Response:
    """Post a form of the desk as its page would: with the token of the session."""
    token = csrf_token(client.cookies[COOKIE])
    return client.post(path, data={"csrf": token, **fields})
