"""The tables of clocks: what happened to them, and the dates that followed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from privacy.case_events import CaseEventKind
from storage.columns import Codes, Day, Id, OneOf, Plain, UtcDateTime
from storage.rows import STRICT, Row, key_column, of_case, one_of, table_of
from storage.states import ClockChange, ClockName


class CaseEventRow(Row, table=True):
    """What happened to the clocks of a case, never changed afterwards: every date follows from these."""

    __tablename__ = "case_event"
    __table_args__ = (
        of_case(),
        one_of("kind", CaseEventKind),
        Index("ix_case_event_case", "case_id"),  # case_events_of
        STRICT,
    )
    event_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID | None = Field(sa_type=Id)  # NULL: concerns every right of the case
    kind: CaseEventKind = Field(sa_type=OneOf(CaseEventKind))
    at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    ground: str | None = Field(sa_type=Plain)  # a code; NULL: the event needs none
    author: str | None = Field(sa_type=Plain)  # a member of staff; NULL: a mail or a letter did it
    message_id_key: bytes | None  # of the letter that told it; NULL: no letter did
    laws: tuple[str, ...] = Field(sa_type=Codes)
    reasons: tuple[str, ...] = Field(sa_type=Codes)


class ClockEvent(Row, table=True):
    """A date that a clock ran to, or its end; never changed afterwards."""

    __tablename__ = "clock_event"
    __table_args__ = (
        of_case(),
        one_of("clock", ClockName),
        one_of("change", ClockChange),
        Index("ix_clock_event_case", "case_id"),  # get_cases, list_cases, clock_events
        STRICT,
    )
    event_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID | None = Field(sa_type=Id)  # NULL: a clock of the whole case
    clock: ClockName = Field(sa_type=OneOf(ClockName))
    change: ClockChange = Field(sa_type=OneOf(ClockChange))
    at: datetime = Field(sa_type=UtcDateTime)
    due_on: date | None = Field(sa_type=Day)  # NULL, as the next four: the event sets no date
    expires_at: datetime | None = Field(sa_type=UtcDateTime)
    regime: str | None = Field(sa_type=Plain)
    rule: str | None = Field(sa_type=Plain)
    zone: str | None = Field(sa_type=Plain)
    trace: tuple[str, ...] = Field(sa_type=Codes)
    calendar: str | None = Field(sa_type=Plain)  # with its version; NULL also: counted before 0004
    message_id_key: (
        bytes | None
    )  # of the letter that met the clock or told its date; NULL: none did


CASE_EVENT = table_of(CaseEventRow)
CLOCK_EVENT = table_of(ClockEvent)
