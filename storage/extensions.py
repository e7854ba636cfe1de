"""Later dates that letters tell: they bind from the moment their letter has left, and not before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update

from privacy.deadlines import Due
from storage.tables import EXTENSION
from storage.transactions import AnyRow, Reading, Transaction


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A later date for one right. A letter that leaves at `latest_at` is too late; `told_at` None: it has not left."""

    item_id: UUID
    case_id: UUID
    message_id_key: bytes = field(repr=False)
    asked_at: datetime
    asked_by: str = field(repr=False)
    latest_at: datetime
    due: Due
    told_at: datetime | None = None


def add_extension(transaction: Transaction, extension: Extension) -> None:
    """Store an extension whose letter is not sent yet."""
    due = extension.due
    row = {
        "item_id": extension.item_id,
        "message_id_key": extension.message_id_key,
        "case_id": extension.case_id,
        "asked_at": extension.asked_at,
        "asked_by": extension.asked_by,
        "latest_at": extension.latest_at,
        "due_on": due.on,
        "expires_at": due.expires_at,
        "regime": due.regime,
        "rule": due.rule,
        "zone": due.zone,
        "trace": due.trace,
        "told_at": extension.told_at,
    }
    transaction.insert(EXTENSION, [row])


def find_extension(
    reading: Reading, *, item_id: UUID | None = None, message_id_key: bytes | None = None
) -> Extension | None:
    """Return the extension of a right, or the one that a letter tells; None when there is none."""
    of_item = EXTENSION.c.item_id == item_id
    of_letter = EXTENSION.c.message_id_key == message_id_key
    question = select(EXTENSION).where(of_letter if item_id is None else of_item)
    row = reading.fetch(question).one_or_none()
    return None if row is None else _extension(row)


def set_told(transaction: Transaction, item_id: UUID, at: datetime | None) -> None:
    """Record that the letter left, or with None that it came back."""
    extension = EXTENSION.c
    transaction.change(update(EXTENSION).where(extension.item_id == item_id).values(told_at=at))


def drop_extension(transaction: Transaction, message_id_key: bytes) -> None:
    """Forget an extension whose letter was rejected: another may be asked for."""
    transaction.change(delete(EXTENSION).where(EXTENSION.c.message_id_key == message_id_key))


def _extension(row: AnyRow) -> Extension:
    due = Due(
        on=row.due_on,
        expires_at=row.expires_at,
        regime=row.regime,
        rule=row.rule,
        zone=row.zone,
        trace=row.trace,
    )
    return Extension(
        item_id=row.item_id,
        case_id=row.case_id,
        message_id_key=bytes(row.message_id_key),
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        latest_at=row.latest_at,
        due=due,
        told_at=row.told_at,
    )
