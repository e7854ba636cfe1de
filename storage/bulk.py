"""Many rows in one statement: the driver gets them directly, with the statement compiled once.

What SQLAlchemy does for each row of an INSERT costs about as much as the database itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from privacy.errors import Permanent
from storage.failures import cleaned_driver_error

WORTH_A_COPY = 10  # rows; opening a stream costs a question of its own
Row = dict[str, Any]
Way = Callable[[Any], Any]


@dataclass(frozen=True)
class _Plan:
    """The statement, and what the driver wants for each of its columns, in their order."""

    statement: str
    columns: tuple[tuple[str, Way | None], ...]
    types: tuple[str, ...]

    def values(self, row: Row) -> tuple[Any, ...]:
        """Return one row as the driver takes it."""
        return tuple([way(row[name]) if way else row[name] for name, way in self.columns])

    def named(self, values: tuple[Any, ...]) -> Row:
        """Return the same by name, as psycopg takes it."""
        return {name: value for (name, _), value in zip(self.columns, values, strict=True)}

    def copy_into(self, table: str) -> str:
        """Return the statement that opens a stream of rows into the table."""
        names = ", ".join(f'"{name}"' for name, _ in self.columns)
        return f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'


def engines_insert(dialect: Dialect, table: Table) -> sqlite.Insert | postgresql.Insert:
    """Return the engine's own INSERT, which knows ON CONFLICT."""
    return sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Row], *, only_new: bool = False
) -> None:
    """Add rows that have the same columns; with `only_new` those whose unique values are there already are left out.

    Raises Permanent for a value that its column cannot hold, such as an instant without zone.
    """
    if not rows:
        return
    plan = _plan(connection.dialect, table, tuple(rows[0]), only_new)
    try:
        values = [plan.values(row) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
        raise Permanent(f"database: a value does not fit into {table.name} ({kind})") from None
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(plan.statement, values)
    elif only_new or len(values) < WORTH_A_COPY:
        connection.exec_driver_sql(plan.statement, [plan.named(row) for row in values])
    else:
        _copy(connection, plan, table.name, values)


def _copy(connection: Connection, plan: _Plan, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Stream the rows: PostgreSQL then plans and answers once, not for every row."""
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(plan.copy_into(table)) as copy:
            copy.set_types(plan.types)
            for row in rows:
                copy.write_row(row)
    except connection.dialect.loaded_dbapi.Error as error:
        raise cleaned_driver_error(error) from None


@lru_cache(maxsize=256)
def _plan(dialect: Dialect, table: Table, names: tuple[str, ...], only_new: bool) -> _Plan:  # noqa: FBT001 a cache key
    insert = engines_insert(dialect, table)
    if only_new:
        insert = insert.on_conflict_do_nothing()
    compiled = insert.compile(dialect=dialect, column_keys=list(names))
    order = compiled.positiontup if isinstance(compiled, SQLCompiler) else None
    types = {name: table.c[name].type.dialect_impl(dialect) for name in names}
    ordered = tuple(order or names)
    return _Plan(
        statement=str(compiled),
        columns=tuple((name, types[name].bind_processor(dialect)) for name in ordered),
        types=tuple(table.c[name].type.compile(dialect=dialect).lower() for name in ordered),
    )
