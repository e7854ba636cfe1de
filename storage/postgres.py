"""PostgreSQL: how a connection is made, and the locks that stand in for SQLite's single writer."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL

from privacy.errors import Permanent
from storage.failures import cleaned_driver_error

MINIMUM = 130000  # PostgreSQL 13, in the form of server_version_num
CONNECT_SECONDS = 10
STATEMENT_SECONDS = 60
IDLE_SECONDS = 120  # no transaction spans a network call: an idle one has lost its program


class Lock(IntEnum):
    """Work that only one transaction at a time may do; the numbers are our advisory locks."""

    INTAKE = 7_374_001
    ANSWERS = 7_374_002
    SCHEMA = 7_374_003
    MODEL_BUDGET = 7_374_004
    SEGMENT = 7_374_005
    RETENTION = 7_374_006


def open_engine(url: URL, busy_seconds: float) -> Engine:
    """Return an engine whose waits all end."""
    settings = {
        "lock_timeout": f"{round(busy_seconds * 1000)}",
        "statement_timeout": f"{STATEMENT_SECONDS * 1000}",
        "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000}",
        "timezone": "UTC",
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "rightsdesk",
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        },
        pool_pre_ping=True,
        hide_parameters=True,
    )


def check_version(connection: Connection) -> None:
    """Raise Permanent for a server that is too old."""
    found = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    if found < MINIMUM:
        raise Permanent(f"PostgreSQL {found // 10000} is too old: {MINIMUM // 10000} is needed")


def describe(connection: Connection) -> list[str]:
    """Return the server's version and its durability setting."""
    version = connection.execute(text("SHOW server_version")).scalar_one()
    level = connection.execute(text("SHOW synchronous_commit")).scalar_one()
    return [f"PostgreSQL {version}", f"synchronous_commit {level}"]


def take(connection: Connection, lock: Lock) -> None:
    """Hold the lock until the transaction ends."""
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute("SELECT pg_advisory_xact_lock(%s)", (int(lock),))
    except connection.dialect.loaded_dbapi.Error as error:
        raise cleaned_driver_error(error) from None
