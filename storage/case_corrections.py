"""What staff change of a case that is stored, and what they wrote down about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from privacy.cases import RequestItem
from storage.datakeys import load_keys
from storage.readable import readable
from storage.staff_rows import CASE_NOTE
from storage.tables import REQUEST_ITEM
from storage.transactions import Reading, Transaction

NOTE = "case_note.sealed_text"


@dataclass(frozen=True, kw_only=True)
class CaseNote:
    """Words of a member of staff about a change of a case; `about` names what was changed."""

    note_id: UUID
    case_id: UUID
    about: tuple[str, ...]
    text: str = field(repr=False)
    at: datetime
    author: str = field(repr=False)


def change_items(transaction: Transaction, items: Sequence[RequestItem]) -> None:
    """Store the state and the scope of rights that were corrected; their words and their place stay."""
    item = REQUEST_ITEM.c
    for one in items:
        changed = update(REQUEST_ITEM).where(item.item_id == one.item_id)
        transaction.change(changed.values(state=one.state, scope=one.scope or ""))


def add_note(transaction: Transaction, note: CaseNote) -> None:
    """Store a note, sealed with the key of its case."""
    load_keys(transaction, [note.case_id])
    row = {
        "note_id": note.note_id,
        "case_id": note.case_id,
        "about": note.about,
        "sealed_text": transaction.vault.seal_text(note.case_id, NOTE, note.text),
        "at": note.at,
        "author": note.author,
    }
    transaction.insert(CASE_NOTE, [row])


def notes_of(reading: Reading, case_id: UUID) -> list[CaseNote]:
    """Return the notes of a case, the oldest first."""
    question = select(CASE_NOTE).where(CASE_NOTE.c.case_id == case_id)
    rows = reading.fetch(question.order_by(CASE_NOTE.c.at, CASE_NOTE.c.note_id)).all()
    load_keys(reading, [case_id])
    return [
        CaseNote(
            note_id=row.note_id,
            case_id=row.case_id,
            about=row.about,
            text=readable(reading, case_id, NOTE, row.sealed_text),
            at=row.at,
            author=row.author,
        )
        for row in rows
    ]
