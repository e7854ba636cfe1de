"""Sets the letters aside that a restored database believes to be still waiting: nobody knows which of them left since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from privacy.audit import AuditEvent, AuditKind
from privacy.outgoing import OutgoingState
from storage.audit import append
from storage.cases import acknowledgement_day
from storage.ids import new_id
from storage.tables import OUTGOING
from storage.tasks import Task, add_tasks
from storage.transactions import AnyRow, Transaction

RESTORED = "restored"
ACTOR = "restore"
OPEN = (OutgoingState.PENDING, OutgoingState.LEASED, OutgoingState.UNCERTAIN)


def set_letters_aside(transaction: Transaction, now: datetime) -> int:
    """Let no letter leave by itself that was waiting, each with an urgent task; returns how many there were.

    A person looks whether it went out before the loss, and has it sent again (`rightsdesk outbox retry`) if it did not.
    """
    letter = OUTGOING.c
    question = select(letter.letter_id, letter.case_id, letter.inbound_id)
    rows = transaction.fetch(question.where(letter.state.in_(OPEN))).all()
    aside = update(OUTGOING).where(letter.state.in_(OPEN))
    transaction.change(
        aside.values(state=OutgoingState.FAILED, due_at=None, lease_token=None, reason=RESTORED)
    )
    _record(transaction, rows, now)
    return len(rows)


def _record(transaction: Transaction, rows: Sequence[AnyRow], now: datetime) -> None:
    events = [
        AuditEvent(
            chain=row.case_id,
            kind=AuditKind.LETTER_FAILED,
            at=now,
            actor=ACTOR,
            payload={"letter": row.letter_id, "reason": RESTORED},
        )
        for row in rows
    ]
    append(transaction, events)
    add_tasks(transaction, [_task(transaction, row, now) for row in rows])


def _task(transaction: Transaction, row: AnyRow, now: datetime) -> Task:
    return Task(
        task_id=new_id(),
        case_id=row.case_id,
        inbound_id=row.inbound_id,
        kind="letter_failed",
        reason=RESTORED,
        due_on=acknowledgement_day(transaction, row.case_id),
        urgent=True,
        created_at=now,
    )
