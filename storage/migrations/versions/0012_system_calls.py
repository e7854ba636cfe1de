"""Systems that are asked by messages, what they call back with, and notices of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NEW_KINDS = ("system_asked", "system_answered", "system_failed")
TABLES = ("erasure_notice", "callback", "system_call")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _create_system_call()
    _create_callback()
    _create_erasure_notice()


def downgrade() -> None:
    """What only this revision knows goes; a chain that holds some of it ends before it."""
    for table in TABLES:
        op.drop_table(table)
    audit_kinds.forget(NEW_KINDS)


def _create_system_call() -> None:
    op.create_table("system_call",
        sa.Column("call_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("task_id", columns.Id(), nullable=True),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", columns.Count(), nullable=False),
        sa.Column("lease_token", columns.Id(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("queued_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('right.execute', 'processing.restrict', 'processing.lift', 'marketing.stop', 'analytics.opt_out', 'consent.withdrawn', 'erasure.cancelled')", name=op.f("ck_system_call_kind")),
        sa.CheckConstraint("state IN ('pending', 'leased', 'taken', 'done', 'failed', 'cancelled')", name=op.f("ck_system_call_state")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_system_call_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_system_call")),
        sqlite_strict=True
    )
    op.create_index("ix_system_call_due", "system_call", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("ix_system_call_case", "system_call", ["case_id"], unique=False)


def _create_callback() -> None:
    op.create_table("callback",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("system", "name", name=op.f("pk_callback")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )
    op.create_index("ix_callback_received", "callback", ["received_at"], unique=False)


def _create_erasure_notice() -> None:
    op.create_table("erasure_notice",
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("noticed_at", columns.UtcDateTime(), nullable=False),
        sa.Column("over_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_erasure_notice_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("code_key", name=op.f("pk_erasure_notice")),
        sqlite_strict=True
    )
    op.create_index("ix_erasure_notice_item", "erasure_notice", ["item_id"], unique=False)
