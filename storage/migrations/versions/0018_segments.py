"""The trail in signed segments: what a desk keeps of its chains' ends, so that a chain that is gone whole is missed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NEW_KINDS = ("trail_exported",)
GROWN = "anchored IS NULL OR length > anchored"


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    op.add_column("audit_chain", sa.Column("anchored", columns.Count(), nullable=True))
    op.create_index(
        "ix_audit_chain_grown",
        "audit_chain",
        ["chain"],
        unique=False,
        sqlite_where=sa.text(GROWN),
        postgresql_where=sa.text(GROWN),
    )
    op.create_table(
        "audit_segment",
        sa.Column("number", columns.Count(), autoincrement=False, nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("chains", columns.Count(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_segment")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_anchor",
        sa.Column("segment", columns.Count(), autoincrement=False, nullable=False),
        sa.Column("chain", columns.Id(), nullable=False),
        sa.Column("length", columns.Count(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "chain", name=op.f("pk_audit_anchor")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_anchor_chain", "audit_anchor", ["chain", "segment"], unique=False)


def downgrade() -> None:
    op.drop_table("audit_anchor")
    op.drop_table("audit_segment")
    op.drop_index("ix_audit_chain_grown", table_name="audit_chain")
    op.drop_column("audit_chain", "anchored")
    audit_kinds.forget(NEW_KINDS)
