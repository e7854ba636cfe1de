"""Who is who, what it says about the cases, and whom nobody may write to again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEW_KINDS = ("directory_read", "directory_shown", "role_found", "suppressed")
TABLES = ("suppression", "role_finding", "directory_lead", "directory_standing", "directory_address", "directory_person", "directory_workspace", "directory_state")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _create_state()
    _create_workspace()
    _create_person()
    _create_address()
    _create_standing()
    _create_lead()
    _create_finding()
    _create_suppression()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    audit_kinds.forget(NEW_KINDS)


def _create_state() -> None:
    op.create_table("directory_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("begun", columns.Count(), nullable=False),
        sa.Column("generation", columns.Count(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("tried_at", columns.UtcDateTime(), nullable=False),
        sa.Column("read_at", columns.UtcDateTime(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_directory_state")),
        sqlite_strict=True
    )


def _create_workspace() -> None:
    op.create_table("directory_workspace",
        sa.Column("workspace_id", columns.Id(), nullable=False),
        sa.Column("workspace_key", sa.LargeBinary(), nullable=False),
        sa.Column("facts_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("cancelled_since", columns.Day(), nullable=True),
        sa.Column("seen", columns.Count(), nullable=False),
        sa.Column("left_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_directory_workspace")),
        sa.UniqueConstraint("workspace_key", name=op.f("uq_directory_workspace_workspace_key")),
        sqlite_strict=True
    )
    op.create_index("ix_directory_workspace_seen", "directory_workspace", ["seen"])


def _create_person() -> None:
    op.create_table("directory_person",
        sa.Column("person_id", columns.Id(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(), nullable=False),
        sa.Column("facts_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("seen", columns.Count(), nullable=False),
        sa.Column("left_at", columns.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_directory_person")),
        sa.UniqueConstraint("person_key", name=op.f("uq_directory_person_person_key")),
        sqlite_strict=True
    )
    op.create_index("ix_directory_person_seen", "directory_person", ["seen"])


def _create_address() -> None:
    op.create_table("directory_address",
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", columns.Id(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("seen", columns.Count(), nullable=False),
        sa.Column("left_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.person_id"], name=op.f("fk_directory_address_person_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("address_key", "person_id", name=op.f("pk_directory_address")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )
    op.create_index("ix_directory_address_person", "directory_address", ["person_id"])
    op.create_index("ix_directory_address_seen", "directory_address", ["seen"])


def _create_standing() -> None:
    op.create_table("directory_standing",
        sa.Column("person_id", columns.Id(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("workspace_id", columns.Id(), nullable=False),
        sa.Column("seen", columns.Count(), nullable=False),
        sa.Column("left_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("standing IN ('owner', 'member', 'contact')", name=op.f("ck_directory_standing_standing")),
        sa.ForeignKeyConstraint(["person_id"], ["directory_person.person_id"], name=op.f("fk_directory_standing_person_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("person_id", "standing", "workspace_id", name=op.f("pk_directory_standing")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )
    op.create_index("ix_directory_standing_seen", "directory_standing", ["seen"])


def _create_lead() -> None:
    op.create_table("directory_lead",
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("workspace_id", columns.Id(), nullable=False),
        sa.Column("seen", columns.Count(), nullable=False),
        sa.PrimaryKeyConstraint("address_key", "workspace_id", name=op.f("pk_directory_lead")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )


def _create_finding() -> None:
    op.create_table("role_finding",
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("reasons", columns.Codes(), nullable=False),
        sa.Column("waits", columns.Flag(), nullable=False),
        sa.Column("generation", columns.Count(), nullable=False),
        sa.Column("found_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("role IN ('controller', 'processor', 'both', 'unknown')", name=op.f("ck_role_finding_role")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_role_finding_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_role_finding")),
        sqlite_strict=True
    )


def _create_suppression() -> None:
    op.create_table("suppression",
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_at", columns.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=True),
        sa.CheckConstraint("list_name IN ('marketing', 'analytics', 'erasure')", name=op.f("ck_suppression_list_name")),
        sa.CheckConstraint("reason IN ('objection', 'withdrawal', 'erasure', 'by_hand', 'imported')", name=op.f("ck_suppression_reason")),
        sa.PrimaryKeyConstraint("address_key", "list_name", name=op.f("pk_suppression")),
        sqlite_strict=True
    )
    op.create_index("ix_suppression_added", "suppression", ["list_name", "added_at"])
