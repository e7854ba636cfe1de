"""Attachments that look like identity papers: noted when they come, destroyed when their time has come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from storage.datakeys import load_keys
from storage.identity_rows import IDENTITY_PAPER
from storage.keeping import RAW
from storage.tables import RAW_MESSAGE
from storage.transactions import AnyRow, Reading, Transaction


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """A paper of a message; `content_key` is the keyed hash of its content."""

    inbound_id: UUID
    content_key: bytes = field(repr=False)
    case_id: UUID
    reasons: tuple[str, ...]
    found_at: datetime
    due_at: datetime | None
    destroyed_at: datetime | None = None


def add_papers(transaction: Transaction, papers: Sequence[SetAside]) -> None:
    """Note the papers; one that is noted already stays as it is."""
    names = SetAside.__dataclass_fields__
    rows = [{name: getattr(one, name) for name in names} for one in papers]
    transaction.insert_new(IDENTITY_PAPER, rows)


def due_papers(reading: Reading, *, now: datetime, limit: int) -> list[SetAside]:
    """Return the papers that are to be destroyed now, the longest due first."""
    paper = IDENTITY_PAPER.c
    due = select(IDENTITY_PAPER).where(paper.due_at <= now).order_by(paper.due_at).limit(limit)
    return [_paper(row) for row in reading.fetch(due)]


def papers_of(reading: Reading, case_id: UUID) -> list[SetAside]:
    """Return the papers of a case, whatever became of them."""
    question = select(IDENTITY_PAPER).where(IDENTITY_PAPER.c.case_id == case_id)
    return [_paper(row) for row in reading.fetch(question.order_by(IDENTITY_PAPER.c.found_at))]


def put_off_paper(transaction: Transaction, paper: SetAside, *, until: datetime) -> None:
    """Keep the paper until then."""
    _change(transaction, paper, due_at=until, destroyed_at=None)


def mark_destroyed(transaction: Transaction, paper: SetAside, *, at: datetime) -> bool:
    """Record that the paper is gone; False when another worker did so."""
    return _change(transaction, paper, due_at=None, destroyed_at=at) == 1


def replace_raw(transaction: Transaction, inbound_id: UUID, raw: bytes) -> None:
    """Put other bytes in the place of those of a message, under its own key."""
    load_keys(transaction, [inbound_id])
    sealed = transaction.vault.seal(inbound_id, RAW, raw)
    kept = update(RAW_MESSAGE).where(RAW_MESSAGE.c.inbound_id == inbound_id)
    transaction.change(kept.values(sealed_raw=sealed))


def _change(
    transaction: Transaction,
    one: SetAside,
    *,
    due_at: datetime | None,
    destroyed_at: datetime | None,
) -> int:
    paper = IDENTITY_PAPER.c
    still_there = update(IDENTITY_PAPER).where(
        paper.inbound_id == one.inbound_id,
        paper.content_key == one.content_key,
        paper.due_at.is_not(None),
    )
    return transaction.change(still_there.values(due_at=due_at, destroyed_at=destroyed_at))


def _paper(row: AnyRow) -> SetAside:
    values = {name: getattr(row, name) for name in SetAside.__dataclass_fields__}
    return SetAside(**values | {"content_key": bytes(row.content_key)})
