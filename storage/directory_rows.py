"""The tables of who is who, and of what the directory said about the cases.

`seen` is the reading of the source that listed a row last: what a whole reading did not list has left. Of a lead
there is the keyed hash of the address and the workspace, and nothing else.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from privacy.directory import Standing
from privacy.roles import FoundRole
from storage.columns import Codes, Count, Day, Flag, OneOf, Plain, UtcDateTime
from storage.rows import SMALL, STRICT, Row, key_column, of_case, one_of, table_of


def _of_person() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["person_id"], ["directory_person.person_id"], deferrable=True, initially="DEFERRED"
    )


class DirectoryStateRow(Row, table=True):
    """How the directory stands: one row, made by the first attempt to read a source."""

    __tablename__ = "directory_state"
    __table_args__ = (STRICT,)
    name: str = Field(primary_key=True, sa_type=Plain)
    begun: int = Field(sa_type=Count)  # readings that were begun
    generation: int = Field(sa_type=Count)  # the last one that ended; 0: none has
    source: str = Field(sa_type=Plain)  # of the last attempt
    version: str | None = Field(sa_type=Plain)  # as the source named it; NULL: it names none
    tried_at: datetime = Field(sa_type=UtcDateTime)
    read_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: nothing was read yet
    trouble: str | None = Field(sa_type=Plain)  # of the last attempt; NULL: it went well


class WorkspaceRow(Row, table=True):
    """A customer's workspace."""

    __tablename__ = "directory_workspace"
    __table_args__ = (
        Index("ix_directory_workspace_seen", "seen"),  # retire
        STRICT,
    )
    workspace_id: UUID = key_column()
    workspace_key: bytes = Field(unique=True)  # of the product's id: known_workspaces
    facts_key: bytes  # of all that the source says: equal, nothing is written anew
    sealed_facts: bytes  # the product's id, the name, the privacy contact
    plan: str = Field(sa_type=Plain)  # '' as in the next two: the source does not say
    region: str = Field(sa_type=Plain)
    locale: str = Field(sa_type=Plain)
    cancelled_since: date | None = Field(sa_type=Day)  # NULL: a customer's
    seen: int = Field(sa_type=Count)
    left_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: listed
    billing_key: bytes | None = Field()  # of the billing contact's address; NULL: none
    sealed_billing: bytes | None = Field()  # as billing_key


class PersonRow(Row, table=True):
    """A person with a standing of their own."""

    __tablename__ = "directory_person"
    __table_args__ = (
        Index("ix_directory_person_seen", "seen"),  # retire
        STRICT,
    )
    person_id: UUID = key_column()
    person_key: bytes = Field(unique=True)  # of the product's id: add_people
    facts_key: bytes  # as above
    sealed_facts: bytes  # the product's id, the name
    locale: str = Field(sa_type=Plain)
    seen: int = Field(sa_type=Count)
    left_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: listed


class AddressRow(Row, table=True):
    """An address of a person; a shared one has several."""

    __tablename__ = "directory_address"
    __table_args__ = (
        _of_person(),
        Index("ix_directory_address_person", "person_id"),  # people_at
        Index("ix_directory_address_seen", "seen"),  # retire
        SMALL,
    )
    address_key: bytes = Field(primary_key=True)  # look_up, people_at
    person_id: UUID = key_column()
    sealed_address: bytes
    seen: int = Field(sa_type=Count)
    left_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: listed


class StandingRow(Row, table=True):
    """What a person is to us. A marketing contact has NO_WORKSPACE: NULLs would never be equal."""

    __tablename__ = "directory_standing"
    __table_args__ = (
        _of_person(),
        one_of("standing", Standing),
        Index("ix_directory_standing_seen", "seen"),  # retire
        Index("ix_directory_standing_workspace", "workspace_id", "standing"),  # contacts_of
        SMALL,
    )
    person_id: UUID = key_column()
    standing: Standing = Field(primary_key=True, sa_type=OneOf(Standing))
    workspace_id: UUID = key_column()
    seen: int = Field(sa_type=Count)
    left_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: listed


class LeadRow(Row, table=True):
    """That somebody is a contact in a workspace. One that is no longer listed is deleted."""

    __tablename__ = "directory_lead"
    __table_args__ = (SMALL,)
    address_key: bytes = Field(primary_key=True)  # look_up
    workspace_id: UUID = key_column()
    seen: int = Field(sa_type=Count)


class RoleFindingRow(Row, table=True):
    """What the directory says about the person of a case; for staff, no letter depends on it."""

    __tablename__ = "role_finding"
    __table_args__ = (
        of_case(),
        one_of("role", FoundRole),
        STRICT,
    )
    case_id: UUID = key_column()
    role: FoundRole = Field(sa_type=OneOf(FoundRole))
    reasons: tuple[str, ...] = Field(sa_type=Codes)
    waits: bool = Field(sa_type=Flag)
    generation: int = Field(sa_type=Count)  # the reading that it rests on; 0: on none
    found_at: datetime = Field(sa_type=UtcDateTime)


DIRECTORY_STATE = table_of(DirectoryStateRow)
DIRECTORY_WORKSPACE = table_of(WorkspaceRow)
DIRECTORY_PERSON = table_of(PersonRow)
DIRECTORY_ADDRESS = table_of(AddressRow)
DIRECTORY_STANDING = table_of(StandingRow)
DIRECTORY_LEAD = table_of(LeadRow)
ROLE_FINDING = table_of(RoleFindingRow)
