"""How fast a list of leads is taken in, against the bare rows in the same database, and how fast people are found.

    python3 dev.py bench directory_import [--leads 1000000]

The bare rows are hashed beforehand and go in by the driver's fastest way: executemany, or COPY. Ratios count; CPU
is this process's own, so on PostgreSQL the wall clock stands beside it.
"""

from __future__ import annotations

import argparse
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from pydantic import SecretStr

from casework.directory_reading import ReadingTerms, Taken, read_directory
from directory.csv_source import CsvSource
from directory.settings import DirectorySettings
from servers.postgres import Postgres
from storage.database import Database, open_database
from storage.directory import look_up
from storage.sealing import KeyRing
from storage.settings import StorageSettings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RING = KeyRing({"k1": b"k" * 32}, "k1", b"l" * 32)
TERMS = ReadingTerms(actor="bench", complete=False, report=print, progress=lambda _: None)
LOOK_UPS, AT_ONCE = 20_000, 50
Measured = tuple[float, float]


def main() -> None:
    """Print one line for each way, on both engines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    leads = parser.parse_args().leads
    postgres = Postgres()
    postgres.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = make_file(Path(folder), leads)
            sqlite_file = Path(folder) / "a.db"
            measure("SQLite", f"sqlite:///{sqlite_file}", file, raw_sqlite(Path(folder), leads))
            url = postgres.create_database()
            measure("PostgreSQL", url, file, raw_postgres(postgres.create_database(), leads))
    finally:
        postgres.stop()


def make_file(folder: Path, leads: int) -> Path:
    """Write a list of one workspace and its leads."""
    path = folder / "people.csv"
    with path.open("w") as file:
        file.write("record,workspace,address\nworkspace,w1,\n")
        file.writelines(f"lead,w1,{address}\n" for address in map(lead, range(leads)))
    return path


def lead(number: int) -> str:
    """Return an address as long as addresses are."""
    return f"lead.number{number}@company{number % 997}.example"


def measure(engine: str, url: str, file: Path, raw: Callable[[], None]) -> None:
    """Measure one engine: the bare rows, the first import, the same list again, and looking people up."""
    lines = sum(1 for _ in file.open()) - 2
    bare = timed(raw)
    say(f"{engine}: bare rows", bare, lines)
    database = open_database(StorageSettings(url=SecretStr(url)), RING, region="default")
    before = peak()
    for name in ("first import", "the same again"):
        took = timed(lambda: take(database, file))
        say(f"{engine}: {name}", took, lines)
        ratios = " and ".join(f"{base / ours:.2f}" for base, ours in zip(bare, took, strict=True))
        print(
            f"    ÷ bare rows, CPU and wall: {ratios}; peak memory grew by {peak() - before:.0f} MB"
        )
    say(f"{engine}: look-ups, {AT_ONCE} at once", timed(lambda: find(database)), LOOK_UPS)
    database.close()


def take(database: Database, file: Path) -> Taken:
    """Import the file as the command does."""
    source = CsvSource(file, DirectorySettings().words)
    return read_directory(database, source, TERMS, lambda: NOW)


def find(database: Database) -> None:
    """Look up people, every second one of whom is a lead."""
    for first in range(0, LOOK_UPS, AT_ONCE):
        asked = {
            n: lead(n) if n % 2 else f"nobody{n}@x.example" for n in range(first, first + AT_ONCE)
        }
        with database.reading() as reading:
            found = look_up(reading, asked)
        assert sum(one.lead_of for one in found.values()) == AT_ONCE // 2


def hashed(leads: int) -> list[tuple[bytes, bytes, int]]:
    """Return the bare rows."""
    home = uuid4().bytes
    return [(RING.lookup_key("lead", lead(number)), home, 1) for number in range(leads)]


def raw_sqlite(folder: Path, leads: int) -> Callable[[], None]:
    """Return what puts the bare rows into a table of their own, in one transaction."""
    rows = hashed(leads)
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    connection.execute(
        "CREATE TABLE lead (address_key BLOB NOT NULL, workspace_id BLOB NOT NULL, seen INTEGER NOT NULL,"
        " PRIMARY KEY (address_key, workspace_id)) STRICT, WITHOUT ROWID"
    )

    def insert() -> None:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO lead VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")

    return insert


def raw_postgres(url: str, leads: int) -> Callable[[], None]:
    """Return what copies the bare rows into a table of their own, in one transaction."""
    rows = hashed(leads)
    dsn = url.replace("+psycopg", "")
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "CREATE TABLE lead (address_key bytea, workspace_id bytea, seen bigint,"
            " PRIMARY KEY (address_key, workspace_id))"
        )

    def copy_in() -> None:
        copy = "COPY lead FROM STDIN (FORMAT BINARY)"
        with (
            psycopg.connect(dsn) as connection,
            connection.cursor() as cursor,
            cursor.copy(copy) as stream,
        ):
            stream.set_types(["bytea", "bytea", "int8"])
            for row in rows:
                stream.write_row(row)

    return copy_in


def timed(work: Callable[[], object]) -> Measured:
    """Return seconds of this process's CPU, and of the wall clock."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def say(name: str, took: Measured, number: int) -> None:
    """Print how many a second."""
    cpu, wall = took
    print(
        f"{name:36} {number / cpu:9,.0f} a second of CPU, {number / wall:9,.0f} a second;"
        f" {cpu / number * 1e6:5.1f} µs each",
        flush=True,
    )


def peak() -> float:
    """Return the most memory that this process had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
