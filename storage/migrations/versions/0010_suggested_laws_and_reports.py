"""What else can happen to the clocks of a case: a workspace suggests laws, an incident was reported; tasks by their case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

CHECK = "ck_case_event_kind"
OLD = ("received", "right_added", "laws_changed", "calendar_changed", "identity_asked", "identity_proved", "clarification_asked", "clarified", "fee_asked", "fee_paid", "extension_notified", "acknowledged", "answered", "bounced", "assigned")
NEW = ("received", "right_added", "laws_changed", "laws_suggested", *OLD[3:], "incident_reported")


def upgrade() -> None:
    _set_allowed(NEW)
    op.create_index("ix_task_case", "task", ["case_id"], unique=False)


def downgrade() -> None:
    """What only this revision knows goes: an older version would count by a suggested law, and ring again."""
    op.drop_index("ix_task_case", "task")
    op.execute("DELETE FROM case_event WHERE kind IN ('laws_suggested', 'incident_reported')")
    _set_allowed(OLD)


def _set_allowed(kinds: tuple[str, ...]) -> None:
    """SQLite cannot change a CHECK: the table is made anew under its own name, so that its text stays as declared."""
    condition = f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
    if op.get_bind().dialect.name != "sqlite":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # rows of this very upgrade: their foreign keys are due first
        op.execute("SET CONSTRAINTS ALL DEFERRED")
        op.drop_constraint(op.f(CHECK), "case_event", type_="check")
        op.create_check_constraint(op.f(CHECK), "case_event", condition)
        return
    op.execute("CREATE TEMP TABLE case_event_before AS SELECT * FROM case_event")
    op.drop_table("case_event")
    _create_case_event(condition)
    op.execute("INSERT INTO case_event SELECT * FROM case_event_before")
    op.execute("DROP TABLE case_event_before")


def _create_case_event(condition: str) -> None:
    """The table as it is since revision 0004."""
    op.create_table("case_event",
        sa.Column("event_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("recorded_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=True),
        sa.Column("laws", columns.Codes(), nullable=False),
        sa.Column("reasons", columns.Codes(), nullable=False),
        sa.CheckConstraint(condition, name=op.f(CHECK)),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_event_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_case_event")),
        sqlite_strict=True
    )
    op.create_index("ix_case_event_case", "case_event", ["case_id"], unique=False)
