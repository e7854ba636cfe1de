"""Owners whom no mail reaches: the billing contact of their workspace, and a banner in the product."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds, checks

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

NEW_KINDS = ("notice_banner",)
STATES = ("waiting", "leased", "uncertain", "handed_over", "accepted", "stood_in", "unreached", "shown", "joined", "left", "cancelled")
CALL_STATES = "state IN ('pending', 'leased', 'taken', 'done', 'failed', 'cancelled')"


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    op.add_column("directory_workspace", sa.Column("billing_key", sa.LargeBinary(), nullable=True))
    op.add_column("directory_workspace", sa.Column("sealed_billing", sa.LargeBinary(), nullable=True))
    checks.allow("notice_owner", "state", STATES)
    op.add_column("notice_owner", sa.Column("contact_of", columns.Id(), nullable=True))
    op.create_table("notice_banner",
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("person_id", columns.Id(), nullable=False),
        sa.Column("banner_id", columns.Id(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", columns.Count(), nullable=False),
        sa.Column("lease_token", columns.Id(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("ordered_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("shown_at", columns.UtcDateTime(), nullable=True),
        sa.Column("sealed_evidence", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(CALL_STATES, name=op.f("ck_notice_banner_state")),
        sa.ForeignKeyConstraint(["notice_id"], ["policy_notice.notice_id"], name=op.f("fk_notice_banner_notice_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_notice_banner")),
        sa.UniqueConstraint("banner_id", name=op.f("uq_notice_banner_banner_id")),
        sqlite_strict=True
    )
    op.create_index("ix_notice_banner_due", "notice_banner", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))


def downgrade() -> None:
    """Whoever was told in the product alone is seen to by a person again; billing contacts are on no list any more."""
    op.drop_table("notice_banner")
    op.execute(sa.text("DELETE FROM notice_attempt WHERE EXISTS (SELECT 1 FROM notice_owner o WHERE o.notice_id = notice_attempt.notice_id AND o.person_id = notice_attempt.person_id AND o.contact_of IS NOT NULL)"))
    op.execute(sa.text("DELETE FROM notice_workspace WHERE workspace_id = person_id"))
    op.execute(sa.text("UPDATE notice_owner SET state = 'unreached', stand_in = NULL, told_at = NULL WHERE stand_in IN (SELECT contact_of FROM notice_owner WHERE contact_of IS NOT NULL)"))
    op.execute(sa.text("DELETE FROM notice_owner WHERE contact_of IS NOT NULL"))
    op.execute(sa.text("UPDATE notice_owner SET state = 'unreached', told_at = NULL WHERE state = 'shown'"))
    op.drop_column("notice_owner", "contact_of")
    checks.allow("notice_owner", "state", tuple(one for one in STATES if one != "shown"))
    op.drop_column("directory_workspace", "sealed_billing")
    op.drop_column("directory_workspace", "billing_key")
    audit_kinds.forget(NEW_KINDS)
