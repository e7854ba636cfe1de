"""Column types that mean the same on both engines.

SQLite's STRICT tables know INTEGER, REAL, TEXT and BLOB only, and its dates lose their zone; so each type says
what it is on either side. The ways in and out are plain functions: they run for every value of every row.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    Text,
    Uuid,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from privacy.instants import as_utc

Way = Callable[[Any], Any]
Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Stored(TypeDecorator[Value], Generic[Value]):
    """A type that is one thing on SQLite and another on PostgreSQL, with the ways into and out of either.

    A way that is None leaves the value as it is; NULL stays NULL.
    """

    # On PostgreSQL; it also decides what can be done with the column.
    impl: TypeEngine[Any] | type[TypeEngine[Any]] = Text
    on_sqlite: ClassVar[TypeEngine[Any]] = Text()

    def __init_subclass__(cls) -> None:
        """Let SQLAlchemy keep compiled statements; it looks for this in each class itself."""
        super().__init_subclass__()
        cls.cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what the column is on this engine."""
        return self.on_sqlite if dialect.name == "sqlite" else self.impl_instance

    def bind_processor(self, dialect: Dialect) -> Way | None:
        """Return the way into this engine."""
        way = self.way_into(dialect)
        return None if way is None else _unless_null(way)

    def way_into(self, dialect: Dialect) -> Way | None:
        """Return the way into this engine of a value that is not NULL."""
        return self.into_sqlite() if dialect.name == "sqlite" else self.into_postgresql()

    def result_processor(self, dialect: Dialect, coltype: object) -> Way | None:
        """Return the way out of this engine."""
        del coltype
        way = self.out_of_sqlite() if dialect.name == "sqlite" else self.out_of_postgresql()
        return None if way is None else _unless_null(way)

    def into_sqlite(self) -> Way | None:
        """Return the way of a value into SQLite."""
        return None

    def out_of_sqlite(self) -> Way | None:
        """Return the way of a value out of SQLite."""
        return None

    def into_postgresql(self) -> Way | None:
        """Return the way of a value into PostgreSQL."""
        return None

    def out_of_postgresql(self) -> Way | None:
        """Return the way of a value out of PostgreSQL."""
        return None


class UtcDateTime(Stored[datetime]):
    """An instant: timestamptz on PostgreSQL, microseconds since 1970 on SQLite. Refuses naive values."""

    on_sqlite = Integer()
    impl = DateTime(timezone=True)

    def into_sqlite(self) -> Way:
        return lambda instant: (as_utc(instant) - _EPOCH) // _MICROSECOND

    def out_of_sqlite(self) -> Way:
        return lambda number: _EPOCH + timedelta(microseconds=number)

    def into_postgresql(self) -> Way:
        return as_utc

    def out_of_postgresql(self) -> Way:
        return as_utc


class Day(Stored[date]):
    """A local date: DATE on PostgreSQL, ISO text on SQLite."""

    impl = Date()

    def into_sqlite(self) -> Way:
        return date.isoformat

    def out_of_sqlite(self) -> Way:
        return date.fromisoformat


class Id(Stored[UUID]):
    """A UUID: native on PostgreSQL, its 16 bytes on SQLite."""

    on_sqlite = LargeBinary()
    impl = Uuid()

    def into_sqlite(self) -> Way:
        return attrgetter("bytes")

    def out_of_sqlite(self) -> Way:
        return lambda octets: UUID(bytes=octets)


class Flag(Stored[bool]):
    """Yes or no: BOOLEAN on PostgreSQL, 0 or 1 on SQLite."""

    on_sqlite = Integer()
    impl = Boolean()

    def into_sqlite(self) -> Way:
        return int

    def out_of_sqlite(self) -> Way:
        return bool


class Count(Stored[int]):
    """A whole number of up to 63 bits."""

    on_sqlite = Integer()
    impl = BigInteger()


class Share(Stored[float]):
    """A number with all its digits, such as a share between 0 and 1."""

    on_sqlite = REAL()
    impl = Double()


class Words(Stored[Value]):
    """A type that is text on both engines."""

    def into_text(self) -> Way:
        """Return the way of a value into text."""
        raise NotImplementedError

    def out_of_text(self) -> Way | None:
        """Return the way of a value out of text."""
        return None

    def into_sqlite(self) -> Way:
        return self.into_text()

    def into_postgresql(self) -> Way:
        return self.into_text()

    def out_of_sqlite(self) -> Way | None:
        return self.out_of_text()

    def out_of_postgresql(self) -> Way | None:
        return self.out_of_text()


class Plain(Words[str]):
    """Text of ours. NUL and lone surrogates, which PostgreSQL refuses, become marks on both engines alike."""

    def into_text(self) -> Way:
        return storable


class OneOf(Words[Word]):
    """A word of a closed list; the table's CHECK holds the list against other writers."""

    def __init__(self, words: type[Word]) -> None:
        super().__init__()
        self.words = words

    def into_text(self) -> Way:
        # Members and their plain spellings; anything else is a KeyError, which no transaction survives.
        return {word: str(word) for word in self.words}.__getitem__

    def out_of_text(self) -> Way:
        return {str(word): word for word in self.words}.__getitem__


class Codes(Words[tuple[str, ...]]):
    """A short list of codes, as a JSON array in text; never personal data."""

    def into_text(self) -> Way:
        return lambda codes: json.dumps(codes) if codes else "[]"

    def out_of_text(self) -> Way:
        return lambda text: () if text == "[]" else tuple(json.loads(text))


def storable(text: str) -> str:
    """Return the text without what PostgreSQL cannot hold: NUL becomes U+FFFD, a lone surrogate `?`."""
    text = str(text)  # a word of a list becomes plain text
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode()


def _unless_null(way: Way) -> Way:
    return lambda value: None if value is None else way(value)
