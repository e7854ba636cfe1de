"""The table of names that other case systems gave to our cases, as keyed hashes."""

from __future__ import annotations

from uuid import UUID

from sqlmodel import Field

from storage.columns import Id
from storage.rows import STRICT, Row, of_case, table_of


class OtherReferenceRow(Row, table=True):
    """A name that another system put into the subject of a mail of the case; the first case that bore it keeps it."""

    __tablename__ = "other_reference"
    __table_args__ = (of_case(), STRICT)
    reference_key: bytes = Field(primary_key=True)  # of the name together with the sender's domain
    case_id: UUID = Field(sa_type=Id)


OTHER_REFERENCE = table_of(OtherReferenceRow)
