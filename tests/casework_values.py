"""A desk without a daemon: its profile and keys, mails of the cast, and short ways to let things happen and to look."""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from acknowledgements import AUTOCLOZ
from casework.drafts import Actor
from casework.first_reading import understand
from casework.processing import Services, process_batch
from casework.profile import DeskProfile, MailboxProfile
from classifier.rules import RulesClassifier
from intake.parse import parse_message
from privacy.answering import AnswerLimits
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case
from privacy.deciding import Outcome
from privacy.first_reading import FirstReading, MailToRead
from privacy.messages import ArrivalBasis, OutboundMessage, ParsedMessage, RawMessage, Route
from privacy.ports import NobodyOnFile, NotRead, SendReceipt
from privacy.remedies import Authority
from privacy.rights import SURE_ENOUGH, Classification
from privacy.tokens import TokenKey
from regimes import load_regimes
from regimes.remedies import load_remedies
from storage.audit import events_of, verify_chain
from storage.cases import get_case, list_cases
from storage.database import Database, open_database
from storage.drafts import Draft, list_drafts
from storage.messages import MessageRow, get_message, keep_raw, list_messages
from storage.outbox import LetterRow, list_letters
from storage.sealing import KeyRing
from storage.settings import StorageSettings
from storage.tasks import Task, list_tasks

PRIVACY, DPO = "privacy@autocloz.example", "dpo@autocloz.example"
ANNE, MALLORY = "anne@person.example", "mallory@elsewhere.example"
MX = "mx.autocloz.example"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SAM = Actor(address="sam@autocloz.example", os_user="sam")
DANA = Actor(address="dana@autocloz.example", os_user="dana")
OMAR = Actor(address="omar@autocloz.example", os_user="omar")
LAWS = load_regimes(("house", "gdpr", "uk_gdpr", "dpdp", "ccpa"))
TOKEN_KEYS = {"1": TokenKey(key_id="1", secret=b"token key of the tests, 32 bytes")}
LEAD = Authority(name="Data Protection Commission", url="https://authority.example/complain")
REGION = "default"
BOTH_ENGINES = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
ERASE = "Please delete all personal data that you hold about me."
COPY = "Please send me a copy of all personal data that you hold about me."
LONG = AnswerLimits(
    per_sender_per_day=50,
    per_domain_per_hour=5000,
    in_all_per_hour=5000,
    per_text_per_day=5000,
    per_short_text_per_day=5000,
)  # for tests that are not about limits


def key_ring() -> KeyRing:
    return KeyRing({"k1": b"k" * 32}, "k1", b"l" * 32)


def open_at(url: str) -> Database:
    return open_database(StorageSettings(url=SecretStr(url)), key_ring(), region=REGION)


def mailbox(address: str, **changes: Any) -> MailboxProfile:
    return MailboxProfile(
        **({"address": address, "plus_address": True, "envelope_sender": True} | changes)
    )


def profile(**changes: Any) -> DeskProfile:
    values: dict[str, Any] = {
        "identity": AUTOCLOZ,
        "region": REGION,
        "mailboxes": (mailbox(PRIVACY), mailbox(DPO)),
        "regimes": LAWS,
        "remedies": load_remedies(LEAD),
        "token_keys": TOKEN_KEYS,
        "current_token_key": "1",
        "own_addresses": frozenset({PRIVACY, DPO}),
        "threshold": SURE_ENOUGH,
    }
    return DeskProfile(**(values | changes))


def checking_profile(**changes: Any) -> DeskProfile:
    """A desk whose receiving server says what it knows about senders."""
    boxes = tuple(mailbox(address, authserv_id=MX, boundary=MX) for address in (PRIVACY, DPO))
    return profile(mailboxes=boxes, **changes)


def mail(text: str = ERASE, *, number: int = 1, **headers: str | None) -> bytes:
    """Return a mail of Anne. A header is given by its name with _ for -, None leaves it out, "" text stays."""
    usual: dict[str, str | None] = {
        "From": ANNE,
        "To": PRIVACY,
        "Subject": "My data",
        "Date": "Mon, 23 Nov 2026 11:59:00 +0000",
        "Message-ID": f"<{number}@person.example>",
        "Content-Type": "text/plain; charset=utf-8",
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in (usual | given).items() if value is not None]
    return "\r\n".join([*lines, "", text, ""]).encode()


def by_way_of(raw: bytes, host: str) -> bytes:
    """The same mail over another way: a Received line more."""
    line = f"Received: from {host} by {MX} with ESMTP; Mon, 23 Nov 2026 12:00:00 +0000\r\n"
    return line.encode() + raw


def authenticated(raw: bytes, results: str) -> bytes:
    """The mail with what our receiving server says about its sender."""
    head = [
        f"Authentication-Results: {MX}; {results}",
        f"Received: from out.example by {MX} with ESMTP; Mon, 23 Nov 2026 12:00:00 +0000",
    ]
    return ("\r\n".join(head) + "\r\n").encode() + raw


def arriving(raw: bytes, **changes: Any) -> RawMessage:
    message = RawMessage(
        raw=raw,
        mailbox=PRIVACY,
        route=Route.SMTP,
        received_at=NOON,
        arrival_basis=ArrivalBasis.LISTENER,
        envelope_to=(PRIVACY,),
    )
    return replace(message, **changes)


