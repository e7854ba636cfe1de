"""A notice that was accepted comes back later: its Owner is open again, and whoever counted as told through them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casework.notice_sending import reopen
from privacy.deliveries import DeliveryEvent, DeliveryReport, Fate
from privacy.notices import message_key_in
from storage.database import Transaction
from storage.notice_sending import mark_bounced, owner_of_message
from storage.notices import get_notice

RETURN_PATH = "n"  # after the plus of our address, before the key


@dataclass(frozen=True, kw_only=True)
class Return:
    """That a mail came back: the key in its Message-ID, when this was told, and a code of what was said."""

    message_key: bytes = field(repr=False)
    at: datetime
    answer: str


def note_return_of_notice(transaction: Transaction, told: Return, *, now: datetime) -> bool:
    """Open the Owner of this mail again; False for a mail that is no notice of ours, or came back before.

    The key is a hash that only we can make, so nobody opens the Owner of a notice that they did not get.
    """
    found = owner_of_message(transaction, told.message_key)
    if found is None:
        return False
    notice_id, person_id = found
    notice = get_notice(transaction, notice_id)
    if notice is None or not mark_bounced(
        transaction, notice_id, person_id, answer=told.answer, at=told.at, now=now
    ):
        return False
    reopen(transaction, notice, "bounce", now)
    return True


def returns_in_events(events: Iterable[DeliveryEvent]) -> list[Return]:
    """Return what a provider tells about notices that it could not deliver."""
    keys = ((message_key_in(event.message_id), event) for event in events)
    return [
        Return(message_key=key, at=event.at, answer=f"event: {event.status or event.fate}")
        for key, event in keys
        if key is not None and event.fate is Fate.FAILED
    ]


def return_in_report(
    report: DeliveryReport, addresses: Sequence[str], *, at: datetime
) -> Return | None:
    """Return what a report by mail tells about a notice, None where it is about none, or the notice is not lost.

    The address to which it came says it surest: it is the return path of one notice.
    """
    keys = [_key_in_address(address) for address in addresses]
    keys += [message_key_in(message_id) for message_id in report.message_ids]
    key = next((one for one in keys if one is not None), None)
    lost = [part for part in report.recipients if part.fate is Fate.FAILED]
    if key is None or not lost:
        return None
    return Return(message_key=key, at=at, answer=f"report: {lost[0].status or lost[0].reason}")


def _key_in_address(address: str) -> bytes | None:
    local, _, domain = address.lower().rpartition("@")
    purpose, _, key = local.partition("+")[2].partition(".")
    return message_key_in(f"<n.{key}@{domain}>") if purpose == RETURN_PATH else None
