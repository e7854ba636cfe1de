"""The queue of open cases beside the cases, look-ups by address and domain, and that a case was looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NEW_KINDS = ("case_viewed",)
LANES = ("rights", "complaint", "children", "security_incident", "regulator", "policy_question", "support", "vendor", "unsubscribe", "other", "unclear")
STATUSES = ("blocked_delivery", "needs_decision", "waiting_on_us", "needs_identity", "waiting_on_person", "done")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    op.add_column("party", sa.Column("domain_key", sa.LargeBinary(), nullable=True))
    op.create_index("ix_party_address", "party", ["address_key"], unique=False)
    op.create_index("ix_party_domain", "party", ["domain_key"], unique=False)
    op.create_table("case_queue",
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=True),
        sa.Column("due_for", sa.Text(), nullable=True),
        sa.Column("regime", sa.Text(), nullable=True),
        sa.Column("waiting", columns.Flag(), nullable=False),
        sa.Column("needs_human", columns.Flag(), nullable=False),
        sa.CheckConstraint(f"lane IN ({', '.join(map(repr, LANES))})", name=op.f("ck_case_queue_lane")),
        sa.CheckConstraint(f"status IN ({', '.join(map(repr, STATUSES))})", name=op.f("ck_case_queue_status")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_queue_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_queue")),
        sqlite_strict=True
    )
    op.create_index("ix_case_queue_due", "case_queue", ["due_at", "case_id"], unique=False)
    op.create_index("ix_case_queue_owner", "case_queue", ["owner", "due_at", "case_id"], unique=False)
    op.create_index("ix_case_queue_status", "case_queue", ["status", "due_at", "case_id"], unique=False)
    op.create_index("ix_case_queue_language", "case_queue", ["language", "due_at", "case_id"], unique=False)
    op.create_index("ix_case_queue_regime", "case_queue", ["regime", "due_at", "case_id"], unique=False)
    op.create_index("ix_case_queue_lane", "case_queue", ["lane", "due_at", "case_id"], unique=False)


def downgrade() -> None:
    """The rows are made anew when the table comes back: nothing is lost with them."""
    op.drop_table("case_queue")
    op.execute(sa.text("DELETE FROM database_mark WHERE name = 'queue'"))
    op.drop_index("ix_party_domain", "party")
    op.drop_index("ix_party_address", "party")
    op.drop_column("party", "domain_key")
    audit_kinds.forget(NEW_KINDS)
