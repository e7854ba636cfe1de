"""The person took a right back, or it never was a request: the work on it ends, and a letter that waits for it stays here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import Actor, by_person
from casework.closing import close_if_done
from casework.drafts import withdraw_drafts
from casework.forward_ending import stop_what_was_taken_back
from casework.named_cases import open_case_named, open_item
from casework.profile import DeskProfile
from casework.steps import take_step
from casework.system_orders import About, take_orders_back
from privacy.errors import Permanent
from privacy.rights import Right, Scope
from privacy.work import Step
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.drafts import get_draft
from storage.erasing import look_at_cool_off
from storage.erasure_notices import end_notices
from storage.item_answers import answers_of_items
from storage.states import DraftState
from storage.tasks import finish_task
from storage.work import plans_of

LONGEST_REASON = 500  # characters: a sentence or two


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Which right of which case ends, by which step, and why, in a line for colleagues."""

    reference: str
    right: Right
    step: Step
    reason: str = field(repr=False)
    scope: Scope | None = None


def end_right(
    database: Database,
    ended: Ended,
    *,
    actor: Actor,
    now: datetime,
    desk: DeskProfile | None = None,
) -> bool:
    """End the work on a right; returns whether its case closed with it. Raises Permanent with every reason against it.

    Systems are told what the person took back; without `desk` none is known.
    """
    reason = ended.reason.strip()
    if not reason or not reason.isprintable() or len(reason) > LONGEST_REASON:
        raise Permanent(f"the reason is one line of at most {LONGEST_REASON} characters")
    with database.transaction() as transaction:
        case = open_case_named(transaction, ended.reference)
        item = open_item(case, ended.right, ended.scope)
        by = by_person(actor, now, cause=str(ended.step), ground=reason)
        take_step(transaction, item, case=case, step=ended.step, desk=desk, by=by)
        stop_work(transaction, item.item_id, actor, now)
        if desk is not None:
            take_orders_back(transaction, About(case=case, item=item, desk=desk, at=now))
        after = get_case(transaction, case.case_id)
        stop_what_was_taken_back(transaction, after, actor=actor, now=now)
        return close_if_done(transaction, case.case_id, now=now)


def stop_work(transaction: Transaction, item_id: UUID, actor: Actor, now: datetime) -> None:
    """Close what was begun for a right that ended: tasks of systems, a waiting time, a letter that waits for its approval."""
    for task in plans_of(transaction, [item_id]).get(item_id, ()):
        finish_task(transaction, task.task_id, actor=actor.address, at=now)
    look_at_cool_off(transaction, item_id, at=None)
    end_notices(transaction, item_id, at=now)
    answer = answers_of_items(transaction, [item_id]).get(item_id)
    draft = None if answer is None else get_draft(transaction, answer.draft_id)
    if draft is not None and draft.state is DraftState.WAITING:
        withdraw_drafts(transaction, [draft], actor=actor, now=now)
