"""The tables of suppressed addresses: keyed hashes that outlive every case, every erasure and every re-upload."""

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


class CustomerSuppressionRow(Row, table=True):
    """An address that one customer does not want back: nobody else's uploads are kept from it, ours neither."""

    __tablename__ = "customer_suppression"
    __table_args__ = (STRICT,)
    workspace_id: UUID = Field(primary_key=True, sa_type=Id)
    address_key: bytes = Field(primary_key=True)  # suppressed
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = Field(sa_type=Plain)  # customer, or the system that spoke for one
    case_id: UUID = Field(sa_type=Id)  # may outlive its case


CUSTOMER_SUPPRESSION = table_of(CustomerSuppressionRow)
SUPPRESSION = table_of(SuppressionRow)
