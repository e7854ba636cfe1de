"""Stops asking a customer: the letters that wait stay here, and nobody has to see to them any more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.drafts import withdraw_drafts
from casework.task_kinds import CUSTOMER_SILENT, FORWARD_BY_HAND, FORWARD_REQUEST
from privacy.cases import Case
from privacy.forwarding import ForwardState, is_settled
from storage.database import Transaction
from storage.drafts import drafts_of_case
from storage.forwards import Forward, forwards_of, letters_of_forwards
from storage.states import DraftState
from storage.tasks import finish_tasks_of_case

CAME_BACK = "letter-came-back"


def stop_asking(transaction: Transaction, forward: Forward, *, actor: Actor, now: datetime) -> None:
    """Withdraw what was written to this customer and has not left, and end the tasks about it."""
    letters = letters_of_forwards(transaction, [forward.forward_id]).get(forward.forward_id, ())
    ids = {one.draft_id for one in letters}
    drafts = drafts_of_case(transaction, forward.case_id)
    waiting = [one for one in drafts if one.draft_id in ids and one.state is DraftState.WAITING]
    withdraw_drafts(transaction, waiting, actor=actor, now=now)
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
    """The person took back all that a customer was to hear of."""
    states = {item.item_id: item.state for item in case.items}
    for forward in forwards_of(transaction, [case.case_id]).get(case.case_id, ()):
        of_it = [states[item] for item in forward.items if item in states]
        if forward.state is not ForwardState.CONFIRMED and is_settled(of_it, forward.state):
            stop_asking(transaction, forward, actor=actor, now=now)
