"""Versions of the policy, and the notices about them: who was told, when, by which attempt, who decided what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NEW_KINDS = ("policy_decided", "notice_drafted", "notice_approved", "notice_started", "notice_stopped", "notice_choice", "notice_reopened", "notice_ended", "notice_exported")
TABLES = ("notice_choice", "notice_attempt", "notice_workspace", "notice_owner", "notice_approval", "notice_letter", "policy_notice", "policy_version")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _create_version()
    _create_notice()
    _create_letter()
    _create_approval()
    _create_owner()
    _create_workspace()
    _create_attempt()
    _create_choice()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    audit_kinds.forget(NEW_KINDS)


def _create_version() -> None:
    op.create_table("policy_version",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("leading", sa.Text(), nullable=False),
        sa.Column("updated_on", columns.Day(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_version")),
        sqlite_strict=True
    )


def _create_notice() -> None:
    op.create_table("policy_notice",
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("material", columns.Flag(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("proposals", columns.Codes(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("announced_on", columns.Day(), nullable=True),
        sa.Column("effective_on", columns.Day(), nullable=True),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("generation", columns.Count(), nullable=False),
        sa.Column("per_hour", columns.Count(), nullable=False),
        sa.Column("drafted_at", columns.UtcDateTime(), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=True),
        sa.Column("paced_at", columns.UtcDateTime(), nullable=True),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('stamp_only', 'drafted', 'approved', 'gathering', 'sending', 'stopped', 'ended')", name=op.f("ck_policy_notice_state")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_policy_notice")),
        sa.UniqueConstraint("version", name=op.f("uq_policy_notice_version")),
        sqlite_strict=True
    )


def _create_letter() -> None:
    op.create_table("notice_letter",
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["policy_notice.notice_id"], name=op.f("fk_notice_letter_notice_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("notice_id", "reader", name=op.f("pk_notice_letter")),
        sqlite_strict=True
    )


def _create_approval() -> None:
    op.create_table("notice_approval",
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["policy_notice.notice_id"], name=op.f("fk_notice_approval_notice_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("notice_id", "actor", name=op.f("pk_notice_approval")),
        sqlite_strict=True
    )


def _create_owner() -> None:
    op.create_table("notice_owner",
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("person_id", columns.Id(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", columns.Count(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.Column("queued_at", columns.UtcDateTime(), nullable=False),
        sa.Column("lease_token", columns.Id(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("message_key", sa.LargeBinary(), nullable=True),
        sa.Column("told_at", columns.UtcDateTime(), nullable=True),
        sa.Column("stand_in", columns.Id(), nullable=True),
        sa.Column("effective_on", columns.Day(), nullable=True),
        sa.Column("decided", columns.Flag(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'leased', 'uncertain', 'accepted', 'stood_in', 'unreached', 'joined', 'left', 'cancelled')", name=op.f("ck_notice_owner_state")),
        sa.ForeignKeyConstraint(["notice_id"], ["policy_notice.notice_id"], name=op.f("fk_notice_owner_notice_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_notice_owner")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )
    op.create_index("ix_notice_owner_due", "notice_owner", ["notice_id", "due_at"], sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_index("ix_notice_owner_stand_in", "notice_owner", ["stand_in"], sqlite_where=sa.text("stand_in IS NOT NULL"), postgresql_where=sa.text("stand_in IS NOT NULL"))
    op.create_index("ix_notice_owner_unreached", "notice_owner", ["notice_id", "person_id"], sqlite_where=sa.text("state = 'unreached'"), postgresql_where=sa.text("state = 'unreached'"))
    op.create_index("uq_notice_owner_message_key", "notice_owner", ["message_key"], unique=True, sqlite_where=sa.text("message_key IS NOT NULL"), postgresql_where=sa.text("message_key IS NOT NULL"))


def _create_workspace() -> None:
    op.create_table("notice_workspace",
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("workspace_id", columns.Id(), nullable=False),
        sa.Column("person_id", columns.Id(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["policy_notice.notice_id"], name=op.f("fk_notice_workspace_notice_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("notice_id", "workspace_id", "person_id", name=op.f("pk_notice_workspace")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )


def _create_attempt() -> None:
    op.create_table("notice_attempt",
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("person_id", columns.Id(), nullable=False),
        sa.Column("number", columns.Count(), nullable=False),
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.Column("sealed_record", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("outcome IN ('registered', 'accepted', 'deferred', 'refused', 'unknown', 'bounced')", name=op.f("ck_notice_attempt_outcome")),
        sa.ForeignKeyConstraint(["notice_id"], ["policy_notice.notice_id"], name=op.f("fk_notice_attempt_notice_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("notice_id", "person_id", "number", name=op.f("pk_notice_attempt")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )


def _create_choice() -> None:
    op.create_table("notice_choice",
        sa.Column("choice_id", columns.Id(), nullable=False),
        sa.Column("notice_id", columns.Id(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("workspace_id", columns.Id(), nullable=True),
        sa.Column("person_id", columns.Id(), nullable=True),
        sa.Column("effective_on", columns.Day(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("choice IN ('move_all', 'move_workspace', 'otherwise_told')", name=op.f("ck_notice_choice_choice")),
        sa.ForeignKeyConstraint(["notice_id"], ["policy_notice.notice_id"], name=op.f("fk_notice_choice_notice_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("choice_id", name=op.f("pk_notice_choice")),
        sqlite_strict=True
    )
    op.create_index("ix_notice_choice_notice", "notice_choice", ["notice_id"])
