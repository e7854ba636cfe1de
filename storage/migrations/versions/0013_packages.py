"""Packages of data that wait behind proof: files in sealed chunks, links, codes, receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NEW_KINDS = ("package_added", "package_withdrawn", "package_renewed", "package_erased", "download")
TABLES = ("package_waiver", "download_receipt", "download_code", "package_link", "package_chunk", "package_file", "package")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _create_package()
    _create_package_file()
    _create_package_chunk()
    _create_package_link()
    _create_download_code()
    _create_download_receipt()
    _create_package_waiver()


def downgrade() -> None:
    """What only this revision knows goes; a chain that holds some of it ends before it."""
    for table in TABLES:
        op.drop_table(table)
    audit_kinds.forget(NEW_KINDS)


def _create_package() -> None:
    op.create_table("package",
        sa.Column("package_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("created_at", columns.UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("erased_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_package_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("package_id", name=op.f("pk_package")),
        sqlite_strict=True
    )
    op.create_index("uq_package_open", "package", ["item_id"], unique=True, sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("ix_package_case", "package", ["case_id"], unique=False)
    op.create_index("ix_package_due", "package", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))


def _create_package_file() -> None:
    op.create_table("package_file",
        sa.Column("file_id", columns.Id(), nullable=False),
        sa.Column("package_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("size", columns.Count(), nullable=False),
        sa.Column("chunks", columns.Count(), nullable=False),
        sa.Column("sealed_about", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", columns.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_package_file_size")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_package_file_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_package_file")),
        sqlite_strict=True
    )
    op.create_index("ix_package_file_package", "package_file", ["package_id", "position"], unique=False)


def _create_package_chunk() -> None:
    op.create_table("package_chunk",
        sa.Column("file_id", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("sealed_content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "position", name=op.f("pk_package_chunk")),
        sqlite_strict=True
    )


def _create_package_link() -> None:
    op.create_table("package_link",
        sa.Column("link_id", columns.Id(), nullable=False),
        sa.Column("package_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("token_key", sa.LargeBinary(), nullable=False),
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("expires_on", columns.Day(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("wrong", columns.Count(), nullable=False),
        sa.Column("fetches", columns.Count(), nullable=False),
        sa.Column("locked_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_package_link_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_package_link")),
        sa.UniqueConstraint("token_key", name=op.f("uq_package_link_token_key")),
        sqlite_strict=True
    )
    op.create_index("ix_package_link_package", "package_link", ["package_id"], unique=False)
    op.create_index("ix_package_link_draft", "package_link", ["draft_id"], unique=False)
    op.create_index("ix_package_link_letter", "package_link", ["message_id_key"], unique=False)


def _create_download_code() -> None:
    op.create_table("download_code",
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("link_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("asked_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_download_code_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("code_key", name=op.f("pk_download_code")),
        sqlite_strict=True
    )


def _create_download_receipt() -> None:
    op.create_table("download_receipt",
        sa.Column("receipt_id", columns.Id(), nullable=False),
        sa.Column("package_id", columns.Id(), nullable=False),
        sa.Column("link_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("file_id", columns.Id(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("sent", columns.Count(), nullable=False),
        sa.Column("whole", columns.Flag(), nullable=False),
        sa.CheckConstraint("kind IN ('code_asked', 'code_refused', 'locked', 'opened', 'fetched')", name=op.f("ck_download_receipt_kind")),
        sa.CheckConstraint("sent >= 0", name=op.f("ck_download_receipt_sent")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_download_receipt_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("receipt_id", name=op.f("pk_download_receipt")),
        sqlite_strict=True
    )
    op.create_index("ix_download_receipt_package", "download_receipt", ["package_id"], unique=False)


def _create_package_waiver() -> None:
    op.create_table("package_waiver",
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("said_at", columns.UtcDateTime(), nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_package_waiver_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("draft_id", "item_id", name=op.f("pk_package_waiver")),
        sqlite_strict=True
    )
    op.create_index("ix_package_waiver_case", "package_waiver", ["case_id"], unique=False)
