"""The desk's pages on a desk at hand, and browsers of people who are signed in with the roles that a test wants."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from casework.accounts import NewAccount, open_account
from casework.actors import Actor
from casework.processing import Services
from casework.signing_in import SessionTerms
from daemon.clock import utc_now
from desk.acting import DeskServices
from desk.app import create_app
from desk.cookies import SESSION
from desk.forms import csrf_token
from desk.reader import StorageReader
from desk.sign_in import SignIn
from desk.visitor import OpenSession, Visitor
from privacy.desk_roles import Role
from regimes.ladder import load_ladder
from storage.accounts import Account
from storage.ids import new_id

SAM_ADDRESS = "sam@autocloz.example"
ADMIN = Actor(address="admin@autocloz.example", os_user="admin")


def all_is_well() -> tuple[bool, list[str]]:
    return True, []


def asleep() -> None:
    """Nobody works or sends beside this test."""


class SessionsAtHand:
    """Sessions of visitors that a test makes up; the real ones are proved in test_signing_in."""

    def __init__(self) -> None:
        self.open: dict[str, OpenSession] = {}

    def let_in(self, visitor: Visitor) -> str:
        secret = secrets.token_urlsafe(32)
        self.open[secret] = OpenSession(secret=secret, visitor=visitor, session_id=new_id())
        return secret

    def begin(self, account: UUID, _way: str) -> str | None:
        return self.let_in(visitor_with(Role, account=account))

    def find(self, secret: str) -> OpenSession | None:
        return self.open.get(secret)

    def tell(self, secret: str, message: str | None) -> None:
        self.open[secret] = replace(self.open[secret], flash=message)

    def end(self, session: OpenSession) -> None:
        del self.open[session.secret]


def visitor_with(roles: Any, *, address: str = SAM_ADDRESS, **facts: Any) -> Visitor:
    given = {"account": new_id(), "name": address.partition("@")[0]} | facts
    return Visitor(address=address, roles=frozenset(roles), **given)


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
    database = services.database if services else None
    ways = SignIn(database=database, terms=SessionTerms(), clock=clock)  # type: ignore[arg-type]
    return create_app(desk, sessions=SessionsAtHand(), ways=ways)


def sign_in(app: FastAPI, *roles: Role, address: str = SAM_ADDRESS, **facts: Any) -> TestClient:
    """Return the browser of somebody with these roles, of every role where none is named."""
    visitor = visitor_with(roles or Role, address=address, **facts)
    client = TestClient(app, follow_redirects=False)
    client.cookies.set(SESSION, app.state.sessions.let_in(visitor))
    return client


def send(client: TestClient, path: str, **fields: Any) -> Response:
    """Post a form of the desk as its page would: with the token of the session."""
    token = csrf_token(client.cookies[SESSION])
    return client.post(path, data={"csrf": token, **fields})


def an_account(database: Any, *roles: Role, address: str = SAM_ADDRESS, **facts: Any) -> Account:
    """Open an account that signs in for real."""
    wanted = NewAccount(address=address, name="Sam", roles=frozenset(roles or Role), **facts)
    return open_account(database, wanted, actor=ADMIN, now=utc_now())
