"""The tables of calls: what systems are asked to do, what they called back with, and how an erasure can be stopped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from privacy.system_calls import CallKind, CallState
from storage.columns import Count, Id, OneOf, Plain, UtcDateTime
from storage.rows import (
    SMALL,
    STRICT,
    Row,
    index_where,
    key_column,
    of_case,
    one_of,
    table_of,
)


class SystemCallRow(Row, table=True):
    """One message to one system, under one id for life."""

    __tablename__ = "system_call"
    __table_args__ = (
        of_case(),
        one_of("kind", CallKind),
        one_of("state", CallState),
        # claim_call and silent_calls
        index_where("ix_system_call_due", "due_at", where="due_at IS NOT NULL"),
        Index("ix_system_call_case", "case_id"),  # calls_of_case
        STRICT,
    )
    call_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID = Field(sa_type=Id)
    task_id: UUID | None = Field(sa_type=Id)  # NULL: nothing is to be reported back
    system: str = Field(sa_type=Plain)
    kind: CallKind = Field(sa_type=OneOf(CallKind))
    state: CallState = Field(sa_type=OneOf(CallState))
    sealed_body: bytes
    attempts: int = Field(sa_type=Count)
    lease_token: UUID | None = Field(sa_type=Id)  # NULL: nobody is calling now
    reason: str | None = Field(sa_type=Plain)  # NULL: nothing went wrong; a code otherwise
    queued_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # of the next attempt, or of a look at a silent system; NULL: neither


class CallbackRow(Row, table=True):
    """The id of a message that a system called back with: it takes effect once."""

    __tablename__ = "callback"
    __table_args__ = (
        Index("ix_callback_received", "received_at"),  # forget_callbacks
        SMALL,
    )
    system: str = Field(primary_key=True, sa_type=Plain)
    name: str = Field(primary_key=True, sa_type=Plain)
    kind: str = Field(sa_type=Plain)
    received_at: datetime = Field(sa_type=UtcDateTime)


class ErasureNoticeRow(Row, table=True):
    """The notice of an erasure that waits, and the code that stops it; the code is nowhere but in its letter."""

    __tablename__ = "erasure_notice"
    __table_args__ = (
        of_case(),
        Index("ix_erasure_notice_item", "item_id"),  # end_notices
        STRICT,
    )
    code_key: bytes = Field(primary_key=True)
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID = Field(sa_type=Id)
    sealed_address: bytes
    noticed_at: datetime = Field(sa_type=UtcDateTime)
    over_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: the code stops it still


SYSTEM_CALL = table_of(SystemCallRow)
CALLBACK = table_of(CallbackRow)
ERASURE_NOTICE = table_of(ErasureNoticeRow)
