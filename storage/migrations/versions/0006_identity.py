"""Who is asking: where each case stands, challenges, evidence, attempts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW_KINDS = ("identity_asked", "identity_evidence", "identity_refused", "identity_decided", "identity_proved", "identity_lapsed", "paper_set_aside", "paper_destroyed")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _create_standing()
    _create_challenge()
    _create_evidence()
    _create_attempt()
    _create_paper()


def downgrade() -> None:
    """What only this revision knows goes; a chain that holds some of it ends before it."""
    for table in ("identity_paper", "identity_attempt", "identity_evidence", "identity_challenge", "identity_standing"):
        op.drop_table(table)
    audit_kinds.forget(NEW_KINDS)


def _create_standing() -> None:
    op.create_table("identity_standing",
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("level", columns.Count(), nullable=False),
        sa.Column("reasons", columns.Codes(), nullable=False),
        sa.Column("asked_at", columns.UtcDateTime(), nullable=True),
        sa.Column("proved_at", columns.UtcDateTime(), nullable=True),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("changed_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("state IN ('wanted', 'asked', 'answered', 'proved', 'lapsed', 'parked')", name=op.f("ck_identity_standing_state")),
        sa.CheckConstraint("level >= 0 AND level <= 3", name=op.f("ck_identity_standing_level")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_identity_standing_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_identity_standing")),
        sqlite_strict=True
    )
    op.create_index("ix_identity_standing_due", "identity_standing", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))


def _create_challenge() -> None:
    op.create_table("identity_challenge",
        sa.Column("challenge_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("level", columns.Count(), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_on", columns.Day(), nullable=False),
        sa.Column("remind_at", columns.UtcDateTime(), nullable=True),
        sa.Column("attempts", columns.Count(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('wanted', 'open', 'used', 'void')", name=op.f("ck_identity_challenge_state")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_identity_challenge_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_identity_challenge")),
        sa.UniqueConstraint("code_key", name=op.f("uq_identity_challenge_code_key")),
        sqlite_strict=True
    )
    op.create_index("uq_identity_challenge_open", "identity_challenge", ["case_id", "level"], unique=True, sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))
    op.create_index("ix_identity_challenge_case", "identity_challenge", ["case_id"])


def _create_evidence() -> None:
    op.create_table("identity_evidence",
        sa.Column("evidence_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=True),
        sa.Column("level", columns.Count(), nullable=True),
        sa.Column("doubt", columns.Flag(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=True),
        sa.Column("inbound_id", columns.Id(), nullable=True),
        sa.CheckConstraint("kind IN ('aligned_sender', 'address_on_file', 'challenge_answered', 'page_confirmed', 'signed_in', 'staff_decision')", name=op.f("ck_identity_evidence_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_identity_evidence_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_identity_evidence")),
        sqlite_strict=True
    )
    op.create_index("ix_identity_evidence_case", "identity_evidence", ["case_id"])


def _create_attempt() -> None:
    op.create_table("identity_attempt",
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("day", columns.Day(), nullable=False),
        sa.Column("number", columns.Count(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_identity_attempt_number")),
        sa.PrimaryKeyConstraint("address_key", "day", name=op.f("pk_identity_attempt")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )


def _create_paper() -> None:
    op.create_table("identity_paper",
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("reasons", columns.Codes(), nullable=False),
        sa.Column("found_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("destroyed_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_identity_paper_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("inbound_id", "content_key", name=op.f("pk_identity_paper")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )
    op.create_index("ix_identity_paper_due", "identity_paper", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))
