"""The table of changes of address: what is asked, whom, and how far it is proved."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from privacy.address_change import ChangeState
from storage.columns import Day, Id, OneOf, Plain, UtcDateTime
from storage.rows import STRICT, Row, index_where, key_column, of_case, one_of, table_of


class AddressChangeRow(Row, table=True):
    """A change of the address of a case's person. The code stands nowhere but in its letter."""

    __tablename__ = "address_change"
    __table_args__ = (
        of_case(),
        one_of("state", ChangeState),
        # add_change: one at a time for a right
        index_where(
            "uq_address_change_live",
            "item_id",
            where="state IN ('wanted', 'asked', 'proved', 'told')",
            unique=True,
        ),
        Index("ix_address_change_case", "case_id"),  # changes_of
        Index("ix_address_change_item", "item_id"),  # wake_change, end_change
        Index("ix_address_change_old", "old_key"),  # is_contested
        # due_changes
        index_where("ix_address_change_due", "due_at", where="due_at IS NOT NULL"),
        STRICT,
    )
    change_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID = Field(sa_type=Id)
    old_key: bytes  # keyed hashes of both addresses
    new_key: bytes
    sealed_old: bytes
    sealed_new: bytes
    state: ChangeState = Field(sa_type=OneOf(ChangeState))
    named_by: str = Field(sa_type=Plain)
    named_at: datetime = Field(sa_type=UtcDateTime)
    code_key: bytes | None = Field(unique=True)  # find_changes; NULL: the new one was never asked
    expires_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL, as above
    expires_on: date | None = Field(sa_type=Day)  # NULL, as above
    proved_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: the new one never answered
    effective_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: the old one was not told
    due_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: something has to happen first


ADDRESS_CHANGE = table_of(AddressChangeRow)
