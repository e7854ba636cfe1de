"""Wraps all data keys by the current key of the ring, batch by batch, while everything runs; a run that ended half-way goes on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from storage.database import Database
from storage.key_rotation import FIRST, wrap_anew, wrapped_by_others


@dataclass(frozen=True, kw_only=True)
class Rewrapping:
    """How many data keys were wrapped anew, and whose could not be opened."""

    count: int
    damaged: tuple[UUID, ...]


def is_unfinished(database: Database) -> bool:
    """Say whether data keys are wrapped by another key than the current one."""
    with database.reading() as reading:
        return wrapped_by_others(reading)


def rewrap_all(database: Database) -> Rewrapping:
    """Wrap all data keys by the current key, each batch in a transaction of its own. Raises Retryable or Permanent."""
    count, after = 0, FIRST
    damaged: list[UUID] = []
    while True:
        with database.transaction() as transaction:
            done = wrap_anew(transaction, after)
        count += done.count
        damaged += done.damaged
        if done.after is None:
            return Rewrapping(count=count, damaged=tuple(damaged))
        after = done.after
