"""What can be asked about messages."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from sqlalchemy import false, func, select, text, tuple_

from privacy.deciding import Outcome
from privacy.messages import ArrivalBasis
from privacy.rights import Lane
from storage.datakeys import load_keys
from storage.failures import CannotUnseal, NotFound
from storage.keeping import RAW
from storage.states import MessageState
from storage.tables import DELIVERY, INBOUND, PRIVACY_CASE, RAW_MESSAGE
from storage.transactions import AnyRow, AnySelect, Reading, in_chunks

WAITING = "waiting"
Page = tuple[datetime, UUID]
_CASE = PRIVACY_CASE.alias("its_case")
_SUGGESTED = PRIVACY_CASE.alias("suggested_case")
# Written out, not bound: the engines use a partial index only when the question repeats its condition.
_NOT_DISMISSED = text("inbound.state <> 'dismissed'")


@dataclass(frozen=True, kw_only=True)
class MessageRow:
    """A message as lists show it, without any of its words. `page` continues a list after this row."""

    inbound_id: UUID
    state: MessageState
    outcome: Outcome | None
    reason: str | None
    reasons: tuple[str, ...]
    kind: str | None
    language: str | None
    lane: Lane | None
    rights: tuple[str, ...]
    case_id: UUID | None
    case_reference: str | None
    suggested_case_id: UUID | None
    suggested_reference: str | None
    original_id: UUID | None
    received_at: datetime
    arrival_basis: ArrivalBasis
    first_seen_at: datetime
    finished_at: datetime | None
    hold_due_on: date | None
    attempts: int
    size: int
    history: bool
    suspected_spam: bool
    truncated: bool
    released: bool
    quiet_reason: str | None
    moved_to: str | None
    mailboxes: tuple[str, ...] = field(default=())

    @property
    def page(self) -> Page:
        """Where a list goes on after this row."""
        return (self.received_at, self.inbound_id)


def list_messages(
    reading: Reading,
    *,
    outcomes: Sequence[Outcome | None] | None,
    limit: int,
    after: Page | None = None,
) -> list[MessageRow]:
    """Return messages, oldest arrival first, from `after` on.

    `outcomes` None means all; the outcome None means not worked yet. Dismissed messages are in no list of outcomes.
    """
    question = _rows().order_by(INBOUND.c.received_at, INBOUND.c.inbound_id).limit(limit)
    if after is not None:
        question = question.where(tuple_(INBOUND.c.received_at, INBOUND.c.inbound_id) > after)
    if outcomes is None:
        return _with_mailboxes(reading, reading.fetch(question).all())
    # One question per outcome: each walks its own part of the index in order.
    pages = [
        reading.fetch(question.where(INBOUND.c.outcome == outcome, _NOT_DISMISSED)).all()
        for outcome in dict.fromkeys(outcomes)
    ]
    merged = heapq.merge(*pages, key=lambda row: (row.received_at, row.inbound_id))
    return _with_mailboxes(reading, list(islice(merged, limit)))


def get_message(reading: Reading, inbound_id: UUID) -> MessageRow:
    """Return one message. Raises NotFound."""
    row = reading.fetch(_rows().where(INBOUND.c.inbound_id == inbound_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such message")
    return _with_mailboxes(reading, [row])[0]


def messages_of_case(reading: Reading, case_id: UUID) -> list[MessageRow]:
    """Return the messages of a case, oldest arrival first."""
    question = _rows().where(INBOUND.c.case_id == case_id)
    question = question.order_by(INBOUND.c.received_at, INBOUND.c.inbound_id)
    return _with_mailboxes(reading, reading.fetch(question).all())


def quarantined_without_case(reading: Reading, *, limit: int = 50) -> list[MessageRow]:
    """Return messages in quarantine whose clock nobody watches yet: a stub case has to be opened for them."""
    question = _rows().where(
        INBOUND.c.outcome == Outcome.QUARANTINED, INBOUND.c.case_id.is_(None), _NOT_DISMISSED
    )
    question = question.order_by(INBOUND.c.received_at, INBOUND.c.inbound_id).limit(limit)
    return _with_mailboxes(reading, reading.fetch(question).all())


def raw_of(reading: Reading, inbound_id: UUID) -> bytes:
    """Return the bytes as they arrived. Raises CannotUnseal when they are erased, moved or changed."""
    question = select(RAW_MESSAGE.c.sealed_raw).where(RAW_MESSAGE.c.inbound_id == inbound_id)
    sealed = reading.fetch(question).scalar_one_or_none()
    if sealed is None:
        raise CannotUnseal("the bytes of this message are not in this database")
    load_keys(reading, [inbound_id])
    return reading.vault.unseal(inbound_id, RAW, bytes(sealed))


def oldest_unprocessed(reading: Reading) -> datetime | None:
    """Return since when the oldest message waits for its work, None when none does; history may wait."""
    waiting = select(func.min(INBOUND.c.first_seen_at)).where(
        INBOUND.c.due_at.is_not(None), INBOUND.c.history.is_(false())
    )
    since: datetime | None = reading.fetch(waiting).scalar_one()
    return since


def count_quarantined(reading: Reading) -> int:
    """Return how many messages are in quarantine and nobody has taken up."""
    question = select(func.count()).where(INBOUND.c.outcome == Outcome.QUARANTINED, _NOT_DISMISSED)
    count: int = reading.fetch(question).scalar_one()
    return count


def earliest_hold(reading: Reading) -> date | None:
    """Return the first day on which a held message has to be answered, None when none is held."""
    question = select(func.min(INBOUND.c.hold_due_on)).where(
        INBOUND.c.hold_due_on.is_not(None), _NOT_DISMISSED
    )
    due: date | None = reading.fetch(question).scalar_one()
    return due


def count_by_outcome(reading: Reading) -> dict[str, int]:
    """Return how many messages have each outcome, and how many are WAITING; dismissed ones are left out."""
    counted = reading.fetch(
        select(INBOUND.c.outcome, func.count()).where(_NOT_DISMISSED).group_by(INBOUND.c.outcome)
    )
    return {WAITING if outcome is None else str(outcome): count for outcome, count in counted}


def _rows() -> AnySelect:
    joined = INBOUND.outerjoin(_CASE, _CASE.c.case_id == INBOUND.c.case_id)
    joined = joined.outerjoin(_SUGGESTED, _SUGGESTED.c.case_id == INBOUND.c.suggested_case_id)
    return select(
        INBOUND,
        _CASE.c.reference.label("case_reference"),
        _SUGGESTED.c.reference.label("suggested_reference"),
    ).select_from(joined)


def _with_mailboxes(reading: Reading, rows: Sequence[AnyRow]) -> list[MessageRow]:
    mailboxes: dict[UUID, dict[str, None]] = {}
    for chunk in in_chunks(row.inbound_id for row in rows):
        question = select(DELIVERY.c.inbound_id, DELIVERY.c.mailbox)
        question = question.where(DELIVERY.c.inbound_id.in_(chunk)).order_by(DELIVERY.c.delivery_id)
        for inbound_id, mailbox in reading.fetch(question):
            mailboxes.setdefault(inbound_id, {})[mailbox] = None
    return [_message_row(row, tuple(mailboxes.get(row.inbound_id, ()))) for row in rows]


_TAKEN_OVER = tuple(name for name in MessageRow.__dataclass_fields__ if name != "mailboxes")


def _message_row(row: AnyRow, mailboxes: tuple[str, ...]) -> MessageRow:
    return MessageRow(**{name: getattr(row, name) for name in _TAKEN_OVER}, mailboxes=mailboxes)
