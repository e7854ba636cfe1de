"""The database on both engines, and the mails, cases and letters of the cast to put into it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from privacy.cases import Case, CaseState, RequestItem, Role
from privacy.deadlines import Due
from privacy.deciding import Outcome
from privacy.messages import (
    ArrivalBasis,
    Automation,
    ImapPlace,
    Letter,
    OutboundMessage,
    RawMessage,
    Route,
)
from privacy.rights import Lane, Right
from storage.database import Database, open_database
from storage.ids import new_id
from storage.messages import ClaimedMessage, FinishedMessage
from storage.outbox import QueuedLetter
from storage.sealing import KeyRing
from storage.settings import StorageSettings

NOW = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
PRIVACY = "privacy@autocloz.example"
ANNE = "anne@home.example"
NUMBERS = count(1)


def key_ring(seed: int = 1, *, names: tuple[str, ...] = ("k1",)) -> KeyRing:
    keys = {name: bytes([seed, place]) * 16 for place, name in enumerate(names)}
    return KeyRing(keys, names[-1], bytes([seed]) * 32)


def settings_for(url: str, *, busy_seconds: float = 5.0) -> StorageSettings:
    return StorageSettings(url=SecretStr(url), busy_seconds=busy_seconds)


def due(on: date = date(2026, 3, 9)) -> Due:
    return Due(
        on=on,
        expires_at=datetime(on.year, on.month, on.day, 23, tzinfo=UTC),
        regime="gdpr",
        rule="GDPR Art. 12(3)",
        zone="Europe/Dublin",
        trace=("received on 2026-03-02", f"ends on {on.isoformat()}"),
    )


def raw_message(
    raw: bytes = b"From: anne@home.example\r\n\r\nDelete me", **changes: Any
) -> RawMessage:
    message = RawMessage(
        raw=raw,
        mailbox=PRIVACY,
        route=Route.SMTP,
        received_at=NOW,
        arrival_basis=ArrivalBasis.LISTENER,
        envelope_from=ANNE,
        envelope_to=(PRIVACY,),
    )
    return replace(message, **changes)


def in_folder(uid: int, raw: bytes = b"", **changes: Any) -> RawMessage:
    place = ImapPlace(folder="INBOX", uidvalidity=7, uid=uid)
    basis = {"route": Route.IMAP, "arrival_basis": ArrivalBasis.INTERNALDATE}
    return raw_message(raw or b"mail %d" % uid, **(basis | {"imap": place} | changes))


def item(right: Right = Right.ERASURE, **changes: Any) -> RequestItem:
    made = RequestItem(
        item_id=new_id(),
        inbound_id=new_id(),
        right=right,
        scope=None,
        confidence=0.97,
        part="text",
        quote="Please delete my account",
        start=3,
        end=27,
        reason="en.erasure.verb_object",
        received_at=NOW,
        due=due(date(2026, 4, 2)),
    )
    return replace(made, **changes)


def case(**changes: Any) -> Case:
    number = next(NUMBERS)
    made = Case(
        case_id=new_id(),
        number=number,
        reference=f"PR-2026-{number:06d}-XX",
        region="default",
        mailbox=PRIVACY,
        state=CaseState.OPEN,
        lane=Lane.RIGHTS,
        role=Role.UNKNOWN,
        language="en",
        received_at=NOW,
        acknowledge=due(),
        requester=ANNE,
        requester_name="Anne Example",
        items=(item(),),
    )
    return replace(made, **changes)


def outbound(**changes: Any) -> OutboundMessage:
    made = OutboundMessage(
        message_id=f"<c.{next(NUMBERS):026d}.{0:016d}@autocloz.example>",
        sender=PRIVACY,
        sender_name="Autocloz privacy team",
        recipient=ANNE,
        envelope_from=PRIVACY,
        letter=Letter(
            kind="acknowledgement",
            language="en",
            subject="We have your request",
            text="Dear Anne, we have it.",
            html="<p>Dear Anne, we have it.</p>",
        ),
        automation=Automation.REPLIED,
        date=NOW,
        reply_to="privacy+c.token@autocloz.example",
        in_reply_to="<1@home.example>",
        references=("<0@home.example>", "<1@home.example>"),
        case_reference="PR-2026-000001-XX",
    )
    return replace(made, **changes)


def queued(of: Case, **changes: Any) -> QueuedLetter:
    letter_id = new_id()
    made = QueuedLetter(
        letter_id=letter_id,
        case_id=of.case_id,
        inbound_id=None,
        kind="acknowledgement",
        dedupe_key=f"acknowledgement|{letter_id}",
        message=outbound(),
        queued_at=NOW,
        automatic=True,
        text_key=None,
    )
    return replace(made, **changes)


def finished(claimed: ClaimedMessage, **changes: Any) -> FinishedMessage:
    made = FinishedMessage(
        inbound_id=claimed.inbound_id,
        lease_token=claimed.lease_token,
        outcome=Outcome.HELD,
        reason="no-right-recognised",
        case_id=None,
        kind="person",
        language="en",
        lane="other",
        rights=(),
        reasons=("first", "second"),
        message_key=b"m" * 32,
        message_id_key=None,
        sender_key=None,
        text_key=None,
        original_id=None,
        suggestion=None,
        hold_due_on=date(2026, 3, 9),
        finished_at=NOW + timedelta(minutes=1),
    )
    return replace(made, **changes)


@pytest.fixture
def make() -> SimpleNamespace:
    """Give the functions that make values."""
    makers = (
        key_ring,
        settings_for,
        due,
        raw_message,
        in_folder,
        item,
        case,
        outbound,
        queued,
        finished,
    )
    return SimpleNamespace(
        **{maker.__name__: maker for maker in makers}, now=NOW, anne=ANNE, privacy=PRIVACY
    )


ENGINES = {"sqlite": "migrated_sqlite", "postgresql": "migrated_postgres"}


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a database with its schema, once on each engine: migrating would take most of the time."""
    url: str = request.getfixturevalue(ENGINES[request.param])
    return url


Opener = Callable[..., Database]


@pytest.fixture
def open_it(database_url: str) -> Iterator[Opener]:
    """Give a function that opens the test's database; every database is closed at the end."""
    opened: list[Database] = []

    def opener(
        ring: KeyRing | None = None, *, region: str = "default", busy_seconds: float = 5.0
    ) -> Database:
        settings = settings_for(database_url, busy_seconds=busy_seconds)
        opened.append(open_database(settings, ring or key_ring(), region=region))
        return opened[-1]

    yield opener
    for database in opened:
        database.close()


@pytest.fixture
def database(open_it: Opener) -> Database:
    """Give an open, empty database, once on each engine."""
    return open_it()
