"""Letters on their way out: queued with the case, claimed before dialling, marked after, each by conditional update."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Update, and_, select, update

from privacy.addresses import without_plus
from privacy.approval import letter_digest
from privacy.audit import AuditEvent, AuditKind
from privacy.messages import OutboundMessage
from privacy.outgoing import RECONCILE_FOR, OutgoingState
from privacy.ports import SendReceipt
from storage.answer_counts import AnswerKeys, answer_counts, answer_history, lock_answers
from storage.audit import append
from storage.cases import acknowledgement_day
from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.ids import new_id
from storage.letters import seal_message, unseal_message
from storage.outbox_lists import (
    MESSAGE,
    LetterRow,
    UncertainLetter,
    letters_of_case,
    list_letters,
    oldest_pending,
    uncertain_letters,
)
from storage.tables import OUTGOING
from storage.tasks import Task, add_tasks
from storage.transactions import AnyRow, Transaction, Values, in_chunks

__all__ = [
    "AnswerKeys",
    "LeasedLetter",
    "LetterRow",
    "QueuedLetter",
    "UncertainLetter",
    "answer_counts",
    "answer_history",
    "claim_letter",
    "confirm_sent",
    "enqueue",
    "expire_leases",
    "letters_of_case",
    "list_letters",
    "lock_answers",
    "mark_failed",
    "mark_retry",
    "mark_sent",
    "mark_uncertain",
    "oldest_pending",
    "retry_letter",
    "uncertain_letters",
]

ANSWER = "outgoing.sealed_answer"
CANNOT_UNSEAL = "cannot-unseal"


@dataclass(frozen=True, kw_only=True)
class QueuedLetter:
    """A letter to queue. `dedupe_key` names what it is for: a second letter for the same thing is not queued.

    `text_key` stands for the text of the mail that it answers, so that a machine, or a flood, that repeats itself is
    noticed. `due_at` is when it leaves, None at once.
    """

    letter_id: UUID
    case_id: UUID
    inbound_id: UUID | None
    kind: str
    dedupe_key: str
    message: OutboundMessage
    queued_at: datetime
    automatic: bool
    text_key: bytes | None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LeasedLetter:
    """A letter that the caller may send until its lease ends; `was_uncertain` says that it may have left before."""

    letter_id: UUID
    case_id: UUID
    inbound_id: UUID | None
    kind: str
    message: OutboundMessage = field(repr=False)
    attempts: int
    lease_token: UUID
    queued_at: datetime
    was_uncertain: bool


def enqueue(transaction: Transaction, letters: Sequence[QueuedLetter]) -> None:
    """Queue the letters, each due at its time; one whose purpose is served by an earlier letter is left out."""
    load_keys(transaction, [letter.case_id for letter in letters])
    transaction.insert_new(OUTGOING, [_queued_row(transaction, letter) for letter in letters])


def claim_letter(
    transaction: Transaction, *, now: datetime, lease: timedelta
) -> LeasedLetter | None:
    """Return the letter that has been due longest, its attempt written down, None when none is due.

    A letter of unknown outcome is due when its trace has been looked for long enough (RECONCILE_FOR). One that
    cannot be unsealed fails here, with an urgent task, and the others go on.
    """
    letter = OUTGOING.c
    due = (
        select(OUTGOING)
        .where(
            letter.due_at <= now, letter.state.in_([OutgoingState.PENDING, OutgoingState.UNCERTAIN])
        )
        .order_by(letter.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    while (row := transaction.fetch(due).one_or_none()) is not None:
        try:
            return _leased(transaction, row, now + lease)
        except CannotUnseal:
            _fail_unsealable(transaction, row, now)
    return None


def _fail_unsealable(transaction: Transaction, row: AnyRow, now: datetime) -> None:
    """Nobody can read it any more, so a person has to answer in its place."""
    _set(transaction, row.letter_id, _final(OutgoingState.FAILED) | {"reason": CANNOT_UNSEAL})
    event = AuditEvent(
        chain=row.case_id,
        kind=AuditKind.LETTER_FAILED,
        at=now,
        actor="storage",
        payload={"letter": row.letter_id, "reason": CANNOT_UNSEAL},
    )
    append(transaction, [event])
    task = Task(
        task_id=new_id(),
        case_id=row.case_id,
        inbound_id=row.inbound_id,
        kind="letter_failed",
        reason=CANNOT_UNSEAL,
        due_on=acknowledgement_day(transaction, row.case_id),
        urgent=True,
        created_at=now,
    )
    add_tasks(transaction, [task])


def expire_leases(transaction: Transaction, *, now: datetime) -> int:
    """Return how many senders let their lease end: nobody knows whether those letters left (reliability.md F47)."""
    letter = OUTGOING.c
    expired = update(OUTGOING).where(letter.state == OutgoingState.LEASED, letter.due_at <= now)
    return transaction.change(expired.values(_uncertain(now)))


def mark_sent(
    transaction: Transaction,
    letter_id: UUID,
    *,
    lease_token: UUID,
    receipt: SendReceipt,
    at: datetime,
) -> bool:
    """Record that the letter was accepted; False when the lease was lost."""
    values = _final(OutgoingState.SENT) | {"sent_at": at, "evidence": "accepted", "reason": None}
    question = select(OUTGOING.c.case_id).where(OUTGOING.c.letter_id == letter_id)
    case_id = transaction.fetch(question).scalar_one_or_none()
    if case_id is not None:
        load_keys(transaction, [case_id])
        if case_id in transaction.vault:
            answer = f"{receipt.provider_id or ''} {receipt.answer}".strip()
            values["sealed_answer"] = transaction.vault.seal_text(case_id, ANSWER, answer)
    return _mark(transaction, letter_id, lease_token, values)


def mark_retry(
    transaction: Transaction, letter_id: UUID, *, lease_token: UUID, at: datetime, reason: str
) -> bool:
    """Record that the letter surely did not leave and is due again `at`; False when the lease was lost."""
    values = {"state": OutgoingState.PENDING, "due_at": at, "lease_token": None, "reason": reason}
    return _mark(transaction, letter_id, lease_token, values)


def mark_uncertain(
    transaction: Transaction, letter_id: UUID, *, lease_token: UUID, since: datetime
) -> bool:
    """Record that the letter may have left; False when the lease was lost."""
    return _mark(transaction, letter_id, lease_token, _uncertain(since))


def mark_failed(
    transaction: Transaction, letter_id: UUID, *, lease_token: UUID, reason: str, at: datetime
) -> bool:
    """Record that the letter will not leave by itself any more; False when the lease was lost."""
    del at  # when it failed is in the trail, next to who saw it
    return _mark(
        transaction, letter_id, lease_token, _final(OutgoingState.FAILED) | {"reason": reason}
    )


def confirm_sent(
    transaction: Transaction, message_id_keys: Sequence[bytes], *, at: datetime, evidence: str
) -> int:
    """Return how many letters of unknown outcome are now known to have left, because a trace was found."""
    letter, total = OUTGOING.c, 0
    values = _final(OutgoingState.SENT) | {"sent_at": at, "evidence": evidence, "reason": None}
    for chunk in in_chunks(message_id_keys):
        found = update(OUTGOING).where(
            letter.message_id_key.in_(chunk), letter.state == OutgoingState.UNCERTAIN
        )
        total += transaction.change(found.values(values))
    return total


def keep_here(
    transaction: Transaction, message_id_keys: Sequence[bytes], *, reason: str
) -> dict[UUID, bytes]:
    """Let none of these letters leave that nobody is handing over at this moment; returns the id and key of each."""
    letter, kept = OUTGOING.c, {}
    for chunk in in_chunks(message_id_keys):
        waiting = and_(letter.message_id_key.in_(chunk), letter.state == OutgoingState.PENDING)
        question = select(letter.letter_id, letter.message_id_key).where(waiting)
        # A sender that holds a row waits for the case, which the caller holds: that letter leaves.
        rows = transaction.fetch(question.with_for_update(skip_locked=True))
        kept.update({row.letter_id: bytes(row.message_id_key) for row in rows})
    failed = _final(OutgoingState.FAILED) | {"reason": reason}
    for letter_id in kept:
        _set(transaction, letter_id, failed)
    return kept


def retry_letter(transaction: Transaction, letter_id: UUID, *, now: datetime) -> UUID | None:
    """Queue a failed letter again and return its case; None when it has not failed."""
    letter = OUTGOING.c
    failed = and_(letter.letter_id == letter_id, letter.state == OutgoingState.FAILED)
    case_id = transaction.fetch(select(letter.case_id).where(failed)).scalar_one_or_none()
    again = update(OUTGOING).where(failed)
    again = again.values(state=OutgoingState.PENDING, due_at=now, attempts=0, queued_at=now)
    return case_id if transaction.change(again) else None


def _queued_row(transaction: Transaction, letter: QueuedLetter) -> Values:
    message, ring = letter.message, transaction.ring
    return {
        "letter_id": letter.letter_id,
        "case_id": letter.case_id,
        "inbound_id": letter.inbound_id,
        "kind": letter.kind,
        "dedupe_key": letter.dedupe_key,
        "sealed_message": seal_message(transaction.vault, letter.case_id, MESSAGE, message),
        "digest": letter_digest(message),
        "message_id_key": ring.lookup_key("message-id", message.message_id),
        "recipient_key": ring.lookup_key("address", without_plus(message.recipient)),
        "domain_key": ring.lookup_key("domain", message.recipient.rpartition("@")[2]),
        "text_key": letter.text_key,
        "automatic": letter.automatic,
        "state": OutgoingState.PENDING,
        "queued_at": letter.queued_at,
        "due_at": letter.due_at or letter.queued_at,
        "attempts": 0,
    }


def _leased(transaction: Transaction, row: AnyRow, until: datetime) -> LeasedLetter:
    load_keys(transaction, [row.case_id])
    message = unseal_message(transaction.vault, row.case_id, MESSAGE, bytes(row.sealed_message))
    token = new_id()
    values = {"state": OutgoingState.LEASED, "due_at": until, "lease_token": token}
    _set(transaction, row.letter_id, values | {"attempts": row.attempts + 1})
    return LeasedLetter(
        letter_id=row.letter_id,
        case_id=row.case_id,
        inbound_id=row.inbound_id,
        kind=row.kind,
        message=message,
        attempts=row.attempts + 1,
        lease_token=token,
        queued_at=row.queued_at,
        was_uncertain=row.state is OutgoingState.UNCERTAIN,
    )


def _final(state: OutgoingState) -> Values:
    return {"state": state, "due_at": None, "lease_token": None}


def _uncertain(since: datetime) -> Values:
    return {
        "state": OutgoingState.UNCERTAIN,
        "uncertain_since": since,
        "due_at": since + RECONCILE_FOR,
        "lease_token": None,
    }


def _mark(transaction: Transaction, letter_id: UUID, lease_token: UUID, values: Values) -> bool:
    held = _one(letter_id).where(OUTGOING.c.lease_token == lease_token)
    return transaction.change(held.values(values)) == 1


def _set(transaction: Transaction, letter_id: UUID, values: Values) -> None:
    transaction.change(_one(letter_id).values(values))


def _one(letter_id: UUID) -> Update:
    return update(OUTGOING).where(OUTGOING.c.letter_id == letter_id)
