"""The tables of packages of data: files in sealed chunks, links by which they are fetched, codes, and receipts."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from privacy.packages import ReceiptKind
from storage.columns import Count, Day, Flag, Id, OneOf, Plain, UtcDateTime
from storage.rows import STRICT, Row, index_where, key_column, of_case, one_of, table_of


class PackageRow(Row, table=True):
    """The data that one right is answered with."""

    __tablename__ = "package"
    __table_args__ = (
        of_case(),
        # open_package: one at a time for a right
        index_where("uq_package_open", "item_id", where="ended_at IS NULL", unique=True),
        Index("ix_package_case", "case_id"),  # packages_of
        index_where("ix_package_due", "due_at", where="due_at IS NOT NULL"),  # due_packages
        STRICT,
    )
    package_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    item_id: UUID = Field(sa_type=Id)
    created_at: datetime = Field(sa_type=UtcDateTime)
    created_by: str = Field(sa_type=Plain)  # a member of staff
    due_at: datetime | None = Field(sa_type=UtcDateTime)  # of the next look; NULL: erased
    ended_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: neither withdrawn nor erased
    erased_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: its content is there


class PackageFileRow(Row, table=True):
    """One file of a package; its content is in chunks."""

    __tablename__ = "package_file"
    __table_args__ = (
        of_case(),
        CheckConstraint("size >= 0", name="size"),
        Index("ix_package_file_package", "package_id", "position"),  # files_of
        STRICT,
    )
    file_id: UUID = key_column()
    package_id: UUID = Field(sa_type=Id)
    case_id: UUID = Field(sa_type=Id)
    position: int = Field(sa_type=Count)  # order in which the files were added
    size: int = Field(sa_type=Count)  # bytes
    chunks: int = Field(sa_type=Count)
    sealed_about: bytes | None  # name and SHA-256; NULL: not whole yet, or erased
    added_at: datetime = Field(sa_type=UtcDateTime)
    added_by: str = Field(sa_type=Plain)  # a member of staff


class PackageChunkRow(Row, table=True):
    """A piece of a file, sealed for its place by the key of the case."""

    __tablename__ = "package_chunk"
    __table_args__ = (STRICT,)
    file_id: UUID = key_column()
    position: int = Field(primary_key=True, sa_type=Count)
    sealed_content: bytes


class PackageLinkRow(Row, table=True):
    """The address in one letter by which a package is fetched; the letter alone has it."""

    __tablename__ = "package_link"
    __table_args__ = (
        of_case(),
        Index("ix_package_link_package", "package_id"),  # links_of
        Index("ix_package_link_draft", "draft_id"),  # links_in_draft
        Index("ix_package_link_letter", "message_id_key"),  # links_in_letter
        STRICT,
    )
    link_id: UUID = key_column()
    package_id: UUID = Field(sa_type=Id)
    case_id: UUID = Field(sa_type=Id)
    token_key: bytes = Field(unique=True)  # find_link
    draft_id: UUID = Field(sa_type=Id)
    message_id_key: bytes
    digest: str = Field(sa_type=Plain)  # of the package as the letter was written
    expires_on: date = Field(sa_type=Day)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    made_at: datetime = Field(sa_type=UtcDateTime)
    made_by: str = Field(sa_type=Plain)  # a member of staff
    wrong: int = Field(sa_type=Count)  # codes that were none
    fetches: int = Field(sa_type=Count)
    locked_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: it is not locked


class DownloadCodeRow(Row, table=True):
    """A one-time code that was mailed to whoever is proved."""

    __tablename__ = "download_code"
    __table_args__ = (of_case(), STRICT)
    code_key: bytes = Field(primary_key=True)
    link_id: UUID = Field(sa_type=Id)
    case_id: UUID = Field(sa_type=Id)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: not used


class DownloadReceiptRow(Row, table=True):
    """What somebody did with a link: the proof that a right was answered."""

    __tablename__ = "download_receipt"
    __table_args__ = (
        of_case(),
        one_of("kind", ReceiptKind),
        CheckConstraint("sent >= 0", name="sent"),
        Index("ix_download_receipt_package", "package_id"),  # receipts_of
        STRICT,
    )
    receipt_id: UUID = key_column()
    package_id: UUID = Field(sa_type=Id)
    link_id: UUID = Field(sa_type=Id)
    case_id: UUID = Field(sa_type=Id)
    file_id: UUID | None = Field(sa_type=Id)  # NULL: about no file
    kind: ReceiptKind = Field(sa_type=OneOf(ReceiptKind))
    at: datetime = Field(sa_type=UtcDateTime)
    sent: int = Field(sa_type=Count)  # bytes
    whole: bool = Field(sa_type=Flag)  # all of the file was handed over


class PackageWaiverRow(Row, table=True):
    """Somebody said why an answer that grants data goes without a package."""

    __tablename__ = "package_waiver"
    __table_args__ = (
        of_case(),
        Index("ix_package_waiver_case", "case_id"),  # waivers_of
        STRICT,
    )
    draft_id: UUID = key_column()
    item_id: UUID = key_column()
    case_id: UUID = Field(sa_type=Id)
    sealed_reason: bytes
    said_at: datetime = Field(sa_type=UtcDateTime)
    said_by: str = Field(sa_type=Plain)  # a member of staff


PACKAGE = table_of(PackageRow)
PACKAGE_FILE = table_of(PackageFileRow)
PACKAGE_CHUNK = table_of(PackageChunkRow)
PACKAGE_LINK = table_of(PackageLinkRow)
DOWNLOAD_CODE = table_of(DownloadCodeRow)
DOWNLOAD_RECEIPT = table_of(DownloadReceiptRow)
PACKAGE_WAIVER = table_of(PackageWaiverRow)
