"""A policy that changes, Owners who are to be told, and short ways to take a campaign through its life."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from casework.directory_reading import read_directory
from casework.notice_campaign import (
    Decided,
    NoticeStatus,
    Started,
    decide,
    start_notice,
    status_of,
    stop_notice,
)
from casework.notice_drafting import NoticeDraft, approve_notice, draft_notice, notice_named
from casework.notice_sending import send_notices
from casework.profile import NoticePace
from casework_values import DANA, OMAR, SAM, ScriptedTransport, TestDesk, profile
from directory_values import ListedSource, terms
from privacy.directory import PersonRecord, Standing, WorkspaceRecord
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.messages import OutboundMessage
from privacy.notices import ChangeRow, NoticeTerms, NoticeWords, OwnerState, message_id_of
from privacy.policy_versions import PolicyVersion
from privacy.ports import BatchTransport, Handover, Outcome, SendReceipt
from storage.notice_lists import ShownOwner, owners_in
from storage.notice_roster import FIRST
from storage.notice_rows import NOTICE_OWNER
from storage.notices import Notice

OLD_TEXT = "# Privacy\n\n## Processors\n\nCalls: Ringhub.\n\n## Retention\n\nKept for 90 days.\n"
NEW_TEXT = OLD_TEXT.replace("Ringhub", "Ringhub and Voxnet").replace("90 days", "120 days")
EFFECTIVE = date(2027, 3, 1)
KOLKATA = "Asia/Kolkata"


def policy(version: str = "2", text: str = NEW_TEXT, **more: str) -> PolicyVersion:
    return PolicyVersion(
        version=version, updated_on=date(2027, 3, 1), leading="en", texts={"en": text, **more}
    )


def words(language: str = "en") -> NoticeWords:
    row = ChangeRow(
        before=f"({language}) calls go through Ringhub",
        after=f"({language}) calls go through Ringhub and Voxnet",
        effect=f"({language}) Voxnet gets the numbers that you call",
        action=f"({language}) choose Ringhub alone under Settings",
    )
    return NoticeWords(why=f"({language}) Ringhub does not reach every country", changes=(row,))


def notice_terms(**changes: Any) -> NoticeTerms:
    made = NoticeTerms(
        effective_on=EFFECTIVE,
        zone=KOLKATA,
        new_url="https://autocloz.example/privacy/2",
        old_url="https://autocloz.example/privacy/1",
        choices_url="https://autocloz.example/settings/privacy",
    )
    return replace(made, **changes)


def draft(**changes: Any) -> NoticeDraft:
    made = NoticeDraft(
        old=policy("1", OLD_TEXT),
        new=policy(),
        material=True,
        reason="A new recipient, and recordings are kept longer.",
        terms=notice_terms(),
        words={"en": words(), "de": words("de")},
    )
    return replace(made, **changes)


def workspace(name: str = "w1", **more: Any) -> WorkspaceRecord:
    return WorkspaceRecord(workspace=name, name=f"Workspace {name}", **more)


def owner(
    person: str, *, of: str = "w1", address: str | None = None, locale: str = ""
) -> PersonRecord:
    return PersonRecord(
        standing=Standing.OWNER,
        workspace=of,
        person=person,
        address=address or f"{person}@customer.example",
        locale=locale,
    )


@dataclass
class RefusingTransport(ScriptedTransport):
    """Takes every notice but those to addresses that a server does not know."""

    unknown: set[str] = field(default_factory=set)

    def send(self, message: OutboundMessage) -> SendReceipt:
        if message.recipient in self.unknown:
            raise Permanent("smtp RCPT: 550 5.1.1")
        return super().send(message)


@dataclass
class LetterByLetter:
    """A batch way over a scripted one for single letters, on which a deferral is one of the letter alone."""

    single: Any
    most: int = 1_000
    tells_delivery: bool = False
    name: str = "scripted"

    def send_many(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        return [self._send(message) for message in messages]

    def _send(self, message: OutboundMessage) -> Outcome:
        said = partial(Outcome, message_id=message.message_id)
        try:
            receipt = self.single.send(message)
        except Permanent as error:
            return said(state=Handover.REFUSED, answer=str(error))
        except Retryable as error:
            return said(state=Handover.DEFERRED, answer=str(error), after=error.after)
        except OutcomeUnknown as error:
            return said(state=Handover.UNKNOWN, answer=str(error))
        return said(state=Handover.ACCEPTED, answer=receipt.answer, provider_id=receipt.provider_id)

    def check(self) -> str:
        return str(self.single.check())

    def close(self) -> None:
        self.single.close()


@dataclass
class Campaign:
    """One desk with its directory and one notice."""

    desk: TestDesk
    transport: Any = None
    started: Started | None = None
    stopping: bool = False

    @property
    def way(self) -> BatchTransport:
        """The way out: what was given, or a batch over single letters."""
        given = self.transport
        return given if hasattr(given, "send_many") else LetterByLetter(given)

    def directory(self, *records: Any) -> None:
        """The directory lists exactly these from now on."""
        source = ListedSource(list(records))
        read_directory(self.desk.database, source, terms(complete=True), self.desk.clock)

    def pace(self, per_hour: int, kept: timedelta = timedelta(days=30)) -> None:
        pace = NoticePace(per_hour=per_hour, cancelled_kept_for=kept)
        self.desk.profile = profile(notices=pace)

    def draft(self, **changes: Any) -> Notice:
        return draft_notice(
            self.desk.database,
            draft(**changes),
            desk=self.desk.profile,
            actor=SAM,
            now=self.desk.now,
        )

    def approve(self, *actors: Any, digest: str | None = None) -> Any:
        given = None
        for actor in actors or (DANA, OMAR):
            given = approve_notice(
                self.desk.database,
                "2",
                digest or self.notice().digest,
                desk=self.desk.profile,
                actor=actor,
                now=self.desk.now,
            )
        return given

    def start(self) -> Started:
        return start_notice(
            self.desk.database, "2", desk=self.desk.profile, actor=SAM, now=self.desk.now
        )

    def stop(self) -> None:
        stop_notice(self.desk.database, "2", actor=SAM, now=self.desk.now)

    def begin(self, *records: Any, **changes: Any) -> None:
        """From a directory to a campaign that is being sent."""
        self.directory(*records)
        self.draft(**changes)
        self.approve()
        self.start()

    def step(self) -> Any:
        return send_notices(
            self.desk.database,
            self.way,
            clock=self.desk.clock,
            desk=self.desk.profile,
            stopping=lambda: self.stopping,
        )

    def send(self, *, most: int = 1000) -> int:
        """Let the worker work until nothing is due at this moment; returns in how many batches."""
        for number in range(most):
            if not self.step().worked:
                return number
        raise AssertionError("the worker finds work again and again")

    def decide(self, choice: Any, **changes: Any) -> int:
        decided = Decided(choice=choice, reason="The Owner was on leave.", **changes)
        return decide(self.desk.database, "2", decided, actor=SAM, now=self.desk.now)

    def notice(self) -> Notice:
        with self.desk.database.reading() as reading:
            return notice_named(reading, "2")

    def status(self) -> NoticeStatus:
        with self.desk.database.reading() as reading:
            return status_of(reading, notice_named(reading, "2"), self.desk.now)

    def owners(self) -> dict[str, ShownOwner]:
        with self.desk.database.reading() as reading:
            found = owners_in(reading, notice_named(reading, "2").notice_id)
        return {one.person: one for one in found}

    def states(self) -> dict[str, OwnerState]:
        return {person: one.state for person, one in self.owners().items()}

    def all_states(self) -> dict[str, OwnerState]:
        """The states of all Owners, however many pages they fill."""
        found: dict[str, OwnerState] = {}
        after = FIRST
        with self.desk.database.reading() as reading:
            notice_id = notice_named(reading, "2").notice_id
            while page := owners_in(reading, notice_id, after=after):
                found |= {one.person: one.state for one in page}
                after = page[-1].person_id
        return found

    def message_id(self, person: str) -> str:
        """The Message-ID of the notice to an Owner who was dialled for."""
        who = NOTICE_OWNER.c.person_id == self.owners()[person].person_id
        with self.desk.database.reading() as reading:
            (key,) = reading.fetch(select(NOTICE_OWNER.c.message_key).where(who)).scalars()
        return message_id_of(bytes(key), self.notice().sender.rpartition("@")[2])
