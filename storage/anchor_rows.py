"""The tables of the trail's segments: the ends of chains as they were written down, and who signed for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from storage.columns import Count, Plain, UtcDateTime
from storage.rows import SMALL, STRICT, Row, key_column, table_of


class AuditSegmentRow(Row, table=True):
    """One signed segment; it covers the segment before it."""

    __tablename__ = "audit_segment"
    __table_args__ = (STRICT,)
    number: int = Field(primary_key=True, sa_type=Count, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    chains: int = Field(sa_type=Count)
    digest: str = Field(sa_type=Plain)
    previous: str = Field(sa_type=Plain)
    signature: bytes


class AuditAnchorRow(Row, table=True):
    """The end of one chain in one segment."""

    __tablename__ = "audit_anchor"
    __table_args__ = (
        Index("ix_audit_anchor_chain", "chain", "segment"),  # anchors_of_chains, chains_after
        SMALL,
    )
    segment: int = Field(primary_key=True, sa_type=Count, sa_column_kwargs={"autoincrement": False})
    chain: UUID = key_column()
    length: int = Field(sa_type=Count)
    head: str = Field(sa_type=Plain)


AUDIT_SEGMENT = table_of(AuditSegmentRow)
AUDIT_ANCHOR = table_of(AuditAnchorRow)
