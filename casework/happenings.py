"""Tells the clocks of a case what happened between the person and us: the one place through which identity does so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from casework.clock_keeping import asked_of, changes_after, write_happening
from privacy.audit import AuditEvent, AuditKind
from privacy.case_events import CaseEvent, CaseEventKind, Ground, clock_of
from privacy.cases import Case, RequestItem
from privacy.clocks import EventKind
from privacy.deadlines import Regime
from privacy.identity_terms import NEVER_PROVED
from regimes import load_regimes
from storage.audit import append
from storage.case_events import case_events
from storage.cases import get_case
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
    """Record the event and the dates that follow from it; `message_id_key` is the letter that told it, None where none did."""
    payload = {"letter": message_id_key.hex() if message_id_key else None}
    event = AuditEvent(chain=case_id, kind=KINDS[kind], at=at, actor=actor, payload=payload)
    append(transaction, [event])
    _tell_clocks(transaction, case_id, kind, at, (actor, message_id_key))


def person_answered(transaction: Transaction, case_id: UUID, *, at: datetime, actor: str) -> None:
    """End the waiting with the person's own answer, whatever it proves: what our people need after it is our time."""
    _tell_clocks(transaction, case_id, EventKind.IDENTITY_PROVED, at, (actor, None))


def laws_of(case: Case, codes: Sequence[str] | None = None) -> tuple[Regime, ...]:
    """Return the laws of the case, or these for it, the promise of the house in the zone in which it was made."""
    promised = case.acknowledge
    return tuple(
        replace(law, zone=promised.zone)
        if law.code == promised.regime and law.zone != promised.zone
        else law
        for law in load_regimes(case.laws if codes is None else codes)
    )


def _tell_clocks(
    transaction: Transaction,
    case_id: UUID,
    kind: EventKind,
    at: datetime,
    told: tuple[str, bytes | None],
) -> None:
    case, before = get_case(transaction, case_id), case_events(transaction, case_id)
    items = [item for item in case.items if item.is_open and item.key not in NEVER_PROVED]
    if kind is EventKind.IDENTITY_PROVED:
        items = [item for item in items if _waits_for_proof(before, item)]
    happened = [_event(item, kind, at, told) for item in items]
    laws = laws_of(case) if case.laws else ()
    events = [*before, *happened]
    changes = changes_after(map(asked_of, items), events, laws) if laws else []
    write_happening(transaction, case_id, happened, changes, actor=told[0], now=at)


def _waits_for_proof(events: Sequence[CaseEvent], item: RequestItem) -> bool:
    waiting = clock_of(events, item.item_id, asked_at=item.received_at).waiting
    return waiting is not None and waiting.kind is CaseEventKind.IDENTITY_ASKED


def _event(
    item: RequestItem, kind: EventKind, at: datetime, told: tuple[str, bytes | None]
) -> CaseEvent:
    author, letter = told
    return CaseEvent(
        kind=CaseEventKind(str(kind)),
        at=at,
        item_id=item.item_id,
        ground=str(Ground.IDENTITY),
        author=author,
        letter=letter,
    )
