"""What all tables have in common: names of constraints, checked values, keys, closed lists."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, MetaData, Table, text
from sqlmodel import Field, SQLModel

from storage.columns import Id

DERIVED = (
    "derived:"  # begins the name of a mark that says by which rules rows were derived from others
)
STRICT = {"sqlite_strict": True}
SMALL = {"sqlite_strict": True, "sqlite_with_rowid": False}
NAMES = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}


class Row(SQLModel):
    """Base of all tables: values are checked when a row is made, constraints have names."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


def one_of(column: str, *lists: type[StrEnum], also: tuple[str, ...] = ()) -> CheckConstraint:
    """Return the CHECK that holds a column to the words of closed lists."""
    words = (*(word.value for words in lists for word in words), *also)
    return CheckConstraint(f"{column} IN ({', '.join(repr(word) for word in words)})", name=column)


def of_case(column: str = "case_id") -> ForeignKeyConstraint:
    """Deferred: within a transaction the rows may come in any order."""
    return ForeignKeyConstraint(
        [column], ["privacy_case.case_id"], deferrable=True, initially="DEFERRED"
    )


def of_inbound() -> ForeignKeyConstraint:
    """Deferred, as above."""
    return ForeignKeyConstraint(
        ["inbound_id"], ["inbound.inbound_id"], deferrable=True, initially="DEFERRED"
    )


def index_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index over those rows alone that its question asks for."""
    return Index(
        name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where)
    )


def key_column() -> Any:  # noqa: ANN401 as SQLModel's Field
    """Return the column of a primary key."""
    return Field(primary_key=True, sa_type=Id)


def table_of(row: type[SQLModel]) -> Table:
    """Return the table that a row class declares."""
    return Row.metadata.tables[str(row.__tablename__)]
