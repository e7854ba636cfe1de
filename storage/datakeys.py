"""The wrapped data keys in the database. Deleting one erases all that it sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select

from storage.erased_rows import ERASED_OWNER
from storage.sealing import Vault, WrappedKey
from storage.tables import DATA_KEY
from storage.transactions import Reading, Transaction, in_chunks

KEYS = select(DATA_KEY.c.owner_id, DATA_KEY.c.ring_key, DATA_KEY.c.wrapped).where(
    DATA_KEY.c.owner_id.in_(bindparam("owners", expanding=True))
)

THERE = select(DATA_KEY.c.owner_id).where(
    DATA_KEY.c.owner_id.in_(bindparam("owners", expanding=True))
)


def add_keys(transaction: Transaction, owners: Sequence[UUID]) -> None:
    """Make a data key for each new owner, ready for use."""
    rows = []
    for owner in owners:
        key = transaction.vault.make_key(owner)
        rows.append({"owner_id": owner, "ring_key": key.ring_key, "wrapped": key.wrapped})
    transaction.insert(DATA_KEY, rows)


def load_keys(reading: Reading, owners: Iterable[UUID]) -> None:
    """Take the owners' keys into use; an erased or damaged one stays away. Raises KeyMissing where the ring lacks a key."""
    for chunk in in_chunks(owner for owner in owners if owner not in reading.vault):
        for owner, ring_key, wrapped in reading.fetch(KEYS, {"owners": chunk}):
            reading.vault.open_key(owner, WrappedKey(ring_key=ring_key, wrapped=bytes(wrapped)))


def keep_keys(reading: Reading, earlier: Vault, owners: Iterable[UUID]) -> None:
    """Take keys into use that an earlier transaction had opened; that of whoever was erased meanwhile stays away."""
    for chunk in in_chunks(owners):
        for owner in reading.fetch(THERE, {"owners": chunk}).scalars():
            reading.vault.take_over(earlier, owner)


def erase_keys(transaction: Transaction, owners: Sequence[UUID]) -> None:
    """Erase the owners: whatever their keys sealed can never be read again, here or in a later copy of this file.

    Each is named for the list that outlives the database, so that an older copy of this file does not bring them back.
    """
    drop_keys(transaction, owners)
    transaction.insert_new(ERASED_OWNER, [{"owner_id": owner} for owner in dict.fromkeys(owners)])


def drop_keys(transaction: Transaction, owners: Sequence[UUID]) -> None:
    """Delete keys of what is replaced: an older copy of the database may open it again, and nobody minds."""
    for chunk in in_chunks(owners):
        transaction.change(DATA_KEY.delete().where(DATA_KEY.c.owner_id.in_(chunk)))
    for owner in owners:
        transaction.vault.forget(owner)
