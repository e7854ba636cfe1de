"""Makes one step of the work on a right: facts, guard, state, event and trail, all in the caller's transaction."""

from __future__ import annotations

from dataclasses import replace

from casework.actors import By
from casework.profile import DeskProfile
from casework.work_facts import facts_of
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, ItemState, RequestItem
from privacy.errors import Permanent
from privacy.rights import Right, right_name
from privacy.work import Step, move
from storage.address_changes import end_change, wake_change
from storage.audit import append
from storage.cases import look_at_clocks
from storage.database import Reading, Transaction
from storage.ids import new_id
from storage.work import WorkEvent, store_step

WITHOUT_CHANGE = frozenset(
    {
        ItemState.REFUSED,
        ItemState.WITHDRAWN,
        ItemState.NOT_A_REQUEST,
        ItemState.PASSED_TO_CONTROLLER,
    }
)
MOVED_MEANWHILE = "somebody else moved this right meanwhile: look at it again"


class StepRefused(Permanent):
    """A guard says no; the text names the step, the right and every reason."""

    def __init__(self, step: Step, item: RequestItem, reasons: tuple[str, ...]) -> None:
        name = right_name(item.key)
        super().__init__(f"{name}: {step.replace('_', ' ')} is not possible: {', '.join(reasons)}")
        self.reasons = reasons


def take_step(
    transaction: Transaction,
    item: RequestItem,
    *,
    case: Case,
    step: Step,
    desk: DeskProfile | None,
    by: By,
) -> RequestItem:
    """Return the item in its new state. Raises StepRefused, and Permanent where another was quicker."""
    made = move(item.state, step, facts_of(transaction, item, case=case, desk=desk, now=by.at))
    if made.to is None:
        raise StepRefused(step, item, made.refused)
    event = WorkEvent(
        event_id=new_id(),
        case_id=case.case_id,
        item_id=item.item_id,
        step=step,
        from_state=item.state,
        to_state=made.to,
        actor=by.name,
        os_user=by.os_user,
        at=by.at,
        ground=by.ground,
        cause=by.cause,
    )
    if not store_step(transaction, event):
        raise Permanent(MOVED_MEANWHILE)
    append(transaction, [_audit(event, item, by)])
    _tell_change_of_address(transaction, item, made.to, by)
    moved = replace(item, state=made.to)
    if moved.is_open != item.is_open:
        look_at_clocks(transaction, case.case_id, now=by.at)
    return moved


def _tell_change_of_address(
    transaction: Transaction, item: RequestItem, to: ItemState, by: By
) -> None:
    """What was carried out is told to the old address; what is not going to be ends."""
    if item.right is not Right.RECTIFICATION:
        return
    if to is ItemState.EXECUTED:
        wake_change(transaction, item.item_id, at=by.at)
    elif to in WITHOUT_CHANGE:
        end_change(transaction, item.item_id)


def refusals(
    reading: Reading,
    item: RequestItem,
    *,
    case: Case,
    step: Step,
    desk: DeskProfile | None,
    by: By,
) -> tuple[str, ...]:
    """Return every reason why the step may not be made now, none where it may."""
    return move(item.state, step, facts_of(reading, item, case=case, desk=desk, now=by.at)).refused


def _audit(event: WorkEvent, item: RequestItem, by: By) -> AuditEvent:
    return AuditEvent(
        chain=event.case_id,
        kind=AuditKind.WORK_STEP,
        at=event.at,
        actor=str(by),
        payload={
            "item": event.item_id,
            "right": item.right,
            "step": event.step,
            "from": event.from_state,
            "to": event.to_state,
            "cause": event.cause,
        },
    )
