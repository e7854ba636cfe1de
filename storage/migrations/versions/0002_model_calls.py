"""The ledger of a model's calls, and who attested that nothing of them is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KINDS = ("message_screened", "message_held", "message_released", "message_dismissed", "message_quarantined", "message_duplicate", "case_opened", "case_message_added", "right_recognised", "clock_started", "letter_queued", "letter_drafted", "letter_approved", "letter_rejected", "letter_sent", "letter_uncertain", "letter_failed", "letter_delivery", "task_opened", "task_done")
NEW_KIND = "model_attested"
CHECK = "ck_audit_event_kind"


def upgrade() -> None:
    _allow_kinds((*KINDS, NEW_KIND))
    _create_model_call()
    _create_model_attestation()


def downgrade() -> None:
    """What only this revision knows goes; a chain of attestations is a chain of its own and goes as a whole."""
    op.execute(sa.text(f"DELETE FROM audit_chain WHERE chain IN (SELECT chain FROM audit_event WHERE kind = '{NEW_KIND}')"))  # noqa: S608 - a constant
    op.execute(sa.text(f"DELETE FROM audit_event WHERE kind = '{NEW_KIND}'"))  # noqa: S608
    op.drop_table("model_attestation")
    op.drop_table("model_call")
    _allow_kinds(KINDS)


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


def _create_model_call() -> None:
    op.create_table("model_call",
        sa.Column("call_id", columns.Id(), nullable=False),
        sa.Column("inbound_id", columns.Id(), nullable=True),
        sa.Column("started_at", columns.UtcDateTime(), nullable=False),
        sa.Column("finished_at", columns.UtcDateTime(), nullable=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("shadow", columns.Flag(), nullable=False),
        sa.Column("text_key", sa.LargeBinary(), nullable=False),
        sa.Column("tokens_in", columns.Count(), nullable=False),
        sa.Column("tokens_out", columns.Count(), nullable=False),
        sa.Column("cost", columns.Count(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome IN ('started', 'heard', 'cached', 'timeout', 'rate-limited', 'overloaded', 'server-error', 'unreachable', 'invalid-answer', 'refused', 'truncated', 'rejected', 'no-time-left', 'stopped')", name=op.f("ck_model_call_outcome")),
        sa.CheckConstraint("assurance IN ('attested', 'bedrock-verified', 'local')", name=op.f("ck_model_call_assurance")),
        sa.CheckConstraint("cost >= 0", name=op.f("ck_model_call_cost")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_model_call")),
        sqlite_strict=True
    )
    op.create_index("ix_model_call_started", "model_call", ["started_at"])
    op.create_index("ix_model_call_said", "model_call", ["inbound_id"], sqlite_where=sa.text("outcome = 'heard'"), postgresql_where=sa.text("outcome = 'heard'"))


def _create_model_attestation() -> None:
    op.create_table("model_attestation",
        sa.Column("attestation_id", columns.Id(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("contract_date", columns.Day(), nullable=False),
        sa.Column("attested_by", sa.Text(), nullable=False),
        sa.Column("attested_at", columns.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("attestation_id", name=op.f("pk_model_attestation")),
        sqlite_strict=True
    )
