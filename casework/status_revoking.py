"""Switches the page of a person off, or on again: every link to it that a letter carried."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.named_cases import case_named
from privacy.audit import AuditEvent, AuditKind
from privacy.by_hand import is_utf8
from privacy.errors import Permanent
from storage.audit import append
from storage.case_corrections import CaseNote, add_note
from storage.database import Database, Reading
from storage.ids import new_id
from storage.status_pages import noted_about

OFF, ON = "status page: off", "status page: on"
LONGEST_NOTE = 2_000  # characters
By = tuple[Actor, datetime]


def is_revoked(reading: Reading, case_id: UUID) -> bool:
    """Say whether the page of this case is switched off."""
    said = [one for about in noted_about(reading, case_id) for one in about if one in {OFF, ON}]
    return said[-1:] == [OFF]


def switch_page(database: Database, reference: str, note: str, *, off: bool, by: By) -> None:
    """Switch the page of a case off or on, open or closed, with the reason; the trail says who did.

    Raises Permanent where it is so already, where there is no such case, and for a reason that is none.
    """
    actor, now = by
    if not note.strip() or len(note) > LONGEST_NOTE or not is_utf8(note):
        raise Permanent(f"say why, in a note of 1 to {LONGEST_NOTE} characters")
    with database.transaction() as transaction:
        case_id = case_named(transaction, reference).case_id
        if is_revoked(transaction, case_id) is off:
            raise Permanent(f"the page is {'off' if off else 'on'} already")
        kept = CaseNote(
            note_id=new_id(),
            case_id=case_id,
            about=(OFF if off else ON,),
            text=note,
            at=now,
            author=actor.address,
        )
        add_note(transaction, kept)
        changes = [["status_page", "on", "off"] if off else ["status_page", "off", "on"]]
        event = AuditEvent(
            chain=case_id,
            kind=AuditKind.CASE_CORRECTED,
            at=now,
            actor=str(actor),
            payload={"changes": changes, "note": kept.note_id},
        )
        append(transaction, [event])
