"""A trace of a letter of unknown outcome was found: it has left, and its acknowledgement is met."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from casework.promises import letter_left
from privacy.audit import AuditEvent, AuditKind
from storage.audit import append
from storage.database import Transaction
from storage.outbox import confirm_sent, uncertain_letters

ACTOR = "sender"
Lookup = Callable[[str, str], bytes]


def record_traces(
    transaction: Transaction,
    keys: Collection[bytes],
    lookup: Lookup,
    *,
    now: datetime,
    evidence: str,
) -> int:
    """Record as sent every uncertain letter whose Message-ID key is among the keys; returns how many."""
    found = 0
    for letter in uncertain_letters(transaction):
        key = lookup("message-id", letter.message_id)
        if key not in keys:
            continue
        found += confirm_sent(transaction, [key], at=now, evidence=evidence)
        letter_left(transaction, letter.kind, letter.case_id, key, at=now)
        payload = {"letter": letter.letter_id, "evidence": evidence}
        event = AuditEvent(
            chain=letter.case_id, kind=AuditKind.LETTER_SENT, at=now, actor=ACTOR, payload=payload
        )
        append(transaction, [event])
    return found
