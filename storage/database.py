"""Opens the database, and lends it out one transaction at a time: the only place that commits."""

from __future__ import annotations

import hmac
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from privacy.errors import Permanent, Retryable, WrongSetting
from storage import postgres, sqlite
from storage.failures import cleaned
from storage.postgres import Lock, take
from storage.rows import DERIVED
from storage.schema import current_revision, migrate, require_current, require_known
from storage.sealing import KeyRing
from storage.settings import StorageSettings
from storage.tables import DATABASE_MARK
from storage.transactions import Reading, Transaction

__all__ = [
    "Database",
    "Reading",
    "Transaction",
    "holds_data",
    "make_file",
    "open_database",
    "require_file",
    "schema_version",
    "upgrade",
]

Derive = Callable[[Transaction, frozenset[UUID]], None]


class Database:
    """An open database of one region; may be used by several threads."""

    def __init__(self, engine: Engine, keys: KeyRing, *, busy_seconds: float) -> None:
        self.keys = keys
        self._engine = engine
        self._busy_seconds = busy_seconds
        self._is_sqlite = engine.dialect.name == "sqlite"
        # Threads of one process take turns here; SQLite's own waiting sleeps longer than most transactions take.
        self._turn = threading.Lock() if self._is_sqlite else None
        self._readers = _readers_of(engine)
        self._derive: Derive | None = None

    def derive_by(self, derive: Derive) -> None:
        """Have this called before each commit with the cases of which something changed that the queue shows."""
        self._derive = derive

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Yield a transaction; commits at the end, and leaves nothing when an exception passes.

        Raises Retryable for locks and lost connections, Permanent for what will fail again.
        """
        with self._taking_turns(), _failures_cleaned(), self._engine.begin() as connection:
            transaction = Transaction(connection, self.keys)
            yield transaction
            if transaction.changed_cases and self._derive is not None:
                self._derive(transaction, frozenset(transaction.changed_cases))

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Yield a consistent view that cannot change anything. Raises Retryable or Permanent."""
        with _failures_cleaned(), self._readers.begin() as connection:
            yield Reading(connection, self.keys)

    def lookup_key(self, kind: str, value: str | bytes) -> bytes:
        """Return the keyed hash of a value (storage.sealing.KeyRing.lookup_key)."""
        return self.keys.lookup_key(kind, value)

    def describe(self) -> list[str]:
        """Return what the operator may want to know: engine, version, durability, schema."""
        engine = sqlite if self._is_sqlite else postgres
        with _failures_cleaned(), self._engine.connect() as connection:
            return [*engine.describe(connection), f"schema {current_revision(connection)}"]

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=self._busy_seconds):
            raise Retryable("database: another thread is writing")
        try:
            yield
        finally:
            self._turn.release()


def open_database(
    settings: StorageSettings, keys: KeyRing, *, region: str, home: Path | None = None
) -> Database:
    """Return the database of this region; a new one gets its schema at once, an old one is left for `upgrade`.

    Raises Permanent when it belongs to another region, other keys, another program or another version.
    """
    engine = _open_engine(settings, home)
    try:
        with _failures_cleaned():
            _prepare(engine)
            if _revision(engine) is None:
                _upgrade(engine)
            require_current(_revision(engine))
            _check_marks(engine, keys, region)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, keys, busy_seconds=settings.busy_seconds)


def upgrade(settings: StorageSettings, *, home: Path | None = None) -> None:
    """Apply the missing migrations, all or none. Raises Retryable or Permanent."""
    engine = _open_engine(settings, home)
    try:
        with _failures_cleaned():
            _prepare(engine)
            _upgrade(engine)
    finally:
        engine.dispose()


def schema_version(settings: StorageSettings, *, home: Path | None = None) -> str:
    """Return the revision of the database's schema, `none` for an empty database."""
    engine = _open_engine(settings, home)
    try:
        with _failures_cleaned():
            return _revision(engine) or "none"
    finally:
        engine.dispose()


