"""Notices by a provider: its acceptance is not the mailbox's, and where no word comes of one a person sees to the Owner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

STATES = ("waiting", "leased", "uncertain", "handed_over", "accepted", "stood_in", "unreached", "joined", "left", "cancelled")  # fmt: skip
OUTCOMES = ("registered", "accepted", "deferred", "refused", "unknown", "bounced", "delivered", "silent")  # fmt: skip
NEW_STATES, NEW_OUTCOMES = ("handed_over",), ("delivered", "silent")


def upgrade() -> None:
    _allow("notice_owner", "state", STATES)
    _allow("notice_attempt", "outcome", OUTCOMES)


def downgrade() -> None:
    """Whoever was with a provider is seen to by a person: nothing is sent twice."""
    op.execute(
        sa.text("UPDATE notice_owner SET state = 'unreached', due_at = NULL WHERE state = 'handed_over'")
    )  # fmt: skip
    op.execute(
        sa.text("UPDATE notice_attempt SET outcome = 'accepted' WHERE outcome = 'delivered'")
    )
    op.execute(sa.text("UPDATE notice_attempt SET outcome = 'refused' WHERE outcome = 'silent'"))
    _allow("notice_owner", "state", tuple(one for one in STATES if one not in NEW_STATES))
    _allow("notice_attempt", "outcome", tuple(one for one in OUTCOMES if one not in NEW_OUTCOMES))


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    """SQLite cannot change a CHECK: the table is made anew from its own text, with its indexes."""
    name, condition = f"ck_{table}_{column}", f"{column} IN ({', '.join(map(repr, words))})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, condition)
        return
    told = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = :table AND sql IS NOT NULL ORDER BY type = 'index'"
    )
    made, *indexes = op.get_bind().execute(told, {"table": table}).scalars().all()
    before, _, rest = str(made).partition(f"{column} IN (")
    op.execute(sa.text(f"CREATE TEMP TABLE kept AS SELECT * FROM {table}"))  # noqa: S608 - constants
    op.drop_table(table)
    op.execute(sa.text(before + condition + rest.partition(")")[2]))
    for index in indexes:
        op.execute(sa.text(index))
    op.execute(sa.text(f"INSERT INTO {table} SELECT * FROM kept"))  # noqa: S608 - constants
    op.execute(sa.text("DROP TABLE kept"))
