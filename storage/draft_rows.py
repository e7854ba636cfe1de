"""The tables of what people do with a waiting letter: change its words, send it back, say what they think of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from storage.columns import Count, Id, Plain, UtcDateTime
from storage.rows import STRICT, Row, key_column, of_case, table_of


class DraftEditRow(Row, table=True):
    """Somebody changed the words of a letter; the first row of a letter keeps it as the desk wrote it."""

    __tablename__ = "draft_edit"
    __table_args__ = (of_case(), STRICT)
    draft_id: UUID = key_column()
    number: int = Field(primary_key=True, sa_type=Count)
    case_id: UUID = Field(sa_type=Id)
    sealed_before: bytes  # the letter as it stood until then
    editor: str = Field(sa_type=Plain)  # a member of staff
    os_user: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=UtcDateTime)


class DraftReturnRow(Row, table=True):
    """Somebody sent a letter back to be changed: exactly this digest."""

    __tablename__ = "draft_return"
    __table_args__ = (of_case(), STRICT)
    draft_id: UUID = key_column()
    digest: str = Field(primary_key=True, sa_type=Plain)
    case_id: UUID = Field(sa_type=Id)
    sealed_reason: bytes
    actor: str = Field(sa_type=Plain)  # a member of staff
    os_user: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=UtcDateTime)


class DraftOpinionRow(Row, table=True):
    """What the data protection officer thinks of a letter: exactly this digest."""

    __tablename__ = "draft_opinion"
    __table_args__ = (of_case(), STRICT)
    draft_id: UUID = key_column()
    digest: str = Field(primary_key=True, sa_type=Plain)
    case_id: UUID = Field(sa_type=Id)
    sealed_words: bytes
    actor: str = Field(sa_type=Plain)  # a member of staff
    os_user: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=UtcDateTime)


DRAFT_EDIT = table_of(DraftEditRow)
DRAFT_RETURN = table_of(DraftReturnRow)
DRAFT_OPINION = table_of(DraftOpinionRow)
