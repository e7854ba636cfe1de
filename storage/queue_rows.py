"""The table of the queue: one row for each open case, with what its list is sorted and filtered by."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from privacy.rights import Lane
from privacy.work_status import WorkStatus
from storage.columns import Codes, Day, Flag, OneOf, Plain, UtcDateTime
from storage.rows import STRICT, Row, key_column, of_case, one_of, table_of


class QueueRow(Row, table=True):
    """An open case as the queue sorts it. Derived in the transaction that changes its case, and never set by hand."""

    __tablename__ = "case_queue"
    __table_args__ = (
        of_case(),
        one_of("lane", Lane),
        one_of("status", WorkStatus),
        Index("ix_case_queue_due", "due_at", "case_id"),  # queued_cases
        Index("ix_case_queue_owner", "owner", "due_at", "case_id"),  # queued_cases of a person
        Index("ix_case_queue_status", "status", "due_at", "case_id"),  # queued_cases, count_queue
        # queued_cases of one language, law or lane
        Index("ix_case_queue_language", "language", "due_at", "case_id"),
        Index("ix_case_queue_regime", "regime", "due_at", "case_id"),
        Index("ix_case_queue_lane", "lane", "due_at", "case_id"),
        STRICT,
    )
    case_id: UUID = key_column()
    reference: str = Field(sa_type=Plain)
    region: str = Field(sa_type=Plain)
    lane: Lane = Field(sa_type=OneOf(Lane))
    language: str = Field(sa_type=Plain)
    status: WorkStatus = Field(sa_type=OneOf(WorkStatus))
    rights: tuple[str, ...] = Field(sa_type=Codes)
    owner: str | None = Field(sa_type=Plain)  # a member of staff; NULL: nobody has it
    received_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)  # the end of the earliest date; far off without
    due_on: date | None = Field(sa_type=Day)  # NULL, as the next two: nothing is owed
    due_for: str | None = Field(sa_type=Plain)  # a right, or a clock of the whole case
    regime: str | None = Field(sa_type=Plain)
    waiting: bool = Field(sa_type=Flag)  # that date waits for the person
    needs_human: bool = Field(sa_type=Flag)


QUEUE = table_of(QueueRow)
