"""What it means that a letter to a customer, or about customers, left or came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from casework.actors import by_desk
from casework.forward_ending import CAME_BACK
from casework.steps import take_step
from casework.task_kinds import FORWARD_BY_HAND, FORWARD_REQUEST
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, ItemState
from privacy.forwarding import ForwardStep, advance, is_settled
from privacy.outgoing import OutgoingState
from privacy.roles import FoundRole, item_role
from privacy.work import Step
from storage.audit import append
from storage.cases import get_case
from storage.database import Transaction
from storage.findings import findings_of
from storage.forwards import (
    Forward,
    ForwardLetter,
    forward_with,
    letter_with,
    letters_of_forwards,
    put_forward,
    wake_forwarding,
)
from storage.item_answers import letter_states
from storage.tasks import Task, add_tasks, finish_tasks_of_case

ACTOR = "sender"
OURS_AS_WELL = frozenset({FoundRole.CONTROLLER, FoundRole.BOTH})


def request_left(transaction: Transaction, message_id_key: bytes, *, at: datetime) -> None:
    """The customer has it from now on: the rights that are theirs alone wait for them, and the follow-up has its day."""
    letter = letter_with(transaction, message_id_key)
    if letter is None:
        return
    case = get_case(transaction, letter.case_id)
    forward = forward_with(transaction, letter.forward_id)
    to = advance(forward.state, ForwardStep.LEFT)
    if to is None:
        return
    moved = replace(forward, state=to)
    if forward.left_at is None:
        moved = replace(moved, left_at=at, remind_on=date.fromisoformat(letter.days[0]))
        _first_left(transaction, case, moved, at)
    put_forward(transaction, moved, was=forward.state)
    wake_forwarding(transaction, [case.case_id], at=at)


def request_came_back(transaction: Transaction, message_id_key: bytes, *, at: datetime) -> None:
    """Where no letter to the customer has arrived, nobody has it: a person finds another way.

    Of what the person took back meanwhile nothing is owed.
    """
    letter = letter_with(transaction, message_id_key)
    if letter is None or _another_arrived(transaction, letter):
        return
    forward = forward_with(transaction, letter.forward_id)
    to = advance(forward.state, ForwardStep.CAME_BACK)
    case = get_case(transaction, forward.case_id)
    states = [item.state for item in case.items if item.item_id in forward.items]
    if to is None or is_settled(states, forward.state):
        return
    owed = replace(forward, state=to, left_at=None, remind_on=None)
    put_forward(transaction, owed, was=forward.state)
    task = Task(
        case_id=forward.case_id,
        kind=FORWARD_BY_HAND,
        reason=f"customer-{forward.number}-{CAME_BACK}",
        due_on=forward.due_on,
        urgent=True,
        created_at=at,
    )
    add_tasks(transaction, [task])


def hand_to_controller(
    transaction: Transaction, case: Case, forward: Forward, *, at: datetime
) -> Case:
    """Let the rights of a forward that are the customer's alone wait for the customer; returns the case as it is now."""
    found = findings_of(transaction, [case.case_id]).get(case.case_id)
    role = found.finding.role if found else FoundRole.UNKNOWN
    for item in case.items:
        is_theirs = item_role(role, item.right, item.scope).role not in OURS_AS_WELL
        waits = item.state in {ItemState.RECEIVED, ItemState.PLANNED}
        if item.item_id in forward.items and is_theirs and waits:
            by = by_desk(ACTOR, at, cause=f"forward:{forward.forward_id}")
            take_step(transaction, item, case=case, step=Step.FORWARD, desk=None, by=by)
    return get_case(transaction, case.case_id)


def _first_left(transaction: Transaction, case: Case, forward: Forward, at: datetime) -> None:
    hand_to_controller(transaction, case, forward, at=at)
    reasons = (f"customer-{forward.number}",)
    finish_tasks_of_case(transaction, case.case_id, kind=FORWARD_REQUEST, reasons=reasons, at=at)
    payload = {"forward": forward.forward_id, "customer": forward.number, "left": True}
    event = AuditEvent(
        chain=case.case_id,
        kind=AuditKind.REQUEST_FORWARDED,
        at=at,
        actor=ACTOR,
        payload=payload,
    )
    append(transaction, [event])


def _another_arrived(transaction: Transaction, letter: ForwardLetter) -> bool:
    letters: list[ForwardLetter] = letters_of_forwards(transaction, [letter.forward_id])[
        letter.forward_id
    ]
    keys = [one.message_id_key for one in letters if one.draft_id != letter.draft_id]
    return OutgoingState.SENT in letter_states(transaction, keys).values()
