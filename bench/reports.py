"""Server time of the figures of the page of reports at very many cases, each question and all of them.

    python3 dev.py bench reports [--cases 100000] [--rounds 5]

Every case has one right and an acknowledgement that was sent, half of them an answer; they began within two years.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from pydantic import SecretStr

from desk.figures import span_until
from privacy.cases import Case, CaseIdentifiers, ItemState, Origin, open_case
from privacy.messages import Sender
from privacy.rights import Classification, Lane, Right, RightClaim
from privacy.work import Step
from regimes import load_regimes
from storage import report_counts
from storage.cases import add_cases, mark_acknowledged
from storage.database import Database, open_database
from storage.ids import new_id
from storage.sealing import KeyRing
from storage.settings import StorageSettings
from storage.work_rows import WORK_EVENT

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CHUNK = 2_000
LAWS = load_regimes(("house", "gdpr"))
QUESTIONS = {
    "rights": report_counts.rights_by_month,
    "languages": report_counts.languages_by_month,
    "answers": report_counts.answers_by_right,
    "agreement": report_counts.agreement_by_month,
    "times": report_counts.times_by_clock,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(f"sqlite:///{Path(folder) / 'reports.sqlite3'}") as database,
    ):
        fill(database, options.cases)
        for months in (3, 6, 12, 24):
            ask(database, months, options.rounds)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    ring = KeyRing({"k1": b"k" * 32}, "k1", b"l" * 32)
    database = open_database(StorageSettings(url=SecretStr(url)), ring, region="default")
    yield database
    database.close()


def ask(database: Database, months: int, rounds: int) -> None:
    """Ask each question so many times; CPU beside the wall, because others may use the machine."""
    span = span_until(NOW, months)
    whole = 0.0
    for name, question in QUESTIONS.items():
        wall, cpu = [], []
        for _ in range(rounds):
            begun, worked = time.perf_counter(), time.process_time()
            with database.reading() as reading:
                question(reading, span)
            wall.append((time.perf_counter() - begun) * 1_000)
            cpu.append((time.process_time() - worked) * 1_000)
        whole += statistics.median(cpu)
        print(
            f"{months:2} months, {name:10} {statistics.median(wall):7.1f} ms, CPU {statistics.median(cpu):7.1f} ms"
        )
    print(f"{months:2} months, all: CPU {whole:.1f} ms", flush=True)


def fill(database: Database, cases: int) -> None:
    """Store the cases, acknowledged within three days and half of them answered within 40."""
    chance = Random(8)
    for start in range(0, cases, CHUNK):
        batch = [one_case(number, chance) for number in range(start, min(start + CHUNK, cases))]
        with database.transaction() as transaction:
            add_cases(transaction, batch, now=NOW)
            for case in batch:
                at = case.received_at + chance.random() * 3 * DAY
                mark_acknowledged(transaction, case.case_id, message_id_key=None, at=at)
            transaction.insert(WORK_EVENT, [completed(case, chance) for case in batch[::2]])


def completed(case: Case, chance: Random) -> dict[str, Any]:
    return {
        "event_id": new_id(),
        "case_id": case.case_id,
        "item_id": case.items[0].item_id,
        "step": Step.COMPLETE,
        "from_state": ItemState.APPROVED,
        "to_state": ItemState.FULFILLED,
        "actor": "daemon",
        "os_user": None,
        "at": case.received_at + chance.random() * 40 * DAY,
        "sealed_ground": None,
        "cause": "letter:sent",
    }


def one_case(number: int, chance: Random) -> Case:
    identifiers = CaseIdentifiers(
        case_id=new_id(), number=number + 1, reference=f"PR-2026-{number:06d}-XX"
    )
    origin = Origin(
        inbound_id=new_id(),
        mailbox="privacy@autocloz.example",
        region="default",
        received_at=NOW - chance.random() * 730 * DAY,
        sender=Sender(address=f"anne{number}@person{number % 5_000}.example", display_name="Anne"),
        language=chance.choice(("en", "en", "de", "fr", "es")),
    )
    claim = RightClaim(
        right=chance.choice((Right.ERASURE, Right.ACCESS, Right.OBJECTION)),
        confidence=0.97,
        part="text",
        quote="Please delete it",
        start=0,
        end=16,
        reason="en.erasure",
    )
    asked = Classification(lane=Lane.RIGHTS, rights=(claim,))
    return open_case(identifiers, origin, asked, regimes=LAWS, new_id=new_id)


if __name__ == "__main__":
    main()
