"""How many automatic letters went out lately: what the limits of automatic answers are measured by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import Column, func, select, true

from privacy.answering import AnswerHistory
from storage.postgres import Lock
from storage.tables import OUTGOING
from storage.transactions import Transaction, in_chunks

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
Asked = TypeVar("Asked")


class AnswerKeys(Protocol):
    """Keyed hashes of one mail: kinds `address`, `domain` and `body` of the ring's look-up keys."""

    @property
    def sender(self) -> bytes:
        """Of the sender's address."""

    @property
    def domain(self) -> bytes:
        """Of the sender's domain."""

    @property
    def body(self) -> bytes:
        """Of the text."""


@dataclass(frozen=True, kw_only=True)
class _Keys:
    sender: bytes
    domain: bytes
    body: bytes


def lock_answers(transaction: Transaction) -> None:
    """Let no other transaction count or queue automatic letters until this one ends."""
    transaction.lock(Lock.ANSWERS)


def answer_counts(
    transaction: Transaction, asked: Mapping[Asked, AnswerKeys], *, now: datetime
) -> dict[Asked, AnswerHistory]:
    """Return for each mail what went out by itself.

    To its sender and for its text: in the last 24 hours. To its domain and in all: in the last hour.
    """
    letter = OUTGOING.c
    keys = list(asked.values())
    senders = _counts(transaction, letter.recipient_key, (key.sender for key in keys), now - DAY)
    domains = _counts(transaction, letter.domain_key, (key.domain for key in keys), now - HOUR)
    bodies = _counts(transaction, letter.body_key, (key.body for key in keys), now - DAY)
    in_all = _count_all(transaction, now - HOUR) if asked else 0
    return {
        name: AnswerHistory(
            to_sender_today=senders.get(key.sender, 0),
            to_domain_this_hour=domains.get(key.domain, 0),
            in_all_this_hour=in_all,
            same_body_today=key.body in bodies,
        )
        for name, key in asked.items()
    }


def answer_history(
    transaction: Transaction,
    *,
    sender_key: bytes,
    domain_key: bytes,
    body_key: bytes,
    now: datetime,
) -> AnswerHistory:
    """Return the counts for one mail."""
    keys = _Keys(sender=sender_key, domain=domain_key, body=body_key)
    return answer_counts(transaction, {None: keys}, now=now)[None]


def _counts(
    transaction: Transaction, column: Column[Any], keys: Iterable[bytes], since: datetime
) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for chunk in in_chunks(keys):
        question = (
            select(column, func.count())
            .where(
                column.in_(chunk), OUTGOING.c.queued_at > since, OUTGOING.c.automatic.is_(true())
            )
            .group_by(column)
        )
        found.update({bytes(key): count for key, count in transaction.fetch(question)})
    return found


def _count_all(transaction: Transaction, since: datetime) -> int:
    question = select(func.count()).select_from(OUTGOING)
    question = question.where(OUTGOING.c.queued_at > since, OUTGOING.c.automatic.is_(true()))
    count: int = transaction.fetch(question).scalar_one()
    return count
