"""What the directory said about the cases, and which of them are to be looked up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from privacy.cases import CaseState
from privacy.roles import FoundRole, RoleFinding
from storage.directory_rows import ROLE_FINDING
from storage.tables import PRIVACY_CASE
from storage.transactions import Reading, Transaction, in_chunks


@dataclass(frozen=True, kw_only=True)
class StoredFinding:
    """A finding with the reading of the directory that it rests on."""

    case_id: UUID
    finding: RoleFinding
    generation: int
    found_at: datetime


def store_findings(transaction: Transaction, findings: Sequence[StoredFinding]) -> None:
    """Keep the findings; one of a case replaces the one before."""
    latest = {one.case_id: one for one in findings}
    transaction.merge(
        ROLE_FINDING,
        [
            {
                "case_id": one.case_id,
                "role": one.finding.role,
                "reasons": one.finding.reasons,
                "waits": one.finding.waits,
                "generation": one.generation,
                "found_at": one.found_at,
            }
            for one in latest.values()
        ],
    )


def findings_of(reading: Reading, case_ids: Sequence[UUID]) -> Mapping[UUID, StoredFinding]:
    """Return what was found about these cases; those that were never looked up are left out."""
    found: dict[UUID, StoredFinding] = {}
    for chunk in in_chunks(case_ids):
        question = select(ROLE_FINDING).where(ROLE_FINDING.c.case_id.in_(chunk))
        for row in reading.fetch(question):
            finding = RoleFinding(role=row.role, reasons=row.reasons, waits=row.waits)
            found[row.case_id] = StoredFinding(
                case_id=row.case_id,
                finding=finding,
                generation=row.generation,
                found_at=row.found_at,
            )
    return found


def unknown_findings(reading: Reading, *, before: int, limit: int) -> list[UUID]:
    """Return open cases whose role is unknown and whose directory is older than this reading of it."""
    row = ROLE_FINDING.c
    joined = ROLE_FINDING.join(PRIVACY_CASE, PRIVACY_CASE.c.case_id == row.case_id)
    question = (
        select(row.case_id)
        .select_from(joined)
        .where(row.role == FoundRole.UNKNOWN, row.generation < before)
        .where(PRIVACY_CASE.c.state == CaseState.OPEN)
        .order_by(row.generation, row.case_id)
        .limit(limit)
    )
    return list(reading.fetch(question).scalars())
