"""What people did with waiting letters: edits with the letter as it was before, and remarks bound to a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, delete, func, select, update

from privacy.messages import OutboundMessage
from privacy.outgoing import OutgoingState
from storage.datakeys import load_keys
from storage.draft_rows import DRAFT_EDIT, DRAFT_OPINION, DRAFT_RETURN
from storage.drafts import MESSAGE, Draft
from storage.letters import readable_messages, seal_message
from storage.readable import readable
from storage.states import DraftState
from storage.tables import DRAFT, OUTGOING
from storage.transactions import AnyRow, Reading, Transaction, in_chunks
from storage.work_rows import DRAFT_APPROVAL

BEFORE = "draft_edit.sealed_before"
REASON = "draft_return.sealed_reason"
OPINION = "draft_opinion.sealed_words"


@dataclass(frozen=True, kw_only=True)
class DraftEdit:
    """A change of the words; `before` is the letter as it stood until then."""

    number: int
    before: OutboundMessage = field(repr=False)
    editor: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Words of a member of staff about a letter with exactly this digest."""

    draft_id: UUID
    case_id: UUID
    digest: str
    words: str = field(repr=False)
    actor: str = field(repr=False)
    os_user: str
    at: datetime


def store_edit(
    transaction: Transaction,
    draft: Draft,
    changed: tuple[OutboundMessage, str],
    *,
    by: tuple[str, str],
    at: datetime,
) -> bool:
    """Put the changed letter with its digest in place of what stands; False when it was decided or changed meanwhile.

    Approvals of the letter as it was are gone: they were about other words. `by` is a person and a user.
    """
    message, digest = changed
    load_keys(transaction, [draft.case_id])
    standing = update(DRAFT).where(
        DRAFT.c.draft_id == draft.draft_id,
        DRAFT.c.state == DraftState.WAITING,
        DRAFT.c.digest == draft.digest,
    )
    sealed = seal_message(transaction.vault, draft.case_id, MESSAGE, message)
    if transaction.change(standing.values(sealed_message=sealed, digest=digest)) != 1:
        return False
    count = select(func.count()).where(DRAFT_EDIT.c.draft_id == draft.draft_id)
    row = {
        "draft_id": draft.draft_id,
        "number": transaction.fetch(count).scalar_one() + 1,
        "case_id": draft.case_id,
        "sealed_before": seal_message(transaction.vault, draft.case_id, BEFORE, draft.message),
        "editor": by[0],
        "os_user": by[1],
        "at": at,
    }
    transaction.insert(DRAFT_EDIT, [row])
    void_approvals(transaction, draft.draft_id)
    return True


def edits_of(reading: Reading, draft_id: UUID) -> list[DraftEdit]:
    """Return the changes of a letter in their order."""
    question = select(DRAFT_EDIT).where(DRAFT_EDIT.c.draft_id == draft_id)
    rows = reading.fetch(question.order_by(DRAFT_EDIT.c.number)).all()
    before = readable_messages(reading, BEFORE, [(row.case_id, row.sealed_before) for row in rows])
    return [
        DraftEdit(number=row.number, before=message, editor=row.editor, at=row.at)
        for row, message in zip(rows, before, strict=True)
    ]


def last_editor(reading: Reading, draft_id: UUID) -> str | None:
    """Return who changed the letter last, None where it stands as the desk wrote it."""
    edit = DRAFT_EDIT.c
    question = select(edit.editor).where(edit.draft_id == draft_id).order_by(edit.number.desc())
    found: str | None = reading.fetch(question.limit(1)).scalar_one_or_none()
    return found


def add_return(transaction: Transaction, remark: Remark) -> None:
    """Store that a letter is sent back as it stands."""
    _add(transaction, DRAFT_RETURN, ("sealed_reason", REASON), remark)


def add_opinion(transaction: Transaction, remark: Remark) -> None:
    """Store the opinion about a letter as it stands."""
    _add(transaction, DRAFT_OPINION, ("sealed_words", OPINION), remark)


def returns_of(reading: Reading, drafts: Sequence[Draft]) -> dict[UUID, Remark]:
    """Return by draft why it was sent back, of those that are just as they were then."""
    return _standing(reading, DRAFT_RETURN, ("sealed_reason", REASON), drafts)


def opinions_of(reading: Reading, drafts: Sequence[Draft]) -> dict[UUID, Remark]:
    """Return by draft the opinion about it, of those that are just as they were then."""
    return _standing(reading, DRAFT_OPINION, ("sealed_words", OPINION), drafts)


def void_approvals(transaction: Transaction, draft_id: UUID) -> int:
    """Return how many approvals of a letter count no more; the trail still tells of each."""
    return transaction.change(delete(DRAFT_APPROVAL).where(DRAFT_APPROVAL.c.draft_id == draft_id))


def leaves_at(reading: Reading, message_id_key: bytes) -> datetime | None:
    """Return when a letter leaves that nobody has tried to send yet, None for every other one."""
    letter = OUTGOING.c
    question = select(letter.due_at).where(
        letter.message_id_key == message_id_key,
        letter.state == OutgoingState.PENDING,
        letter.attempts == 0,
    )
    found: datetime | None = reading.fetch(question).scalar_one_or_none()
    return found


def take_back(transaction: Transaction, draft: Draft, message_id_key: bytes, now: datetime) -> bool:
    """Take an approved letter out of the queue, back to waiting; False once its time has come."""
    letter = OUTGOING.c
    queued = delete(OUTGOING).where(
        letter.message_id_key == message_id_key,
        letter.state == OutgoingState.PENDING,
        letter.attempts == 0,
        letter.due_at > now,
    )
    if transaction.change(queued) != 1:
        return False
    approved = update(DRAFT).where(
        DRAFT.c.draft_id == draft.draft_id, DRAFT.c.state == DraftState.APPROVED
    )
    waiting = approved.values(
        state=DraftState.WAITING, decided_at=None, decided_by=None, os_user=None
    )
    return transaction.change(waiting) == 1


def _add(transaction: Transaction, table: Table, column: tuple[str, str], remark: Remark) -> None:
    name, context = column
    load_keys(transaction, [remark.case_id])
    row = {one: getattr(remark, one) for one in _KEPT}
    row[name] = transaction.vault.seal_text(remark.case_id, context, remark.words)
    transaction.insert_new(table, [row])


def _standing(
    reading: Reading, table: Table, column: tuple[str, str], drafts: Sequence[Draft]
) -> dict[UUID, Remark]:
    digests = {draft.draft_id: draft.digest for draft in drafts}
    found: dict[UUID, Remark] = {}
    for chunk in in_chunks(digests):
        rows = reading.fetch(select(table).where(table.c.draft_id.in_(chunk))).all()
        load_keys(reading, [row.case_id for row in rows])
        for row in rows:
            if row.digest == digests[row.draft_id]:
                found[row.draft_id] = _remark(reading, row, column)
    return found


def _remark(reading: Reading, row: AnyRow, column: tuple[str, str]) -> Remark:
    name, context = column
    words = readable(reading, row.case_id, context, getattr(row, name))
    return Remark(words=words, **{one: getattr(row, one) for one in _KEPT})


_KEPT = tuple(name for name in Remark.__dataclass_fields__ if name != "words")
