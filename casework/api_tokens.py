"""Tokens of the JSON API: made once, shown once, never more than what their account may do."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from casework.accounts import ACCOUNT_CHAIN, account_of
from casework.actors import Actor
from privacy.audit import AuditEvent, AuditKind
from privacy.desk_roles import Action
from privacy.errors import Permanent
from regimes.desk_roles import load_role_table
from storage.accounts import Account, get_account
from storage.api_tokens import ApiToken, add_token, drop_token, find_token, mark_used, tokens_of
from storage.audit import append
from storage.database import Database
from storage.failures import NotFound
from storage.ids import new_id

PREFIX = "rdk_"  # so that whoever finds one, a scanner of secrets too, knows what it is
SECRET_BYTES = 32  # 256 bits
LONGEST = timedelta(days=366)
USED_EVERY = timedelta(minutes=1)  # a program that asks often writes once
LONGEST_LABEL = 40


@dataclass(frozen=True, kw_only=True)
class NewToken:
    """A token that somebody wants: for whose account, under which name, for what and until when."""

    address: str = field(repr=False)
    label: str
    scopes: frozenset[Action]
    lasts: timedelta


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Whoever shows a token that is good: the token and its account as it is now."""

    token: ApiToken
    account: Account


def make_token(
    database: Database, wanted: NewToken, *, actor: Actor, now: datetime
) -> tuple[ApiToken, str]:
    """Return the token and its secret, which is told this once and kept nowhere.

    Raises Permanent for an account that is not there, and for scopes that its roles do not give.
    """
    account = account_of(database, wanted.address)
    _check(wanted, account)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        token_id=new_id(),
        account_id=account.account_id,
        label=wanted.label,
        scopes=wanted.scopes,
        made_at=now,
        expires_at=now + wanted.lasts,
    )
    with database.transaction() as transaction:
        add_token(transaction, token, secret)
        append(transaction, [_event(AuditKind.TOKEN_MADE, token.token_id, account, actor, now)])
    return token, secret


def revoke_token(
    database: Database, address: str, token_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """End a token of this account at once. Raises NotFound where there is none."""
    account = account_of(database, address)
    with database.transaction() as transaction:
        if not drop_token(transaction, account.account_id, token_id):
            raise NotFound("token: this account has none with this id")
        append(transaction, [_event(AuditKind.TOKEN_REVOKED, token_id, account, actor, now)])


def tokens_with(database: Database, address: str) -> list[ApiToken]:
    """Return the tokens of an account, the newest first. Raises Permanent where there is no such account."""
    account = account_of(database, address)
    with database.reading() as reading:
        return tokens_of(reading, account.account_id)


def bearer_of(database: Database, secret: str, *, now: datetime) -> Bearer | None:
    """Return who shows this token, and note that it is in use; None for one that is over, revoked, or never was."""
    with database.reading() as reading:
        token = find_token(reading, secret)
        if token is None or now >= token.expires_at:
            return None
        account = get_account(reading, token.account_id)
    if account is None:
        return None
    if token.used_at is None or now - token.used_at >= USED_EVERY:
        with database.transaction() as transaction:
            mark_used(transaction, token.token_id, now=now)
    return Bearer(token=token, account=account)


def _check(wanted: NewToken, account: Account) -> None:
    if not (wanted.label.isprintable() and 1 <= len(wanted.label) <= LONGEST_LABEL):
        raise Permanent(f"token: its name is one line of at most {LONGEST_LABEL} characters")
    if not wanted.scopes:
        raise Permanent("token: without a scope it opens nothing")
    if not timedelta() < wanted.lasts <= LONGEST:
        raise Permanent(f"token: it lasts 1 to {LONGEST.days} days")
    beyond = _beyond(wanted.scopes, account)
    if beyond:
        raise Permanent(f"token: the roles of the account do not give {', '.join(beyond)}")


def _beyond(scopes: Iterable[Action], account: Account) -> list[str]:
    table = load_role_table()
    return sorted(one for one in scopes if not table.may(account.roles, one).allowed)


def _event(
    kind: AuditKind, token_id: UUID, account: Account, actor: Actor, now: datetime
) -> AuditEvent:
    payload = {"account": str(account.account_id), "token": str(token_id)}
    return AuditEvent(chain=ACCOUNT_CHAIN, kind=kind, at=now, actor=str(actor), payload=payload)
