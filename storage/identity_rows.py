"""The tables of identity: where a case stands, its challenges, its evidence, and the attempts of a day."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from privacy.challenges import ChallengeState, StandingState
from privacy.identity import EvidenceKind
from storage.columns import Codes, Count, Day, Flag, Id, OneOf, Plain, UtcDateTime
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


class IdentityStandingRow(Row, table=True):
    """Where the identity of the person of a case stands; no row: nobody was asked and nothing was shown."""

    __tablename__ = "identity_standing"
    __table_args__ = (
        of_case(),
        one_of("state", StandingState),
        CheckConstraint("level >= 0 AND level <= 3", name="level"),
        # due_standings
        index_where("ix_identity_standing_due", "due_at", where="due_at IS NOT NULL"),
        STRICT,
    )
    case_id: UUID = key_column()
    state: StandingState = Field(sa_type=OneOf(StandingState))
    level: int = Field(sa_type=Count)
    reasons: tuple[str, ...] = Field(sa_type=Codes)
    asked_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: the person was never asked
    proved_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: not as far as is needed
    due_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # of the reminder or the end; NULL: we wait for nothing
    changed_at: datetime = Field(sa_type=UtcDateTime)


class IdentityChallengeRow(Row, table=True):
    """One question to one address. The code itself is nowhere but in its letter."""

    __tablename__ = "identity_challenge"
    __table_args__ = (
        of_case(),
        one_of("state", ChallengeState),
        # add_challenge: one open question at a time, and one answer for each level
        index_where(
            "uq_identity_challenge_open", "case_id", "level", where="state = 'open'", unique=True
        ),
        Index("ix_identity_challenge_case", "case_id"),  # challenges_of
        STRICT,
    )
    challenge_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    level: int = Field(sa_type=Count)
    code_key: bytes = Field(unique=True)  # find_challenges; a keyed hash
    address_key: bytes
    sealed_address: bytes
    state: ChallengeState = Field(sa_type=OneOf(ChallengeState))
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    expires_on: date = Field(sa_type=Day)
    remind_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: reminded, or too short a life
    attempts: int = Field(sa_type=Count)  # wrong answers
    ended_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: open


class IdentityEvidenceRow(Row, table=True):
    """One thing that speaks for somebody, never changed afterwards."""

    __tablename__ = "identity_evidence"
    __table_args__ = (
        of_case(),
        one_of("kind", EvidenceKind),
        Index("ix_identity_evidence_case", "case_id"),  # evidence_of
        STRICT,
    )
    evidence_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    kind: EvidenceKind = Field(sa_type=OneOf(EvidenceKind))
    at: datetime = Field(sa_type=UtcDateTime)
    about: bytes | None  # keyed hash of the address; NULL: about no address
    level: int | None = Field(sa_type=Count)  # NULL: not decided by staff
    doubt: bool = Field(sa_type=Flag)
    actor: str = Field(sa_type=Plain)
    sealed_reason: bytes | None  # NULL: nobody gave one
    inbound_id: UUID | None = Field(sa_type=Id)  # NULL: not from a mail


class IdentityAttemptRow(Row, table=True):
    """How many wrong answers came from one address on one day (UTC)."""

    __tablename__ = "identity_attempt"
    __table_args__ = (CheckConstraint("number > 0", name="number"), SMALL)
    address_key: bytes = Field(primary_key=True)
    day: date = Field(primary_key=True, sa_type=Day)
    number: int = Field(sa_type=Count)


class IdentityPaperRow(Row, table=True):
    """An attachment that looks like an identity paper: nobody opens it, and it is destroyed when its time has come."""

    __tablename__ = "identity_paper"
    __table_args__ = (
        of_case(),
        # due_papers
        index_where("ix_identity_paper_due", "due_at", where="due_at IS NOT NULL"),
        SMALL,
    )
    inbound_id: UUID = key_column()
    content_key: bytes = Field(primary_key=True)  # keyed hash of its content
    case_id: UUID = Field(sa_type=Id)
    reasons: tuple[str, ...] = Field(sa_type=Codes)
    found_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: destroyed
    destroyed_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: not yet


IDENTITY_PAPER = table_of(IdentityPaperRow)
IDENTITY_STANDING = table_of(IdentityStandingRow)
IDENTITY_CHALLENGE = table_of(IdentityChallengeRow)
IDENTITY_EVIDENCE = table_of(IdentityEvidenceRow)
IDENTITY_ATTEMPT = table_of(IdentityAttemptRow)
