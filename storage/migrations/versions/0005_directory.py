"""Who is who, what it says about the cases, and whom nobody may write to again."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from storage import columns

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

NEW_KINDS = ("directory_read", "directory_shown", "role_found", "suppressed")
CHECK = "ck_audit_event_kind"
TABLES = ("suppression", "role_finding", "directory_lead", "directory_standing", "directory_address", "directory_person", "directory_workspace", "directory_state")


def upgrade() -> None:
    known = _known_kinds()
    _allow_kinds((*known, *NEW_KINDS))
    _create_state()
    _create_workspace()
    _create_person()
    _create_address()
    _create_standing()
    _create_lead()
    _create_finding()
    _create_suppression()


def downgrade() -> None:
    """What only this revision knows goes; the chains that it breaks end where they still hold."""
    kinds = ", ".join(repr(kind) for kind in NEW_KINDS)
    op.execute(sa.text(f"DELETE FROM audit_chain WHERE chain IN (SELECT chain FROM audit_event WHERE kind IN ({kinds}))"))  # noqa: S608 - constants
    op.execute(sa.text(f"DELETE FROM audit_event WHERE kind IN ({kinds})"))  # noqa: S608
    for table in TABLES:
        op.drop_table(table)
    _allow_kinds(tuple(kind for kind in _known_kinds() if kind not in NEW_KINDS))


def _known_kinds() -> tuple[str, ...]:
    """The words that the CHECK allows so far, whichever revisions came before."""
    checks = sa.inspect(op.get_bind()).get_check_constraints("audit_event")
    (condition,) = [str(check["sqltext"]) for check in checks if check["name"] == CHECK]
    return tuple(re.findall(r"'([a-z_]+)'", condition))


def _allow_kinds(kinds: tuple[str, ...]) -> None:
    """SQLite cannot change a CHECK: the table is made anew under its own name, so that its text stays as declared."""
    condition = f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "audit_event", type_="check")
        op.create_check_constraint(op.f(CHECK), "audit_event", condition)
        return
    op.execute(sa.text("CREATE TEMP TABLE audit_event_before AS SELECT * FROM audit_event"))
    op.drop_table("audit_event")
    _create_audit_event(condition)
    op.execute(sa.text("INSERT INTO audit_event SELECT * FROM audit_event_before"))
    op.execute(sa.text("DROP TABLE audit_event_before"))


def _create_audit_event(condition: str) -> None:
    op.create_table("audit_event",
        sa.Column("chain", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("payload_digest", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.CheckConstraint(condition, name=op.f(CHECK)),
        sa.PrimaryKeyConstraint("chain", "position", name=op.f("pk_audit_event")),
        sqlite_strict=True
    )


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
