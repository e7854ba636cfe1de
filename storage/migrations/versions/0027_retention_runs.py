"""The runs that destroy what is kept no longer, batch by batch, with their certificates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NEW_KINDS = ("retention_run",)
CLASSES = (
    "data_class IN ('raw_mail', 'other_mail', 'identity_evidence', 'drafts', 'packages', 'model_ledger',"
    " 'delivery_log', 'server_answers', 'case_register', 'audit_pro', 'audit_business', 'audit_enterprise',"
    " 'audit_house', 'workspaces', 'backups')"
)
OPEN = "ended_at IS NULL"


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    op.create_table(
        "retention_run",
        sa.Column("run_id", columns.Id(), nullable=False),
        sa.Column("begun_at", columns.UtcDateTime(), nullable=False),
        sa.Column("begun_by", sa.Text(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_retention_run")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_retention_run_open",
        "retention_run",
        ["begun_at"],
        unique=False,
        sqlite_where=sa.text(OPEN),
        postgresql_where=sa.text(OPEN),
    )
    op.create_table(
        "retention_batch",
        sa.Column("run_id", columns.Id(), nullable=False),
        sa.Column("number", columns.Count(), autoincrement=False, nullable=False),
        sa.Column("data_class", sa.Text(), nullable=False),
        sa.Column("count", columns.Count(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.CheckConstraint(CLASSES, name=op.f("ck_retention_batch_data_class")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_retention_batch")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("retention_batch")
    op.drop_table("retention_run")
    audit_kinds.forget(NEW_KINDS)
