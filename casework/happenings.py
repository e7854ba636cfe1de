"""Tells the clocks of a case what happened between the person and us: the one place through which identity does so."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.clock_keeping import asked_of, changes_after, write_happening
from privacy.audit import AuditEvent, AuditKind
from privacy.case_events import CaseEvent, CaseEventKind, Ground
from privacy.cases import RequestItem
from privacy.clocks import EventKind
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
    case = get_case(transaction, case_id)
    waiting = [item for item in case.items if item.is_open and item.key not in NEVER_PROVED]
    happened = [_event(item, kind, at, actor, message_id_key) for item in waiting]
    events = [*case_events(transaction, case_id), *happened]
    laws = load_regimes(case.laws) if case.laws else ()
    changes = changes_after(map(asked_of, waiting), events, laws) if laws else []
    write_happening(transaction, case_id, happened, changes, actor=actor, now=at)


def _event(
    item: RequestItem, kind: EventKind, at: datetime, author: str, letter: bytes | None
) -> CaseEvent:
    return CaseEvent(
        kind=CaseEventKind(str(kind)),
        at=at,
        item_id=item.item_id,
        ground=str(Ground.IDENTITY),
        author=author,
        letter=letter,
    )
