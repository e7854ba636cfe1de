"""Rights, messages and tasks go over from one case to another one; what happened to their clocks goes with them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update

from storage.case_writes import QUOTE
from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.tables import (
    CASE_EVENT,
    CLOCK_EVENT,
    EXTENSION,
    INBOUND,
    REMINDER,
    REQUEST_ITEM,
    TASK,
)
from storage.transactions import Transaction, in_chunks

# Rows that belong to a right: each has the column that names it, and goes where the right goes. The first two are
# found by their case: they have no index on the right.
OF_A_RIGHT = (
    (CASE_EVENT, CASE_EVENT.c.item_id),
    (CLOCK_EVENT, CLOCK_EVENT.c.item_id),
    (EXTENSION, EXTENSION.c.item_id),
    (REMINDER, REMINDER.c.clock_id),
)


def move_rights(transaction: Transaction, item_ids: Sequence[UUID], target: UUID) -> None:
    """Put rights into another case, behind those that it has; their words are sealed with its key."""
    item = REQUEST_ITEM.c
    question = select(REQUEST_ITEM).where(item.item_id.in_(list(item_ids)))
    rows = transaction.fetch(question.order_by(item.position)).all()
    load_keys(transaction, [target, *(row.case_id for row in rows)])
    after = select(func.coalesce(func.max(item.position), -1)).where(item.case_id == target)
    first = transaction.fetch(after).scalar_one() + 1
    for place, row in enumerate(rows, first):
        values = {"case_id": target, "position": place}
        sealed = _sealed_anew(transaction, row.case_id, target, bytes(row.sealed_quote))
        moved = update(REQUEST_ITEM).where(item.item_id == row.item_id)
        transaction.change(moved.values(**values, sealed_quote=sealed))
    sources = {row.case_id for row in rows}
    for table, column in OF_A_RIGHT:
        theirs = update(table).where(table.c.case_id.in_(sources))
        for chunk in in_chunks(item_ids):
            transaction.change(theirs.where(column.in_(chunk)).values(case_id=target))


def move_messages(transaction: Transaction, inbound_ids: Sequence[UUID], target: UUID) -> None:
    """Put messages into another case, and the open tasks about them."""
    for chunk in in_chunks(inbound_ids):
        inbound = update(INBOUND).where(INBOUND.c.inbound_id.in_(chunk))
        transaction.change(inbound.values(case_id=target))
        tasks = update(TASK).where(TASK.c.inbound_id.in_(chunk), TASK.c.done_at.is_(None))
        transaction.change(tasks.values(case_id=target))


def _sealed_anew(transaction: Transaction, source: UUID, target: UUID, sealed: bytes) -> bytes:
    """Words that are erased stay erased."""
    try:
        words = transaction.vault.unseal_text(source, QUOTE, sealed)
    except CannotUnseal:
        return sealed
    return transaction.vault.seal_text(target, QUOTE, words)
