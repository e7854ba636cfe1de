"""How far each folder has been read, and which messages of it were taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from privacy.ports import FolderCursor
from storage.tables import DELIVERY, FOLDER_CURSOR
from storage.transactions import Reading, Transaction, in_chunks


def load_cursor(reading: Reading, mailbox: str, folder: str) -> FolderCursor | None:
    """Return how far the folder has been read, None before the first contact."""
    cursor = FOLDER_CURSOR.c
    question = select(FOLDER_CURSOR).where(cursor.mailbox == mailbox, cursor.folder == folder)
    row = reading.fetch(question).one_or_none()
    if row is None:
        return None
    return FolderCursor(
        mailbox=row.mailbox,
        folder=row.folder,
        uidvalidity=row.uidvalidity,
        last_uid=row.last_uid,
        answer_from=row.answer_from,
        first_uidnext=row.first_uidnext,
        renumbered_at=tuple(datetime.fromisoformat(instant) for instant in row.renumbered_at),
    )


def save_cursor(transaction: Transaction, cursor: FolderCursor) -> None:
    """Replace the cursor of its folder."""
    values = {
        "uidvalidity": cursor.uidvalidity,
        "last_uid": cursor.last_uid,
        "answer_from": cursor.answer_from,
        "first_uidnext": cursor.first_uidnext,
        "renumbered_at": tuple(instant.isoformat() for instant in cursor.renumbered_at),
    }
    insert = transaction.upsert(FOLDER_CURSOR).values(
        mailbox=cursor.mailbox, folder=cursor.folder, **values
    )
    transaction.change(
        insert.on_conflict_do_update(index_elements=["mailbox", "folder"], set_=values)
    )


def unknown_uids(
    reading: Reading, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]
) -> list[int]:
    """Return those UIDs of which no delivery is kept, in the given order."""
    delivery = DELIVERY.c
    known: set[int] = set()
    for chunk in in_chunks(uids):
        question = select(delivery.uid).where(
            delivery.mailbox == mailbox,
            delivery.folder == folder,
            delivery.uidvalidity == uidvalidity,
            delivery.uid.in_(chunk),
        )
        known.update(reading.fetch(question).scalars())
    return [uid for uid in uids if uid not in known]
