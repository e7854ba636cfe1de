"""Looks through all data keys, and wraps them anew by the ring's current key; an erased one is never made again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import and_, bindparam, select, update

from storage.failures import CannotUnseal, KeyMissing
from storage.sealing import WrappedKey
from storage.tables import DATA_KEY
from storage.transactions import AnyRow, Reading, Transaction

FIRST = UUID(int=0)
BATCH = 500
_KEY = DATA_KEY.c
# Only where it is still as it was read: whoever was erased meanwhile has no row, and gets none.
WRAP = update(DATA_KEY).where(
    and_(_KEY.owner_id == bindparam("owner"), _KEY.ring_key == bindparam("old"))
)


@dataclass(kw_only=True)
class KeysInUse:
    """How many data keys each key of the ring wraps, and the owners whose key cannot be opened."""

    by_name: Counter[str] = field(default_factory=Counter)
    damaged: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Rewrapped:
    """One batch: how many were wrapped anew, whose could not be, and where to go on; None at the end."""

    count: int
    damaged: tuple[UUID, ...]
    after: UUID | None


def open_every_key(reading: Reading) -> KeysInUse:
    """Open each data key and forget it; returns what the ring's keys wrap, and what cannot be opened."""
    found = KeysInUse()
    for row in _all_keys(reading):
        found.by_name[row.ring_key] += 1
        if not _opens(reading, row):
            found.damaged.append(row.owner_id)
    return found


def wrapped_by_others(reading: Reading) -> bool:
    """Say whether a data key is wrapped by another key than the current one."""
    others = select(_KEY.owner_id).where(_KEY.ring_key != reading.ring.current).limit(1)
    return reading.fetch(others).first() is not None


def wrap_anew(transaction: Transaction, after: UUID) -> Rewrapped:
    """Wrap the next data keys by the current key. Raises KeyMissing where the ring lacks one of theirs."""
    ring = transaction.ring
    others = select(DATA_KEY).where(_KEY.ring_key != ring.current, _KEY.owner_id > after)
    rows = transaction.fetch(others.order_by(_KEY.owner_id).limit(BATCH).with_for_update()).all()
    damaged, values = [], []
    for row in rows:
        try:
            data_key = ring.unwrap(row.owner_id, _stored(row))
        except CannotUnseal:
            damaged.append(row.owner_id)
            continue
        new = ring.wrap(row.owner_id, data_key)
        values.append(
            {
                "owner": row.owner_id,
                "old": row.ring_key,
                "ring_key": new.ring_key,
                "wrapped": new.wrapped,
            }
        )
    transaction.change(WRAP, values)
    return Rewrapped(
        count=len(values),
        damaged=tuple(damaged),
        after=rows[-1].owner_id if len(rows) == BATCH else None,
    )


def _all_keys(reading: Reading) -> Iterator[AnyRow]:
    after = FIRST
    page = select(DATA_KEY).order_by(_KEY.owner_id).limit(BATCH)
    while rows := reading.fetch(page.where(_KEY.owner_id > after)).all():
        yield from rows
        after = rows[-1].owner_id


def _opens(reading: Reading, row: AnyRow) -> bool:
    try:
        reading.ring.unwrap(row.owner_id, _stored(row))
    except (CannotUnseal, KeyMissing):
        return False
    return True


def _stored(row: AnyRow) -> WrappedKey:
    return WrappedKey(ring_key=row.ring_key, wrapped=bytes(row.wrapped))
