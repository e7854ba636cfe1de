"""How many automatic letters went out lately: what the limits of automatic answers are measured by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import Column, bindparam, func, select, true

from privacy.answering import AnswerHistory
from storage.postgres import Lock
from storage.tables import OUTGOING
from storage.transactions import AnySelect, Transaction, in_chunks

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
    keys = list(asked.values())
    senders = _counts(transaction, _TO_SENDER, (key.sender for key in keys), now - DAY)
    domains = _counts(transaction, _TO_DOMAIN, (key.domain for key in keys), now - HOUR)
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
    transaction: Transaction, question: AnySelect, keys: Iterable[bytes], since: datetime
) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for chunk in in_chunks(keys):
        rows = transaction.fetch(question, {"keys": chunk, "since": since})
        found.update({bytes(key): count for key, count in rows})
    return found


def _counts_by_sender(
    transaction: Transaction, texts: Iterable[bytes], since: datetime
) -> dict[bytes, dict[bytes, int]]:
    """Return for each text how many letters went to each of its senders; the limits bound how many those are."""
    found: dict[bytes, dict[bytes, int]] = {}
    for chunk in in_chunks(texts):
        rows = transaction.fetch(_OF_TEXT, {"keys": chunk, "since": since})
        for text, sender, count in rows:
            found.setdefault(bytes(text), {})[bytes(sender)] = count
    return found


def _count_all(transaction: Transaction, since: datetime) -> int:
    count: int = transaction.fetch(_IN_ALL, {"since": since}).scalar_one()
    return count


def _automatic(*counted_by: Column[Any]) -> AnySelect:
    """Return the question how many mails were answered by automatic letters that were queued since then.

    The acknowledgement and the challenge that answer one mail count as one (decision 0002).
    """
    letter = OUTGOING.c
    since = bindparam("since", type_=letter.queued_at.type)
    answers = func.count(func.distinct(func.coalesce(letter.inbound_id, letter.letter_id)))
    return (
        select(*counted_by, answers)
        .select_from(OUTGOING)
        .where(letter.queued_at > since, letter.automatic.is_(true()))
    )


def _of_each(column: Column[Any], *counted_by: Column[Any]) -> AnySelect:
    """Return the same question for each of some keys."""
    asked = column.in_(bindparam("keys", expanding=True))
    return _automatic(column, *counted_by).where(asked).group_by(column, *counted_by)


_TO_SENDER = _of_each(OUTGOING.c.recipient_key)
_TO_DOMAIN = _of_each(OUTGOING.c.domain_key)
_OF_TEXT = _of_each(OUTGOING.c.text_key, OUTGOING.c.recipient_key)
_IN_ALL = _automatic()
