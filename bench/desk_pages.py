"""Server time of the desk's pages at very many cases (target T21), and how heavy they are.

    python3 dev.py bench desk_pages [--cases 100000] [--open 30000] [--rounds 40]

The application is asked in this process, without a network: the time is that of gate, database, template and answer.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import text

from casework.profile import DeskProfile
from casework.queue_keeping import keep_queue
from daemon.settings import load_settings
from daemon.wiring import build_profile
from desk.cookies import SESSION
from desk.forms import csrf_token
from desk_values import desk_app, sign_in
from privacy.case_events import CaseEvent, CaseEventKind
from privacy.cases import Case, CaseIdentifiers, CaseState, Origin, open_case
from privacy.messages import ArrivalBasis, RawMessage, Route, Sender
from privacy.rights import Classification, Lane, Right, RightClaim
from regimes import load_regimes
from servers.postgres import Postgres
from storage.case_events import add_events_of_cases
from storage.cases import add_cases, mark_acknowledged
from storage.database import Database, open_database
from storage.ids import new_id
from storage.messages import keep_raw, list_messages
from storage.sealing import KeyRing
from storage.settings import StorageSettings
from storage.tasks import Task, add_tasks
from storage.work import set_case_state

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CHUNK = 2_000
SAM, OLGA = "sam@autocloz.example", "olga@autocloz.example"
LAWS = {name: load_regimes(("house", name)) for name in ("gdpr", "uk_gdpr", "ccpa")}
ASKS = "Please delete all personal data that you hold about me, and tell me when it is done."
TALKED = 30  # mails in the case that is read
EXAMPLE = Path(__file__).parents[1] / "daemon" / "example.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    options = parser.parse_args()
    if options.engine != "postgresql":
        with tempfile.TemporaryDirectory() as folder:
            measure("SQLite", f"sqlite:///{Path(folder) / 'desk.sqlite3'}", options)
    if options.engine != "sqlite":
        postgres = Postgres()
        postgres.start()
        try:
            measure("PostgreSQL", postgres.create_database(), options)
        finally:
            postgres.stop()


def measure(engine: str, url: str, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(str(EXAMPLE), home=home, environment={})
        profile = build_profile(settings, None)
        with opened(url) as database:
            begun = time.perf_counter()
            keep_queue(database, profile.challenges)
            case = fill(database, options.cases, options.open)
            print(
                f"{engine}: {options.cases:,} cases, {options.open:,} open, filled in {time.perf_counter() - begun:.0f} s"
            )
            ask(database, profile, case, options.rounds)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    ring = KeyRing({"k1": b"k" * 32}, "k1", b"l" * 32)
    database = open_database(StorageSettings(url=SecretStr(url)), ring, region="default")
    yield database
    database.close()


def ask(database: Database, profile: DeskProfile, case: Case, rounds: int) -> None:
    """Ask each page so many times, and say how long the middle and the slow ones took."""
    client = browser(database, profile)
    token = csrf_token(client.cookies[SESSION])

    def search(term: str) -> Callable[[], int]:
        return lambda: len(client.post("/search", data={"csrf": token, "q": term}).content)

    pages: dict[str, Callable[[], int]] = {
        name: lambda path=path: len(client.get(path).content)  # type: ignore[misc] - bound now
        for name, path in PATHS.items()
    }
    pages |= {
        "search by address": search("anne77@person7.example"),
        "search by domain": search("person7.example"),
        "search by reference": search(case.reference),
        f"case with {TALKED} mails": lambda: len(client.get(f"/cases/{case.reference}").content),
    }
    for name, page in pages.items():
        size = page()
        taken = [one_answer(page) for _ in range(rounds)]
        wall, cpu = zip(*taken, strict=True)
        slow = statistics.quantiles(wall, n=20)[18]
        print(
            f"  {name:28} {statistics.median(wall):6.1f} ms, p95 {slow:6.1f} ms, "
            f"CPU {statistics.median(cpu):5.1f} ms, {size / 1000:5.1f} kB",
            flush=True,
        )


def one_answer(page: Callable[[], int]) -> tuple[float, float]:
    """Return the milliseconds on the wall and of this process: on a busy machine the first say what the others do."""
    wall, cpu = time.perf_counter(), time.process_time()
    page()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


PATHS = {
    "an empty page (floor)": "/nowhere",
    "queue": "/",
    "queue, mine": "/?show=mine",
    "queue, unassigned": "/?show=unassigned",
    "queue, everybody's": "/?show=all",
    "queue, late": "/?show=all&due=late",
    "queue, waits for the person": "/?show=all&acts=waiting_on_person",
    "queue, needs identity": "/?show=all&acts=needs_identity",
    "queue, a common right": "/?show=all&right=erasure",
    "queue, a rare right": "/?show=all&right=automated_decision",
    "queue, a rare language": "/?show=all&language=pt",
    "queue, a law": "/?show=all&regime=ccpa",
    "queue, a rare lane": "/?show=all&lane=regulator",
    "queue, due before": "/?show=all&before=2026-12-01",
    "due": "/due",
    "letters": "/letters",
}


def browser(database: Database, profile: DeskProfile) -> TestClient:
    """Return Sam's browser on the pages, with every role."""
    app = desk_app(Acting(database, profile), lambda: NOW)  # type: ignore[arg-type] - all that pages need that read
    client = sign_in(app)
    client.follow_redirects = True
    return client


