"""Sealed words for people to read: of what was erased the frame stays readable, and the words are gone."""

from __future__ import annotations

from uuid import UUID

from storage.failures import CannotUnseal
from storage.transactions import Reading, Transaction

ERASED = "(erased)"


def readable(reading: Reading, owner: UUID, column: str, sealed: bytes) -> str:
    """Return the words, or ERASED; the owner's key has to be in use (`load_keys`)."""
    try:
        return reading.vault.unseal_text(owner, column, bytes(sealed))
    except CannotUnseal:
        return ERASED


def readable_if_any(reading: Reading, owner: UUID, column: str, sealed: bytes | None) -> str | None:
    """Return the same, None where there never were words."""
    return None if sealed is None else readable(reading, owner, column, sealed)


def sealed_if_any(
    transaction: Transaction, owner: UUID, column: str, words: str | None
) -> bytes | None:
    """Return the words sealed for their owner, None where there are none."""
    return None if words is None else transaction.vault.seal_text(owner, column, words)
