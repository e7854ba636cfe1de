"""The work on rights: every state of an item, the trail of its steps, tasks for systems, answers, what an erasure needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.migrations import audit_kinds

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEW_KINDS = ("work_step", "erasure_approved", "kept_stated", "case_closed", "case_reopened")
STATE_CHECK = "ck_request_item_state"
STATES = ("received", "planned", "cooling_off", "executing", "executed", "with_controller", "awaiting_approval", "approved", "parked", "fulfilled", "partly", "refused", "passed_to_controller", "withdrawn", "not_a_request")
EARLIER_STATES = ("received", "withdrawn", "not_a_request")
TABLES = ("work_event", "plan_task", "item_answer", "draft_approval", "erasure_approval", "cool_off", "kept_statement", "kept_line")


def upgrade() -> None:
    audit_kinds.allow(NEW_KINDS)
    _allow_states(STATES)
    _create_work_event()
    _create_plan_task()
    _create_item_answer()
    _create_draft_approval()
    _create_erasure_approval()
    _create_cool_off()
    _create_kept_statement()
    _create_kept_line()


def downgrade() -> None:
    """What only this revision knows goes: a right on its way is received again, one that was answered is not owed anew."""
    for table in reversed(TABLES):
        op.drop_table(table)
    answered = "'fulfilled', 'partly', 'refused', 'passed_to_controller', 'parked'"
    op.execute(sa.text(f"UPDATE request_item SET state = 'withdrawn' WHERE state IN ({answered})"))  # noqa: S608
    op.execute(sa.text("UPDATE request_item SET state = 'received' WHERE state NOT IN ('received', 'withdrawn', 'not_a_request')"))
    _allow_states(EARLIER_STATES)
    audit_kinds.forget(NEW_KINDS)


def _allow_states(states: tuple[str, ...]) -> None:
    """As for the kinds of the trail: SQLite makes the table anew."""
    condition = f"state IN ({', '.join(repr(state) for state in states)})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(STATE_CHECK), "request_item", type_="check")
        op.create_check_constraint(op.f(STATE_CHECK), "request_item", condition)
        return
    op.execute(sa.text("CREATE TEMP TABLE request_item_before AS SELECT * FROM request_item"))
    op.drop_table("request_item")
    _create_request_item(condition)
    op.execute(sa.text("INSERT INTO request_item SELECT * FROM request_item_before"))
    op.execute(sa.text("DROP TABLE request_item_before"))


def _create_request_item(condition: str) -> None:
    op.create_table("request_item",
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("right_name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confidence", columns.Share(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("sealed_quote", sa.LargeBinary(), nullable=False),
        sa.Column("quote_start", columns.Count(), nullable=False),
        sa.Column("quote_end", columns.Count(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", columns.UtcDateTime(), nullable=False),
        sa.CheckConstraint("right_name IN ('access', 'rectification', 'erasure', 'portability', 'objection', 'restriction', 'withdraw_consent', 'automated_decision')", name=op.f("ck_request_item_right_name")),
        sa.CheckConstraint("scope IN ('marketing', 'analytics', 'sale_sharing', '')", name=op.f("ck_request_item_scope")),
        sa.CheckConstraint(condition, name=op.f(STATE_CHECK)),
        sa.CheckConstraint("confidence >= 0 AND confidence <= 1", name=op.f("ck_request_item_confidence")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_request_item_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_request_item")),
        sqlite_strict=True
    )
    op.create_index("ix_request_item_case", "request_item", ["case_id"], unique=False)
    op.create_index("uq_request_item_open", "request_item", ["case_id", "right_name", "scope"], unique=True, sqlite_where=sa.text("state = 'received'"), postgresql_where=sa.text("state = 'received'"))


def _create_work_event() -> None:
    op.create_table("work_event",
        sa.Column("event_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=True),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("sealed_ground", sa.LargeBinary(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.CheckConstraint("from_state IN ('received', 'planned', 'cooling_off', 'executing', 'executed', 'with_controller', 'awaiting_approval', 'approved', 'parked', 'fulfilled', 'partly', 'refused', 'passed_to_controller', 'withdrawn', 'not_a_request')", name=op.f("ck_work_event_from_state")),
        sa.CheckConstraint("step IN ('plan', 'approve_erasure', 'execute', 'finish_tasks', 'forward', 'draft', 'send_back', 'approve', 'complete', 'reopen', 'withdraw', 'dismiss', 'resume')", name=op.f("ck_work_event_step")),
        sa.CheckConstraint("to_state IN ('received', 'planned', 'cooling_off', 'executing', 'executed', 'with_controller', 'awaiting_approval', 'approved', 'parked', 'fulfilled', 'partly', 'refused', 'passed_to_controller', 'withdrawn', 'not_a_request')", name=op.f("ck_work_event_to_state")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_work_event_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_work_event")),
        sqlite_strict=True
    )
    op.create_index("ix_work_event_case", "work_event", ["case_id"], unique=False)


def _create_plan_task() -> None:
    op.create_table("plan_task",
        sa.Column("task_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", columns.Day(), nullable=False),
        sa.Column("opened_at", columns.UtcDateTime(), nullable=True),
        sa.Column("done_at", columns.UtcDateTime(), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("sealed_evidence", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_plan_task_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_plan_task")),
        sqlite_strict=True
    )
    op.create_index("ix_plan_task_item", "plan_task", ["item_id", "position"], unique=False)


def _create_item_answer() -> None:
    op.create_table("item_answer",
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("sealed_ground", sa.LargeBinary(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("message_id_key", sa.LargeBinary(), nullable=False),
        sa.Column("days", columns.Codes(), nullable=False),
        sa.Column("made_at", columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", columns.UtcDateTime(), nullable=True),
        sa.CheckConstraint("decision IN ('granted', 'partly', 'refused', 'passed_on', 'not_proved')", name=op.f("ck_item_answer_decision")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_item_answer_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("draft_id", "item_id", name=op.f("pk_item_answer")),
        sqlite_strict=True
    )
    op.create_index("ix_item_answer_item", "item_answer", ["item_id", "made_at"], unique=False)
    op.create_index("ix_item_answer_letter", "item_answer", ["message_id_key"], unique=False)


def _create_draft_approval() -> None:
    op.create_table("draft_approval",
        sa.Column("draft_id", columns.Id(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_draft_approval_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("draft_id", "actor", "digest", name=op.f("pk_draft_approval")),
        sqlite_strict=True
    )


def _create_erasure_approval() -> None:
    op.create_table("erasure_approval",
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_erasure_approval_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id", "actor", name=op.f("pk_erasure_approval")),
        sqlite_strict=True
    )


def _create_cool_off() -> None:
    op.create_table("cool_off",
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("over_at", columns.UtcDateTime(), nullable=False),
        sa.Column("due_at", columns.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_cool_off_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_cool_off")),
        sqlite_strict=True
    )
    op.create_index("ix_cool_off_due", "cool_off", ["due_at"], unique=False, sqlite_where=sa.text("due_at IS NOT NULL"), postgresql_where=sa.text("due_at IS NOT NULL"))


def _create_kept_statement() -> None:
    op.create_table("kept_statement",
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("keeps", columns.Flag(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("os_user", sa.Text(), nullable=False),
        sa.Column("confirmed_at", columns.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_kept_statement_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_kept_statement")),
        sqlite_strict=True
    )


def _create_kept_line() -> None:
    op.create_table("kept_line",
        sa.Column("item_id", columns.Id(), nullable=False),
        sa.Column("position", columns.Count(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("law", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("access", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_kept_line_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_kept_line")),
        sqlite_strict=True,
        sqlite_with_rowid=False
    )
