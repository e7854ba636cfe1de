"""Complaints: of a notice to an Owner, and of mail of a list, which its address then leaves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds, checks

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NEW_KINDS = ("notice_complained",)
BEFORE = ("objection", "withdrawal", "erasure", "by_hand", "imported", "unsubscribed")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    checks.allow("suppression", "reason", (*BEFORE, "complained"))
    op.add_column("notice_owner", sa.Column("complained_at", columns.UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Whoever complained stays off the list, as if they had unsubscribed."""
    op.drop_column("notice_owner", "complained_at")
    op.execute(
        sa.text("UPDATE suppression SET reason = 'unsubscribed' WHERE reason = 'complained'")
    )
    checks.allow("suppression", "reason", BEFORE)
    audit_kinds.forget(NEW_KINDS)
