"""Who is asking: where each case stands, challenges, evidence, attempts."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from storage import columns

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NEW_KINDS = ("identity_asked", "identity_evidence", "identity_refused", "identity_decided", "identity_proved", "identity_lapsed", "paper_set_aside", "paper_destroyed")
CHECK = "ck_audit_event_kind"
WORD = re.compile(r"'([a-z_]+)'")
SPELLED = ", ".join(repr(kind) for kind in NEW_KINDS)


def upgrade() -> None:
    _allow_kinds((*_allowed(), *NEW_KINDS))
    _create_standing()
    _create_challenge()
    _create_evidence()
    _create_attempt()
    _create_paper()


def downgrade() -> None:
    """What only this revision knows goes, and with it the chains that hold it: a chain with a hole proves nothing."""
    chains = f"SELECT chain FROM audit_event WHERE kind IN ({SPELLED})"  # noqa: S608 - constants
    op.execute(sa.text(f"DELETE FROM audit_chain WHERE chain IN ({chains})"))  # noqa: S608
    op.execute(sa.text("DELETE FROM audit_event WHERE chain NOT IN (SELECT chain FROM audit_chain)"))
    for table in ("identity_paper", "identity_attempt", "identity_evidence", "identity_challenge", "identity_standing"):
        op.drop_table(table)
    _allow_kinds(tuple(kind for kind in _allowed() if kind not in NEW_KINDS))


def _allowed() -> tuple[str, ...]:
    """The kinds that the schema knows so far, whatever revisions stand below this one."""
    if op.get_bind().dialect.name == "sqlite":
        told = "SELECT sql FROM sqlite_master WHERE name = 'audit_event'"
    else:
        told = f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{CHECK}'"  # noqa: S608
    text = str(op.get_bind().execute(sa.text(told)).scalar_one())
    return tuple(WORD.findall(text[text.index("kind IN") if "kind IN" in text else 0:]))


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
