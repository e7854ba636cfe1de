"""What staff do to cases: requests that came by no mail, notes, holds, relations, merges."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW_KINDS = ("case_added", "case_corrected", "case_held", "case_hold_ended", "case_related", "case_merged", "case_split", "case_exported")
TABLES = ("case_merge", "case_relation", "case_hold", "case_note", "added_request")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _create_added_request()
    _create_case_note()
    _create_case_hold()
    _create_case_relation()
    _create_case_merge()


def downgrade() -> None:
    """What only this revision knows goes; a chain that holds some of it ends before it."""
    for table in TABLES:
        op.drop_table(table)
    audit_kinds.forget(NEW_KINDS)


def _create_added_request() -> None:
    op.create_table("added_request",
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("added_key", sa.LargeBinary(), nullable=True),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed_postal", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", columns.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('post', 'phone', 'chat')", name=op.f("ck_added_request_channel")),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.inbound_id"], name=op.f("fk_added_request_inbound_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_added_request")),
        sa.UniqueConstraint("added_key", name=op.f("uq_added_request_added_key")),
        sqlite_strict=True
    )


def _create_case_note() -> None:
    op.create_table("case_note",
        sa.Column("note_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("about", columns.Codes(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_note_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_case_note")),
        sqlite_strict=True
    )
    op.create_index("ix_case_note_case", "case_note", ["case_id"], unique=False)


def _create_case_hold() -> None:
    op.create_table("case_hold",
        sa.Column("hold_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", columns.UtcDateTime(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("sealed_release", sa.LargeBinary(), nullable=True),
        sa.Column("released_at", columns.UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_hold_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_case_hold")),
        sqlite_strict=True
    )
    op.create_index("uq_case_hold_open", "case_hold", ["case_id"], unique=True, sqlite_where=sa.text("released_at IS NULL"), postgresql_where=sa.text("released_at IS NULL"))
    op.create_index("ix_case_hold_case", "case_hold", ["case_id"], unique=False)


def _create_case_relation() -> None:
    op.create_table("case_relation",
        sa.Column("relation_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("other_id", columns.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('duplicate_of', 'follow_up_of', 'admonition_of', 'superseded_by')", name=op.f("ck_case_relation_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_relation_case_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["other_id"], ["privacy_case.case_id"], name=op.f("fk_case_relation_other_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("relation_id", name=op.f("pk_case_relation")),
        sa.UniqueConstraint("case_id", "other_id", "kind", name=op.f("uq_case_relation_case_id")),
        sqlite_strict=True
    )
    op.create_index("ix_case_relation_other", "case_relation", ["other_id"], unique=False)


def _create_case_merge() -> None:
    op.create_table("case_merge",
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("into_id", columns.Id(), nullable=False),
        sa.Column("moved", columns.Codes(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_merge_case_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["into_id"], ["privacy_case.case_id"], name=op.f("fk_case_merge_into_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_merge")),
        sqlite_strict=True
    )
    op.create_index("ix_case_merge_into", "case_merge", ["into_id"], unique=False)
