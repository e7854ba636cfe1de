"""Reads who was erased and is not in the list outside yet, and erases again who came back with a backup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from storage.erased_rows import ERASED_OWNER
from storage.tables import DATA_KEY
from storage.transactions import Reading, Transaction, in_chunks

AT_ONCE = 5_000


def not_outside_yet(reading: Reading) -> list[UUID]:
    """Return who was erased and is not in the list outside, at most AT_ONCE."""
    owner = ERASED_OWNER.c.owner_id
    return list(reading.fetch(select(owner).order_by(owner).limit(AT_ONCE)).scalars())


def are_outside(transaction: Transaction, owners: Sequence[UUID]) -> None:
    """Record that the list outside has them: their rows go."""
    for chunk in in_chunks(owners):
        transaction.change(delete(ERASED_OWNER).where(ERASED_OWNER.c.owner_id.in_(chunk)))


def erase_again(transaction: Transaction, owners: Iterable[UUID]) -> int:
    """Erase the keys of these owners, who are in the list already; returns how many had come back."""
    return sum(
        transaction.change(delete(DATA_KEY).where(DATA_KEY.c.owner_id.in_(chunk)))
        for chunk in in_chunks(owners)
    )
