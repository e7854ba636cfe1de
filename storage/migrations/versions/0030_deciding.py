"""What people do with waiting letters: edits, letters sent back, opinions, approvals taken back in time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds, checks

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

NEW_KINDS = ("letter_edited", "letter_sent_back", "opinion_given", "approval_undone", "case_noted")
STEPS = ("plan", "approve_erasure", "execute", "finish_tasks", "forward", "draft", "send_back", "approve", "complete", "reopen", "withdraw", "dismiss", "resume")
UNDO = "undo_approval"


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    checks.allow("work_event", "step", (*STEPS, UNDO))
    op.create_table("draft_edit",
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("number", columns.Count(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("sealed_before", sa.LargeBinary(), nullable=False),
        sa.Column("editor", sa.Text(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_draft_edit_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("draft_id", "number", name=op.f("pk_draft_edit")),
        sqlite_strict=True
    )
    for table, words in (("draft_return", "sealed_reason"), ("draft_opinion", "sealed_words")):
        op.create_table(table,
            sa.Column("draft_id", columns.Id(), nullable=False),
            sa.Column("digest", sa.Text(), nullable=False),
            sa.Column("case_id", columns.Id(), nullable=False),
            sa.Column(words, sa.LargeBinary(), nullable=False),
            sa.Column("actor", sa.Text(), nullable=False),
            sa.Column("os_user", sa.Text(), nullable=False),
            sa.Column("at", columns.UtcDateTime(), nullable=False),
            sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f(f"fk_{table}_case_id"), initially="DEFERRED", deferrable=True),
            sa.PrimaryKeyConstraint("draft_id", "digest", name=op.f(f"pk_{table}")),
            sqlite_strict=True
        )


def downgrade() -> None:
    """A letter that was changed stays as it was changed; a step back of an approval reads as one that was sent back."""
    for table in ("draft_opinion", "draft_return", "draft_edit"):
        op.drop_table(table)
    op.execute(sa.text("UPDATE work_event SET step = 'send_back' WHERE step = 'undo_approval'"))
    checks.allow("work_event", "step", STEPS)
    audit_kinds.forget(NEW_KINDS)
