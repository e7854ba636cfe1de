"""The table of erased owners, until they stand in the list outside the database."""

from __future__ import annotations

from uuid import UUID

from storage.rows import SMALL, Row, key_column, table_of


class ErasedOwnerRow(Row, table=True):
    """An owner whose key was erased; the row goes when the list outside has it."""

    __tablename__ = "erased_owner"
    __table_args__ = (SMALL,)
    owner_id: UUID = key_column()


ERASED_OWNER = table_of(ErasedOwnerRow)