class Acting:
    """Database and profile; pages that read need no more of the services."""

    def __init__(self, database: Database, desk: DeskProfile) -> None:
        self.database, self.desk = database, desk


def fill(database: Database, cases: int, still_open: int) -> Case:
    """Store the cases with their queue; the last one has a long conversation, and is returned."""
    chance = Random(8)
    batch: list[Case] = []
    for start in range(0, cases, CHUNK):
        batch = [
            one_case(number, cases - still_open, chance)
            for number in range(start, min(start + CHUNK, cases))
        ]
        with database.transaction() as transaction:
            add_cases(transaction, batch, now=NOW)
            for case in batch:
                if case.number <= cases - still_open:
                    set_case_state(transaction, case.case_id, CaseState.CLOSED, at=NOW)
                elif case.number % 20:
                    mark_acknowledged(transaction, case.case_id, message_id_key=None, at=NOW)
            add_events_of_cases(transaction, given(batch, chance), now=NOW)
            add_tasks(transaction, [task(case) for case in batch if case.number % 50 == 0])
    talk(database, batch[-1])
    with database.transaction() as transaction:
        looked_at = "UPDATE privacy_case SET next_rung_at = NULL WHERE state = 'closed'"
        transaction.connection.execute(text(looked_at))  # as the sweeps of the past weeks did
    with database.transaction() as transaction:
        transaction.connection.execute(text("ANALYZE"))
    return batch[-1]


def given(batch: list[Case], chance: Random) -> dict[UUID, CaseEvent]:
    """A third of the cases have an owner."""
    owners = (SAM, OLGA, "lee@autocloz.example", "kim@autocloz.example")
    return {
        case.case_id: CaseEvent(
            kind=CaseEventKind.ASSIGNED, at=NOW, ground=chance.choice(owners), author=SAM
        )
        for case in batch
        if chance.random() < 1 / 3
    }


def task(case: Case) -> Task:
    return Task(
        case_id=case.case_id, kind="read", reason="unclear", due_on=NOW.date(), created_at=NOW
    )


def talk(database: Database, case: Case) -> None:
    """Thirty mails of an ordinary length."""
    words = ASKS + "\r\n" + "I wrote to you before, and I have not heard of you since. " * 20
    raws = [
        f"From: anne@person7.example\r\nTo: privacy@autocloz.example\r\nSubject: My data ({number})\r\n"
        f"Message-ID: <{number}@person7.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{words} {number}\r\n".encode()
        for number in range(TALKED)
    ]
    batch = [
        RawMessage(
            raw=raw,
            mailbox="privacy@autocloz.example",
            route=Route.SMTP,
            received_at=NOW - (TALKED - number) * DAY / 24,
            arrival_basis=ArrivalBasis.LISTENER,
            envelope_from="anne@person7.example",
        )
        for number, raw in enumerate(raws)
    ]
    with database.transaction() as transaction:
        keep_raw(transaction, batch, now=NOW)
        plain = transaction.is_sqlite
        ids = [row.inbound_id for row in list_messages(transaction, outcomes=None, limit=TALKED)]
        for inbound_id in ids:
            transaction.connection.execute(
                text("UPDATE inbound SET case_id = :case WHERE inbound_id = :id"),
                {"case": as_stored(case.case_id, plain), "id": as_stored(inbound_id, plain)},
            )
        transaction.connection.execute(
            text("UPDATE request_item SET inbound_id = :id WHERE case_id = :case"),
            {"case": as_stored(case.case_id, plain), "id": as_stored(ids[0], plain)},
        )


def as_stored(one: UUID, is_sqlite: bool) -> object:  # noqa: FBT001 - which engine
    """Plain SQL knows no column types: SQLite has the bytes of an id."""
    return one.bytes if is_sqlite else one


def one_case(number: int, closed: int, chance: Random) -> Case:
    """One in a hundred is rare in one way or another; who is open wrote in the last weeks."""
    rare = number % 1_000 == 0
    received = (
        NOW - chance.random() * 33 * DAY
        if number >= closed
        else NOW - (60 + chance.random() * 900) * DAY
    )
    identifiers = CaseIdentifiers(
        case_id=new_id(), number=number + 1, reference=f"PR-2026-{number:06d}-XX"
    )
    origin = Origin(
        inbound_id=new_id(),
        mailbox="privacy@autocloz.example",
        region="default",
        received_at=received,
        sender=Sender(address=f"anne{number}@person{number % 5_000}.example", display_name="Anne"),
        language="pt" if rare else chance.choice(("en", "en", "de", "fr", "es")),
    )
    right = (
        Right.AUTOMATED_DECISION
        if rare
        else chance.choice((Right.ERASURE, Right.ACCESS, Right.OBJECTION))
    )
    claim = RightClaim(
        right=right,
        confidence=0.97,
        part="text",
        quote=ASKS[:24],
        start=0,
        end=24,
        reason="en.erasure",
    )
    lane = Lane.REGULATOR if rare else Lane.RIGHTS
    asked = Classification(
        lane=lane,
        rights=(claim, *([replace(claim, right=Right.PORTABILITY)] if number % 4 == 0 else [])),
    )
    laws = LAWS[chance.choice(tuple(LAWS))]
    return open_case(identifiers, origin, asked, regimes=laws, new_id=new_id)


if __name__ == "__main__":
    main()
