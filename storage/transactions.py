"""A transaction as the functions of this room see it: a connection and the data keys in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    Connection,
    CursorResult,
    Delete,
    Executable,
    Result,
    Row,
    Select,
    Table,
    Update,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.bulk import change_rows, engines_insert, insert_rows, merge_rows
from storage.postgres import Lock, take
from storage.sealing import KeyRing, Vault

AT_ONCE = 500  # values in one IN list
# Of these follows what the queue shows of their case.
SHOWN_IN_QUEUE = frozenset(
    {
        "request_item",
        "clock_event",
        "case_event",
        "item_answer",
        "identity_standing",
        "outgoing",
    }
)
Value = TypeVar("Value")
Values = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]


class Reading:
    """A consistent view of the database."""

    def __init__(self, connection: Connection, ring: KeyRing) -> None:
        self.connection = connection
        self.ring = ring
        self.vault = Vault(ring)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is SQLite, where a writing transaction has the database to itself."""
        return self.connection.dialect.name == "sqlite"

    def fetch(self, question: Executable, values: Values | None = None) -> Result[*tuple[Any, ...]]:
        """Run a SELECT, with the values of its parameters if it has any."""
        return self.connection.execute(question, values)


class Transaction(Reading):
    """A view that may also change the database.

    `changed_cases` are those of which something changed that the queue shows; whoever changes the head of a case
    itself adds it by hand, for a sweep sets when very many are looked at next.
    """

    def __init__(self, connection: Connection, ring: KeyRing) -> None:
        super().__init__(connection, ring)
        self.changed_cases: set[UUID] = set()

    def insert(self, table: Table, rows: Sequence[Values]) -> None:
        """Add rows that have the same columns, in one go."""
        self._note(table, rows)
        insert_rows(self.connection, table, rows)

    def insert_new(self, table: Table, rows: Sequence[Values]) -> None:
        """Add the rows whose unique values are not there yet."""
        self._note(table, rows)
        insert_rows(self.connection, table, rows, only_new=True)

    def merge(self, table: Table, rows: Sequence[Values]) -> None:
        """Add the rows; where the primary key is there already, set the other columns anew."""
        self._note(table, rows)
        merge_rows(self.connection, table, rows)

    def upsert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return the engine's own INSERT, which knows ON CONFLICT."""
        return engines_insert(self.connection.dialect, table)

    def change(self, statement: Executable, rows: Sequence[Values] | None = None) -> int:
        """Run an UPDATE or DELETE, once or once per row of values; returns how many rows it changed."""
        if rows is not None and not rows:
            return 0
        if isinstance(statement, Update):
            self._note_update(statement, rows)
        connection = self.connection
        result = connection.execute(statement, rows) if rows else connection.execute(statement)
        return result.rowcount if isinstance(result, CursorResult) else 0

    def change_each(self, statement: Update | Delete, rows: Sequence[Values]) -> int:
        """Run an UPDATE or DELETE of a module, made once, for each row of values; returns how many rows it changed."""
        if isinstance(statement, Update):
            self._note_update(statement, rows)
        return change_rows(self.connection, statement, rows)

    def lock(self, lock: Lock) -> None:
        """Do this work alone; a writing transaction of SQLite is alone anyway."""
        if not self.is_sqlite:
            take(self.connection, lock)

    def _note(self, table: Table, rows: Sequence[Values]) -> None:
        if table.name in SHOWN_IN_QUEUE:
            self.changed_cases.update(row["case_id"] for row in rows)

    def _note_update(self, statement: Update, rows: Sequence[Values] | None) -> None:
        """Whose rows an UPDATE changes is asked before it: afterwards its condition may hold no more."""
        table, condition = statement.table, statement.whereclause
        if getattr(table, "name", "") not in SHOWN_IN_QUEUE or condition is None:
            return
        whose = select(table.c.case_id).where(condition)
        for values in rows or [{}]:
            self.changed_cases.update(self.fetch(whose, values).scalars())


def in_chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    """Yield the values, each once, in lists that fit into one statement."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), AT_ONCE):
        yield distinct[start : start + AT_ONCE]
