"""The table of suppressed addresses: keyed hashes that outlive every case, every erasure and every re-upload."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from privacy.suppression import SuppressionList, SuppressionReason
from storage.columns import Id, OneOf, Plain, UtcDateTime
from storage.rows import STRICT, Row, one_of, table_of


class SuppressionRow(Row, table=True):
    """One address on one list. It has no data key: there is nothing in it to read."""

    __tablename__ = "suppression"
    __table_args__ = (
        one_of("list_name", SuppressionList),
        one_of("reason", SuppressionReason),
        Index("ix_suppression_added", "list_name", "added_at"),  # list_suppressions
        STRICT,
    )
    address_key: bytes = Field(primary_key=True)  # suppressed
    list_name: SuppressionList = Field(primary_key=True, sa_type=OneOf(SuppressionList))
    reason: SuppressionReason = Field(sa_type=OneOf(SuppressionReason))
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = Field(sa_type=Plain)  # the daemon, or a member of staff
    case_id: UUID | None = Field(sa_type=Id)  # NULL: no case asked for it; may outlive its case


SUPPRESSION = table_of(SuppressionRow)
