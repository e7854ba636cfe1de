"""Notices of erasures that wait: whom they went to, and the code that stops the erasure, as a keyed hash alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, select, update

from storage.call_rows import ERASURE_NOTICE
from storage.datakeys import load_keys
from storage.readable import readable
from storage.transactions import Reading, Transaction, in_chunks

ADDRESS = "erasure_notice.sealed_address"
_NOTICE = ERASURE_NOTICE.c


@dataclass(frozen=True, kw_only=True)
class ErasureNotice:
    """One notice to one address. `ended_at` None: its code stops the erasure still."""

    code_key: bytes = field(repr=False)
    case_id: UUID
    item_id: UUID
    address: str = field(repr=False)
    noticed_at: datetime
    over_at: datetime
    ended_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Say whether the code stops the erasure now."""
        return self.ended_at is None and now < self.over_at


def add_notice(transaction: Transaction, notice: ErasureNotice) -> None:
    """Store a notice; the codes of earlier ones about the same right stop nothing any more."""
    end_notices(transaction, notice.item_id, at=notice.noticed_at)
    load_keys(transaction, [notice.case_id])
    names = [name for name in ErasureNotice.__dataclass_fields__ if name != "address"]
    row = {name: getattr(notice, name) for name in names}
    row["sealed_address"] = transaction.vault.seal_text(notice.case_id, ADDRESS, notice.address)
    transaction.insert(ERASURE_NOTICE, [row])


def find_notices(reading: Reading, code_keys: Iterable[bytes]) -> dict[bytes, ErasureNotice]:
    """Return the notices with these codes, whatever became of them."""
    names = [name for name in ErasureNotice.__dataclass_fields__ if name != "address"]
    found: dict[bytes, ErasureNotice] = {}
    for chunk in in_chunks(code_keys):
        rows = reading.fetch(select(ERASURE_NOTICE).where(_NOTICE.code_key.in_(chunk))).all()
        load_keys(reading, [row.case_id for row in rows])
        for row in rows:
            values = {name: getattr(row, name) for name in names} | {
                "code_key": bytes(row.code_key)
            }
            address = readable(reading, row.case_id, ADDRESS, row.sealed_address)
            found[bytes(row.code_key)] = ErasureNotice(**values, address=address)
    return found


def end_notices(transaction: Transaction, item_id: UUID, *, at: datetime) -> None:
    """Let the codes of a right stop nothing any more."""
    still = and_(_NOTICE.item_id == item_id, _NOTICE.ended_at.is_(None))
    transaction.change(update(ERASURE_NOTICE).where(still).values(ended_at=at))
