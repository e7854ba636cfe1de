"""The table of extensions: each is a letter on its way, and moves a date only once that letter has left."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field

from storage.columns import Codes, Day, Id, Plain, UtcDateTime
from storage.rows import STRICT, Row, key_column, of_case, table_of


class ExtensionRow(Row, table=True):
    """A later date for one right: one at most, no law extends twice."""

    __tablename__ = "extension"
    __table_args__ = (of_case(), STRICT)
    item_id: UUID = key_column()
    message_id_key: bytes = Field(unique=True)  # of the letter that tells it
    case_id: UUID = Field(sa_type=Id)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    asked_by: str = Field(sa_type=Plain)  # a member of staff
    latest_at: datetime = Field(sa_type=UtcDateTime)  # a letter that leaves then is too late
    due_on: date = Field(sa_type=Day)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    regime: str = Field(sa_type=Plain)
    rule: str = Field(sa_type=Plain)
    zone: str = Field(sa_type=Plain)
    trace: tuple[str, ...] = Field(sa_type=Codes)
    told_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: its letter has not left


EXTENSION = table_of(ExtensionRow)
