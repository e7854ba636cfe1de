"""Takes in files and says what became of each: the same keeping and the same working as for mail that arrives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from casework.processing import Services, process_batch
from intake.files import ImportItem
from intake.message_ids import message_id_of
from privacy.errors import Retryable
from privacy.ports import Clock
from storage.messages import KeptMessage, MessageRow, get_message, keep_raw

ALREADY_KEPT = "already-kept"


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of one file."""

    path: str
    message_id: str | None = field(repr=False)
    outcome: str
    case: str | None
    reason: str
    error: bool = False


def import_batch(services: Services, items: Sequence[ImportItem], clock: Clock) -> list[Imported]:
    """Keep the readable items in one transaction, work everything that waits, and report on each item in order."""
    readable = [item.message for item in items if item.message is not None]
    with services.database.transaction() as transaction:
        kept = iter(keep_raw(transaction, readable, now=clock()))
    while process_batch(services, clock()):
        pass
    return [
        _unreadable(item) if item.message is None else _report(services, item, next(kept))
        for item in items
    ]


def _unreadable(item: ImportItem) -> Imported:
    return Imported(
        path=item.path,
        message_id=None,
        outcome="quarantined",
        case=None,
        reason=item.error or "unreadable",
        error=True,
    )


def _report(services: Services, item: ImportItem, kept: KeptMessage) -> Imported:
    row = _worked(services, kept.inbound_id)
    raw = item.message.raw if item.message else b""
    outcome, reason = (
        (str(row.outcome), row.reason or "") if kept.is_new else ("duplicate", ALREADY_KEPT)
    )
    return Imported(
        path=item.path,
        message_id=message_id_of(raw),
        outcome=outcome,
        case=row.case_reference,
        reason=reason,
    )


def _worked(services: Services, inbound_id: UUID) -> MessageRow:
    with services.database.reading() as reading:
        row = get_message(reading, inbound_id)
    if row.outcome is None:
        raise Retryable("a running daemon has claimed this message; see `rightsdesk cases list`")
    return row
