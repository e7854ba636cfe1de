"""What the directory said about the cases, and which of them are to be looked up again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select

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


def cases_to_look_up(reading: Reading, *, generation: int, limit: int) -> list[UUID]:
    """Return open cases that were never looked up, or whose role was unknown to an older reading of the source."""
    row, case = ROLE_FINDING.c, PRIVACY_CASE.c
    joined = PRIVACY_CASE.outerjoin(ROLE_FINDING, row.case_id == case.case_id)
    older = and_(row.role == FoundRole.UNKNOWN, row.generation < generation)
    question = (
        select(case.case_id)
        .select_from(joined)
        .where(case.state == CaseState.OPEN, or_(row.case_id.is_(None), older))
        .order_by(case.received_at, case.case_id)
        .limit(limit)
    )
    return list(reading.fetch(question).scalars())
