"""Many rows in one statement: the driver gets them directly, with the statement compiled once.

What SQLAlchemy does for a statement and for each row of it costs about as much as the database itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Any

from sqlalchemy import Column, Connection, Delete, Table, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import FromClause
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from privacy.errors import Permanent
from storage.columns import Stored
from storage.failures import cleaned_driver_error

FEW = 100  # rows for which a table beside the table costs more than it saves
Row = dict[str, Any]
Values = tuple[Any, ...]
Way = Callable[[Any], Any]


@dataclass(frozen=True)
class _Plan:
    """The statement, and what the driver wants for each of its columns, in their order."""

    statement: str
    names: tuple[str, ...]
    ways: tuple[tuple[Way | None, bool], ...]  # with whether the column may be NULL
    types: tuple[int, ...]  # as PostgreSQL numbers them; SQLite asks for none

    def values(self, rows: Sequence[Row]) -> list[Values]:
        """Return the rows as the driver takes them; a column at a time, for the loops are then the interpreter's."""
        given = zip(*[map(row.__getitem__, self.names) for row in rows], strict=True)
        columns = [_fitted(column, *way) for column, way in zip(given, self.ways, strict=True)]
        return list(zip(*columns, strict=True))

    def named(self, values: Values) -> Row:
        """Return the same by name, as psycopg takes it."""
        return dict(zip(self.names, values, strict=True))

    def copy_into(self, table: str) -> str:
        """Return the statement that opens a stream of rows into the table."""
        names = ", ".join(f'"{name}"' for name in self.names)
        return f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'


@dataclass(frozen=True)
class _Bound:
    """A parameter of a statement: its name in the rows, or the value that it always has."""

    name: str
    way: Way | None
    always: Any

    def values(self, rows: Sequence[Row]) -> Iterable[Any]:
        """Return the values of this parameter as the driver takes them."""
        if self.name not in rows[0]:
            return repeat(self.always, len(rows))
        return _fitted([row[self.name] for row in rows], self.way, True)  # noqa: FBT003 as _fitted says


@dataclass(frozen=True)
class _Change:
    """A statement that changes rows, compiled once, with its parameters in their order."""

    statement: str
    bound: tuple[_Bound, ...]

    def values(self, rows: Sequence[Row]) -> list[Values]:
        """Return the parameters of each row."""
        return list(zip(*[one.values(rows) for one in self.bound], strict=True))


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
    values = _values_of(plan, table, rows)
    driver: Any = connection.connection.driver_connection
    try:
        if connection.dialect.name == "sqlite":
            driver.executemany(plan.statement, values)
        elif only_new:
            driver.cursor().executemany(plan.statement, [plan.named(row) for row in values])
        else:
            _copy(driver, plan, table.name, values)
    except connection.dialect.loaded_dbapi.Error as error:
        raise cleaned_driver_error(error) from None


