"""Puts addresses on suppression lists: at once when a letter surely ends marketing, and when staff say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from casework.batch_view import MessageAtWork
from casework.drafts import Actor
from casework.profile import DeskProfile
from casework.suppression_trail import SUPPRESSION_CHAIN
from casework.writes import Writes
from directory.suppression_csv import suppression_lines_in
from privacy.audit import AuditEvent, AuditKind
from privacy.suppression import (
    Suppression,
    SuppressionLine,
    SuppressionList,
    SuppressionReason,
    surely_ends_marketing,
)
from storage.audit import append
from storage.database import Database, Transaction
from storage.suppressions import add_suppressions

ACTOR = "daemon"
BATCH = 5_000
Report = Callable[[SuppressionLine], None]


@dataclass
class Imported:
    """How many lines were taken and left out."""

    taken: int = 0
    wrong: int = 0


def end_marketing(
    message: MessageAtWork, case_id: UUID | None, desk: DeskProfile, writes: Writes
) -> None:
    """Suppress the writer's address for marketing when the letter surely asks for it (GDPR Art. 21(3), policy P14).

    A one-click unsubscribe is one as well, for its owner pressed the button (RFC 8058 section 3.2).
    """
    reading = message.reading
    sender = reading.message.sender.address
    surely = reading.one_click or surely_ends_marketing(
        reading.classification.rights, threshold=desk.threshold
    )
    if sender is None or not surely:
        return
    entry = Suppression(
        address=sender,
        on=SuppressionList.MARKETING,
        reason=SuppressionReason.OBJECTION,
        added_at=writes.now,
        added_by=ACTOR,
        case_id=case_id,
    )
    writes.suppressions.append(entry)
    payload = {"list": entry.on, "reason": entry.reason, "inbound": message.inbound_id}
    writes.record(case_id or message.inbound_id, AuditKind.SUPPRESSED, ACTOR, payload)


def suppress_by_hand(
    database: Database,
    addresses: Sequence[str],
    on: SuppressionList,
    reason: SuppressionReason,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Put the addresses on a list; those that are there keep their first date."""
    lines = [
        SuppressionLine(place=place, address=address, on=on, reason=reason)
        for place, address in enumerate(addresses, start=1)
    ]
    with database.transaction() as transaction:
        _add(transaction, lines, actor, now)


def import_suppressions(
    database: Database,
    lines: Iterable[SuppressionLine],
    report: Report,
    *,
    actor: Actor,
    now: datetime,
) -> Imported:
    """Put the addresses of all good lines on their lists; the bad ones are reported and left out."""
    imported = Imported()
    for batch in _batches(iter(lines)):
        good = [line for line in batch if line.wrong is None]
        with database.transaction() as transaction:
            _add(transaction, good, actor, now)
        imported.taken += len(good)
        for line in batch:
            if line.wrong is not None:
                imported.wrong += 1
                report(line)
    return imported


def import_pasted(
    database: Database,
    text: str,
    on: SuppressionList,
    report: Report,
    *,
    by: tuple[Actor, datetime],
) -> Imported:
    """Put the addresses of pasted lines on their lists, as those of a file. Raises Permanent for a wrong first line."""
    actor, now = by
    lines = suppression_lines_in(text, on)
    return import_suppressions(database, lines, report, actor=actor, now=now)


def _batches(lines: Iterator[SuppressionLine]) -> Iterator[list[SuppressionLine]]:
    while batch := list(islice(lines, BATCH)):
        yield batch


def _add(
    transaction: Transaction, lines: Sequence[SuppressionLine], actor: Actor, now: datetime
) -> None:
    entries = [
        Suppression(
            address=line.address,
            on=line.on,
            reason=line.reason,
            added_at=now,
            added_by=actor.address,
        )
        for line in lines
    ]
    add_suppressions(transaction, entries)
    append(transaction, [_event(on, number, actor, now) for on, number in _counted(lines)])


def _counted(lines: Sequence[SuppressionLine]) -> list[tuple[SuppressionList, int]]:
    numbers = {on: sum(line.on is on for line in lines) for on in SuppressionList}
    return [(on, number) for on, number in numbers.items() if number]


def _event(on: SuppressionList, number: int, actor: Actor, now: datetime) -> AuditEvent:
    return AuditEvent(
        chain=SUPPRESSION_CHAIN,
        kind=AuditKind.SUPPRESSED,
        at=now,
        actor=str(actor),
        payload={"list": on, "addresses": number},
    )
