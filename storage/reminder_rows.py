"""The table of reminders: its key is what makes two of them the same, so that two daemons tell each once."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field

from privacy.reminders import Tell
from storage.columns import Count, Day, Id, OneOf, Plain, UtcDateTime
from storage.rows import SMALL, Row, index_where, key_column, of_case, one_of, table_of
from storage.states import ClockName


class ReminderRow(Row, table=True):
    """One rung of one clock for one date, told or passed by."""

    __tablename__ = "reminder"
    __table_args__ = (
        of_case(),
        one_of("clock", ClockName),
        one_of("tell", Tell),
        # claim_untold
        index_where("ix_reminder_untold", "tell", "due_at", where="told_at IS NULL"),
        SMALL,
    )
    clock_id: UUID = key_column()  # the item's, or the case's for a clock of the whole case
    clock: ClockName = Field(primary_key=True, sa_type=OneOf(ClockName))
    rung: str = Field(primary_key=True, sa_type=Plain)
    due_on: date = Field(primary_key=True, sa_type=Day)  # the version of the date
    number: int = Field(primary_key=True, sa_type=Count)  # the day of a rung that comes daily
    case_id: UUID = Field(sa_type=Id)
    due_at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    tell: Tell | None = Field(sa_type=OneOf(Tell))  # NULL: passed by a higher one, nobody is told
    told_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: nobody was told
    lease_until: datetime | None = Field(sa_type=UtcDateTime)  # NULL: nobody is telling it


REMINDER = table_of(ReminderRow)
