"""What happened to the clocks of each case, and the calendar of each date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from storage import columns
from storage.ids import new_id

# One column a line, as the schema was when this revision was written.
# fmt: off

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

AT_ONCE = 2_000  # rows
KINDS = ("received", "right_added", "laws_changed", "calendar_changed", "identity_asked", "identity_proved", "clarification_asked", "clarified", "fee_asked", "fee_paid", "extension_notified", "acknowledged", "answered", "bounced", "assigned")


def upgrade() -> None:
    op.add_column("clock_event", sa.Column("calendar", sa.Text(), nullable=True))
    _create_case_event()
    _tell_what_happened()
    op.execute("UPDATE clock_event SET message_id_key = (SELECT e.message_id_key FROM extension e WHERE e.item_id = clock_event.item_id)"
               " WHERE change = 'started' AND EXISTS (SELECT 1 FROM extension e WHERE e.item_id = clock_event.item_id AND e.due_on = clock_event.due_on AND e.told_at IS NOT NULL)")


def downgrade() -> None:
    op.execute("UPDATE clock_event SET message_id_key = NULL WHERE change = 'started'")
    op.drop_table("case_event")
    op.drop_column("clock_event", "calendar")


def _create_case_event() -> None:
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
        sa.CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name=op.f("ck_case_event_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["privacy_case.case_id"], name=op.f("fk_case_event_case_id"), initially="DEFERRED", deferrable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_case_event")),
        sqlite_strict=True
    )
    op.create_index("ix_case_event_case", "case_event", ["case_id"], unique=False)


def _tell_what_happened() -> None:
    """What earlier versions knew of each case: its mail, its rights, letters that acknowledged it or told a later date."""
    case = _table("privacy_case", case_id=columns.Id(), received_at=columns.UtcDateTime())
    item = _table("request_item", item_id=columns.Id(), case_id=columns.Id(), received_at=columns.UtcDateTime(), position=columns.Count())
    clock = _table("clock_event", event_id=columns.Id(), case_id=columns.Id(), change=sa.Text(), at=columns.UtcDateTime(), message_id_key=sa.LargeBinary())
    told = _table("extension", item_id=columns.Id(), case_id=columns.Id(), told_at=columns.UtcDateTime(), asked_by=sa.Text(), message_id_key=sa.LargeBinary())
    # In this order: what is read in the order of its ids begins with the arrival.
    _copy("received", sa.select(case.c.case_id, case.c.received_at.label("at")))
    _copy("right_added", sa.select(item.c.case_id, item.c.item_id, item.c.received_at.label("at")).order_by(item.c.case_id, item.c.position))
    _copy("acknowledged", sa.select(clock.c.case_id, clock.c.at, clock.c.message_id_key).where(clock.c.change == "met").order_by(clock.c.event_id))
    _copy("extension_notified", sa.select(told.c.case_id, told.c.item_id, told.c.told_at.label("at"), told.c.asked_by.label("author"), told.c.message_id_key).where(told.c.told_at.is_not(None)))


def _table(name: str, **types: sa.types.TypeEngine[Any] | type[sa.types.TypeEngine[Any]]) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, kind) for column, kind in types.items()))


def _copy(kind: str, question: sa.Select[Any]) -> None:
    into = _table(
        "case_event", event_id=columns.Id(), case_id=columns.Id(), item_id=columns.Id(), kind=sa.Text(), at=columns.UtcDateTime(), recorded_at=columns.UtcDateTime(),
        ground=sa.Text(), author=sa.Text(), message_id_key=sa.LargeBinary(), laws=columns.Codes(), reasons=columns.Codes(),
    )
    for rows in _in_parts(op.get_bind().execute(question).mappings().all()):
        op.bulk_insert(into, [_row(kind, row) for row in rows])


def _row(kind: str, row: sa.RowMapping) -> dict[str, Any]:
    event_id: UUID = new_id()
    return {
        "event_id": event_id, "kind": kind, "case_id": row["case_id"], "item_id": row.get("item_id"), "at": row["at"], "recorded_at": row["at"],
        "ground": None, "author": row.get("author"), "message_id_key": row.get("message_id_key"), "laws": (), "reasons": (),
    }


def _in_parts(rows: Iterable[sa.RowMapping]) -> Iterator[list[sa.RowMapping]]:
    rows = list(rows)
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
