"""The table of banners: what the product was asked to show Owners whom no mail reached, and that it did."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field

from privacy.system_calls import CallState
from storage.columns import Count, Id, OneOf, Plain, UtcDateTime
from storage.rows import STRICT, Row, index_where, key_column, one_of, table_of


class NoticeBannerRow(Row, table=True):
    """One message to the product about one Owner, under one id for life; sealed with the key of that Owner."""

    __tablename__ = "notice_banner"
    __table_args__ = (
        ForeignKeyConstraint(
            ["notice_id"], ["policy_notice.notice_id"], deferrable=True, initially="DEFERRED"
        ),
        one_of("state", CallState),
        index_where("ix_notice_banner_due", "due_at", where="due_at IS NOT NULL"),  # claim_banner
        STRICT,
    )
    notice_id: UUID = key_column()
    person_id: UUID = key_column()
    banner_id: UUID = Field(sa_type=Id, unique=True)
    system: str = Field(sa_type=Plain)
    state: CallState = Field(sa_type=OneOf(CallState))
    sealed_body: bytes
    attempts: int = Field(sa_type=Count)
    lease_token: UUID | None = Field(sa_type=Id)  # NULL: nobody is calling now
    reason: str | None = Field(sa_type=Plain)  # NULL: nothing went wrong; a code otherwise
    ordered_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(sa_type=UtcDateTime)  # of the next attempt; NULL: none
    shown_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: the product has not said so
    sealed_evidence: bytes | None = Field()  # as shown_at


NOTICE_BANNER = table_of(NoticeBannerRow)
