"""What the pages need to know, and how it is read from the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.due_list import DueCase, due_cases
from casework.showing import AsSent, ShownFile, file_of, show_as_sent
from desk.case_reading import CaseFile, MailIn, mail_in, read_case
from desk.queue_reading import (
    MOST_FOUND,
    FoundCase,
    QueuePage,
    read_found,
    read_queue,
    search_cases,
)
from privacy.agreement import WEEK, Agreement, agreement_of
from privacy.deciding import Outcome
from privacy.ports import Clock
from privacy.reminders import Ladder
from storage.cases import find_case
from storage.database import Database
from storage.failures import CannotUnseal, NotFound
from storage.messages import (
    MessageRow,
    count_by_outcome,
    get_message,
    list_messages,
    raw_of,
)
from storage.model_calls import calls_since
from storage.outbox import LetterRow, list_letters
from storage.queue import QueueFilter
from storage.work_lists import case_heads

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

    def region_of(self, case_id: UUID) -> str | None:
        """Return where a case is kept, None for one that is not here."""

    def as_sent(self, inbound_id: UUID) -> AsSent | None:
        """Return the message as its sender laid it out, None where there is nothing of that."""

    def file(self, inbound_id: UUID, number: int) -> tuple[ShownFile, bytes] | None:
        """Return a file of the message with its content, None where it is not there."""


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
            return None if case is None else read_case(reading, case, self._terms)

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
                return mail_in(reading, get_message(reading, inbound_id))
            except NotFound:
                return None

    def region_of(self, case_id: UUID) -> str | None:
        """Return where a case is kept, None for one that is not here."""
        with self._database.reading() as reading:
            return next((one.region for one in case_heads(reading, [case_id])), None)

    def as_sent(self, inbound_id: UUID) -> AsSent | None:
        """Return the message as its sender laid it out, None where there is nothing of that."""
        raw = self._raw(inbound_id)
        return None if raw is None else show_as_sent(raw)

    def file(self, inbound_id: UUID, number: int) -> tuple[ShownFile, bytes] | None:
        """Return a file of the message with its content, None where it is not there."""
        raw = self._raw(inbound_id)
        return None if raw is None else file_of(raw, number)

    def _raw(self, inbound_id: UUID) -> bytes | None:
        with self._database.reading() as reading:
            try:
                return raw_of(reading, inbound_id)
            except CannotUnseal:
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
