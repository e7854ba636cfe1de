"""Answers of the JSON API by their idempotency keys: a program that asks twice changes something once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select, update

from storage.api_rows import API_ANSWER
from storage.datakeys import load_keys
from storage.transactions import Reading, Transaction

KEY, ASKED = "api-idempotency", "api-asked"
ANSWER = "api_answer.answer"
_ROW = API_ANSWER.c


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request under its idempotency key; `content` is its address and body."""

    account_id: UUID
    token_id: UUID
    key: str = field(repr=False)
    content: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """What is kept under a key: whether the same was asked, and the answer, None while it is not there yet."""

    is_same: bool
    status: int | None
    body: bytes | None = field(repr=False)


def begin_answer(transaction: Transaction, asked: Asked, *, now: datetime) -> bool:
    """Take the key for this request; False where it is taken already."""
    ring = transaction.ring
    row = {
        "token_id": asked.token_id,
        "answer_key": ring.lookup_key(KEY, asked.key),
        "asked": ring.lookup_key(ASKED, asked.content),
    }
    before = _kept(transaction, asked)
    if before is None:
        transaction.insert(API_ANSWER, [row | {"status": None, "sealed_answer": None, "at": now}])
    return before is None


def kept_answer(reading: Reading, asked: Asked) -> KeptAnswer | None:
    """Return what is kept under the key of this request, None for nothing."""
    return _kept(reading, asked)


def keep_answer(transaction: Transaction, asked: Asked, status: int, body: bytes) -> None:
    """Keep the answer for whoever asks the same again."""
    load_keys(transaction, [asked.account_id])
    sealed = transaction.vault.seal(asked.account_id, ANSWER, body)
    kept = update(API_ANSWER).where(_this(transaction, asked))
    transaction.change(kept.values(status=status, sealed_answer=sealed))


def forget_answer(transaction: Transaction, asked: Asked) -> None:
    """Give the key free: nothing was done under it."""
    transaction.change(delete(API_ANSWER).where(_this(transaction, asked)))


def forget_answers(transaction: Transaction, token_id: UUID, *, before: datetime) -> None:
    """Forget what was answered to this token before an instant."""
    old = and_(_ROW.token_id == token_id, _ROW.at < before)
    transaction.change(delete(API_ANSWER).where(old))


def _kept(reading: Reading, asked: Asked) -> KeptAnswer | None:
    row = reading.fetch(select(API_ANSWER).where(_this(reading, asked))).one_or_none()
    if row is None:
        return None
    body = None
    if row.sealed_answer is not None:
        load_keys(reading, [asked.account_id])
        body = reading.vault.unseal(asked.account_id, ANSWER, bytes(row.sealed_answer))
    is_same = bytes(row.asked) == reading.ring.lookup_key(ASKED, asked.content)
    return KeptAnswer(is_same=is_same, status=row.status, body=body)


def _this(reading: Reading, asked: Asked) -> ColumnElement[bool]:
    key = reading.ring.lookup_key(KEY, asked.key)
    return and_(_ROW.token_id == asked.token_id, _ROW.answer_key == key)
