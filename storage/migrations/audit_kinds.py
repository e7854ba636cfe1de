"""What revisions do to the kinds of the audit trail: allow new ones, and on the way back end chains before them."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from storage.migrations import checks

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
    checks.allow("audit_event", "kind", (*_allowed(), *kinds))


def forget(kinds: tuple[str, ...]) -> None:
    """Let them in no more. A chain in which one of them stands ends before it: so far it still holds."""
    _cut_chains(", ".join(repr(kind) for kind in kinds))
    kept = tuple(kind for kind in _allowed() if kind not in kinds)
    checks.allow("audit_event", "kind", kept)


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
