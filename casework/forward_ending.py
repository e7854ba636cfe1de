"""Stops asking a customer: the letters that wait stay here, and nobody has to see to them any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.drafts import withdraw_drafts
from casework.task_kinds import CUSTOMER_SILENT, FORWARD_BY_HAND, FORWARD_REQUEST
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, ItemState
from privacy.forwarding import NO_WORK_IS_OWED, ForwardState
from storage.audit import append
from storage.database import Transaction
from storage.drafts import drafts_of_case
from storage.forwards import (
    Forward,
    forget_letters,
    forwards_of,
    letters_of_forwards,
    wake_forwarding,
)
from storage.outbox import keep_here
from storage.states import DraftState
from storage.tasks import Task, add_tasks, finish_tasks_of_case

CAME_BACK = "letter-came-back"
TAKEN_BACK = "taken-back"
NO_LONGER_ASKED = "may-not-leave: no-longer-asked"


def stop_asking(transaction: Transaction, forward: Forward, *, actor: Actor, now: datetime) -> None:
    """Keep what was written to this customer and has not left, and end the tasks about it."""
    _unwrite(transaction, forward, actor, now)
    name = f"customer-{forward.number}"
    for kind in (FORWARD_REQUEST, CUSTOMER_SILENT, FORWARD_BY_HAND):
        reasons = (name, f"{name}-{CAME_BACK}")
        finish_tasks_of_case(transaction, forward.case_id, kind=kind, reasons=reasons, at=now)


def stop_all_asking(
    transaction: Transaction, case_id: UUID, *, actor: Actor, now: datetime
) -> None:
    """Another case stands for this one from now on: its letters go to the customers, and no second ones."""
    for forward in forwards_of(transaction, [case_id]).get(case_id, ()):
        stop_asking(transaction, forward, actor=actor, now=now)


def stop_what_was_taken_back(
    transaction: Transaction, case: Case, *, actor: Actor, now: datetime
) -> None:
    """No customer is asked for rights that the person took back, or that went over to another case.

    A letter that names others as well is written anew. Who has the request already is told by a person.
    """
    states = {item.item_id: item.state for item in case.items}
    for forward in forwards_of(transaction, [case.case_id]).get(case.case_id, ()):
        of_it = [states.get(item) for item in forward.items]
        asked = [state for state in of_it if state is not None and state not in NO_WORK_IS_OWED]
        if forward.state is ForwardState.CONFIRMED or len(asked) == len(of_it):
            continue
        if asked:
            _unwrite(transaction, forward, actor, now)
            wake_forwarding(transaction, [case.case_id], at=now)
        else:
            stop_asking(transaction, forward, actor=actor, now=now)
        if forward.state is ForwardState.WITH_CUSTOMER and ItemState.WITHDRAWN in of_it:
            add_tasks(transaction, [_tell_customer(forward, now)])


def _unwrite(transaction: Transaction, forward: Forward, actor: Actor, now: datetime) -> None:
    """What has not left is as if it had never been written; its codes open nothing."""
    letters = letters_of_forwards(transaction, [forward.forward_id]).get(forward.forward_id, ())
    ids = {one.draft_id for one in letters}
    drafts = drafts_of_case(transaction, forward.case_id)
    waiting = [one for one in drafts if one.draft_id in ids and one.state is DraftState.WAITING]
    withdraw_drafts(transaction, waiting, actor=actor, now=now)
    keys = [one.message_id_key for one in letters]
    kept = keep_here(transaction, keys, reason=NO_LONGER_ASKED)
    append(transaction, [_kept(forward, letter_id, actor, now) for letter_id in kept])
    unread = {one.draft_id for one in waiting}
    unread |= {one.draft_id for one in letters if one.message_id_key in kept.values()}
    forget_letters(transaction, sorted(unread))


def _kept(forward: Forward, letter_id: UUID, actor: Actor, now: datetime) -> AuditEvent:
    return AuditEvent(
        chain=forward.case_id,
        kind=AuditKind.LETTER_FAILED,
        at=now,
        actor=str(actor),
        payload={"letter": letter_id, "reason": NO_LONGER_ASKED},
    )


def _tell_customer(forward: Forward, now: datetime) -> Task:
    return Task(
        case_id=forward.case_id,
        kind=FORWARD_BY_HAND,
        reason=f"customer-{forward.number}-{TAKEN_BACK}",
        due_on=now.date(),
        urgent=True,
        created_at=now,
    )
