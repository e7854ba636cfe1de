"""The tables of requests that customers decide about: what was passed on to whom, and what they said."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from privacy.forwarding import ForwardState, Instruction, InstructionChannel, Wording
from storage.columns import Codes, Count, Day, Id, OneOf, UtcDateTime
from storage.rows import STRICT, Row, index_where, key_column, of_case, one_of, table_of


class CaseForwardingRow(Row, table=True):
    """When to look at the customers of a case again."""

    __tablename__ = "case_forwarding"
    __table_args__ = (
        of_case(),
        index_where("ix_case_forwarding_due", "due_at", where="due_at IS NOT NULL"),  # due_cases
        STRICT,
    )
    case_id: UUID = key_column()
    due_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: something has to happen first


class ForwardRow(Row, table=True):
    """Some rights of a case, passed on to one workspace; what the customer said about them."""

    __tablename__ = "forward"
    __table_args__ = (
        of_case(),
        one_of("state", ForwardState),
        one_of("instruction", Instruction),
        one_of("channel", InstructionChannel),
        Index("ix_forward_case", "case_id"),  # forwards_of
        Index("ix_forward_person", "person_key", "made_at"),  # cases_forwarded_for
        STRICT,
    )
    forward_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    workspace_id: UUID = Field(sa_type=Id)
    number: int = Field(sa_type=Count)  # within the case: tasks name no customer
    items: tuple[str, ...] = Field(sa_type=Codes)  # ids of the rights
    person_key: bytes  # of who asks: limits count by it
    state: ForwardState = Field(sa_type=OneOf(ForwardState))
    made_at: datetime = Field(sa_type=UtcDateTime)
    due_on: date = Field(sa_type=Day)  # of the letter
    left_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: no letter has left
    reminders: int = Field(sa_type=Count)  # follow-ups that were written
    remind_on: date | None = Field(sa_type=Day)  # NULL: nothing is waited for
    instruction: Instruction | None = Field(sa_type=OneOf(Instruction))  # NULL, as the next: none
    channel: InstructionChannel | None = Field(sa_type=OneOf(InstructionChannel))
    sealed_by: bytes | None  # who instructed; NULL: nobody has
    sealed_note: bytes | None  # NULL: no words beside the instruction
    instructed_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: not yet
    confirmed_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: something is owed


class ForwardLetterRow(Row, table=True):
    """A letter to one person of a customer, with the one code that answers it."""

    __tablename__ = "forward_letter"
    __table_args__ = (
        of_case(),
        Index("ix_forward_letter_forward", "forward_id"),  # letters_of_forwards
        Index("ix_forward_letter_message", "message_id_key"),  # letter_with
        Index("ix_forward_letter_address", "address_key", "made_at"),  # letters_to
        STRICT,
    )
    draft_id: UUID = key_column()
    forward_id: UUID = Field(sa_type=Id)
    case_id: UUID = Field(sa_type=Id)
    message_id_key: bytes
    address_key: bytes
    code_key: bytes = Field(unique=True)  # of the code in the letter: letter_with_code
    days: tuple[str, ...] = Field(sa_type=Codes)  # that the letter names, ISO 8601
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: the code was not used


class ReferralRow(Row, table=True):
    """A letter to the person about the customers who decide."""

    __tablename__ = "referral"
    __table_args__ = (
        of_case(),
        one_of("wording", Wording),
        Index("ix_referral_case", "case_id"),  # referrals_of
        Index("ix_referral_message", "message_id_key"),  # referral_with
        STRICT,
    )
    draft_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    wording: Wording = Field(sa_type=OneOf(Wording))
    message_id_key: bytes
    days: tuple[str, ...] = Field(sa_type=Codes)  # as above
    made_at: datetime = Field(sa_type=UtcDateTime)
    named_id: UUID | None = Field(sa_type=Id)  # the workspace that it names; NULL: none
    sealed_ground: bytes | None  # why it may be named; NULL: none is


CASE_FORWARDING = table_of(CaseForwardingRow)
FORWARD = table_of(ForwardRow)
FORWARD_LETTER = table_of(ForwardLetterRow)
REFERRAL = table_of(ReferralRow)
