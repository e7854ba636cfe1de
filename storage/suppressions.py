"""Suppressed addresses: keyed hashes on lists. Nothing takes an address off, and no list can be read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from privacy.suppression import Suppression, SuppressionList, SuppressionReason
from storage.database import Database
from storage.suppression_rows import CUSTOMER_SUPPRESSION, SUPPRESSION
from storage.transactions import Reading, Transaction, in_chunks

KIND = "suppressed"
_ROW = SUPPRESSION.c


@dataclass(frozen=True, kw_only=True)
class ListedHash:
    """An entry as a list shows it: `key` is the keyed hash in hexadecimal digits."""

    key: str
    on: SuppressionList
    reason: SuppressionReason
    added_at: datetime


@dataclass(frozen=True, kw_only=True)
class ListCount:
    """How many addresses are on one list, and when the last one came."""

    on: SuppressionList
    addresses: int
    last_added_at: datetime


def add_suppressions(transaction: Transaction, entries: Sequence[Suppression]) -> None:
    """Put the addresses on their lists; one that is there keeps its first date and reason."""
    hash_of = transaction.ring.lookup_key
    rows = [
        {
            "address_key": hash_of(KIND, one.address),
            "list_name": one.on,
            "reason": one.reason,
            "added_at": one.added_at,
            "added_by": one.added_by,
            "case_id": one.case_id,
        }
        for one in entries
    ]
    # In one order: two workers with the same addresses wait for each other, and never both.
    in_order = sorted(rows, key=lambda row: (row["address_key"], row["list_name"]))
    transaction.insert_new(SUPPRESSION, in_order)


def address_key(database: Database, address: str) -> bytes:
    """Return the keyed hash under which an address stands on the lists."""
    return database.lookup_key(KIND, address)


def key_of_address(reading: Reading, address: str) -> bytes:
    """Return the same within a transaction."""
    return reading.ring.lookup_key(KIND, address)


def suppress_hash(
    transaction: Transaction,
    key: bytes,
    on: SuppressionList,
    *,
    reason: SuppressionReason,
    by: str,
    now: datetime,
) -> bool:
    """Put the address with this keyed hash on a list; False when it is there already."""
    there = select(_ROW.list_name).where(_ROW.address_key == key, _ROW.list_name == on)
    if transaction.fetch(there).one_or_none() is not None:
        return False
    row = {"address_key": key, "list_name": on, "reason": reason, "added_at": now}
    transaction.insert_new(SUPPRESSION, [row | {"added_by": by, "case_id": None}])
    return True


def lists_with(
    reading: Reading, addresses: Sequence[str]
) -> dict[str, tuple[SuppressionList, ...]]:
    """Return for each address the lists that it is on."""
    keys = {address: reading.ring.lookup_key(KIND, address) for address in addresses}
    found: dict[bytes, list[SuppressionList]] = {}
    for chunk in in_chunks(keys.values()):
        question = select(_ROW.address_key, _ROW.list_name).where(_ROW.address_key.in_(chunk))
        for key, name in reading.fetch(question.order_by(_ROW.list_name)):
            found.setdefault(bytes(key), []).append(name)
    return {address: tuple(found.get(key, ())) for address, key in keys.items()}


def count_suppressions(reading: Reading) -> list[ListCount]:
    """Return how long each list is; an empty one is left out."""
    question = select(_ROW.list_name, func.count(), func.max(_ROW.added_at))
    rows = reading.fetch(question.group_by(_ROW.list_name).order_by(_ROW.list_name))
    return [ListCount(on=name, addresses=number, last_added_at=last) for name, number, last in rows]


def list_suppressions(reading: Reading, on: SuppressionList, *, limit: int) -> list[ListedHash]:
    """Return the entries of one list, the newest first."""
    question = select(_ROW.address_key, _ROW.list_name, _ROW.reason, _ROW.added_at)
    question = question.where(_ROW.list_name == on).order_by(_ROW.added_at.desc(), _ROW.address_key)
    return [
        ListedHash(
            key=bytes(row.address_key).hex(), on=on, reason=row.reason, added_at=row.added_at
        )
        for row in reading.fetch(question.limit(limit))
    ]


def suppress_for_customer(
    transaction: Transaction,
    workspace_id: UUID,
    address: str,
    *,
    case_id: UUID,
    by: str,
    now: datetime,
) -> None:
    """Put the address on the list of one customer; one that is there keeps its first date."""
    row = {
        "workspace_id": workspace_id,
        "address_key": transaction.ring.lookup_key(KIND, address),
        "added_at": now,
        "added_by": by,
        "case_id": case_id,
    }
    transaction.insert_new(CUSTOMER_SUPPRESSION, [row])


def suppressed_for_customer(
    reading: Reading, workspace_id: UUID, addresses: Iterable[str]
) -> set[str]:
    """Return those of the addresses that this customer does not want back."""
    keys = {address: reading.ring.lookup_key(KIND, address) for address in addresses}
    row, found = CUSTOMER_SUPPRESSION.c, set[bytes]()
    for chunk in in_chunks(keys.values()):
        question = select(row.address_key).where(
            row.workspace_id == workspace_id, row.address_key.in_(chunk)
        )
        found.update(bytes(key) for (key,) in reading.fetch(question))
    return {address for address, key in keys.items() if key in found}
