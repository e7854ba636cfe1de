"""An approval is taken back while its letter still waits: the letter is before people again, approved by nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from casework.actors import Actor, by_person
from casework.opinions import remark_event
from casework.steps import take_step
from casework.task_kinds import APPROVE_LETTER
from privacy.audit import AuditKind
from privacy.cases import ItemState
from privacy.errors import Permanent
from privacy.work import Step
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.draft_edits import leaves_at, take_back, void_approvals
from storage.drafts import Draft, get_draft
from storage.item_answers import answers_in_draft
from storage.states import DraftState
from storage.tasks import Task, add_tasks

TOO_LATE = "it is too late: this letter has left, or is leaving"


def undo_approval(database: Database, draft_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Take the letter out of the queue and every approval off it. Raises Permanent once its minutes are over."""
    with database.transaction() as transaction:
        case = get_case(transaction, get_draft(transaction, draft_id).case_id)
        draft = get_draft(transaction, draft_id)
        if draft.state is not DraftState.APPROVED or not take_back(
            transaction, draft, _key(transaction, draft), now
        ):
            raise Permanent(TOO_LATE)
        void_approvals(transaction, draft_id)
        by = by_person(actor, now, cause=f"draft:{draft_id}")
        decided = {one.item_id for one in answers_in_draft(transaction, draft_id)}
        for item in case.items:
            if item.item_id in decided and item.state is ItemState.APPROVED:
                take_step(transaction, item, case=case, step=Step.UNDO_APPROVAL, desk=None, by=by)
        _ask_again(transaction, draft, now)
        append(transaction, [remark_event(draft, AuditKind.APPROVAL_UNDONE, actor, now)])


def undo_until(reading: Reading, draft: Draft, now: datetime) -> datetime | None:
    """Return until when the approval of this letter can be taken back, None where it cannot any more."""
    if draft.state is not DraftState.APPROVED:
        return None
    at = leaves_at(reading, _key(reading, draft))
    return at if at is not None and at > now else None


def leaving_letters(reading: Reading, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, datetime]]:
    """Yield those of the letters that are approved and that nobody has tried to send, with when they leave."""
    for draft in drafts:
        at = (
            leaves_at(reading, _key(reading, draft)) if draft.state is DraftState.APPROVED else None
        )
        if at is not None:
            yield draft, at


def _key(reading: Reading, draft: Draft) -> bytes:
    return reading.ring.lookup_key("message-id", draft.message.message_id)


def _ask_again(transaction: Transaction, draft: Draft, now: datetime) -> None:
    if draft.inbound_id is None:
        return
    task = Task(
        case_id=draft.case_id,
        inbound_id=draft.inbound_id,
        kind=APPROVE_LETTER,
        reason="approval-undone",
        due_on=draft.due_on,
        created_at=now,
    )
    add_tasks(transaction, [task])
