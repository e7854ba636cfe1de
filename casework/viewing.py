"""Writes down that somebody looked at a case: once in an hour for each, however often they come back to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from casework.actors import Actor
from privacy.audit import AuditEvent, AuditKind
from storage.audit import append, happened_since
from storage.database import Database, Reading

AGAIN_AFTER = timedelta(hours=1)


def record_view(database: Database, case_id: UUID, *, actor: Actor, now: datetime) -> bool:
    """Record that the case was looked at; False where that is known of the last hour. Raises Retryable."""
    with database.reading() as reading:
        if _is_known(reading, case_id, actor, now):
            return False
    viewed = AuditEvent(chain=case_id, kind=AuditKind.CASE_VIEWED, at=now, actor=str(actor))
    with database.transaction() as transaction:
        if not _is_known(transaction, case_id, actor, now):
            append(transaction, [viewed])
    return True


def _is_known(reading: Reading, case_id: UUID, actor: Actor, now: datetime) -> bool:
    return happened_since(
        reading, case_id, AuditKind.CASE_VIEWED, actor=str(actor), since=now - AGAIN_AFTER
    )
