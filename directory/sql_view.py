"""The directory as a view of the product's database: read in one transaction that can change nothing."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from directory.fields import read_line
from directory.settings import SqlViewSettings
from privacy.directory import SourceLine
from privacy.directory_lines import COLUMNS, LATER_COLUMNS, ListedWords
from privacy.errors import Permanent, Retryable, WrongSetting
from privacy.ports import SourceReading

AT_ONCE = 1_000  # rows in memory
CONNECT_SECONDS = 10
STEPS = 10_000  # of SQLite's machine, from one look at the time to the next
# People and leads name workspaces, so those come first.
PARTS = ("record = 'workspace'", "record <> 'workspace'")


class SqlViewSource:
    """One view whose columns are those of privacy.directory_lines."""

    name = "sql"

    def __init__(self, settings: SqlViewSettings, words: ListedWords) -> None:
        self._settings = settings
        self._words = words

    def read(self, known_version: str | None) -> SourceReading:
        """Return the rows of the view; it has no version. Raises Permanent or Retryable while they are read."""
        del known_version
        return SourceReading(lines=self._lines())

    def _lines(self) -> Iterator[SourceLine]:
        engine = self._open()
        try:
            with closing(self._rows(engine)) as rows:
                for place, row in enumerate(rows, start=1):
                    yield read_line(place, row, self._words)
        except OperationalError as error:
            raise Retryable(f"directory view: out of reach or too slow{_state(error)}") from None
        except SQLAlchemyError as error:
            wanted = f"{self._settings.view} with the columns {', '.join(COLUMNS)}"
            raise Permanent(f"directory view: cannot be read{_state(error)}: {wanted}") from None
        finally:
            engine.dispose()

    def _rows(self, engine: Engine) -> Generator[dict[str, Any]]:
        ends_at = time.monotonic() + self._settings.seconds
        with engine.connect() as connection:
            self._limit(connection, ends_at)
            columns = self._columns(connection)
            for part in PARTS:
                with connection.execute(self._question(part, columns)) as rows:
                    for row in rows.mappings():
                        if time.monotonic() > ends_at:
                            raise Retryable("directory view: took longer than sql.seconds")
                        yield dict(row)

    def _columns(self, connection: Connection) -> tuple[str, ...]:
        """The columns to ask for: one that came later may be missing, the others are asked for in any case."""
        view = text(f"SELECT * FROM {self._settings.view} WHERE 1 = 0")  # noqa: S608 - a checked name
        there = set(connection.execute(view).keys())
        return tuple(name for name in COLUMNS if name in there or name not in LATER_COLUMNS)

    def _question(self, part: str, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - a statement with its options
        named, view = ", ".join(columns), self._settings.view
        question = text(f"SELECT {named} FROM {view} WHERE {part}")  # noqa: S608 - names of ours, and a checked one
        return question.execution_options(yield_per=AT_ONCE)

    def _limit(self, connection: Connection, ends_at: float) -> None:
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            driver.execute("PRAGMA query_only=ON")
            driver.set_progress_handler(lambda: time.monotonic() > ends_at, STEPS)

    def _open(self) -> Engine:
        try:
            url = make_url(self._settings.url.get_secret_value())
        except ArgumentError:
            raise WrongSetting("directory.sql.url is not a database URL") from None
        if url.get_backend_name() == "postgresql":
            return self._open_postgresql(url)
        if url.get_backend_name() == "sqlite" and url.database:
            return create_engine(f"sqlite:///file:{url.database}?mode=ro&uri=true")
        raise WrongSetting("directory.sql.url: only sqlite and postgresql are supported")

    def _open_postgresql(self, url: URL) -> Engine:
        limit = round(self._settings.seconds * 1000)
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "rightsdesk",
                "options": f"-c statement_timeout={limit} -c timezone=UTC",
            },
            hide_parameters=True,
        ).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _state(error: SQLAlchemyError) -> str:
    """The standard's own code where there is one; the driver's text may quote a row."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f" ({code})" if code else ""