def merge_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows that have the same columns; where the primary key is there already, the other columns are set anew.

    No two rows may have the same primary key. Raises Permanent for a value that its column cannot hold.
    """
    if not rows:
        return
    names = tuple(rows[0])
    plan = _plan(connection.dialect, table, names, False)  # noqa: FBT003 a cache key
    values = _values_of(plan, table, rows)
    driver: Any = connection.connection.driver_connection
    on_conflict = _on_conflict(table, names)
    try:
        if connection.dialect.name == "sqlite":
            driver.executemany(f"{plan.statement} {on_conflict}", values)
        elif len(values) <= FEW:
            merge = f"{plan.statement} {on_conflict}"
            driver.cursor().executemany(merge, [plan.named(row) for row in values])
        else:
            _copy_and_merge(driver, plan, table.name, values, on_conflict)
    except connection.dialect.loaded_dbapi.Error as error:
        raise cleaned_driver_error(error) from None


def change_rows(connection: Connection, statement: Update | Delete, rows: Sequence[Row]) -> int:
    """Run a statement once for each row of its parameters; returns how many rows of the table it changed.

    The statement is remembered in its compiled form: one that is made anew each time gains nothing here. A list in it
    (IN) cannot be given so. Raises Permanent for a value that a column cannot hold.
    """
    if not rows:
        return 0
    plan = _change(connection.dialect, statement)
    values = _values_of(plan, statement.table, rows)
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor()
    try:
        if connection.dialect.name == "sqlite":
            cursor.executemany(plan.statement, values)
        else:
            names = [one.name for one in plan.bound]
            cursor.executemany(
                plan.statement, [dict(zip(names, row, strict=True)) for row in values]
            )
        changed: int = cursor.rowcount
    except connection.dialect.loaded_dbapi.Error as error:
        raise cleaned_driver_error(error) from None
    finally:
        cursor.close()
    return changed


@lru_cache(maxsize=64)
def _change(dialect: Dialect, statement: Update | Delete) -> _Change:
    compiled = statement.compile(dialect=dialect)
    order = compiled.positiontup if isinstance(compiled, SQLCompiler) else None
    binds = compiled.binds if isinstance(compiled, SQLCompiler) else {}
    return _Change(
        statement=str(compiled),
        bound=tuple(
            _bound(name, binds[name].type, binds[name].value, dialect) for name in order or binds
        ),
    )


def _bound(name: str, kind: TypeEngine[Any], value: object, dialect: Dialect) -> _Bound:
    if isinstance(kind, Stored):
        way = kind.way_into(dialect)
    else:
        way = kind.dialect_impl(dialect).bind_processor(dialect)
    return _Bound(name=name, way=way, always=value if way is None or value is None else way(value))


def _on_conflict(table: Table, names: Sequence[str]) -> str:
    keys = [column.name for column in table.primary_key]
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name not in keys)
    return f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changed}"


def _copy_and_merge(
    driver: Any,  # noqa: ANN401 psycopg's connection
    plan: _Plan,
    table: str,
    rows: Sequence[Values],
    on_conflict: str,
) -> None:
    """Stream the rows beside the table and merge them there: one statement, however many rows."""
    beside, names = f"merging_{table}", ", ".join(plan.names)
    with driver.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {beside} (LIKE {table}) ON COMMIT DROP")
        cursor.execute(f"TRUNCATE {beside}")
        _copy(driver, plan, beside, rows)
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {beside} {on_conflict}"  # noqa: S608 - names of ours
        )


def _values_of(plan: _Plan | _Change, table: FromClause, rows: Sequence[Row]) -> list[Values]:
    try:
        return plan.values(rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
        raise Permanent(
            f"database: a value does not fit into {table.description} ({kind})"
        ) from None


def _copy(driver: Any, plan: _Plan, table: str, rows: Sequence[Values]) -> None:  # noqa: ANN401 psycopg's connection
    """Stream the rows: PostgreSQL then plans and answers once, not for every row; a single row gains by it as well."""
    with driver.cursor() as cursor, cursor.copy(plan.copy_into(table)) as copy:
        copy.set_types(plan.types)
        for row in rows:
            copy.write_row(row)


@lru_cache(maxsize=256)
def _plan(dialect: Dialect, table: Table, names: tuple[str, ...], only_new: bool) -> _Plan:  # noqa: FBT001 a cache key
    insert = engines_insert(dialect, table)
    if only_new:
        insert = insert.on_conflict_do_nothing()
    compiled = insert.compile(dialect=dialect, column_keys=list(names))
    order = compiled.positiontup if isinstance(compiled, SQLCompiler) else None
    columns = [table.c[name] for name in order or names]
    return _Plan(
        statement=str(compiled),
        names=tuple(column.name for column in columns),
        ways=tuple(_way_into(column, dialect) for column in columns),
        types=_types_of(columns, dialect),
    )


def _way_into(column: Column[Any], dialect: Dialect) -> tuple[Way | None, bool]:
    kind = column.type
    if isinstance(kind, Stored):
        return kind.way_into(dialect), bool(column.nullable)
    return kind.dialect_impl(dialect).bind_processor(dialect), False  # SQLAlchemy's own see to NULL


def _fitted(column: Iterable[Any], way: Way | None, may_be_null: bool) -> Iterable[Any]:  # noqa: FBT001 as _Plan keeps it
    """Return the values of a column as the driver takes them."""
    if way is None:
        return column
    if may_be_null:
        return [None if value is None else way(value) for value in column]
    return map(way, column)


def _types_of(columns: Sequence[Column[Any]], dialect: Dialect) -> tuple[int, ...]:
    if dialect.name == "sqlite":
        return ()
    known: Any = dialect.loaded_dbapi
    names = (column.type.compile(dialect=dialect).lower() for column in columns)
    return tuple(known.adapters.types.get_oid(name) for name in names)
