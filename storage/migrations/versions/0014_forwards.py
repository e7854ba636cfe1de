"""Requests that customers decide about: what was passed on, what they instructed, what the person was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NEW_KINDS = ("request_forwarded", "forward_instructed", "forward_confirmed", "customer_named")
TABLES = ("referral", "forward_letter", "forward", "case_forwarding")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _create_case_forwarding()
    _create_forward()
    _create_forward_letter()
    _create_referral()
    op.create_index("ix_directory_standing_workspace", "directory_standing", ["workspace_id", "standing"], unique=False)


def downgrade() -> None:
    """What only this revision knows goes; a chain that holds some of it ends before it."""
    op.drop_index("ix_directory_standing_workspace", table_name="directory_standing")
    for table in TABLES:
        op.drop_table(table)
    audit_kinds.forget(NEW_KINDS)


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f(f"fk_{table}_case_id"), initially="DEFERRED", deferrable=True)


def _create_case_forwarding() -> None:
    op.create_table("case_forwarding",
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        _of_case("case_forwarding"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_forwarding")),
        sqlite_strict=True
    )
    op.create_index("ix_case_forwarding_due", "case_forwarding", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))


def _create_forward() -> None:
    op.create_table("forward",
        sa.Column("forward_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("workspace_id", columns.Id(), nullable=False),
        sa.Column("number", columns.Count(), nullable=False),
        sa.Column("items", columns.Codes(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=False),
        sa.Column("left_at", columns.UtcDateTime(), nullable=True),
        sa.Column("reminders", columns.Count(), nullable=False),
        sa.Column("remind_on", columns.Day(), nullable=True),
        sa.Column("instruction", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=True),
        sa.Column("sealed_by", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=True),
        sa.Column("instructed_at", columns.UtcDateTime(), nullable=True),
        sa.Column("confirmed_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('owed', 'with_customer', 'instructed', 'confirmed')", name=op.f("ck_forward_state")),
        sa.CheckConstraint("instruction IN ('export', 'correct', 'delete', 'suppress', 'done', 'refuse', 'no_answer')", name=op.f("ck_forward_instruction")),
        sa.CheckConstraint("channel IN ('page', 'staff', 'product')", name=op.f("ck_forward_channel")),
        _of_case("forward"),
        sa.PrimaryKeyConstraint("forward_id", name=op.f("pk_forward")),
        sqlite_strict=True
    )
    op.create_index("ix_forward_case", "forward", ["case_id"], unique=False)
    op.create_index("ix_forward_person", "forward", ["person_key", "made_at"], unique=False)


def _create_forward_letter() -> None:
    op.create_table("forward_letter",
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("forward_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("days", columns.Codes(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("expires_at", columns.UtcDateTime(), nullable=False),
        sa.Column("used_at", columns.UtcDateTime(), nullable=True),
        _of_case("forward_letter"),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_forward_letter")),
        sa.UniqueConstraint("code_key", name=op.f("uq_forward_letter_code_key")),
        sqlite_strict=True
    )
    op.create_index("ix_forward_letter_forward", "forward_letter", ["forward_id"], unique=False)
    op.create_index("ix_forward_letter_message", "forward_letter", ["message_id_key"], unique=False)
    op.create_index("ix_forward_letter_address", "forward_letter", ["address_key", "made_at"], unique=False)


def _create_referral() -> None:
    op.create_table("referral",
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=False),
        sa.Column("days", columns.Codes(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("named_id", columns.Id(), nullable=True),
        sa.Column("sealed_ground", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("wording IN ('passed_on', 'conditional')", name=op.f("ck_referral_wording")),
        _of_case("referral"),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_referral")),
        sqlite_strict=True
    )
    op.create_index("ix_referral_case", "referral", ["case_id"], unique=False)
    op.create_index("ix_referral_message", "referral", ["message_id_key"], unique=False)
