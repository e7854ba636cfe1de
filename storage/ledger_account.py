"""Reads what the ledger says of messages, cases and letters: all of them, counted, and those that are in no place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, func, select

from privacy.accounting import Answered, Bucket, Fate, MessageFacts, answered, bucket_of
from privacy.cases import CaseState
from privacy.outgoing import OutgoingState
from storage.clock_rows import CLOCK_EVENT
from storage.staff_rows import ADDED_REQUEST, CASE_MERGE
from storage.states import ClockChange, ClockName, DraftState, MessageState
from storage.tables import DRAFT, INBOUND, OUTGOING, PARTY, PRIVACY_CASE, TASK
from storage.transactions import AnyRow, AnySelect, Reading

FIRST = UUID(int=0)
PAGE = 2_000
LEAVING = (OutgoingState.PENDING, OutgoingState.LEASED, OutgoingState.UNCERTAIN)
FATES = {
    OutgoingState.PENDING: Fate.WAITS,
    OutgoingState.LEASED: Fate.WAITS,
    OutgoingState.UNCERTAIN: Fate.UNCERTAIN,
    OutgoingState.SENT: Fate.SENT,
    OutgoingState.FAILED: Fate.FAILED,
}
_MAIL, _CASE, _LETTER = INBOUND.c, PRIVACY_CASE.c, OUTGOING.c


@dataclass(kw_only=True)
class Account:
    """How many are where, and the ids of those that are nowhere."""

    counts: Counter[str] = field(default_factory=Counter)
    unaccounted: list[UUID] = field(default_factory=list)


def message_account(reading: Reading) -> Account:
    """Return where all messages are; those that are dismissed or moved away count as well."""
    has_case = exists().where(_CASE.case_id == _MAIL.case_id)
    question = select(
        _MAIL.inbound_id.label("ident"),
        _MAIL.state,
        _MAIL.outcome,
        _MAIL.due_at.is_not(None).label("is_due"),
        _MAIL.moved_to.is_not(None).label("is_moved"),
        case((has_case, 1), else_=0).label("has_case"),
        (func.coalesce(_MAIL.reason, "") != "").label("has_reason"),
    )
    account = Account()
    for row in _pages(reading, question, _MAIL.inbound_id):
        bucket = bucket_of(_facts(row))
        _count(account, bucket, row.ident, is_lost=bucket is Bucket.UNACCOUNTED)
    return account


def case_account(reading: Reading) -> Account:
    """Return for all cases whether their person was told, or why not."""
    reasons = {
        Answered.SENT: _last_change() == ClockChange.MET,
        Answered.ON_ITS_WAY: exists().where(
            _LETTER.case_id == _CASE.case_id, _LETTER.state.in_(LEAVING)
        ),
        Answered.WAITS_FOR_A_PERSON: exists().where(
            TASK.c.case_id == _CASE.case_id, TASK.c.done_at.is_(None)
        )
        | exists().where(DRAFT.c.case_id == _CASE.case_id, DRAFT.c.state == DraftState.WAITING),
        Answered.MERGED: exists().where(CASE_MERGE.c.case_id == _CASE.case_id),
        Answered.BY_HAND: exists().where(ADDED_REQUEST.c.case_id == _CASE.case_id),
        Answered.NOBODY: ~exists().where(
            PARTY.c.case_id == _CASE.case_id, PARTY.c.address_key.is_not(None)
        ),
        Answered.CLOSED: _CASE.state == CaseState.CLOSED,
    }
    flags = [case((is_so, 1), else_=0).label(reason.value) for reason, is_so in reasons.items()]
    account = Account()
    for row in _pages(reading, select(_CASE.case_id.label("ident"), *flags), _CASE.case_id):
        found = answered({reason for reason in reasons if getattr(row, reason.value)})
        _count(account, found, row.ident, is_lost=found is Answered.UNACCOUNTED)
    return account


def _last_change() -> ScalarSelect[ClockChange]:
    """What last happened to the clock of the acknowledgement: one that came back is owed again."""
    event = CLOCK_EVENT.c
    last = select(event.change).where(
        event.case_id == _CASE.case_id, event.clock == ClockName.ACKNOWLEDGE
    )
    return last.order_by(event.event_id.desc()).limit(1).scalar_subquery()


def letter_account(reading: Reading) -> Account:
    """Return what became of all letters: one that waits has a time, one that left a trace, one that failed a reason."""
    question = select(
        _LETTER.letter_id.label("ident"),
        _LETTER.state,
        _LETTER.due_at,
        _LETTER.sent_at,
        _LETTER.evidence,
        _LETTER.reason,
    )
    account = Account()
    for row in _pages(reading, question, _LETTER.letter_id):
        fate = _fate(row)
        _count(account, fate, row.ident, is_lost=fate is Fate.UNACCOUNTED)
    return account


def _fate(row: AnyRow) -> Fate:
    fate = FATES[row.state]
    shown = {
        Fate.SENT: row.sent_at is not None and bool(row.evidence),
        Fate.FAILED: bool(row.reason),
    }
    return fate if shown.get(fate, row.due_at is not None) else Fate.UNACCOUNTED


def _facts(row: AnyRow) -> MessageFacts:
    return MessageFacts(
        outcome=row.outcome,
        is_due=bool(row.is_due),
        is_quarantined=row.state == MessageState.QUARANTINED,
        is_dismissed=row.state == MessageState.DISMISSED,
        is_moved=bool(row.is_moved),
        has_case=bool(row.has_case),
        has_reason=bool(row.has_reason),
    )


def _count(account: Account, place: str, ident: UUID, *, is_lost: bool) -> None:
    account.counts[place] += 1
    if is_lost:
        account.unaccounted.append(ident)


def _pages(reading: Reading, question: AnySelect, ident: ColumnElement[UUID]) -> Iterator[AnyRow]:
    """A page at a time, so that memory does not grow with the ledger."""
    after = FIRST
    ordered = question.order_by(ident).limit(PAGE)
    while rows := reading.fetch(ordered.where(ident > after)).all():
        yield from rows
        after = rows[-1].ident
