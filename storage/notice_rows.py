"""The tables of policy versions and of the notices about them: who was told, when, by which attempt, who decided what.

Texts of policies and notices are public. What tells of a person (their address, a server's answer) is sealed with the
key of that person, so that an erasure takes it out of the proof as well.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from privacy.notice_gate import LateChoice
from privacy.notices import AttemptOutcome, NoticeState, OwnerState
from storage.columns import Codes, Count, Day, Flag, Id, OneOf, Plain, UtcDateTime
from storage.rows import SMALL, STRICT, Row, index_where, key_column, one_of, table_of


def _of_notice() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["notice_id"], ["policy_notice.notice_id"], deferrable=True, initially="DEFERRED"
    )


class PolicyVersionRow(Row, table=True):
    """A version of the policy, as it was when somebody decided about it."""

    __tablename__ = "policy_version"
    __table_args__ = (STRICT,)
    version: str = Field(primary_key=True, sa_type=Plain)
    digest: str = Field(sa_type=Plain)
    leading: str = Field(sa_type=Plain)
    updated_on: date = Field(sa_type=Day)
    texts: str = Field(sa_type=Plain)  # JSON: Markdown by language
    recorded_at: datetime = Field(sa_type=UtcDateTime)


class NoticeRow(Row, table=True):
    """A decision about a new version, and where it is material the campaign that tells the Owners."""

    __tablename__ = "policy_notice"
    __table_args__ = (one_of("state", NoticeState), STRICT)
    notice_id: UUID = key_column()
    version: str = Field(unique=True, sa_type=Plain)
    replaces: str = Field(sa_type=Plain)
    material: bool = Field(sa_type=Flag)
    reason: str = Field(sa_type=Plain)
    author: str = Field(sa_type=Plain)
    proposals: tuple[str, ...] = Field(sa_type=Codes)  # the rules that held it for material
    terms: str = Field(sa_type=Plain)  # JSON; '' for a change that is not material
    announced_on: date | None = Field(sa_type=Day)  # the effective day that the letters say
    effective_on: date | None = Field(sa_type=Day)  # as somebody moved it
    zone: str = Field(sa_type=Plain)
    sender: str = Field(sa_type=Plain)
    digest: str = Field(sa_type=Plain)  # of all that is approved
    state: NoticeState = Field(sa_type=OneOf(NoticeState))
    generation: int = Field(sa_type=Count)  # the reading of the directory that the roster follows
    per_hour: int = Field(sa_type=Count)
    drafted_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(sa_type=UtcDateTime)
    paced_at: datetime | None = Field(sa_type=UtcDateTime)  # no batch is claimed before
    ended_at: datetime | None = Field(sa_type=UtcDateTime)


class NoticeLetterRow(Row, table=True):
    """The letter for readers of one language, as it was approved."""

    __tablename__ = "notice_letter"
    __table_args__ = (_of_notice(), STRICT)
    notice_id: UUID = key_column()
    reader: str = Field(primary_key=True, sa_type=Plain)
    language: str = Field(sa_type=Plain)  # in which it is written
    subject: str = Field(sa_type=Plain)
    body_text: str = Field(sa_type=Plain)
    body_html: str = Field(sa_type=Plain)


class NoticeApprovalRow(Row, table=True):
    """That somebody approved a notice with this digest."""

    __tablename__ = "notice_approval"
    __table_args__ = (_of_notice(), STRICT)
    notice_id: UUID = key_column()
    actor: str = Field(primary_key=True, sa_type=Plain)
    digest: str = Field(sa_type=Plain)
    os_user: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=UtcDateTime)


class NoticeOwnerRow(Row, table=True):
    """One Owner and the one notice to them."""

    __tablename__ = "notice_owner"
    __table_args__ = (
        _of_notice(),
        one_of("state", OwnerState),
        index_where(
            "ix_notice_owner_due", "notice_id", "state", "due_at", where="due_at IS NOT NULL"
        ),
        index_where(
            "ix_notice_owner_unreached", "notice_id", "person_id", where="state = 'unreached'"
        ),
        index_where(
            "uq_notice_owner_message_key",
            "message_key",
            where="message_key IS NOT NULL",
            unique=True,
        ),  # owner_of_message
        index_where("ix_notice_owner_stand_in", "stand_in", where="stand_in IS NOT NULL"),
        SMALL,
    )
    notice_id: UUID = key_column()
    person_id: UUID = key_column()
    state: OwnerState = Field(sa_type=OneOf(OwnerState))
    attempts: int = Field(sa_type=Count)
    due_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # NULL: nothing is due; leased: when the lease ends
    queued_at: datetime = Field(sa_type=UtcDateTime)  # the retries of an address count from here
    lease_token: UUID | None = Field(sa_type=Id)
    language: str | None = Field(sa_type=Plain)  # of the letter; NULL before the first attempt
    message_key: bytes | None = Field()  # as language
    told_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # accepted, joined, or when the stand-in was told
    stand_in: UUID | None = Field(sa_type=Id)  # the Owner who was told instead
    effective_on: date | None = Field(sa_type=Day)  # NULL: as for everybody
    decided: bool = Field(sa_type=Flag)  # somebody decided about this Owner in particular
    reason: str | None = Field(sa_type=Plain)  # why they are not reached
    complained_at: datetime | None = Field(
        sa_type=UtcDateTime
    )  # when they called it spam; NULL: nobody said so
    contact_of: UUID | None = Field(
        sa_type=Id
    )  # the workspace whose billing contact this is, person_id as well; NULL: an Owner


class NoticeWorkspaceRow(Row, table=True):
    """That an Owner had this workspace when the roster was made, or joined it later."""

    __tablename__ = "notice_workspace"
    __table_args__ = (
        _of_notice(),
        Index("ix_notice_workspace_person", "notice_id", "person_id"),  # those of a page of Owners
        SMALL,
    )
    notice_id: UUID = key_column()
    workspace_id: UUID = key_column()
    person_id: UUID = key_column()


class NoticeAttemptRow(Row, table=True):
    """One attempt, written down before the network is used."""

    __tablename__ = "notice_attempt"
    __table_args__ = (_of_notice(), one_of("outcome", AttemptOutcome), SMALL)
    notice_id: UUID = key_column()
    person_id: UUID = key_column()
    number: int = Field(primary_key=True, sa_type=Count)
    address_key: bytes
    outcome: AttemptOutcome = Field(sa_type=OneOf(AttemptOutcome))
    at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: nobody knows
    sealed_record: bytes  # address and answer


class NoticeChoiceRow(Row, table=True):
    """What somebody decided when an Owner was told late or not at all."""

    __tablename__ = "notice_choice"
    __table_args__ = (
        _of_notice(),
        one_of("choice", LateChoice),
        Index("ix_notice_choice_notice", "notice_id"),  # choices_of
        STRICT,
    )
    choice_id: UUID = key_column()
    notice_id: UUID = Field(sa_type=Id)
    choice: LateChoice = Field(sa_type=OneOf(LateChoice))
    workspace_id: UUID | None = Field(sa_type=Id)  # NULL: for all, or for a person
    person_id: UUID | None = Field(sa_type=Id)
    effective_on: date | None = Field(sa_type=Day)
    reason: str = Field(sa_type=Plain)
    actor: str = Field(sa_type=Plain)
    os_user: str = Field(sa_type=Plain)
    at: datetime = Field(sa_type=UtcDateTime)


class NoticeManuscriptRow(Row, table=True):
    """What authors wrote about a version so far. It stays when the notice is drafted, so that it can be drafted anew."""

    __tablename__ = "notice_manuscript"
    __table_args__ = (STRICT,)
    version: str = Field(primary_key=True, sa_type=Plain)
    replaces: str = Field(sa_type=Plain)
    reason: str = Field(sa_type=Plain)
    terms: str = Field(sa_type=Plain)  # JSON; '' until somebody said them
    words: str = Field(sa_type=Plain)  # JSON: by language
    writers: str = Field(sa_type=Plain)  # JSON: addresses of staff, none of whom approves it
    changed_at: datetime = Field(sa_type=UtcDateTime)


POLICY_VERSION = table_of(PolicyVersionRow)
NOTICE_MANUSCRIPT = table_of(NoticeManuscriptRow)
POLICY_NOTICE = table_of(NoticeRow)
NOTICE_LETTER = table_of(NoticeLetterRow)
NOTICE_APPROVAL = table_of(NoticeApprovalRow)
NOTICE_OWNER = table_of(NoticeOwnerRow)
NOTICE_WORKSPACE = table_of(NoticeWorkspaceRow)
NOTICE_ATTEMPT = table_of(NoticeAttemptRow)
NOTICE_CHOICE = table_of(NoticeChoiceRow)
