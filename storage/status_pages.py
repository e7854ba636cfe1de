"""What a person's own page asks: whose mails asked for rights, and which letters left to one address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from privacy.outgoing import OutgoingState
from storage.staff_rows import CASE_NOTE
from storage.tables import INBOUND, OUTGOING, PRIVACY_CASE
from storage.transactions import Reading, in_chunks


def mails_of_others(reading: Reading, inbound_ids: Iterable[UUID], own_key: bytes) -> set[UUID]:
    """Return those of these messages that another address sent; what is kept in another region is not among them."""
    row, found = INBOUND.c, set()
    for chunk in in_chunks(list(inbound_ids)):
        question = select(row.inbound_id, row.sender_key).where(row.inbound_id.in_(chunk))
        for one in reading.fetch(question):
            if one.sender_key is not None and bytes(one.sender_key) != own_key:
                found.add(one.inbound_id)
    return found


def letters_that_left(
    reading: Reading, case_ids: Sequence[UUID], recipient_key: bytes
) -> list[tuple[str, datetime]]:
    """Return kind and instant of the letters of these cases that left to this address, the oldest first."""
    row = OUTGOING.c
    question = select(row.kind, row.sent_at).where(
        row.case_id.in_(case_ids),
        row.recipient_key == recipient_key,
        row.state == OutgoingState.SENT,
        row.sent_at.is_not(None),
    )
    return [(one.kind, one.sent_at) for one in reading.fetch(question.order_by(row.sent_at))]


def last_changes(reading: Reading, case_ids: Sequence[UUID]) -> list[datetime]:
    """Return when these cases were opened, closed or corrected for the last time."""
    row = PRIVACY_CASE.c
    question = select(row.changed_at).where(row.case_id.in_(case_ids))
    return list(reading.fetch(question).scalars())


def noted_about(reading: Reading, case_id: UUID) -> list[tuple[str, ...]]:
    """Return what the notes of a case are about, the oldest first; their words stay sealed."""
    row = CASE_NOTE.c
    question = select(row.about).where(row.case_id == case_id)
    return [tuple(one) for one in reading.fetch(question.order_by(row.at, row.note_id)).scalars()]
