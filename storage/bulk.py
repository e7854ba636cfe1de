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

Row = dict[str, Any]
Way = Callable[[Any], Any]


@dataclass(frozen=True)
class _Plan:
    """The statement, and what the driver wants for each of its columns, in their order."""

    statement: str
    columns: tuple[tuple[str, Way | None], ...]
    by_position: bool

    def values(self, row: Row) -> tuple[Any, ...] | Row:
        """Return one row as the driver takes it."""
        if self.by_position:
            return tuple([way(row[name]) if way else row[name] for name, way in self.columns])
        return {name: way(row[name]) if way else row[name] for name, way in self.columns}


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
        values: Any = [plan.values(row) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Permanent(
            f"database: a value does not fit into {table.name} ({type(error).__name__})"
        ) from None
    connection.exec_driver_sql(plan.statement, values)


@lru_cache(maxsize=256)
def _plan(dialect: Dialect, table: Table, names: tuple[str, ...], only_new: bool) -> _Plan:  # noqa: FBT001 a cache key
    insert = engines_insert(dialect, table)
    if only_new:
        insert = insert.on_conflict_do_nothing()
    compiled = insert.compile(dialect=dialect, column_keys=list(names))
    order = compiled.positiontup if isinstance(compiled, SQLCompiler) else None
    ways = {
        name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    }
    return _Plan(
        statement=str(compiled),
        columns=tuple((name, ways[name]) for name in order or names),
        by_position=order is not None,
    )
