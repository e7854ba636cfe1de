"""Lets the databases of one test process share their compiled statements, as the transactions of one daemon do."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect

from storage import postgres, sqlite


def share() -> None:
    """Give every engine that storage opens from now on the same cache.

    The key of a compiled statement holds the dialect of its engine: two of the same kind are equal here, for all
    engines of a test process are of one driver, one SQLite and one PostgreSQL.
    """
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        _compare_by_kind(kind)
    cache: dict[Any, Any] = {}
    opens: Callable[..., Engine] = partial(
        create_engine, execution_options={"compiled_cache": cache}
    )
    for home in (sqlite, postgres):
        vars(home)["create_engine"] = opens


def _compare_by_kind(kind: type[Dialect]) -> None:
    def equal(one: object, other: object) -> bool:
        return type(one) is type(other)

    def digest(one: object) -> int:
        return hash(type(one))

    setattr(kind, "__eq__", equal)  # noqa: B010 - mypy refuses the plain form
    setattr(kind, "__hash__", digest)  # noqa: B010 - mypy refuses the plain form
