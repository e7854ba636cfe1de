"""A desk with real mail in a real database, and a browser that has the key."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casework.processing import process_batch
from daemon.settings import load_settings
from daemon.wiring import Desk, load_keys, open_desk
from desk_values import desk_app, sign_in
from privacy.messages import ArrivalBasis, RawMessage, Route
from storage.messages import keep_raw, list_messages
from storage.settings import FILE_NAME

EXAMPLE = Path(__file__).parents[2] / "daemon" / "example.toml"
ARRIVED = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{7*7}}",
    "</pre><iframe src=//mallory.example>",
    "&lt;script&gt;",
)


def mail(sender: str, subject: str, text: str, number: int = 1) -> bytes:
    lines = (
        f"From: {sender}",
        "To: privacy@autocloz.example",
        f"Subject: {subject}",
        f"Message-ID: <{number}.{len(text)}@sender.example>",
        "Date: Mon, 23 Nov 2026 11:59:00 +0000",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "",
        text,
    )
    return "\r\n".join(lines).encode()


def hostile(payload: str, number: int) -> bytes:
    body = f"Please delete all personal data that you hold about me. {payload}"
    return mail(f'"{payload}" <mallory{number}@elsewhere.example>', payload, body, number)


def take_in(desk: Desk, *raws: bytes) -> None:
    """Keep and work these mails, one minute after the other."""
    with desk.database.transaction() as transaction:
        batch = [
            RawMessage(
                raw=raw,
                mailbox="privacy@autocloz.example",
                route=Route.SMTP,
                received_at=ARRIVED + timedelta(minutes=index),
                arrival_basis=ArrivalBasis.LISTENER,
                envelope_from=f"sender{index}@elsewhere.example",
            )
            for index, raw in enumerate(raws)
        ]
        keep_raw(transaction, batch, now=ARRIVED)
    while process_batch(desk.services, ARRIVED + timedelta(hours=1)):
        pass


@pytest.fixture
def desk(tmp_path: Path, prepared_file: Path) -> Iterator[Desk]:
    settings = load_settings(str(EXAMPLE), home=str(tmp_path), environment={})
    load_keys(settings)  # makes the empty file, too
    shutil.copyfile(prepared_file, tmp_path / FILE_NAME)
    opened = open_desk(settings)
    yield opened
    opened.close()


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    next_day = ARRIVED + timedelta(days=1)
    return desk_app(desk.services, lambda: next_day, health=lambda: (False, ["transport"]))


@pytest.fixture
def stranger(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def sam(app: FastAPI) -> TestClient:
    """Sam is staff, with every role."""
    return sign_in(app)


@pytest.fixture
def references(desk: Desk) -> list[str]:
    """Take in three mails: Anne asks, a support question, Mallory pretends; return the references of the cases."""
    take_in(
        desk,
        mail(
            "Anne Asks <anne@person.example>",
            "My data",
            "Please send me a copy of all personal data you hold about me.",
        ),
        mail(
            "Olivia <olivia@customer.example>", "Export", "How do I change the colour of my board?"
        ),
        hostile(PAYLOADS[0], 1),
    )
    with desk.database.reading() as reading:
        rows = list_messages(reading, outcomes=None, limit=10)
    return [row.case_reference for row in rows if row.case_reference]


@pytest.fixture
def take_in_hostile(desk: Desk) -> Callable[[], None]:
    """Take in mail whose every field tries to become part of a page."""
    return lambda: take_in(desk, *(hostile(payload, n) for n, payload in enumerate(PAYLOADS)))


@pytest.fixture
def take_in_many(desk: Desk) -> Callable[[int], None]:
    """Take in so many mails that ask for no right."""

    def many(count: int) -> None:
        asks = "How do I change the colour of board number"
        take_in(
            desk,
            *(
                mail("Olivia <olivia@customer.example>", "Board", f"{asks} {n}?", n)
                for n in range(count)
            ),
        )

    return many


@pytest.fixture
def take_in_absence(desk: Desk) -> Callable[[], None]:
    """Take in an automatic reply that no header gives away."""
    away = "I am on annual leave until Monday."
    return lambda: take_in(desk, mail("Sam <sam@firm.example>", "Out of office", away))
