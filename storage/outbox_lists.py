"""What can be asked about outgoing letters."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import func, select, tuple_

from privacy.messages import OutboundMessage
from privacy.outgoing import OutgoingState
from storage.letters import readable_messages
from storage.tables import OUTGOING, PRIVACY_CASE
from storage.transactions import AnyRow, AnySelect, Reading

MESSAGE = "outgoing.sealed_message"
Page = tuple[datetime, UUID]


@dataclass(frozen=True, kw_only=True)
class LetterRow:
    """A letter and what became of it. `due_at` is None once it is sent or failed; `page` goes on after it."""

    letter_id: UUID
    case_id: UUID
    case_reference: str
    inbound_id: UUID | None
    kind: str
    state: OutgoingState
    automatic: bool
    attempts: int
    queued_at: datetime
    due_at: datetime | None
    uncertain_since: datetime | None
    sent_at: datetime | None
    evidence: str | None
    reason: str | None
    message: OutboundMessage = field(repr=False)

    @property
    def page(self) -> Page:
        """Where a list goes on after this letter."""
        return (self.queued_at, self.letter_id)


@dataclass(frozen=True, kw_only=True)
class UncertainLetter:
    """A letter that may have left, with what a search for its trace needs."""

    letter_id: UUID
    case_id: UUID
    kind: str
    message_id: str
    since: datetime


def list_letters(
    reading: Reading,
    *,
    states: Sequence[OutgoingState] | None = None,
    limit: int = 50,
    after: Page | None = None,
) -> list[LetterRow]:
    """Return letters, the newest first, from `after` on; `states` None means all."""
    letter = OUTGOING.c
    question = _rows().order_by(letter.queued_at.desc(), letter.letter_id.desc()).limit(limit)
    if after is not None:
        question = question.where(tuple_(letter.queued_at, letter.letter_id) < after)
    if states is None:
        return _letter_rows(reading, reading.fetch(question).all())
    pages = [
        reading.fetch(question.where(letter.state == state)).all()
        for state in dict.fromkeys(states)
    ]
    merged = heapq.merge(*pages, key=lambda row: (row.queued_at, row.letter_id), reverse=True)
    return _letter_rows(reading, list(islice(merged, limit)))


def letters_of_case(reading: Reading, case_id: UUID) -> list[LetterRow]:
    """Return the letters of a case, the oldest first."""
    question = _rows().where(OUTGOING.c.case_id == case_id)
    question = question.order_by(OUTGOING.c.queued_at, OUTGOING.c.letter_id)
    return _letter_rows(reading, reading.fetch(question).all())


def uncertain_letters(reading: Reading) -> list[UncertainLetter]:
    """Return the letters of unknown outcome, the oldest doubt first."""
    question = _rows().where(
        OUTGOING.c.due_at.is_not(None), OUTGOING.c.state == OutgoingState.UNCERTAIN
    )
    rows = _letter_rows(reading, reading.fetch(question.order_by(OUTGOING.c.due_at)).all())
    return [
        UncertainLetter(
            letter_id=row.letter_id,
            case_id=row.case_id,
            kind=row.kind,
            message_id=row.message.message_id,
            since=row.uncertain_since or row.queued_at,
        )
        for row in rows
    ]


def oldest_pending(reading: Reading) -> datetime | None:
    """Return since when the oldest letter waits to be known as sent, None when none does."""
    waiting = select(func.min(OUTGOING.c.queued_at)).where(OUTGOING.c.due_at.is_not(None))
    since: datetime | None = reading.fetch(waiting).scalar_one()
    return since


def _rows() -> AnySelect:
    joined = OUTGOING.join(PRIVACY_CASE, PRIVACY_CASE.c.case_id == OUTGOING.c.case_id)
    return select(OUTGOING, PRIVACY_CASE.c.reference.label("case_reference")).select_from(joined)


_TAKEN_OVER = tuple(name for name in LetterRow.__dataclass_fields__ if name != "message")


def _letter_rows(reading: Reading, rows: Sequence[AnyRow]) -> list[LetterRow]:
    messages = readable_messages(
        reading, MESSAGE, [(row.case_id, row.sealed_message) for row in rows]
    )
    return [
        LetterRow(**{name: getattr(row, name) for name in _TAKEN_OVER}, message=message)
        for row, message in zip(rows, messages, strict=True)
    ]
