"""Takes in files and says what became of each: the same keeping and the same working as for mail that arrives."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from casework.processing import Services, process_batch
from intake.files import ImportItem
from intake.message_ids import message_id_of
from privacy.deciding import Outcome
from privacy.messages import RawMessage
from privacy.ports import Clock
from storage.messages import KeptMessage, MessageRow, get_message, keep_raw

ALREADY_KEPT = "already-kept"
# Kept, and sure to get its outcome; `rightsdesk cases list` and `held list` show it then.
STILL_WORKED = "worked-by-the-daemon"
PAUSE_SECONDS = 0.2
MOST_PAUSES = 50
# Our own letter opens no case and asks nobody for anything; history is kept, and a person can release it.
CONTRACT_WORDS = {Outcome.OWN_COPY: "auto", Outcome.HISTORY: "held"}


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What became of one file. `error`: it cannot be read; `unfinished`: it is kept, and not worked yet."""

    path: str
    message_id: str | None = field(repr=False)
    outcome: str
    case: str | None
    reason: str
    error: bool = False
    unfinished: bool = False


def import_batch(
    services: Services,
    items: Sequence[ImportItem],
    clock: Clock,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> list[Imported]:
    """Keep the readable items in one transaction, work everything that waits, and report on each item in order.

    A running daemon may have taken some of them; they are waited for, ten seconds in all.
    """
    readable = [item.message for item in items if item.message is not None]
    with services.database.transaction() as transaction:
        kept = keep_raw(transaction, readable, now=clock())
    rows = _worked(services, [one.inbound_id for one in kept], clock, pause)
    keeping = iter(kept)
    return [
        _unreadable(item)
        if item.message is None
        else _report(item, item.message, next(keeping), rows)
        for item in items
    ]


def _worked(
    services: Services, ids: Sequence[UUID], clock: Clock, pause: Callable[[float], None]
) -> dict[UUID, MessageRow]:
    """Work what waits until each of these messages has its outcome, or for as long as it is worth waiting."""
    for _ in range(MOST_PAUSES):
        while process_batch(services, clock()):
            pass
        rows = _rows(services, ids)
        if all(row.outcome is not None for row in rows.values()):
            return rows
        pause(PAUSE_SECONDS)
    return _rows(services, ids)


def _rows(services: Services, ids: Sequence[UUID]) -> dict[UUID, MessageRow]:
    with services.database.reading() as reading:
        return {inbound_id: get_message(reading, inbound_id) for inbound_id in ids}


def _unreadable(item: ImportItem) -> Imported:
    return Imported(
        path=item.path,
        message_id=None,
        outcome="quarantined",
        case=None,
        reason=item.error or "unreadable",
        error=True,
    )


def _report(
    item: ImportItem, message: RawMessage, kept: KeptMessage, rows: Mapping[UUID, MessageRow]
) -> Imported:
    row = rows[kept.inbound_id]
    outcome, reason = ("duplicate", ALREADY_KEPT) if not kept.is_new else _outcome_of(row)
    return Imported(
        path=item.path,
        message_id=message_id_of(message.raw),
        outcome=outcome,
        case=row.case_reference,
        reason=reason,
        unfinished=kept.is_new and row.outcome is None,
    )


def _outcome_of(row: MessageRow) -> tuple[str, str]:
    """Return the outcome in the words of the command line's contract, and the reason, which is exact."""
    if row.outcome is None:
        return "held", STILL_WORKED
    return CONTRACT_WORDS.get(row.outcome, str(row.outcome)), row.reason or ""
