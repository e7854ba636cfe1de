"""Leaving a list by one click: the links that mails carry, and what pressing one does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from casework.suppression_trail import SUPPRESSION_CHAIN
from privacy.audit import AuditEvent, AuditKind
from privacy.suppression import SuppressionList, SuppressionReason, may_get_updates
from privacy.tokens import TokenKey
from privacy.unsubscribing import leaving_path, read_leaving
from storage.audit import append
from storage.database import Database
from storage.suppressions import address_key, lists_with, suppress_hash

ACTOR = "one-click"


def update_link(
    database: Database, address: str, *, key: TokenKey, page_url: str, language: str
) -> str | None:
    """Return the address at which product updates to somebody end, None when they get none (any more)."""
    with database.reading() as reading:
        lists = lists_with(reading, [address])[address]
    if not may_get_updates(lists):
        return None
    path = leaving_path(
        address_key(database, address), SuppressionList.UPDATES, key=key, language=language
    )
    return page_url + path


def leave_list(
    database: Database, on: str, code: str, *, token_keys: Mapping[str, TokenKey], now: datetime
) -> bool:
    """Take the address of a link off a list for good; False for a link that we did not make.

    Pressing again changes nothing. Raises Retryable when the database is out of reach; then nothing is recorded.
    """
    leaving = read_leaving(on, code, token_keys)
    if leaving is None:
        return False
    with database.transaction() as transaction:
        is_new = suppress_hash(
            transaction,
            leaving.address_key,
            leaving.on,
            reason=SuppressionReason.UNSUBSCRIBED,
            by=ACTOR,
            now=now,
        )
        if is_new:
            payload = {"list": leaving.on, "addresses": 1}
            event = AuditEvent(
                chain=SUPPRESSION_CHAIN,
                kind=AuditKind.SUPPRESSED,
                at=now,
                actor=ACTOR,
                payload=payload,
            )
            append(transaction, [event])
    return True
