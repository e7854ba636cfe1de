"""A person has done what a task asked for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.drafts import Actor
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from storage.audit import append
from storage.database import Database
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
