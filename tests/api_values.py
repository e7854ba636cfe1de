"""A program of the company that calls the API with a token of an account."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from casework.api_tokens import NewToken, make_token
from desk.api.app import PATH
from desk_values import ADMIN, an_account
from privacy.desk_roles import Action, Role
from regimes.desk_roles import load_role_table

_keys = count(1)


def token_for(
    app: FastAPI,
    *roles: Role,
    scopes: Any = None,
    address: str = "robot@autocloz.example",
    lasts: timedelta = timedelta(days=1),
    **facts: Any,
) -> str:
    """Return a token of a new account with these roles; without `scopes` with all that they give."""
    desk, table = app.state.desk, load_role_table()
    account = an_account(desk.database, *roles, address=address, **facts)
    all_given = {one for one in Action if table.may(account.roles, one).allowed}
    given = frozenset(all_given if scopes is None else scopes)
    wanted = NewToken(address=address, label="payroll", scopes=given, lasts=lasts)
    return make_token(desk.database, wanted, actor=ADMIN, now=desk.clock())[1]


def program(app: FastAPI, token: str) -> TestClient:
    """Return a client of the API that shows this token."""
    headers = {"Authorization": f"Bearer {token}"}
    return TestClient(app, base_url=f"http://testserver{PATH}", headers=headers)


def post(client: TestClient, path: str, body: Any = None, *, key: str | None = None) -> Response:
    """Post with an idempotency key, a new one unless one is given."""
    headers = {"Idempotency-Key": key or f"key-{next(_keys):08}"}
    return client.post(path, json=body, headers=headers)
