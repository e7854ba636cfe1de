"""Tells the clocks of a case what happened between the person and us: the one place through which identity does so."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from privacy.audit import AuditEvent, AuditKind
from privacy.clocks import EventKind
from storage.audit import append
from storage.database import Transaction

KINDS = {
    EventKind.IDENTITY_ASKED: AuditKind.IDENTITY_ASKED,
    EventKind.IDENTITY_PROVED: AuditKind.IDENTITY_PROVED,
}


def note_happening(
    transaction: Transaction,
    case_id: UUID,
    kind: EventKind,
    *,
    at: datetime,
    actor: str,
    message_id_key: bytes | None = None,
) -> None:
    """Record the event; `message_id_key` is that of the letter that told it, None where no letter did."""
    payload = {"letter": message_id_key.hex() if message_id_key else None}
    event = AuditEvent(chain=case_id, kind=KINDS[kind], at=at, actor=actor, payload=payload)
    append(transaction, [event])
