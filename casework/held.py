"""A person decides about a held message: it is a request after all, or it is not one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.drafts import Actor
from casework.task_kinds import LOOK_AT_MESSAGE
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from storage.audit import append
from storage.database import Database, Transaction
from storage.messages import dismiss_message, get_message, requeue_message
from storage.tasks import finish_tasks_about

DECIDABLE = frozenset({"held", "auto", "bulk", "spam", "bounce", "history"})


def release_held(database: Database, inbound_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Have the message opened as a case; its clock has been running since its arrival."""
    with database.transaction() as transaction:
        _require_decidable(transaction, inbound_id)
        requeue_message(transaction, inbound_id, now=now, release=True)
        _looked_at(transaction, inbound_id, actor, now)
        _trail(transaction, inbound_id, AuditKind.MESSAGE_RELEASED, actor, now)


def dismiss_held(
    database: Database, inbound_id: UUID, *, reason: str, actor: Actor, now: datetime
) -> None:
    """Record that a person read the message and that it asks for no right."""
    with database.transaction() as transaction:
        _require_decidable(transaction, inbound_id)
        dismiss_message(transaction, inbound_id, reason=reason, at=now)
        _looked_at(transaction, inbound_id, actor, now)
        _trail(transaction, inbound_id, AuditKind.MESSAGE_DISMISSED, actor, now)


def _require_decidable(transaction: Transaction, inbound_id: UUID) -> None:
    message = get_message(transaction, inbound_id)
    if message.outcome is None or message.outcome.value not in DECIDABLE:
        raise Permanent("only a message that was set aside can be decided about")


def _looked_at(transaction: Transaction, inbound_id: UUID, actor: Actor, now: datetime) -> None:
    """What its task asked for is done; an open one would call people again when its day comes."""
    finish_tasks_about(transaction, inbound_id, kind=LOOK_AT_MESSAGE, actor=actor.address, at=now)


def _trail(
    transaction: Transaction, inbound_id: UUID, kind: AuditKind, actor: Actor, now: datetime
) -> None:
    append(transaction, [AuditEvent(chain=inbound_id, kind=kind, at=now, actor=str(actor))])
