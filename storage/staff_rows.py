"""The tables of what staff do to cases: requests that came by no mail, notes, holds, relations, merges."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from privacy.by_hand import Channel
from privacy.relations import RelationKind
from storage.columns import Codes, Id, OneOf, Plain, UtcDateTime
from storage.rows import STRICT, Row, index_where, key_column, of_case, of_inbound, one_of, table_of


class AddedRequestRow(Row, table=True):
    """A request that a member of staff entered; its words are kept like a mail."""

    __tablename__ = "added_request"
    __table_args__ = (
        of_inbound(),
        one_of("channel", Channel),
        STRICT,
    )
    inbound_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)  # of the case that it opened
    added_key: bytes | None = Field(unique=True)  # NULL: named by no key, so it may come again
    content_key: bytes  # of all that was given: the same key with other words is a mistake
    channel: Channel = Field(sa_type=OneOf(Channel))
    sealed_postal: bytes | None  # NULL: no postal address; sealed by the key of the message
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = Field(sa_type=Plain)  # a member of staff


class CaseNoteRow(Row, table=True):
    """What a member of staff wrote down about a change of a case."""

    __tablename__ = "case_note"
    __table_args__ = (
        of_case(),
        Index("ix_case_note_case", "case_id"),  # notes_of
        STRICT,
    )
    note_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    about: tuple[str, ...] = Field(sa_type=Codes)  # what was changed
    sealed_text: bytes
    at: datetime = Field(sa_type=UtcDateTime)
    author: str = Field(sa_type=Plain)  # a member of staff


class CaseHoldRow(Row, table=True):
    """A legal hold: nothing of the case is destroyed while it lasts."""

    __tablename__ = "case_hold"
    __table_args__ = (
        of_case(),
        # hold_case, holds_of, held_cases: one hold at a time
        index_where("uq_case_hold_open", "case_id", where="released_at IS NULL", unique=True),
        Index("ix_case_hold_case", "case_id"),  # holds_of
        STRICT,
    )
    hold_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    sealed_reason: bytes
    held_at: datetime = Field(sa_type=UtcDateTime)
    held_by: str = Field(sa_type=Plain)  # a member of staff
    sealed_release: bytes | None  # why it ended; NULL, as the next two: it lasts
    released_at: datetime | None = Field(sa_type=UtcDateTime)
    released_by: str | None = Field(sa_type=Plain)


class CaseRelationRow(Row, table=True):
    """A label between two cases; it changes neither of them."""

    __tablename__ = "case_relation"
    __table_args__ = (
        of_case(),
        of_case("other_id"),
        one_of("kind", RelationKind),
        UniqueConstraint("case_id", "other_id", "kind"),
        Index("ix_case_relation_other", "other_id"),  # relations_of
        STRICT,
    )
    relation_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    other_id: UUID = Field(sa_type=Id)
    kind: RelationKind = Field(sa_type=OneOf(RelationKind))
    at: datetime = Field(sa_type=UtcDateTime)
    author: str = Field(sa_type=Plain)  # a member of staff


class CaseMergeRow(Row, table=True):
    """A case that is worked as part of another one; gone again once they are split."""

    __tablename__ = "case_merge"
    __table_args__ = (
        of_case(),
        of_case("into_id"),
        Index("ix_case_merge_into", "into_id"),  # merged_into
        STRICT,
    )
    case_id: UUID = key_column()
    into_id: UUID = Field(sa_type=Id)
    moved: tuple[str, ...] = Field(sa_type=Codes)  # ids of its rights and messages
    at: datetime = Field(sa_type=UtcDateTime)
    author: str = Field(sa_type=Plain)  # a member of staff


ADDED_REQUEST = table_of(AddedRequestRow)
CASE_NOTE = table_of(CaseNoteRow)
CASE_HOLD = table_of(CaseHoldRow)
CASE_RELATION = table_of(CaseRelationRow)
CASE_MERGE = table_of(CaseMergeRow)
