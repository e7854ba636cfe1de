"""One case as its page shows it: the conversation, what is to be done, and how everything came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.customers_shown import (
    ShownForward,
    ShownReferral,
    customers_of,
    referrals_shown,
)
from casework.package_showing import ShownPackage, shown_packages
from casework.showing import ShownMessage, show_message
from casework.statuses import statuses_of
from casework.undoing import leaving_letters
from desk.highlighting import Mark, Piece, marks_in, pieces_of
from desk.queue_reading import identity_words
from privacy.audit import AuditEvent
from privacy.case_events import CaseEvent, CaseEventKind, owner_of
from privacy.cases import Case, RequestItem
from privacy.roles import FoundRole, ItemRole, item_role
from privacy.work_status import WorkStatus
from storage.address_changes import AddressChange, changes_of
from storage.audit import events_of
from storage.case_corrections import CaseNote, notes_of
from storage.case_events import case_events
from storage.cases import clock_events, who_acknowledged
from storage.database import Reading
from storage.drafts import Draft, drafts_of_case
from storage.failures import CannotUnseal
from storage.findings import StoredFinding, findings_of
from storage.identity import Standing, StoredEvidence, evidence_of, standings_of
from storage.messages import MessageRow, messages_of_case, raw_of
from storage.outbox import LetterRow, letters_of_case
from storage.states import DraftState
from storage.tasks import Task, open_tasks_of

MOST_READ = 4  # mails that are read for one page, beside the first one in which rights were found
# These have a line of their own in the conversation; the others are in the history below it.
TOLD = frozenset(CaseEventKind) - {
    CaseEventKind.RECEIVED,
    CaseEventKind.RIGHT_ADDED,
    CaseEventKind.ACKNOWLEDGED,
    CaseEventKind.LAWS_SUGGESTED,
}


@dataclass(frozen=True, kw_only=True)
class MailIn:
    """A message with its words; `shown` is None when its bytes are erased or moved to another region.

    `folded`: it was not read, for the page has enough to read without it. `marks` are where rights were found.
    """

    row: MessageRow
    shown: ShownMessage | None
    folded: bool = False
    marks: tuple[Mark, ...] = ()

    @property
    def pieces(self) -> list[Piece]:
        """Return its own words, cut where rights were found."""
        return pieces_of(self.shown.own_words, self.marks) if self.shown else []

    @property
    def at(self) -> datetime:
        """When it arrived."""
        return self.row.received_at


@dataclass(frozen=True, kw_only=True)
class MailOut:
    """A letter that was queued."""

    row: LetterRow

    @property
    def at(self) -> datetime:
        """When it left, or when it was queued while it has not."""
        return self.row.sent_at or self.row.queued_at


@dataclass(frozen=True, kw_only=True)
class MailWaiting:
    """A letter that a person has to decide about, or rejected."""

    row: Draft

    @property
    def at(self) -> datetime:
        """When it was written."""
        return self.row.created_at


@dataclass(frozen=True, kw_only=True)
class Noted:
    """A note of one of our people."""

    note: CaseNote

    @property
    def at(self) -> datetime:
        """When it was written."""
        return self.note.at


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something that moved a clock, or could have."""

    event: CaseEvent

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.event.at


