"""Copies the whole database while it is in use, and puts such a copy in the place of the database."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from privacy.errors import Permanent, Retryable, WrongSetting
from storage import sqlite
from storage.settings import StorageSettings

PAGES_AT_ONCE = 2_000  # between two steps writers get their turn
PAUSE_SECONDS = 0.01
PG_SECONDS = 24 * 3_600
DUMP_BEGINS = b"PGDMP"


def back_up(settings: StorageSettings, target: Path, *, home: Path | None = None) -> int:
    """Write a consistent copy of the database into a new file that only we can read; returns its size in bytes.

    Raises WrongSetting for a file that is there or cannot be written, Retryable or Permanent for a copy that failed.
    """
    url = make_url(settings.url_at(home))
    unfinished = _new_file(target)
    try:
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(Path(url.database or ""), unfinished)
        else:
            _run("pg_dump", url, "--format=custom", f"--file={unfinished}")
        _keep(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def put_back(settings: StorageSettings, source: Path, *, home: Path | None = None) -> None:
    """Put the copy in the place of the database, which must be empty or not there.

    Raises WrongSetting for a copy that is damaged or none, and where a database is there already.
    """
    url = make_url(settings.url_at(home))
    if url.get_backend_name() == "sqlite":
        _put_sqlite_back(source, Path(url.database or ""))
        return
    if not _begins_with(source, DUMP_BEGINS):
        raise WrongSetting("the file is no backup of a PostgreSQL database")
    options = ("--no-owner", "--no-acl", "--exit-on-error", "--single-transaction")
    _run("pg_restore", url, *options, f"--dbname={url.database}", str(source))


def _new_file(target: Path) -> Path:
    """Only its own name makes a file a backup: a crash leaves none rather than half of one."""
    if target.exists():
        raise WrongSetting("there is a file of this name already")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise WrongSetting(f"the file cannot be written ({error.strerror})") from None
    return unfinished


def _keep(unfinished: Path, target: Path) -> None:
    try:
        _sync(unfinished)
        os.link(unfinished, target)
        _sync(target.parent)
    except FileExistsError:
        raise WrongSetting("there is a file of this name already") from None
    except OSError as error:
        raise WrongSetting(f"the file cannot be written ({error.strerror})") from None


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.exists():
        raise WrongSetting("there is no database yet")
    try:
        with closing(sqlite3.connect(source)) as ours, closing(sqlite3.connect(target)) as copy:
            ours.backup(copy, pages=PAGES_AT_ONCE, sleep=PAUSE_SECONDS)
            copy.execute("PRAGMA journal_mode=delete")
            _check(copy)
    except sqlite3.Error as error:
        raise Retryable(f"the database cannot be copied now ({type(error).__name__})") from None


def _put_sqlite_back(source: Path, target: Path) -> None:
    if target.exists() and target.stat().st_size:
        raise WrongSetting(
            f"there is a database already: move {target} away, with what stands beside it (-wal, -shm)"
        )
    if not _begins_with(source, b"SQLite format 3\0"):
        raise WrongSetting("the file is no backup of a SQLite database")
    unfinished = _new_file(target.with_name(f"{target.name}.restored"))
    try:
        shutil.copyfile(source, unfinished)
        with closing(sqlite3.connect(unfinished)) as copy:
            _check(copy)
        _sync(unfinished)
        unfinished.replace(target)
        _sync(target.parent)
    except (OSError, sqlite3.Error) as error:
        raise WrongSetting(f"the backup cannot be put back ({type(error).__name__})") from None
    finally:
        unfinished.unlink(missing_ok=True)
    for name in (
        "-wal",
        "-shm",
        "-journal",
    ):  # of a database that is gone: its changes are not ours
        with suppress(FileNotFoundError):
            target.with_name(target.name + name).unlink()


def _check(copy: sqlite3.Connection) -> None:
    found = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise Permanent("the copy of the database is damaged")
    if copy.execute("PRAGMA application_id").fetchone()[0] != sqlite.APPLICATION_ID:
        raise WrongSetting("the file is a SQLite database of another program")


def _begins_with(source: Path, magic: bytes) -> bool:
    try:
        with source.open("rb") as file:
            return file.read(len(magic)) == magic
    except OSError as error:
        raise WrongSetting(f"the backup cannot be read ({error.strerror})") from None


def _run(program: str, url: URL, *words: str) -> None:
    """The password goes by the environment: the list of processes is for everybody to read. Nothing of ours goes along."""
    found = shutil.which(program)
    if found is None:
        raise WrongSetting(f"{program} is missing: install the client programs of PostgreSQL")
    try:
        done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, words of ours
            [found, "--no-password", *words],
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"} | _connection(url),
            capture_output=True,
            check=False,
            timeout=PG_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Retryable(f"{program} did not finish ({type(error).__name__})") from None
    if done.returncode:
        raise Retryable(f"{program} failed: {_first_line(done.stderr)}")


def _first_line(told: bytes) -> str:
    """What it says first of all names the reason; later lines may hold rows."""
    lines = told.decode("utf-8", "replace").splitlines()
    return lines[0][:200] if lines else "it says nothing"


def _connection(url: URL) -> dict[str, str]:
    """As libpq reads it from the environment."""
    values = {
        "PGHOST": url.host or _socket_of(url),
        "PGPORT": str(url.port) if url.port else None,
        "PGUSER": url.username,
        "PGPASSWORD": str(url.password) if url.password else None,
        "PGDATABASE": url.database,
    }
    return {name: value for name, value in values.items() if value}


def _socket_of(url: URL) -> str | None:
    host = url.query.get("host")
    return host if isinstance(host, str) else None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
