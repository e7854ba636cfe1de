"""What the pages need to know, and how it is read from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.customers_shown import (
    ShownForward,
    ShownReferral,
    customers_of,
    referrals_shown,
)
from casework.due_list import DueCase, due_cases
from casework.package_showing import ShownPackage, shown_packages
from casework.showing import ShownMessage, show_message
from desk.queue_reading import (
    MOST_FOUND,
    FoundCase,
    QueuePage,
    read_found,
    read_queue,
    search_cases,
)
from privacy.agreement import WEEK, Agreement, agreement_of
from privacy.audit import AuditEvent
from privacy.case_events import CaseEvent
from privacy.cases import Case, RequestItem
from privacy.deciding import Outcome
from privacy.ports import Clock
from privacy.reminders import Ladder
from privacy.roles import FoundRole, ItemRole, item_role
from storage.address_changes import AddressChange, changes_of
from storage.audit import events_of
from storage.case_events import case_events
from storage.cases import clock_events, find_case, who_acknowledged
from storage.database import Database, Reading
from storage.drafts import Draft, drafts_of_case
from storage.failures import CannotUnseal, NotFound
from storage.findings import StoredFinding, findings_of
from storage.messages import (
    MessageRow,
    count_by_outcome,
    get_message,
    list_messages,
    messages_of_case,
    raw_of,
)
from storage.model_calls import calls_since
from storage.outbox import LetterRow, letters_of_case, list_letters
from storage.queue import QueueFilter
from storage.states import DraftState

PAGE_LENGTH = 50
WEEKS = 4  # of the page about the model
HELD = (Outcome.HELD, Outcome.SPAM, Outcome.AUTO, Outcome.BULK, Outcome.BOUNCE)
QUARANTINED = (Outcome.QUARANTINED,)

Row = TypeVar("Row")
Place = tuple[datetime, UUID]


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Row]):
    """One page of a list. `after` is where the next page begins, None on the last one."""

    rows: tuple[Row, ...]
    after: Place | None


@dataclass(frozen=True, kw_only=True)
class MailIn:
    """A message with its words; `shown` is None when its bytes are erased or moved to another region."""

    row: MessageRow
    shown: ShownMessage | None

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


Mail = MailIn | MailOut | MailWaiting


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """One case with all its mail in time order, and its history."""

    case: Case
    acknowledged_at: datetime | None
    happened: tuple[CaseEvent, ...] = field(repr=False)
    mail: tuple[Mail, ...]
    events: tuple[AuditEvent, ...] = field(repr=False)
    found: StoredFinding | None = None
    packages: tuple[ShownPackage, ...] = field(default=(), repr=False)
    customers: tuple[ShownForward, ...] = ()
    changes: tuple[AddressChange, ...] = ()
    referrals: tuple[ShownReferral, ...] = ()

    def role_of(self, item: RequestItem) -> ItemRole:
        """Return the role in which this right is answered, as far as the directory says."""
        found = self.found.finding.role if self.found else FoundRole.UNKNOWN
        return item_role(found, item.right, item.scope)


class DeskReader(Protocol):
    """What the pages need. Every function raises Retryable when the database is out of reach."""

    def queue(self, wanted: QueueFilter, seen_by: str, after: Place | None) -> QueuePage:
        """Return open cases by their dates, as this visitor sees them."""

    def search(self, term: str) -> tuple[tuple[UUID, ...], bool]:
        """Return the cases with exactly this address, domain or reference, and whether there are more."""

    def found(self, case_ids: Sequence[UUID], regions: frozenset[str]) -> Sequence[FoundCase]:
        """Return these cases, without those of other regions where some are named."""

    def case(self, reference: str) -> CaseFile | None:
        """Return one case, None for a reference that is not known."""

    def due(self, after: Place | None) -> Page[DueCase]:
        """Return what is owed, what is looked at first before the rest."""

    def agreement(self) -> Agreement:
        """Return how the model agreed with the rules in the last weeks."""

    def letters(self, after: Place | None) -> Page[LetterRow]:
        """Return letters out, the newest first."""

    def held(self, after: Place | None) -> Page[MessageRow]:
        """Return messages that were set aside, the oldest first."""

    def counts(self) -> dict[str, int]:
        """Return how many messages are set aside, by outcome, the ones for a person first."""

    def quarantined(self, after: Place | None) -> Page[MessageRow]:
        """Return messages that could not be worked, the oldest first."""

    def message(self, inbound_id: UUID) -> MailIn | None:
        """Return one message, None for an id that is not known."""


class StorageReader:
    """Fulfils DeskReader on the database."""

    def __init__(
        self, database: Database, clock: Clock, ladder: Ladder, terms: ChallengeTerms | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._ladder = ladder
        self._terms = terms

    def due(self, after: Place | None) -> Page[DueCase]:
        """Return what is owed, what is looked at first before the rest."""
        now, limit = self._clock(), PAGE_LENGTH + 1
        with self._database.reading() as reading:
            return _page(due_cases(reading, self._ladder, now, limit=limit, after=after))

    def agreement(self) -> Agreement:
        """Return how the model agreed with the rules in the last weeks."""
        now = self._clock()
        with self._database.reading() as reading:
            calls = calls_since(reading, now - WEEK * WEEKS)
        return agreement_of(calls, now=now, weeks=WEEKS)

    def queue(self, wanted: QueueFilter, seen_by: str, after: Place | None) -> QueuePage:
        """Return open cases by their dates, as this visitor sees them."""
        with self._database.reading() as reading:
            return read_queue(reading, wanted, seen_by, now=self._clock(), after=after)

    def search(self, term: str) -> tuple[tuple[UUID, ...], bool]:
        """Return the cases with exactly this address, domain or reference, and whether there are more."""
        with self._database.reading() as reading:
            ids = search_cases(reading, term, limit=MOST_FOUND + 1)
        return tuple(ids[:MOST_FOUND]), len(ids) > MOST_FOUND

    def found(self, case_ids: Sequence[UUID], regions: frozenset[str]) -> Sequence[FoundCase]:
        """Return these cases, without those of other regions where some are named."""
        with self._database.reading() as reading:
            return read_found(reading, case_ids, self._terms, regions)

    def case(self, reference: str) -> CaseFile | None:
        """Return one case, None for a reference that is not known."""
        with self._database.reading() as reading:
            case = find_case(reading, reference)
            return None if case is None else _file_of(reading, case)

    def letters(self, after: Place | None) -> Page[LetterRow]:
        """Return letters out, the newest first."""
        with self._database.reading() as reading:
            return _page(list_letters(reading, limit=PAGE_LENGTH + 1, after=after))

    def held(self, after: Place | None) -> Page[MessageRow]:
        """Return messages that were set aside, the oldest first."""
        return self._messages(HELD, after)

    def counts(self) -> dict[str, int]:
        """Return how many messages are set aside, by outcome, the ones for a person first."""
        with self._database.reading() as reading:
            found = count_by_outcome(reading)
        return {str(outcome): found[outcome] for outcome in HELD if outcome in found}

    def quarantined(self, after: Place | None) -> Page[MessageRow]:
        """Return messages that could not be worked, the oldest first."""
        return self._messages(QUARANTINED, after)

    def message(self, inbound_id: UUID) -> MailIn | None:
        """Return one message, None for an id that is not known."""
        with self._database.reading() as reading:
            try:
                return _mail_in(reading, get_message(reading, inbound_id))
            except NotFound:
                return None

    def _messages(self, outcomes: Sequence[Outcome], after: Place | None) -> Page[MessageRow]:
        with self._database.reading() as reading:
            return _page(
                list_messages(reading, outcomes=outcomes, limit=PAGE_LENGTH + 1, after=after)
            )


class _Placed(Protocol):
    @property
    def page(self) -> Place:
        """Where a list goes on after this row."""


PlacedRow = TypeVar("PlacedRow", bound=_Placed)


def _page(rows: Sequence[PlacedRow]) -> Page[PlacedRow]:
    """One row more than a page tells that there is another page."""
    shown = tuple(rows[:PAGE_LENGTH])
    return Page(rows=shown, after=shown[-1].page if len(rows) > PAGE_LENGTH else None)


def _file_of(reading: Reading, case: Case) -> CaseFile:
    mail: list[Mail] = [
        *(_mail_in(reading, row) for row in messages_of_case(reading, case.case_id)),
        *(MailOut(row=row) for row in letters_of_case(reading, case.case_id)),
        # An approved draft is a letter out as well.
        *(
            MailWaiting(row=row)
            for row in drafts_of_case(reading, case.case_id)
            if row.state is not DraftState.APPROVED
        ),
    ]
    return CaseFile(
        case=case,
        acknowledged_at=_acknowledged_at(reading, case),
        happened=tuple(case_events(reading, case.case_id)),
        mail=tuple(sorted(mail, key=lambda each: each.at)),
        events=tuple(events_of(reading, case.case_id)),
        found=findings_of(reading, [case.case_id]).get(case.case_id),
        packages=shown_packages(reading, case),
        customers=tuple(customers_of(reading, case.case_id)),
        referrals=tuple(referrals_shown(reading, case.case_id)),
        changes=tuple(changes_of(reading, [case.case_id])),
    )


def _acknowledged_at(reading: Reading, case: Case) -> datetime | None:
    met = who_acknowledged(clock_events(reading, case.case_id))
    return met.at if met else None


def _mail_in(reading: Reading, row: MessageRow) -> MailIn:
    try:
        return MailIn(row=row, shown=show_message(raw_of(reading, row.inbound_id)))
    except CannotUnseal:
        return MailIn(row=row, shown=None)