Mail = MailIn | MailOut | MailWaiting | Noted | Happened


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """One case with its conversation in time order, what is to be done, and its history."""

    case: Case
    acknowledged_at: datetime | None
    happened: tuple[CaseEvent, ...] = field(repr=False)
    mail: tuple[Mail, ...]
    events: tuple[AuditEvent, ...] = field(repr=False)
    status: WorkStatus
    standing: Standing | None = None
    evidence: tuple[StoredEvidence, ...] = field(default=(), repr=False)
    tasks: tuple[Task, ...] = ()
    found: StoredFinding | None = None
    packages: tuple[ShownPackage, ...] = field(default=(), repr=False)
    customers: tuple[ShownForward, ...] = ()
    changes: tuple[AddressChange, ...] = ()
    referrals: tuple[ShownReferral, ...] = ()
    leaving: tuple[tuple[Draft, datetime], ...] = ()

    def role_of(self, item: RequestItem) -> ItemRole:
        """Return the role in which this right is answered, as far as the directory says."""
        found = self.found.finding.role if self.found else FoundRole.UNKNOWN
        return item_role(found, item.right, item.scope)

    @property
    def owner(self) -> str | None:
        """Return who has the case, None while nobody has it."""
        return owner_of(self.happened)

    @property
    def drafts(self) -> list[Draft]:
        """Return the letters that wait for a decision."""
        waiting = (one.row for one in self.mail if isinstance(one, MailWaiting))
        return [row for row in waiting if row.state is DraftState.WAITING]

    @property
    def identity(self) -> str:
        """Return where the identity of the person stands, in words."""
        return identity_words(self.standing)


def read_case(reading: Reading, case: Case, terms: ChallengeTerms | None) -> CaseFile:
    """Return the case as its page shows it."""
    case_id = case.case_id
    happened = tuple(case_events(reading, case_id))
    drafts = drafts_of_case(reading, case_id)
    talk = _conversation(reading, case, happened, drafts)
    return CaseFile(
        case=case,
        acknowledged_at=_acknowledged_at(reading, case),
        happened=happened,
        mail=tuple(sorted(talk, key=lambda each: each.at)),
        events=tuple(events_of(reading, case_id)),
        status=statuses_of(reading, [case_id], terms)[case_id],
        standing=standings_of(reading, [case_id]).get(case_id),
        evidence=tuple(evidence_of(reading, case_id)),
        tasks=tuple(open_tasks_of(reading, case_id)),
        found=findings_of(reading, [case_id]).get(case_id),
        packages=shown_packages(reading, case),
        customers=tuple(customers_of(reading, case_id)),
        referrals=tuple(referrals_shown(reading, case_id)),
        changes=tuple(changes_of(reading, [case_id])),
        leaving=tuple(leaving_letters(reading, drafts)),
    )


def mail_in(reading: Reading, row: MessageRow, items: Sequence[RequestItem] = ()) -> MailIn:
    """Return a message with its words, and where these rights were found in them."""
    try:
        shown = show_message(raw_of(reading, row.inbound_id))
    except CannotUnseal:
        return MailIn(row=row, shown=None)
    own = [item for item in items if item.inbound_id == row.inbound_id]
    return MailIn(row=row, shown=shown, marks=tuple(marks_in(shown.own_words, own, "text")))


def _conversation(
    reading: Reading, case: Case, happened: Sequence[CaseEvent], drafts: Sequence[Draft]
) -> list[Mail]:
    rows = messages_of_case(reading, case.case_id)
    read = _worth_reading(rows, case.items)
    mails: list[Mail] = [
        mail_in(reading, row, case.items)
        if row.inbound_id in read
        else MailIn(row=row, shown=None, folded=True)
        for row in rows
    ]
    mails += [MailOut(row=row) for row in letters_of_case(reading, case.case_id)]
    # An approved draft is a letter out as well.
    mails += [MailWaiting(row=row) for row in drafts if row.state is not DraftState.APPROVED]
    mails += [Noted(note=one) for one in notes_of(reading, case.case_id)]
    mails += [Happened(event=one) for one in happened if one.kind in TOLD]
    return mails


def _worth_reading(rows: Sequence[MessageRow], items: Sequence[RequestItem]) -> set[UUID]:
    """The newest mails, and the first one that asks: reading a mail costs more than all the rest of the page."""
    asking = {item.inbound_id for item in items}
    first = [row.inbound_id for row in rows if row.inbound_id in asking][:1]
    return {*first, *(row.inbound_id for row in rows[-MOST_READ:])}


def _acknowledged_at(reading: Reading, case: Case) -> datetime | None:
    met = who_acknowledged(clock_events(reading, case.case_id))
    return met.at if met else None