def make_file(settings: StorageSettings, *, home: Path | None = None) -> None:
    """Make the file of a new SQLite database, still empty; a PostgreSQL server has none. Raises Permanent."""
    _open_engine(settings, home).dispose()


def holds_data(settings: StorageSettings, *, home: Path | None = None) -> bool:
    """Say whether there is a SQLite file with anything in it. Raises WrongSetting where it cannot be looked for."""
    url = _url_of(settings, home)
    return url.get_backend_name() == "sqlite" and bool(sqlite.size_of(url))


def is_server(settings: StorageSettings) -> bool:
    """Say whether the database is a server's rather than a file."""
    return _url_of(settings, None).get_backend_name() != "sqlite"


def require_file(settings: StorageSettings, *, home: Path | None = None) -> None:
    """Refuse a SQLite file that is gone: a new one in its place would forget cases and clocks without a word.

    Raises WrongSetting.
    """
    url = _url_of(settings, home)
    if url.get_backend_name() == "sqlite" and sqlite.size_of(url) is None:
        raise WrongSetting(
            f"the database file {url.database} is missing: restore a backup, or run"
            " `rightsdesk db upgrade` to begin with an empty one on purpose"
        )


def _url_of(settings: StorageSettings, home: Path | None) -> URL:
    try:
        return make_url(settings.url_at(home))
    except ArgumentError:
        raise WrongSetting("storage.url is not a database URL") from None


def _open_engine(settings: StorageSettings, home: Path | None) -> Engine:
    url = _url_of(settings, home)
    backend = url.get_backend_name()
    if backend == "sqlite":
        return sqlite.open_engine(url, settings.busy_seconds)
    if backend == "postgresql":
        return postgres.open_engine(url, settings.busy_seconds)
    raise WrongSetting("storage.url: only sqlite and postgresql are supported")


def _readers_of(engine: Engine) -> Engine:
    """The same connections, in transactions that see one state and change nothing."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(**{sqlite.READS_ONLY: True})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _prepare(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine)
        return
    with engine.connect() as connection:
        postgres.check_version(connection)


def _revision(engine: Engine) -> str | None:
    with _readers_of(engine).begin() as connection:
        return current_revision(connection)


def _upgrade(engine: Engine) -> None:
    """Several programs may start at once: the first one migrates, the others find it done."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            take(connection, Lock.SCHEMA)
        require_known(current_revision(connection))
        migrate(connection, "head")


def _check_marks(engine: Engine, keys: KeyRing, region: str) -> None:
    """With other keys every message would look broken, and in another region mail would lie in the wrong place."""
    known = keys.proofs() | {"region": region.encode()}
    ours = ("region", "lookup", f"key:{keys.current}")
    if set(ours) <= _marks(engine, known).keys():
        return
    with engine.begin() as connection:
        rows = [{"name": name, "value": known[name]} for name in ours]
        Transaction(connection, keys).insert_new(DATABASE_MARK, rows)
    _marks(engine, known)  # again: another program may have been first, with other keys


def _marks(engine: Engine, known: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what this database says that it is; raises Permanent unless that is known to be so."""
    with _readers_of(engine).begin() as connection:
        mark = DATABASE_MARK.c
        question = select(mark.name, mark.value).where(mark.name.not_like(f"{DERIVED}%"))
        found = connection.execute(question)
        marks: dict[str, bytes] = {name: bytes(value) for name, value in found}
    for name, value in marks.items():
        if name not in known:
            raise Permanent(f"the key ring lacks {name}, which seals part of this database")
        if not hmac.compare_digest(value, known[name]):
            raise Permanent(f"this database was made with another {name}")
    return marks


@contextmanager
def _failures_cleaned() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise cleaned(error) from None
    except OverflowError:  # SQLite's driver on a number of more than 64 bits
        raise Permanent("database: a number is larger than any column") from None
