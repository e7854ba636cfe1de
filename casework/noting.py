"""A member of staff leaves a note for colleagues with a case; it is sealed with the case and no letter holds it."""

from __future__ import annotations

from datetime import datetime

from casework.actors import Actor
from casework.correcting import LONGEST_NOTE
from casework.named_cases import case_named
from privacy.audit import AuditEvent, AuditKind
from privacy.by_hand import is_utf8
from privacy.errors import Permanent
from storage.audit import append
from storage.case_corrections import CaseNote, add_note
from storage.database import Database
from storage.ids import new_id


def note_case(
    database: Database, reference: str, text: str, *, actor: Actor, now: datetime
) -> None:
    """Keep the note. Raises Permanent for a case that is not there, and for a note that says nothing or too much."""
    if not text.strip() or len(text) > LONGEST_NOTE or not is_utf8(text):
        raise Permanent(f"a note has 1 to {LONGEST_NOTE} characters")
    with database.transaction() as transaction:
        case_id = case_named(transaction, reference).case_id
        note = CaseNote(
            note_id=new_id(),
            case_id=case_id,
            about=(),
            text=text.strip(),
            at=now,
            author=actor.address,
        )
        add_note(transaction, note)
        event = AuditEvent(
            chain=case_id,
            kind=AuditKind.CASE_NOTED,
            at=now,
            actor=str(actor),
            payload={"note": note.note_id},
        )
        append(transaction, [event])
