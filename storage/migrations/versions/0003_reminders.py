"""The reminder ladder, and later dates that letters tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("privacy_case", sa.Column("next_rung_at", columns.UtcDateTime(), nullable=True))
    op.create_index("ix_privacy_case_rung", "privacy_case", ["next_rung_at"], unique=False, sqlite_where=sa.text("next_rung_at IS NOT NULL"), postgresql_where=sa.text("next_rung_at IS NOT NULL"))
    op.execute("UPDATE privacy_case SET next_rung_at = received_at WHERE state = 'open'")  # the first sweep looks at all
    _create_reminder()
    _create_extension()


def downgrade() -> None:
    op.drop_table("extension")
    op.drop_table("reminder")
    op.drop_index("ix_privacy_case_rung", table_name="privacy_case")
    op.drop_column("privacy_case", "next_rung_at")


def _create_reminder() -> None:
    op.create_table("reminder",
        sa.Column("clock_id", columns.Id(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=False),
        sa.Column("number", columns.Count(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.Column("tell", sa.Text(), nullable=True),
        sa.Column("told_at", columns.UtcDateTime(), nullable=True),
        sa.Column("lease_until", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("clock IN ('acknowledge', 'respond')", name=op.f("ck_reminder_clock")),
        sa.CheckConstraint("tell IN ('morning', 'at_once')", name=op.f("ck_reminder_tell")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_reminder_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("clock_id", "clock", "rung", "due_on", "number", name=op.f("pk_reminder")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )
    op.create_index("ix_reminder_untold", "reminder", ["tell", "due_at"], unique=False, sqlite_where=sa.text("told_at IS NULL"), postgresql_where=sa.text("told_at IS NULL"))


def _create_extension() -> None:
    op.create_table("extension",
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("asked_at", columns.UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("latest_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("regime", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("trace", columns.Codes(), nullable=False),
        sa.Column("told_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_extension_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_extension")),
        sa.UniqueConstraint("message_id_key", name=op.f("uq_extension_message_id_key")),
        sqlite_strict=True
    )
