"""Names that other case systems gave to our cases: kept as keyed hashes, looked up by exactly that name and domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import select

from storage.reference_rows import OTHER_REFERENCE
from storage.transactions import Reading, Transaction, in_chunks


def cases_of_references(reading: Reading, keys: Iterable[bytes]) -> dict[bytes, UUID]:
    """Return the case of each name that is known."""
    row = OTHER_REFERENCE.c
    found: dict[bytes, UUID] = {}
    for chunk in in_chunks(keys):
        question = select(row.reference_key, row.case_id).where(row.reference_key.in_(chunk))
        found.update({bytes(key): case_id for key, case_id in reading.fetch(question)})
    return found


def keep_references(transaction: Transaction, named: Mapping[bytes, UUID]) -> None:
    """Store names of cases; one that is known already keeps its case."""
    rows = [{"reference_key": key, "case_id": case_id} for key, case_id in named.items()]
    if rows:
        put = transaction.upsert(OTHER_REFERENCE).on_conflict_do_nothing()
        transaction.change(put, rows)
