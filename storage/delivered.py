"""Letters after they left: found by their Message-ID or their case, confirmed by a trace, or failed because they came back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update

from privacy.deliveries import BOUNCED, BounceReason
from privacy.outgoing import OutgoingState
from storage.tables import OUTGOING
from storage.transactions import AnyRow, Reading, Transaction, in_chunks


@dataclass(frozen=True, kw_only=True)
class SentLetter:
    """A letter as a report about it needs it; the keys are keyed hashes of its Message-ID and its recipient."""

    letter_id: UUID
    case_id: UUID
    kind: str
    state: OutgoingState
    attempts: int
    queued_at: datetime
    message_id_key: bytes = field(repr=False)
    recipient_key: bytes = field(repr=False)


def letters_by_message_id(reading: Reading, keys: Collection[bytes]) -> dict[bytes, SentLetter]:
    """Return the letters with these Message-ID keys; in a transaction on PostgreSQL they are locked."""
    found: dict[bytes, SentLetter] = {}
    for chunk in in_chunks(sorted(keys)):
        for letter in _letters(reading, OUTGOING.c.message_id_key.in_(chunk)):
            found[letter.message_id_key] = letter
    return found


def letters_of_cases(reading: Reading, case_ids: Collection[UUID]) -> dict[UUID, list[SentLetter]]:
    """Return the letters of these cases that were tried at least once, by case; locked as above."""
    found: dict[UUID, list[SentLetter]] = {}
    for chunk in in_chunks(sorted(case_ids)):
        tried = and_(OUTGOING.c.case_id.in_(chunk), OUTGOING.c.attempts > 0)
        for letter in _letters(reading, tried):
            found.setdefault(letter.case_id, []).append(letter)
    return found


def letters_left(reading: Reading, keys: Collection[bytes]) -> dict[bytes, datetime]:
    """Return when the letters with these Message-ID keys left, those of which it is known; nothing is locked."""
    left: dict[bytes, datetime] = {}
    for chunk in in_chunks(sorted(keys)):
        known = and_(OUTGOING.c.message_id_key.in_(chunk), OUTGOING.c.sent_at.is_not(None))
        question = select(OUTGOING.c.message_id_key, OUTGOING.c.sent_at).where(known)
        left.update((bytes(row.message_id_key), row.sent_at) for row in reading.fetch(question))
    return left


def confirm_left(transaction: Transaction, letter_id: UUID, *, at: datetime, evidence: str) -> bool:
    """Record that a letter in doubt has left; False when it is not in doubt any more.

    Whoever is sending it loses the lease: there is nothing left to record.
    """
    letter = OUTGOING.c
    tried = and_(letter.state == OutgoingState.PENDING, letter.attempts > 0)
    doubt = or_(letter.state.in_([OutgoingState.LEASED, OutgoingState.UNCERTAIN]), tried)
    sent = {"state": OutgoingState.SENT, "sent_at": at, "evidence": evidence, "reason": None}
    change = update(OUTGOING).where(letter.letter_id == letter_id, doubt)
    return transaction.change(change.values(**sent, due_at=None, lease_token=None)) == 1


def mark_bounced(
    transaction: Transaction, letter_id: UUID, *, reason: BounceReason, evidence: str
) -> bool:
    """Record that the letter came back and will not be sent by itself; False when it had failed already.

    `sent_at` stays: the letter did leave.
    """
    letter = OUTGOING.c
    came_back = update(OUTGOING).where(
        letter.letter_id == letter_id, letter.state != OutgoingState.FAILED
    )
    failed = {"state": OutgoingState.FAILED, "reason": BOUNCED + reason, "evidence": evidence}
    return transaction.change(came_back.values(**failed, due_at=None, lease_token=None)) == 1


def _letters(reading: Reading, condition: ColumnElement[bool]) -> list[SentLetter]:
    columns = [OUTGOING.c[name] for name in SentLetter.__dataclass_fields__]
    question = select(*columns).where(condition).order_by(OUTGOING.c.letter_id)
    if isinstance(reading, Transaction):
        question = question.with_for_update()
    return [_letter(row) for row in reading.fetch(question)]


def _letter(row: AnyRow) -> SentLetter:
    values = row._asdict()
    keys = {name: bytes(values[name]) for name in ("message_id_key", "recipient_key")}
    return SentLetter(**(values | keys))
