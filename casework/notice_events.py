"""What is told about a notice after it left, by a provider or by mail: it was delivered, or came back and opens its Owner."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casework.actors import by_desk
from casework.notice_drafting import record
from casework.notice_sending import PART, reopen
from casework.task_kinds import NOTICE_COMPLAINT
from privacy.audit import AuditKind
from privacy.deliveries import GIVEN_UP, DeliveryEvent, DeliveryReport, Fate
from privacy.notices import message_key_in
from storage.database import Transaction
from storage.notice_events import (
    LastAttempt,
    attempt_of_message,
    mark_bounced,
    mark_complained,
    mark_delivered,
    mark_taken,
)
from storage.notices import get_notice
from storage.tasks import Task, add_tasks

RETURN_PATH = "n"  # after the plus of our address, before the key
_NEWS = GIVEN_UP | {Fate.DELIVERED, Fate.LEFT, Fate.COMPLAINED}


@dataclass(frozen=True, kw_only=True)
class NoticeFate:
    """What became of a mail: the key in its Message-ID, when this was told, and a code of what was said."""

    message_key: bytes = field(repr=False)
    fate: Fate
    at: datetime
    answer: str


def note_fate_of_notice(transaction: Transaction, told: NoticeFate, *, now: datetime) -> bool:
    """Write down what became of this mail; False for a mail that is no notice of ours, and where it is no news.

    The key is a hash that only we can make, so nobody moves the Owner of a notice that they did not get.
    """
    last = attempt_of_message(transaction, told.message_key)
    if last is None:
        return False
    if told.fate is Fate.DELIVERED:
        return mark_delivered(transaction, last, at=told.at, now=now)
    if told.fate is Fate.LEFT:
        return mark_taken(transaction, last, at=told.at, now=now)
    if told.fate is Fate.COMPLAINED:
        return _complained(transaction, last, told, now)
    return _came_back(transaction, last, told, now)


def _complained(
    transaction: Transaction, last: LastAttempt, told: NoticeFate, now: datetime
) -> bool:
    """A notice is service mail, and no complaint stops it: it was delivered, and staff see that somebody minds."""
    notice = get_notice(transaction, last.notice_id)
    if notice is None or not mark_complained(transaction, last, at=told.at, now=now):
        return False
    by = by_desk(PART, now, cause=f"notice:{notice.notice_id}")
    payload: dict[str, object] = {"owner": last.person_id, "said": told.answer}
    record(transaction, notice, kind=AuditKind.NOTICE_COMPLAINED, by=by, payload=payload)
    task = Task(
        case_id=None,
        kind=NOTICE_COMPLAINT,
        reason=f"complained: {notice.version}",
        due_on=None,
        created_at=now,
    )
    add_tasks(transaction, [task])
    return True


def _came_back(
    transaction: Transaction, last: LastAttempt, told: NoticeFate, now: datetime
) -> bool:
    notice = get_notice(transaction, last.notice_id)
    if notice is None or not mark_bounced(
        transaction, last, answer=told.answer, at=told.at, now=now
    ):
        return False
    reopen(transaction, notice, "bounce", now)
    return True


def told_in_events(events: Iterable[DeliveryEvent]) -> list[NoticeFate]:
    """Return what a provider tells about notices, the earliest first."""
    keys = (
        (message_key_in(event.message_id), event)
        for event in sorted(events, key=lambda event: event.at)
    )
    return [
        NoticeFate(
            message_key=key,
            fate=event.fate,
            at=event.at,
            answer=f"event: {event.status or event.fate}",
        )
        for key, event in keys
        if key is not None and event.fate in _NEWS
    ]


def told_in_report(
    report: DeliveryReport, addresses: Sequence[str], *, at: datetime
) -> NoticeFate | None:
    """Return what a report by mail tells about a notice, None where it is about none, or says nothing that matters.

    The address to which it came says it surest: it is the return path of one notice.
    """
    keys = [_key_in_address(address) for address in addresses]
    keys += [message_key_in(message_id) for message_id in report.message_ids]
    key = next((one for one in keys if one is not None), None)
    told = [part for part in report.recipients if part.fate in {Fate.FAILED, Fate.COMPLAINED}]
    if key is None or not told:
        return None
    answer = f"report: {told[0].status or told[0].reason}"
    return NoticeFate(message_key=key, fate=told[0].fate, at=at, answer=answer)


def _key_in_address(address: str) -> bytes | None:
    local, _, domain = address.lower().rpartition("@")
    purpose, _, key = local.partition("+")[2].partition(".")
    return message_key_in(f"<n.{key}@{domain}>") if purpose == RETURN_PATH else None
