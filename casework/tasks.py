"""A person has done what a task asked for."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from casework.drafts import Actor
from casework.quarantine import take_up
from casework.task_kinds import ACKNOWLEDGE_BY, READ_BY_HAND
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from storage.audit import append
from storage.cases import mark_acknowledged
from storage.database import Database
from storage.failures import NotFound
from storage.tasks import finish_task


def finish(database: Database, task_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Close the task; raises Permanent when it is not open."""
    with database.transaction() as transaction:
        task = finish_task(transaction, task_id, actor=actor.address, at=now)
        if task is None:
            raise Permanent("there is no such open task")
        event = AuditEvent(
            chain=task.case_id or task.inbound_id or task_id,
            kind=AuditKind.TASK_DONE,
            at=now,
            actor=str(actor),
            payload={"task": task_id, "kind": task.kind},
        )
        append(transaction, [event])
        if task.kind in ACKNOWLEDGE_BY.values() and task.case_id is not None:
            mark_acknowledged(transaction, task.case_id, message_id_key=None, at=now)
        if task.kind == READ_BY_HAND and task.inbound_id is not None:
            # Not in quarantine: it was only hard to read, or was tried again.
            with suppress(NotFound):
                take_up(transaction, task.inbound_id, now)
