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
    """Keyed hashes of one mail: kinds `address`, `domain` and `text` of the ring's look-up keys."""

    @property
    def sender(self) -> bytes:
        """Of the sender's address."""

    @property
    def domain(self) -> bytes:
        """Of the sender's domain."""

    @property
    def text(self) -> bytes:
        """Of the text alone, whoever wrote it (privacy.answering.counted_text)."""


@dataclass(frozen=True, kw_only=True)
class _Keys:
    sender: bytes
    domain: bytes
    text: bytes


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
    texts = _counts_by_sender(transaction, (key.text for key in keys), now - DAY)
    in_all = _count_all(transaction, now - HOUR) if asked else 0
    return {
        name: AnswerHistory(
            to_sender_today=senders.get(key.sender, 0),
            to_domain_this_hour=domains.get(key.domain, 0),
            in_all_this_hour=in_all,
            to_text_today=sum(texts.get(key.text, {}).values()),
            to_text_of_sender_today=texts.get(key.text, {}).get(key.sender, 0),
        )
        for name, key in asked.items()
    }


def answer_history(
    transaction: Transaction,
    *,
    sender_key: bytes,
    domain_key: bytes,
    text_key: bytes,
    now: datetime,
) -> AnswerHistory:
    """Return the counts for one mail."""
    keys = _Keys(sender=sender_key, domain=domain_key, text=text_key)
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


def _counts_by_sender(
    transaction: Transaction, texts: Iterable[bytes], since: datetime
) -> dict[bytes, dict[bytes, int]]:
    """Return for each text how many letters went to each of its senders; the limits bound how many those are."""
    letter = OUTGOING.c
    found: dict[bytes, dict[bytes, int]] = {}
    for chunk in in_chunks(texts):
        question = (
            select(letter.text_key, letter.recipient_key, func.count())
            .where(
                letter.text_key.in_(chunk), letter.queued_at > since, letter.automatic.is_(true())
            )
            .group_by(letter.text_key, letter.recipient_key)
        )
        for text, sender, count in transaction.fetch(question):
            found.setdefault(bytes(text), {})[bytes(sender)] = count
    return found


def _count_all(transaction: Transaction, since: datetime) -> int:
    question = select(func.count()).select_from(OUTGOING)
    question = question.where(OUTGOING.c.queued_at > since, OUTGOING.c.automatic.is_(true()))
    count: int = transaction.fetch(question).scalar_one()
    return count
