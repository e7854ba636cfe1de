"""Complaints about mail of a list: who calls product updates spam gets none any more.

Only what proves itself counts: a report that returns a mail with our own link to leave, or the provider's signed event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from casework.suppression_trail import SUPPRESSION_CHAIN
from privacy.audit import AuditEvent, AuditKind
from privacy.deliveries import DeliveryEvent, DeliveryReport, Fate
from privacy.directory_lines import is_address
from privacy.notices import message_key_in
from privacy.suppression import SuppressionList, SuppressionReason
from privacy.tokens import TokenKey, is_our_message_id
from privacy.unsubscribing import Leaving, leaving_in
from storage.audit import append
from storage.database import Transaction
from storage.suppressions import key_of_address, suppress_hash

ACTOR = "complaint"


def left_by_report(report: DeliveryReport, keys: Mapping[str, TokenKey]) -> Leaving | None:
    """Return the list that somebody leaves who complains about a mail of it, None where it has no genuine link of ours."""
    if all(part.fate is not Fate.COMPLAINED for part in report.recipients):
        return None
    found = (leaving_in(link, keys) for link in report.leave_at)
    return next((one for one in found if one is not None), None)


def complaints_about_lists(
    events: Iterable[DeliveryEvent], keys: Mapping[str, TokenKey]
) -> list[DeliveryEvent]:
    """Return the provider's complaints about mails that are no letter and no notice of ours: updates are all that is left."""
    return [
        event
        for event in events
        if event.fate is Fate.COMPLAINED
        and is_address(event.recipient)
        and message_key_in(event.message_id) is None
        and not is_our_message_id(event.message_id, keys)
    ]


def suppress_updates(transaction: Transaction, recipient: str, *, now: datetime) -> bool:
    """Send this address no product updates any more; False where it got none before."""
    key = key_of_address(transaction, recipient)
    leaving = Leaving(address_key=key, on=SuppressionList.UPDATES)
    return leave_by_complaint(transaction, leaving, now=now)


def leave_by_complaint(transaction: Transaction, leaving: Leaving, *, now: datetime) -> bool:
    """Take whoever complained off the list for good; False where they were off it."""
    reason = SuppressionReason.COMPLAINED
    where = (transaction, leaving.address_key, leaving.on)
    if not suppress_hash(*where, reason=reason, by=ACTOR, now=now):
        return False
    payload = {"list": leaving.on, "addresses": 1, "reason": reason}
    event = AuditEvent(
        chain=SUPPRESSION_CHAIN,
        kind=AuditKind.SUPPRESSED,
        at=now,
        actor=ACTOR,
        payload=payload,
    )
    append(transaction, [event])
    return True
