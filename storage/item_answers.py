"""Answers about rights: what a draft decides, who approved exactly that draft, and where its letter stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from privacy.outgoing import OutgoingState
from privacy.work import Decision
from storage.datakeys import load_keys
from storage.readable import readable_if_any, sealed_if_any
from storage.tables import OUTGOING
from storage.transactions import AnyRow, Reading, Transaction, in_chunks
from storage.work_rows import DRAFT_APPROVAL, ITEM_ANSWER

GROUND = "item_answer.sealed_ground"


@dataclass(frozen=True, kw_only=True)
class ItemAnswer:
    """What a draft says about one right. `days` are those that the letter names (ISO 8601).

    `ended_at` is set once it was sent back; `ground` None: it needs none.
    """

    draft_id: UUID
    item_id: UUID
    case_id: UUID
    decision: Decision
    ground: str | None = field(repr=False)
    author: str
    message_id_key: bytes = field(repr=False)
    made_at: datetime
    days: tuple[str, ...] = ()
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Approval:
    """Somebody approved a draft as it stood: exactly this digest."""

    draft_id: UUID
    actor: str
    digest: str
    case_id: UUID
    os_user: str
    at: datetime


def add_answers(transaction: Transaction, answers: Sequence[ItemAnswer]) -> None:
    """Store what a draft decides."""
    load_keys(transaction, [answer.case_id for answer in answers])
    rows = []
    for answer in answers:
        row = {name: getattr(answer, name) for name in _NAMES}
        sealed = sealed_if_any(transaction, answer.case_id, GROUND, answer.ground)
        rows.append(row | {"sealed_ground": sealed})
    transaction.insert(ITEM_ANSWER, rows)


def answers_of_items(reading: Reading, item_ids: Iterable[UUID]) -> dict[UUID, ItemAnswer]:
    """Return for each right the answer that stands, if one was written and not sent back."""
    found: dict[UUID, ItemAnswer] = {}
    for chunk in in_chunks(item_ids):
        for answer in _answers(reading, ITEM_ANSWER.c.item_id.in_(chunk)):
            if answer.ended_at is None:
                found[answer.item_id] = answer
    return found


def answers_in_draft(reading: Reading, draft_id: UUID) -> list[ItemAnswer]:
    """Return what a draft decides; nothing for a letter that decides about no right."""
    return _answers(reading, ITEM_ANSWER.c.draft_id == draft_id)


def answers_in_letter(reading: Reading, message_id_key: bytes) -> list[ItemAnswer]:
    """Return what the letter with this Message-ID decides."""
    return _answers(reading, ITEM_ANSWER.c.message_id_key == message_id_key)


def end_answers(transaction: Transaction, draft_id: UUID, *, at: datetime) -> None:
    """Record that what the draft decides was sent back."""
    answer = ITEM_ANSWER.c
    standing = update(ITEM_ANSWER).where(answer.draft_id == draft_id, answer.ended_at.is_(None))
    transaction.change(standing.values(ended_at=at))


def add_approval(transaction: Transaction, approval: Approval) -> None:
    """Store an approval; the same again changes nothing."""
    row = {name: getattr(approval, name) for name in Approval.__dataclass_fields__}
    transaction.insert_new(DRAFT_APPROVAL, [row])


def approvals_of(reading: Reading, draft_id: UUID, digest: str) -> list[Approval]:
    """Return who approved the draft with exactly this content, in their order."""
    approval = DRAFT_APPROVAL.c
    question = select(DRAFT_APPROVAL).where(
        approval.draft_id == draft_id, approval.digest == digest
    )
    rows = reading.fetch(question.order_by(approval.at, approval.actor))
    return [Approval(**row) for row in rows.mappings()]


def letter_states(reading: Reading, message_id_keys: Iterable[bytes]) -> dict[bytes, OutgoingState]:
    """Return where the letters with these Message-IDs stand; what was never queued is left out."""
    letter = OUTGOING.c
    found: dict[bytes, OutgoingState] = {}
    for chunk in in_chunks(message_id_keys):
        question = select(letter.message_id_key, letter.state)
        for row in reading.fetch(question.where(letter.message_id_key.in_(chunk))):
            found[bytes(row.message_id_key)] = row.state
    return found


_NAMES = [name for name in ItemAnswer.__dataclass_fields__ if name != "ground"]


def _answers(reading: Reading, condition: ColumnElement[bool]) -> list[ItemAnswer]:
    answer = ITEM_ANSWER.c
    question = select(ITEM_ANSWER).where(condition).order_by(answer.made_at, answer.draft_id)
    rows = reading.fetch(question).all()
    load_keys(reading, [row.case_id for row in rows])
    return [_answer(reading, row) for row in rows]


def _answer(reading: Reading, row: AnyRow) -> ItemAnswer:
    values = {name: getattr(row, name) for name in _NAMES}
    values["message_id_key"] = bytes(row.message_id_key)
    ground = readable_if_any(reading, row.case_id, GROUND, row.sealed_ground)
    return ItemAnswer(**values, ground=ground)
