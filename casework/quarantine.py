"""What happens to a message that could not be worked: a stub case with a running clock, and a way back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from casework.drafts import Actor
from casework.identifiers import draw_identifiers
from casework.profile import DeskProfile
from casework.task_kinds import READ_BY_HAND
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, Origin, open_stub
from privacy.deciding import Outcome
from privacy.errors import Permanent
from privacy.messages import Sender
from storage.audit import append
from storage.cases import add_cases
from storage.database import Database, Transaction
from storage.failures import LeaseLost
from storage.messages import (
    ClaimedMessage,
    dismiss_message,
    get_message,
    quarantine_message,
    quarantined_without_case,
    requeue_message,
)
from storage.states import MessageState
from storage.tasks import Task, add_tasks, finish_tasks_about

ACTOR = "daemon"
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class SetAside:
    """What quarantine needs to know about a message."""

    inbound_id: UUID
    mailboxes: tuple[str, ...]
    received_at: datetime
    attempts: int
    lease_token: UUID | None  # None: it was set aside before, and gets its case only now


def set_aside(claimed: ClaimedMessage) -> SetAside:
    """Return the claimed message as quarantine sees it."""
    return SetAside(
        inbound_id=claimed.inbound_id,
        mailboxes=claimed.mailboxes,
        received_at=claimed.received_at,
        attempts=claimed.attempts,
        lease_token=claimed.lease_token,
    )


def quarantine(
    database: Database, desk: DeskProfile, message: SetAside, *, reason: str, now: datetime
) -> None:
    """Set the message aside, open its stub case and call a person; the raw bytes stay as they are.

    Raises LeaseLost, and leaves nothing, when another worker has the message or has finished it by now.
    """
    case = _stub_case(desk, message, reason)
    with database.transaction() as transaction:
        before = get_message(transaction, message.inbound_id)
        if before.case_id is None:
            add_cases(transaction, [case], now=now)
            append(transaction, [_opened(case, message, reason, now)])
        case_id = before.case_id or case.case_id
        quarantine_message(
            transaction,
            message.inbound_id,
            lease_token=message.lease_token,
            reason=reason,
            case_id=case_id,
            at=now,
        )
        append(transaction, [_quarantined(case_id, message, reason, now)])
        add_tasks(transaction, [_task(case, case_id, message, reason, now)])


def adopt_unsealable(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Open the stub cases of messages whose bytes could not even be unsealed; returns how many there were."""
    with database.reading() as reading:
        rows = quarantined_without_case(reading)
    for row in rows:
        aside = SetAside(
            inbound_id=row.inbound_id,
            mailboxes=row.mailboxes,
            received_at=max(row.received_at, desk.first_countable),
            attempts=row.attempts,
            lease_token=None,
        )
        _adopt(database, desk, aside, row.reason or "cannot-unseal", now)
    return len(rows)


def _adopt(
    database: Database, desk: DeskProfile, message: SetAside, reason: str, now: datetime
) -> None:
    try:
        quarantine(database, desk, message, reason=reason, now=now)
    except LeaseLost:
        return  # another program adopted it, or a person had it tried again
    except Exception as error:  # noqa: BLE001 - one message must not keep the others from their clocks
        log.error("adoption_failed", inbound=str(message.inbound_id), error=type(error).__name__)  # noqa: TRY400


def retry_quarantined(database: Database, inbound_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Put the message back into the queue, after whatever broke it was mended; in vain, it gets a new task."""
    with database.transaction() as transaction:
        row = get_message(transaction, inbound_id)
        if row.outcome is not Outcome.QUARANTINED:
            raise Permanent("only a message in quarantine can be tried again")
        requeue_message(transaction, inbound_id, now=now, release=False)
        finish_tasks_about(transaction, inbound_id, kind=READ_BY_HAND, actor=actor.address, at=now)
        event = AuditEvent(
            chain=row.case_id or inbound_id,
            kind=AuditKind.MESSAGE_RELEASED,
            at=now,
            actor=str(actor),
            payload={"inbound": inbound_id, "from": "quarantine"},
        )
        append(transaction, [event])


def dismiss_quarantined(
    database: Database, inbound_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Record that a person read the message by hand: its task is done, and no alarm speaks of it any more.

    Its stub case stays open, because whoever wrote still waits for an answer.
    """
    with database.transaction() as transaction:
        row = get_message(transaction, inbound_id)
        if row.state is not MessageState.QUARANTINED:
            raise Permanent("only a message in quarantine can be dismissed here")
        if row.case_id is None:
            raise Permanent("its case is not open yet: the daemon opens it within a minute")
        take_up(transaction, inbound_id, now)
        done = finish_tasks_about(
            transaction, inbound_id, kind=READ_BY_HAND, actor=actor.address, at=now
        )
        event = AuditEvent(
            chain=row.case_id,
            kind=AuditKind.MESSAGE_DISMISSED,
            at=now,
            actor=str(actor),
            payload={
                "inbound": inbound_id,
                "from": "quarantine",
                "tasks": [task.task_id for task in done],
            },
        )
        append(transaction, [event])


def take_up(transaction: Transaction, inbound_id: UUID, now: datetime) -> None:
    """Take the message out of the quarantine, because a person read it. Raises NotFound when it is not in there."""
    dismiss_message(
        transaction, inbound_id, reason=READ_BY_HAND, at=now, state=MessageState.QUARANTINED
    )


def _stub_case(desk: DeskProfile, message: SetAside, reason: str) -> Case:
    origin = Origin(
        inbound_id=message.inbound_id,
        mailbox=desk.answering_mailbox((), message.mailboxes).address,
        region=desk.region,
        received_at=message.received_at,
        sender=Sender(reasons=("not-read",)),
        language="und",
    )
    return open_stub(draw_identifiers(message.received_at), origin, reason, regimes=desk.regimes)


def _opened(case: Case, message: SetAside, reason: str, now: datetime) -> AuditEvent:
    return AuditEvent(
        chain=case.case_id,
        kind=AuditKind.CASE_OPENED,
        at=now,
        actor=ACTOR,
        payload={"reference": case.reference, "inbound": message.inbound_id, "stub": reason},
    )


def _quarantined(case_id: UUID, message: SetAside, reason: str, now: datetime) -> AuditEvent:
    return AuditEvent(
        chain=case_id,
        kind=AuditKind.MESSAGE_QUARANTINED,
        at=now,
        actor=ACTOR,
        payload={"inbound": message.inbound_id, "reason": reason, "attempts": message.attempts},
    )


def _task(case: Case, case_id: UUID, message: SetAside, reason: str, now: datetime) -> Task:
    return Task(
        case_id=case_id,
        inbound_id=message.inbound_id,
        kind=READ_BY_HAND,
        reason=reason,
        due_on=case.acknowledge.on,
        urgent=True,
        created_at=now,
    )
