"""Dates a second, and whether a sweep for due reminders costs what is due or what is open (target T22).

    python3 dev.py bench clock [--open 100000] [--few 1000] [--due 50] [--rounds 9]

The ratio is that of two sweeps with the same number of due cases in one process, taken in turns: absolute times of a
shared machine mean nothing elsewhere.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text

from casework.reminding import sweep
from privacy.cases import Case, CaseIdentifiers, Origin, open_case
from privacy.clocks import ClockEvent, EventKind, run_clock
from privacy.deadlines import completion_due
from privacy.messages import Sender
from privacy.reminders import ClockDates, Watched, climb
from privacy.rights import Classification, Lane, Right, RightClaim
from regimes import load_regimes
from regimes.clock_rules import Question, load_clock_rules
from regimes.ladder import load_ladder
from servers.postgres import Postgres
from storage.cases import add_cases
from storage.database import Database, open_database
from storage.ids import new_id
from storage.sealing import KeyRing
from storage.settings import StorageSettings
from storage.transactions import Transaction

LAWS = load_regimes(("house", "gdpr", "uk_gdpr", "dpdp", "ccpa"))
LADDER = load_ladder()
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUIET = NOW - 5 * timedelta(hours=1)  # received today: nothing is due for days
DUE = NOW - 16 * DAY  # received then: half of the time is over
CHUNK = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--due", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    dates()
    with tempfile.TemporaryDirectory() as folder:
        urls = [f"sqlite:///{Path(folder) / name}.sqlite3" for name in ("few", "many")]
        sweeps("SQLite", urls, options)
    postgres = Postgres()
    postgres.start()
    try:
        sweeps("PostgreSQL", [postgres.create_database() for _ in range(2)], options)
    finally:
        postgres.stop()


def dates() -> None:
    """Say how many dates a second the pure functions give."""
    rules = load_clock_rules(Question(law="gdpr"))
    received = date(2027, 1, 4)
    events = [
        ClockEvent(kind=EventKind.IDENTITY_ASKED, on=date(2027, 1, 5)),
        ClockEvent(kind=EventKind.IDENTITY_PROVED, on=date(2027, 1, 20)),
        ClockEvent(kind=EventKind.EXTENSION_NOTIFIED, on=date(2027, 2, 1)),
    ]
    due = completion_due(NOW, Right.ACCESS, LAWS)
    running = ClockDates(
        clock=Watched.RESPOND, started_at=NOW, due_on=due.on, expires_at=due.expires_at, target=None
    )
    arrivals = cycle([NOW + n * timedelta(hours=7) for n in range(997)])
    works: dict[str, Callable[[], object]] = {
        "one law, with a wait and an extension": lambda: run_clock(received, rules, events),
        "the earliest of five laws": lambda: completion_due(next(arrivals), Right.ACCESS, LAWS),
        "a look at the ladder": lambda: climb(LADDER, running, frozenset(), NOW + 20 * DAY),
    }
    for name, work in works.items():
        print(f"{name}: {rate(work):,.0f} a second")


def rate(work: Callable[[], object], *, times: int = 5_000) -> float:
    work()  # loads the holidays
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        for _ in range(times):
            work()
        best = min(best, time.process_time() - start)
    return times / best


@dataclass(frozen=True, kw_only=True)
class Swept:
    """The shortest sweep over one database, in seconds of this process and of the clock on the wall."""

    cpu: float
    wall: float


def sweeps(engine: str, urls: list[str], options: argparse.Namespace) -> None:
    with opened(urls[0]) as few, opened(urls[1]) as many:
        fill(few, options.few, options.due)
        fill(many, options.open, options.due)
        taken: dict[int, list[tuple[float, float]]] = {0: [], 1: []}
        for _ in range(options.rounds):
            for place, database in enumerate((few, many)):
                taken[place].append(one_sweep(database, options.due))
        small, large = (
            Swept(cpu=min(cpu for cpu, _ in found), wall=min(wall for _, wall in found))
            for found in (taken[0], taken[1])
        )
    print(
        f"{engine}: {options.due} due of {options.open:,}: {large.wall * 1000:.1f} ms; "
        f"of {options.few:,}: {small.wall * 1000:.1f} ms; "
        f"ratio {large.wall / small.wall:.2f} (CPU {large.cpu / small.cpu:.2f})"
    )


@contextmanager
def opened(url: str) -> Iterator[Database]:
    ring = KeyRing({"k1": b"k" * 32}, "k1", b"l" * 32)
    database = open_database(StorageSettings(url=SecretStr(url)), ring, region="default")
    yield database
    database.close()


def fill(database: Database, cases: int, due: int) -> None:
    """Store so many open cases, of which some have a reminder due; the others were looked at already."""
    for start in range(0, cases, CHUNK):
        batch = [
            open_one(number, DUE if number < due else QUIET)
            for number in range(start, min(start + CHUNK, cases))
        ]
        with database.transaction() as transaction:
            add_cases(transaction, batch, now=QUIET)
    assert sweep(database, LADDER, DUE) == 0
    set_looks(database)
    with database.transaction() as transaction:
        transaction.connection.execute(text("ANALYZE"))


def set_looks(database: Database) -> None:
    """As after the sweeps of the past days, which would take most of the time of this benchmark."""
    later = NOW + 2 * DAY
    with database.transaction() as transaction:
        values = {name: as_stored(at, transaction) for name, at in (("later", later), ("due", DUE))}
        change = transaction.connection.execute
        change(text("DELETE FROM reminder"))
        change(
            text("UPDATE privacy_case SET next_rung_at = :later WHERE received_at > :due"), values
        )
        change(text("UPDATE privacy_case SET next_rung_at = :due WHERE received_at = :due"), values)


def as_stored(instant: datetime, transaction: Transaction) -> object:
    """Plain SQL knows no column types: SQLite has microseconds."""
    return round(instant.timestamp() * 1_000_000) if transaction.is_sqlite else instant


def one_sweep(database: Database, due: int) -> tuple[float, float]:
    """Return CPU and wall seconds of one sweep, and have the same cases due again."""
    cpu, wall = time.process_time(), time.perf_counter()
    assert sweep(database, LADDER, NOW) == due
    taken = time.process_time() - cpu, time.perf_counter() - wall
    assert sweep(database, LADDER, NOW) == 0
    make_due_again(database)
    return taken


def make_due_again(database: Database) -> None:
    with database.transaction() as transaction:
        at = as_stored(DUE, transaction)
        change = transaction.connection.execute
        change(text("DELETE FROM reminder"))
        change(
            text("UPDATE privacy_case SET next_rung_at = :due WHERE received_at = :due"),
            {"due": at},
        )


def open_one(number: int, received_at: datetime) -> Case:
    identifiers = CaseIdentifiers(
        case_id=new_id(), number=number + 1, reference=f"PR-2026-{number:06d}-XX"
    )
    origin = Origin(
        inbound_id=new_id(),
        mailbox="privacy@autocloz.example",
        region="default",
        received_at=received_at,
        sender=Sender(address=f"anne{number}@person.example", display_name="Anne"),
        language="en",
    )
    claim = RightClaim(
        right=Right.ERASURE,
        scope=None,
        confidence=0.97,
        part="text",
        quote="Please delete my account",
        start=0,
        end=24,
        reason="en.erasure",
    )
    asked = Classification(lane=Lane.RIGHTS, rights=(claim,), needs_human=False, reasons=())
    return open_case(identifiers, origin, asked, regimes=LAWS, new_id=new_id)


if __name__ == "__main__":
    main()
