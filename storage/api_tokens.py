"""Tokens of the JSON API: kept by keyed hashes, so that this database opens no door."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from privacy.desk_roles import Action
from storage.api_rows import API_ANSWER, API_TOKEN
from storage.transactions import AnyRow, Reading, Transaction, Values

TOKEN = "api-token"  # noqa: S105 - the purpose of a keyed hash
_ROW = API_TOKEN.c


@dataclass(frozen=True, kw_only=True)
class ApiToken:
    """A token as it is kept: whose it is, what it may do at most, and until when."""

    token_id: UUID
    account_id: UUID
    label: str = field(repr=False)
    scopes: frozenset[Action]
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


def add_token(transaction: Transaction, token: ApiToken, secret: str) -> None:
    """Keep a token by the keyed hash of its secret."""
    row: Values = {
        **{name: getattr(token, name) for name in ApiToken.__dataclass_fields__},
        "token_key": transaction.ring.lookup_key(TOKEN, secret),
        "scopes": tuple(sorted(token.scopes)),
    }
    transaction.insert(API_TOKEN, [row])


def find_token(reading: Reading, secret: str) -> ApiToken | None:
    """Return the token of this secret, None for one that was revoked or never was."""
    key = reading.ring.lookup_key(TOKEN, secret)
    row = reading.fetch(select(API_TOKEN).where(_ROW.token_key == key)).one_or_none()
    return None if row is None else _token(row)


def tokens_of(reading: Reading, account_id: UUID) -> list[ApiToken]:
    """Return the tokens of an account, the newest first."""
    question = select(API_TOKEN).where(_ROW.account_id == account_id)
    rows = reading.fetch(question.order_by(_ROW.made_at.desc(), _ROW.token_id))
    return [_token(row) for row in rows]


def mark_used(transaction: Transaction, token_id: UUID, *, now: datetime) -> None:
    """Note that the token is in use."""
    transaction.change(update(API_TOKEN).where(_ROW.token_id == token_id).values(used_at=now))


def drop_token(transaction: Transaction, account_id: UUID, token_id: UUID) -> bool:
    """Remove a token of this account, with what was answered to it; False where there is none."""
    mine = select(_ROW.token_id).where(_ROW.token_id == token_id, _ROW.account_id == account_id)
    transaction.change(delete(API_ANSWER).where(API_ANSWER.c.token_id.in_(mine)))
    gone = delete(API_TOKEN).where(_ROW.token_id == token_id, _ROW.account_id == account_id)
    return transaction.change(gone) == 1


def drop_tokens(transaction: Transaction, account_id: UUID) -> None:
    """Remove every token of the account, with what was answered to them."""
    theirs = select(_ROW.token_id).where(_ROW.account_id == account_id)
    transaction.change(delete(API_ANSWER).where(API_ANSWER.c.token_id.in_(theirs)))
    transaction.change(delete(API_TOKEN).where(_ROW.account_id == account_id))


def _token(row: AnyRow) -> ApiToken:
    return ApiToken(
        token_id=row.token_id,
        account_id=row.account_id,
        label=row.label,
        scopes=frozenset(map(Action, row.scopes)),
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )
