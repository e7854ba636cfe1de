"""A person has a failed letter tried again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.drafts import Actor
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from storage.audit import append
from storage.database import Database
from storage.outbox import retry_letter


def retry_failed(database: Database, letter_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Queue the letter again under its Message-ID; raises Permanent when it has not failed."""
    with database.transaction() as transaction:
        case_id = retry_letter(transaction, letter_id, now=now)
        if case_id is None:
            raise Permanent("only a letter that failed can be tried again")
        event = AuditEvent(
            chain=case_id,
            kind=AuditKind.LETTER_QUEUED,
            at=now,
            actor=str(actor),
            payload={"letter": letter_id, "again": True},
        )
        append(transaction, [event])
