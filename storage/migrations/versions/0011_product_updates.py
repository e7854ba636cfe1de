"""The list of product updates, and who left it by one click."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LISTS = ("marketing", "analytics", "erasure")
REASONS = ("objection", "withdrawal", "erasure", "by_hand", "imported")


def upgrade() -> None:
    _make_anew((*LISTS, "updates"), (*REASONS, "unsubscribed"))


def downgrade() -> None:
    """Nobody who left a list may be written to again: without a list of updates, they are on that of marketing."""
    _run(
        "DELETE FROM suppression WHERE list_name = 'updates' AND address_key IN "
        "(SELECT address_key FROM suppression WHERE list_name = 'marketing')"
    )
    _run("UPDATE suppression SET list_name = 'marketing' WHERE list_name = 'updates'")
    _run("UPDATE suppression SET reason = 'objection' WHERE reason = 'unsubscribed'")
    _make_anew(LISTS, REASONS)


def _make_anew(lists: tuple[str, ...], reasons: tuple[str, ...]) -> None:
    """SQLite cannot change a CHECK: the table is made anew under its own name, so that its text stays as declared."""
    _run("CREATE TEMP TABLE suppression_before AS SELECT * FROM suppression")
    op.drop_table("suppression")
    op.create_table(
        "suppression",
        sa.Column("address_key", sa.LargeBinary(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("added_at", columns.UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("case_id", columns.Id(), nullable=True),
        _one_of("list_name", lists),
        _one_of("reason", reasons),
        sa.PrimaryKeyConstraint("address_key", "list_name", name=op.f("pk_suppression")),
        sqlite_strict=True,
    )
    op.create_index("ix_suppression_added", "suppression", ["list_name", "added_at"])
    _run("INSERT INTO suppression SELECT * FROM suppression_before")
    _run("DROP TABLE suppression_before")


def _one_of(column: str, words: tuple[str, ...]) -> sa.CheckConstraint:
    spelled = ", ".join(repr(word) for word in words)
    return sa.CheckConstraint(f"{column} IN ({spelled})", name=op.f(f"ck_suppression_{column}"))


def _run(statement: str) -> None:
    op.execute(sa.text(statement))
