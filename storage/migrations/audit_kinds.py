"""What revisions do to the kinds of the audit trail: allow new ones, and on the way back end chains before them."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from storage import columns

CHECK = "ck_audit_event_kind"
CUT = (
    """UPDATE audit_chain SET
        length = (SELECT position FROM cut WHERE cut.chain = audit_chain.chain),
        head = (SELECT link FROM audit_event, cut WHERE audit_event.chain = audit_chain.chain
            AND cut.chain = audit_chain.chain AND audit_event.position = cut.position - 1)
        WHERE chain IN (SELECT chain FROM cut WHERE position > 0)""",
    "DELETE FROM audit_chain WHERE chain IN (SELECT chain FROM cut WHERE position = 0)",
    """DELETE FROM audit_event WHERE EXISTS (SELECT 1 FROM cut
        WHERE cut.chain = audit_event.chain AND audit_event.position >= cut.position)""",
)
WORD = re.compile(r"'([a-z_]+)'")


def allow(kinds: tuple[str, ...]) -> None:
    """Let these kinds into the trail, beside those that the schema knows so far."""
    _set_allowed((*_allowed(), *kinds))


def forget(kinds: tuple[str, ...]) -> None:
    """Let them in no more. A chain in which one of them stands ends before it: so far it still holds."""
    _cut_chains(", ".join(repr(kind) for kind in kinds))
    _set_allowed(tuple(kind for kind in _allowed() if kind not in kinds))


def _cut_chains(spelled: str) -> None:
    first = f"SELECT chain, MIN(position) AS position FROM audit_event WHERE kind IN ({spelled}) GROUP BY chain"  # noqa: S608 - constants
    for statement in (f"CREATE TEMP TABLE cut AS {first}", *CUT, "DROP TABLE cut"):
        op.execute(sa.text(statement))


def _allowed() -> tuple[str, ...]:
    """The kinds that the schema knows so far, whatever revisions stand below."""
    if op.get_bind().dialect.name == "sqlite":
        told = "SELECT sql FROM sqlite_master WHERE name = 'audit_event'"
    else:
        told = f"SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{CHECK}'"  # noqa: S608 - a constant
    text = str(op.get_bind().execute(sa.text(told)).scalar_one())
    return tuple(WORD.findall(text[text.index("kind IN") if "kind IN" in text else 0 :]))


def _set_allowed(kinds: tuple[str, ...]) -> None:
    """SQLite cannot change a CHECK: the table is made anew under its own name, so that its text stays as declared."""
    condition = f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f(CHECK), "audit_event", type_="check")
        op.create_check_constraint(op.f(CHECK), "audit_event", condition)
        return
    indexes = _indexes()
    op.execute(sa.text("CREATE TEMP TABLE audit_event_before AS SELECT * FROM audit_event"))
    op.drop_table("audit_event")
    _create_audit_event(condition)
    for statement in ("INSERT INTO audit_event SELECT * FROM audit_event_before", *indexes):
        op.execute(sa.text(statement))
    op.execute(sa.text("DROP TABLE audit_event_before"))


def _indexes() -> list[str]:
    """The statements that made the table's indexes: they go with the old table."""
    made = "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'audit_event' AND sql IS NOT NULL"
    return list(op.get_bind().execute(sa.text(made)).scalars())


def _create_audit_event(condition: str) -> None:
    """The table as it is since revision 0001."""
    op.create_table(
        "audit_event",
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
        sqlite_strict=True,
    )