@dataclass
class ReaderAtHand:
    """The real reading in this process, for tests that are not about its limits; says what a test scripts first."""

    classifier: Any = field(default_factory=RulesClassifier)
    script: list[ParsedMessage | NotRead] = field(default_factory=list)

    def read(self, mails: Iterable[MailToRead]) -> Generator[FirstReading | NotRead]:
        for mail in mails:
            said = self.script.pop(0) if self.script else parse_message(mail.raw)
            yield said if isinstance(said, NotRead) else understand(said, mail, self.classifier)

    def interrupt(self) -> None:
        return None

    def close(self) -> None:
        return None


@dataclass
class TestDesk:
    """A desk on a real database with a clock of its own."""

    __test__ = False

    database: Database
    profile: DeskProfile = field(default_factory=profile)
    reader: Any = field(default_factory=ReaderAtHand)
    now: datetime = NOON
    verifier: Any = None
    witness: Any = None
    on_file: Any = field(default_factory=NobodyOnFile)

    @property
    def services(self) -> Services:
        return Services(
            database=self.database,
            reader=self.reader,
            desk=self.profile,
            verifier=self.verifier,
            witness=self.witness,
            on_file=self.on_file,
        )

    def clock(self) -> datetime:
        return self.now

    def keep(self, *arrivals: RawMessage | bytes) -> list[MessageRow]:
        """Keep what arrives, without working it."""
        batch = [one if isinstance(one, RawMessage) else arriving(one) for one in arrivals]
        with self.database.transaction() as transaction:
            kept = keep_raw(transaction, batch, now=self.now)
        return [self.message(one.inbound_id) for one in kept]

    def work(self) -> int:
        """Work all that waits; returns how many messages were claimed."""
        total = 0
        while claimed := process_batch(self.services, self.now):
            total += claimed
        return total

    def receive(self, *arrivals: RawMessage | bytes) -> list[MessageRow]:
        """Keep what arrives, work it, and return what became of each in order."""
        kept = self.keep(*arrivals)
        self.work()
        return [self.message(row.inbound_id) for row in kept]

    def receive_one(self, raw: bytes, **changes: Any) -> MessageRow:
        return self.receive(arriving(raw, **changes))[0]

    def message(self, inbound_id: Any) -> MessageRow:
        with self.database.reading() as reading:
            return get_message(reading, inbound_id)

    def messages(self, *outcomes: Outcome | None) -> list[MessageRow]:
        with self.database.reading() as reading:
            return list_messages(reading, outcomes=outcomes or None, limit=1000)

    def cases(self) -> list[Case]:
        """All cases, the oldest first."""
        with self.database.reading() as reading:
            found = [get_case(reading, row.case_id) for row in list_cases(reading, limit=1000)]
        return found[::-1]

    def case(self) -> Case:
        (case,) = self.cases()
        return case

    def letters(self) -> list[LetterRow]:
        """All letters, the oldest first."""
        with self.database.reading() as reading:
            return list_letters(reading, limit=1000)[::-1]

    def letter(self) -> LetterRow:
        (letter,) = self.letters()
        return letter

    def drafts(self) -> list[Draft]:
        with self.database.reading() as reading:
            return list_drafts(reading)

    def draft(self) -> Draft:
        (draft,) = self.drafts()
        return draft

    def tasks(self) -> list[Task]:
        with self.database.reading() as reading:
            return list_tasks(reading)

    def task_kinds(self) -> list[str]:
        return sorted(task.kind for task in self.tasks())

    def events(self, chain: Any) -> list[AuditEvent]:
        with self.database.reading() as reading:
            return events_of(reading, chain)

    def kinds_of_events(self, chain: Any) -> list[AuditKind]:
        return [event.kind for event in self.events(chain)]

    def chain_holds(self, chain: Any) -> bool:
        with self.database.reading() as reading:
            return verify_chain(reading, chain)


def reply_to(
    letter: OutboundMessage, text: str, *, number: int = 2, **headers: str | None
) -> bytes:
    """Return what a mail program makes of "Reply" to a letter of ours."""
    usual = {
        "To": letter.reply_to or letter.sender,
        "Subject": f"Re: {letter.letter.subject}",
        "In-Reply-To": letter.message_id,
        "References": letter.message_id,
    }
    return mail(text, number=number, **(usual | headers))


@dataclass
class ScriptedTransport:
    """Hands letters over as a test scripts it: an exception is raised, everything else is a receipt."""

    script: list[Exception | None] = field(default_factory=list)
    sent: list[OutboundMessage] = field(default_factory=list)
    name: str = "scripted"

    def send(self, message: OutboundMessage) -> SendReceipt:
        step = self.script.pop(0) if self.script else None
        if step is not None:
            raise step
        self.sent.append(message)
        return SendReceipt(provider_id="1", answer="250 ok")

    def check(self) -> str:
        return "scripted"

    def close(self) -> None:
        return None


@dataclass(frozen=True)
class SayingClassifier:
    """Finds in every mail what a test says: for decisions that do not depend on any words."""

    says: Classification

    def classify(self, _message: object) -> Classification:
        return self.says


@dataclass
class FailingClassifier:
    """The rules, but a mail with the marker makes them fail."""

    marker: str
    error: Exception = field(default_factory=lambda: ValueError("a person's words"))
    rules: RulesClassifier = field(default_factory=RulesClassifier)

    def classify(self, message: Any) -> Any:
        if self.marker in message.text:
            raise self.error
        return self.rules.classify(message)


def rights_of(case: Case) -> list[str]:
    return [f"{item.right}:{item.scope}" if item.scope else str(item.right) for item in case.items]


def subjects(letters: Sequence[LetterRow]) -> list[str]:
    return [letter.message.letter.subject for letter in letters]
