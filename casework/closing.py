"""A case closes by itself once every right in it has ended and nothing is owed; people close the rest, with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor, By, by_desk, by_person
from casework.named_cases import case_named
from casework.task_kinds import GO_ON, PROVE_IDENTITY, STOP_MARKETING
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, CaseState, ItemState
from privacy.errors import Permanent
from privacy.forwarding import is_settled
from privacy.outgoing import OutgoingState
from privacy.work_status import CloseReason
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.drafts import drafts_of_case
from storage.forwards import forwards_of
from storage.outbox import letters_of_case
from storage.states import DraftState
from storage.tasks import finish_kind_of_case
from storage.work import every_right_has_ended, set_case_state

LEAVING = frozenset({OutgoingState.PENDING, OutgoingState.LEASED, OutgoingState.UNCERTAIN})
# What these tasks ask for is done or moot once every right has ended.
MOOT = (GO_ON, PROVE_IDENTITY, STOP_MARKETING)
DESK = "desk"


def close_if_done(transaction: Transaction, case_id: UUID, *, now: datetime) -> bool:
    """Close the case if every right in it has ended, none waits for its person, and nothing is owed; says whether it was."""
    if not every_right_has_ended(transaction, case_id):
        return False
    case = get_case(transaction, case_id)
    parked = any(item.state is ItemState.PARKED for item in case.items)
    if parked or case.due is not None or owed_in(transaction, case):
        return False
    return _close(transaction, case, "every-right-has-ended", by_desk(DESK, now, cause=""))


def close_case(
    database: Database, reference: str, reason: CloseReason, *, actor: Actor, now: datetime
) -> None:
    """Close a case that does not close by itself. Raises Permanent with everything that is still owed in it."""
    with database.transaction() as transaction:
        case = case_named(transaction, reference)
        if case.state is CaseState.CLOSED:
            raise Permanent("the case is closed already")
        owed = owed_in(transaction, case)
        if owed:
            raise Permanent(f"the case cannot be closed: {', '.join(owed)}")
        _close(transaction, case, str(reason), by_person(actor, now))


def reopen_case(transaction: Transaction, case: Case, by: By) -> None:
    """Open a case again, because something in it is owed anew."""
    if set_case_state(transaction, case.case_id, CaseState.OPEN, at=by.at):
        _trail(transaction, case, AuditKind.CASE_REOPENED, by.cause, by)


def owed_in(reading: Reading, case: Case) -> tuple[str, ...]:
    """Return a code for everything that is owed in a case: rights, letters that wait or are on their way."""
    rights = [
        f"{item.right}-is-{item.state.replace('_', '-')}" for item in case.items if item.is_open
    ]
    waiting = [
        f"draft-{draft.kind.replace('_', '-')}-waits"
        for draft in drafts_of_case(reading, case.case_id)
        if draft.state is DraftState.WAITING
    ]
    leaving = [
        f"letter-{letter.kind.replace('_', '-')}-is-{letter.state}"
        for letter in letters_of_case(reading, case.case_id)
        if letter.state in LEAVING
    ]
    return tuple(dict.fromkeys([*rights, *waiting, *leaving, *_with_customers(reading, case)]))


def _with_customers(reading: Reading, case: Case) -> list[str]:
    """Nothing closes before every customer to whom something was passed on has confirmed."""
    states = {item.item_id: item.state for item in case.items}
    return [
        f"customer-{one.number}-is-{one.state.replace('_', '-')}"
        for one in forwards_of(reading, [case.case_id]).get(case.case_id, ())
        if not is_settled((states[item] for item in one.items if item in states), one.state)
    ]


def _close(transaction: Transaction, case: Case, reason: str, by: By) -> bool:
    if not set_case_state(transaction, case.case_id, CaseState.CLOSED, at=by.at):
        return False
    for kind in MOOT:
        finish_kind_of_case(transaction, case.case_id, kind=kind, actor=str(by), at=by.at)
    _trail(transaction, case, AuditKind.CASE_CLOSED, reason, by)
    return True


def _trail(transaction: Transaction, case: Case, kind: AuditKind, reason: str, by: By) -> None:
    event = AuditEvent(
        chain=case.case_id, kind=kind, at=by.at, actor=str(by), payload={"reason": reason}
    )
    append(transaction, [event])
