"""A request under an idempotency key is carried out once; whoever asks the same again hears the same answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from storage.api_answers import (
    Asked,
    KeptAnswer,
    begin_answer,
    forget_answer,
    forget_answers,
    keep_answer,
    kept_answer,
)
from storage.database import Database

KEPT_FOR = timedelta(hours=24)


def take_key(database: Database, asked: Asked, *, now: datetime) -> KeptAnswer | None:
    """Take the key for this request and return None; where it was taken before, return what is kept under it."""
    with database.transaction() as transaction:
        forget_answers(transaction, asked.token_id, before=now - KEPT_FOR)
        if begin_answer(transaction, asked, now=now):
            return None
        return kept_answer(transaction, asked)


def keep_for_again(database: Database, asked: Asked, status: int, body: bytes) -> None:
    """Keep the answer under the key of its request."""
    with database.transaction() as transaction:
        keep_answer(transaction, asked, status, body)


def give_key_free(database: Database, asked: Asked) -> None:
    """Let the request be tried again under the same key: nothing came of it."""
    with database.transaction() as transaction:
        forget_answer(transaction, asked)
