"""Trouble with the database by what the caller can do; no statement and no value is ever in a message."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from privacy.errors import Permanent, PrivacyError, Retryable


class CannotUnseal(Permanent):
    """The bytes cannot be read: their key was erased, or somebody changed them."""


class KeyMissing(Retryable):
    """The ring lacks a key that seals part of this database: nobody is erased, and the right key file mends it."""


class NotFound(Permanent):
    """No row has this id."""


class LeaseLost(Retryable):
    """The work took longer than its lease and belongs to somebody else by now; nothing of it may stay."""


class Conflict(Retryable):
    """Two writers made the same row: the next attempt sees the other one's, and what conflicts for ever is a bug."""


# SQLite's primary result codes that pass by themselves (sqlite.org/rescode.html): BUSY, LOCKED, NOMEM, IOERR,
# FULL, CANTOPEN, PROTOCOL.
_SQLITE_PASSES = frozenset({5, 6, 7, 10, 13, 14, 15})
_SQLITE_SAME_ROW = frozenset(
    {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
)
# CORRUPT and NOTADB: what no attempt mends.
_SQLITE_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_SAME_ROW = "23505"
# SQLSTATE classes: connection, transaction rollback (deadlock, serialisation), resources, operator, system.
_POSTGRES_PASSES = ("08", "40", "53", "57", "58", "55P03", "25006", "25P03")


def cleaned(error: SQLAlchemyError | sqlite3.Error) -> PrivacyError:
    """Return the error that may leave the room: Retryable for what passes, Permanent for the rest."""
    if isinstance(error, sqlite3.Error):
        return _told(error, error)
    if isinstance(error, PoolTimeout):
        return Retryable("database: all connections are in use")
    if not isinstance(error, DBAPIError):
        return Permanent(f"database: {type(error).__name__}")
    if error.connection_invalidated:
        return Retryable("database: connection lost")
    return _told(error, error.orig)


def cleaned_driver_error(error: Exception) -> PrivacyError:
    """Return the same for an error that comes from the driver itself."""
    return _told(error, error)


def _told(error: Exception, cause: BaseException | None) -> PrivacyError:
    code, kind = _code_of(cause)
    if isinstance(cause, sqlite3.Error) and int(code) & 0xFF in _SQLITE_DAMAGED:
        return Permanent(f"database: the file is damaged: restore a backup ({code})")
    return kind(f"database: {type(error).__name__} ({code})")


def _code_of(cause: BaseException | None) -> tuple[str, type[PrivacyError]]:
    if isinstance(cause, sqlite3.Error):
        extended = getattr(cause, "sqlite_errorcode", 0)
        passes = extended & 0xFF in _SQLITE_PASSES
        return str(extended), _kind(passes=passes, same_row=extended in _SQLITE_SAME_ROW)
    state = getattr(cause, "sqlstate", None)
    if state is None:  # psycopg raises without a state when no server answered
        unanswered = type(cause).__name__ in {"OperationalError", "InterfaceError"}
        return "no answer", _kind(passes=unanswered, same_row=False)
    return state, _kind(passes=state.startswith(_POSTGRES_PASSES), same_row=state == _SAME_ROW)


def _kind(*, passes: bool, same_row: bool) -> type[PrivacyError]:
    if same_row:
        return Conflict
    return Retryable if passes else Permanent
