"""What staff do to cases: requests that came by no mail, notes, holds, relations, merges."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from storage import columns

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW_KINDS = ("case_added", "case_corrected", "case_held", "case_hold_ended", "case_related", "case_merged", "case_split", "case_exported")
CHECK = "ck_audit_event_kind"
WORD = re.compile(r"'([a-z_]+)'")
SPELLED = ", ".join(repr(kind) for kind in NEW_KINDS)
TABLES = ("case_merge", "case_relation", "case_hold", "case_note", "added_request")


def upgrade() -> None:
    _allow_kinds((*_allowed(), *NEW_KINDS))
    _create_added_request()
    _create_case_note()
    _create_case_hold()
    _create_case_relation()
    _create_case_merge()


def downgrade() -> None:
    """What only this revision knows goes, and with it the chains that hold it: a chain with a hole proves nothing."""
    chains = f"SELECT chain FROM audit_event WHERE kind IN ({SPELLED})"  # noqa: S608 - constants
    op.execute(sa.text(f"DELETE FROM audit_chain WHERE chain IN ({chains})"))  # noqa: S608
    op.execute(sa.text("DELETE FROM audit_event WHERE chain NOT IN (SELECT chain FROM audit_chain)"))
    for table in TABLES:
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


def _create_added_request() -> None:
    op.create_table("added_request",
        sa.Column("inbound_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("added_key", sa.LargeBinary(), nullable=True),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("sealed_postal", sa.LargeBinary(), nullable=True),
        sa.Column("added_at", columns.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.CheckConstraint("channel IN ('post', 'phone', 'chat')", name=op.f("ck_added_request_channel")),
        sa.ForeignKeyConstraint(["inbound_id"], ["inbound.inbound_id"], name=op.f("fk_added_request_inbound_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("inbound_id", name=op.f("pk_added_request")),
        sa.UniqueConstraint("added_key", name=op.f("uq_added_request_added_key")),
        sqlite_strict=True
    )


def _create_case_note() -> None:
    op.create_table("case_note",
        sa.Column("note_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("about", columns.Codes(), nullable=False),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_note_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_case_note")),
        sqlite_strict=True
    )
    op.create_index("ix_case_note_case", "case_note", ["case_id"], unique=False)


def _create_case_hold() -> None:
    op.create_table("case_hold",
        sa.Column("hold_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("sealed_reason", sa.LargeBinary(), nullable=False),
        sa.Column("held_at", columns.UtcDateTime(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("sealed_release", sa.LargeBinary(), nullable=True),
        sa.Column("released_at", columns.UtcDateTime(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_hold_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_case_hold")),
        sqlite_strict=True
    )
    op.create_index("uq_case_hold_open", "case_hold", ["case_id"], unique=True, sqlite_where=sa.text("released_at IS NULL"), postgresql_where=sa.text("released_at IS NULL"))
    op.create_index("ix_case_hold_case", "case_hold", ["case_id"], unique=False)


def _create_case_relation() -> None:
    op.create_table("case_relation",
        sa.Column("relation_id", columns.Id(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("other_id", columns.Id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('duplicate_of', 'follow_up_of', 'admonition_of', 'superseded_by')", name=op.f("ck_case_relation_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_relation_case_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["other_id"], ["privacy_case.case_id"], name=op.f("fk_case_relation_other_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("relation_id", name=op.f("pk_case_relation")),
        sa.UniqueConstraint("case_id", "other_id", "kind", name=op.f("uq_case_relation_case_id")),
        sqlite_strict=True
    )
    op.create_index("ix_case_relation_other", "case_relation", ["other_id"], unique=False)


def _create_case_merge() -> None:
    op.create_table("case_merge",
        sa.Column("case_id", columns.Id(), nullable=False),
        sa.Column("into_id", columns.Id(), nullable=False),
        sa.Column("moved", columns.Codes(), nullable=False),
        sa.Column("at", columns.UtcDateTime(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_merge_case_id"), initially="DEFERRED", deferrable=True),
        sa.ForeignKeyConstraint(["into_id"], ["privacy_case.case_id"], name=op.f("fk_case_merge_into_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_merge")),
        sqlite_strict=True
    )
    op.create_index("ix_case_merge_into", "case_merge", ["into_id"], unique=False)
