"""Legal holds: at most one at a time for a case; those that ended stay to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from storage.datakeys import load_keys
from storage.readable import readable, readable_if_any
from storage.staff_rows import CASE_HOLD
from storage.transactions import AnyRow, Reading, Transaction, in_chunks

REASON = "case_hold.sealed_reason"
RELEASE = "case_hold.sealed_release"


@dataclass(frozen=True, kw_only=True)
class CaseHold:
    """A hold with its reason. The last three are None while it lasts."""

    hold_id: UUID
    case_id: UUID
    reason: str = field(repr=False)
    held_at: datetime
    held_by: str = field(repr=False)
    release: str | None = field(default=None, repr=False)
    released_at: datetime | None = None
    released_by: str | None = field(default=None, repr=False)


def add_hold(transaction: Transaction, hold: CaseHold) -> None:
    """Store a hold that begins; the database refuses a second one of the same case."""
    load_keys(transaction, [hold.case_id])
    row = {
        "hold_id": hold.hold_id,
        "case_id": hold.case_id,
        "sealed_reason": transaction.vault.seal_text(hold.case_id, REASON, hold.reason),
        "held_at": hold.held_at,
        "held_by": hold.held_by,
    }
    transaction.insert(CASE_HOLD, [row])


def end_hold(
    transaction: Transaction, case_id: UUID, *, reason: str, actor: str, at: datetime
) -> bool:
    """End the hold of a case; False when it has none."""
    load_keys(transaction, [case_id])
    hold = CASE_HOLD.c
    lasting = update(CASE_HOLD).where(hold.case_id == case_id, hold.released_at.is_(None))
    sealed = transaction.vault.seal_text(case_id, RELEASE, reason)
    ended = lasting.values(sealed_release=sealed, released_at=at, released_by=actor)
    return transaction.change(ended) == 1


def holds_of(reading: Reading, case_id: UUID) -> list[CaseHold]:
    """Return all holds of a case, the oldest first."""
    question = select(CASE_HOLD).where(CASE_HOLD.c.case_id == case_id)
    rows = reading.fetch(question.order_by(CASE_HOLD.c.held_at, CASE_HOLD.c.hold_id)).all()
    load_keys(reading, [case_id])
    return [_hold(reading, row) for row in rows]


def held_cases(reading: Reading, case_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the cases that are on hold: nothing of them may be destroyed."""
    hold = CASE_HOLD.c
    found: set[UUID] = set()
    for chunk in in_chunks(case_ids):
        question = select(hold.case_id).where(hold.case_id.in_(chunk), hold.released_at.is_(None))
        found.update(reading.fetch(question).scalars())
    return found


def _hold(reading: Reading, row: AnyRow) -> CaseHold:
    return CaseHold(
        hold_id=row.hold_id,
        case_id=row.case_id,
        reason=readable(reading, row.case_id, REASON, row.sealed_reason),
        held_at=row.held_at,
        held_by=row.held_by,
        release=readable_if_any(reading, row.case_id, RELEASE, row.sealed_release),
        released_at=row.released_at,
        released_by=row.released_by,
    )
