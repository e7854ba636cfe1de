"""SQLite as a durable database: who may open it, how it keeps what it was told, and how writers take turns."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPICursor

from privacy.errors import Permanent, WrongSetting

MINIMUM = (3, 37, 0)  # STRICT tables
APPLICATION_ID = 0x5244534B  # "RDSK" in the file header: other people's databases are left alone
READS_ONLY = "rightsdesk_reads_only"
CACHE_KIBIBYTES = (
    20_000  # a batch of mail fits: a spilled cache locks readers out before the commit
)
_OTHERS = 0o077
# File locks are not dependable there, and SQLite relies on them (sqlite.org/faq.html, question 5).
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "afs",
        "ceph",
        "glusterfs",
        "fuse.sshfs",
        "fuse.glusterfs",
    }
)


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Say whether this SQLite can corrupt a database in WAL mode (3.7.0 to 3.51.2, fixed in two older branches)."""
    if (3, 44, 6) <= version < (3, 45, 0) or (3, 50, 7) <= version < (3, 51, 0):
        return False
    return (3, 7, 0) <= version <= (3, 51, 2)


def durable_modes(version: tuple[int, ...]) -> tuple[str, str]:
    """Return journal mode and synchronous level that lose nothing committed with this version."""
    return ("delete", "EXTRA") if has_wal_reset_bug(version) else ("wal", "FULL")


def open_engine(url: URL, busy_seconds: float) -> Engine:
    """Return an engine on a file that only we can read. Raises Permanent where SQLite cannot keep its promises."""
    if sqlite3.sqlite_version_info < MINIMUM:
        raise Permanent(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 is needed")
    _prepare_file(_path_of(url))
    engine = create_engine(
        url,
        connect_args={"isolation_level": None, "timeout": busy_seconds},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)
    return engine


def size_of(url: URL) -> int | None:
    """Return the size of the file in bytes, None when it is not there. Raises WrongSetting where nobody can look."""
    try:
        return _path_of(url).stat().st_size
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _cannot_open(error) from None


def prepare(engine: Engine) -> None:
    """Mark a new file as ours and choose its journal, both outside of any transaction.

    Raises Permanent for a file of another program, or one that another program keeps in another mode.
    """
    lent = engine.raw_connection()
    try:
        cursor = lent.cursor()
        _claim_file(cursor)
        wanted, _ = durable_modes(sqlite3.sqlite_version_info)
        mode = _ask(cursor, f"journal_mode={wanted}")
        if mode != wanted:
            raise Permanent(
                f"SQLite keeps journal mode {mode}, {wanted} is needed: end other programs on it"
            )
    finally:
        lent.close()


def _claim_file(cursor: DBAPICursor) -> None:
    found = _ask(cursor, "application_id")
    if found == APPLICATION_ID:
        return
    if found or _ask(cursor, "schema_version"):
        raise WrongSetting("storage.url: the file is a SQLite database of another program")
    cursor.execute(f"PRAGMA application_id={APPLICATION_ID}")


def _ask(cursor: DBAPICursor, pragma: str) -> object:
    cursor.execute(f"PRAGMA {pragma}")
    answer = cursor.fetchone()
    return None if answer is None else answer[0]


def describe(connection: Connection) -> list[str]:
    """Return version, journal mode and synchronous level as they are in force."""
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    names = ("OFF", "NORMAL", "FULL", "EXTRA")
    return [f"SQLite {sqlite3.sqlite_version}", f"journal {mode}, synchronous {names[level]}"]


def file_system_of(path: Path, mounts: str) -> str:
    """Return the type of the file system under `path`, from the text of /proc/mounts; '' when it is not told."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:  # noqa: PLR2004 device, folder and type come first
            continue
        folder = fields[1].replace("\\040", " ")
        under = str(path) == folder or str(path).startswith(folder.rstrip("/") + "/")
        if under and len(folder) >= len(best):
            best, kind = folder, fields[2]
    return kind


def _path_of(url: URL) -> Path:
    if not url.database or url.database == ":memory:":
        raise WrongSetting("storage.url: SQLite needs a file")
    return Path(url.database)


def _cannot_open(error: OSError) -> WrongSetting:
    return WrongSetting(f"storage.url: the database file cannot be opened ({error.strerror})")


def _prepare_file(path: Path) -> None:
    """Make the file, readable by its owner only; the journal takes its mode from it."""
    _refuse_network(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(descriptor).st_mode & _OTHERS:
                os.fchmod(descriptor, 0o600)
        finally:
            os.close(descriptor)
        _sync_folder(path.parent)
    except OSError as error:
        raise _cannot_open(error) from None


def _refuse_network(path: Path) -> None:
    mounts = Path("/proc/mounts")
    kind = (
        file_system_of(path.absolute(), mounts.read_text(errors="replace"))
        if mounts.exists()
        else ""
    )
    if kind in NETWORK_FILE_SYSTEMS:
        raise Permanent(
            f"storage.url: SQLite on a network file system ({kind}) is not safe: use PostgreSQL"
        )


def _sync_folder(folder: Path) -> None:
    """A new name is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    _, synchronous = durable_modes(sqlite3.sqlite_version_info)
    for pragma in (
        "foreign_keys=ON",
        f"synchronous={synchronous}",
        "secure_delete=ON",
        "trusted_schema=OFF",
        f"cache_size=-{CACHE_KIBIBYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """Writers take the lock before they read: an update can then never rest on what another one changed."""
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    driver: Any = connection.connection.driver_connection
    if connection.info.get(READS_ONLY) is not reads_only:
        driver.execute(f"PRAGMA query_only={'ON' if reads_only else 'OFF'}")
        connection.info[READS_ONLY] = reads_only
    driver.execute("BEGIN" if reads_only else "BEGIN IMMEDIATE")
