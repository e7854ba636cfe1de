"""Messages to systems: queued with their task, claimed before dialling, marked after; and the ids of what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, delete, select, update

from privacy.system_calls import CallKind, CallState
from storage.call_rows import CALLBACK, SYSTEM_CALL
from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.ids import new_id
from storage.transactions import AnyRow, Reading, Transaction
from storage.work import PlanTask

BODY = "system_call.sealed_body"
CANNOT_UNSEAL = "cannot-unseal"
UNDER_WAY = (CallState.PENDING, CallState.LEASED)
NOT_OVER = (*UNDER_WAY, CallState.TAKEN)
_CALL = SYSTEM_CALL.c


@dataclass(frozen=True, kw_only=True)
class QueuedCall:
    """A message to queue. `task_id` None: nothing is to be reported back."""

    call_id: UUID
    case_id: UUID
    item_id: UUID
    task_id: UUID | None
    system: str
    kind: CallKind
    body: str = field(repr=False)
    queued_at: datetime


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """A message as lists show it. `due_at`: of the next attempt, or of the look at a system that stays silent."""

    call_id: UUID
    case_id: UUID
    item_id: UUID
    task_id: UUID | None
    system: str
    kind: CallKind
    state: CallState
    attempts: int
    reason: str | None
    queued_at: datetime
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class LeasedCall:
    """A message that the caller may send until its lease ends. `body` None: nobody can read it any more."""

    row: CallRow
    lease_token: UUID
    body: str | None = field(repr=False)

    @property
    def name(self) -> str:
        """The id under which it goes out, for life."""
        return f"msg_{self.row.call_id.hex}"


def add_calls(transaction: Transaction, calls: Sequence[QueuedCall]) -> None:
    """Queue the messages, each due at once."""
    load_keys(transaction, [one.case_id for one in calls])
    transaction.insert(SYSTEM_CALL, [_row(transaction, one) for one in calls])


def claim_call(transaction: Transaction, *, now: datetime, lease: timedelta) -> LeasedCall | None:
    """Return the message that has been due longest, its attempt written down; None when none is due.

    One whose sender let its lease end is due again: it goes out under the same id.
    """
    due = select(SYSTEM_CALL).where(_CALL.due_at <= now, _CALL.state.in_(UNDER_WAY))
    first = due.order_by(_CALL.due_at).limit(1).with_for_update(skip_locked=True)
    row = transaction.fetch(first).one_or_none()
    if row is None:
        return None
    token = new_id()
    taken = update(SYSTEM_CALL).where(_CALL.call_id == row.call_id)
    transaction.change(
        taken.values(
            state=CallState.LEASED,
            lease_token=token,
            due_at=now + lease,
            attempts=row.attempts + 1,
        )
    )
    return LeasedCall(
        row=_call(row, attempts=row.attempts + 1), lease_token=token, body=_body(transaction, row)
    )


def mark_call(
    transaction: Transaction,
    call: LeasedCall,
    state: CallState,
    *,
    due_at: datetime | None = None,
    reason: str | None = None,
) -> bool:
    """Record what came of the attempt; False when the lease was lost, or the message was cancelled meanwhile."""
    ours = and_(_CALL.call_id == call.row.call_id, _CALL.lease_token == call.lease_token)
    values = {"state": state, "due_at": due_at, "reason": reason, "lease_token": None}
    return transaction.change(update(SYSTEM_CALL).where(ours).values(values)) == 1


def end_call_of_task(
    transaction: Transaction, task: PlanTask, state: CallState, *, reason: str | None = None
) -> None:
    """Record that nothing more is awaited for a task: it was done, or failed."""
    of_case = and_(_CALL.case_id == task.case_id, _CALL.state.in_(NOT_OVER))
    of_task = and_(of_case, _CALL.task_id == task.task_id)
    values = {"state": state, "due_at": None, "reason": reason, "lease_token": None}
    transaction.change(update(SYSTEM_CALL).where(of_task).values(values))


def cancel_calls_of(transaction: Transaction, case_id: UUID, item_id: UUID) -> None:
    """Let no message about this right go out any more, and await nothing for it."""
    of_case = and_(_CALL.case_id == case_id, _CALL.state.in_(NOT_OVER))
    of_item = and_(of_case, _CALL.item_id == item_id)
    values = {"state": CallState.CANCELLED, "due_at": None, "lease_token": None}
    transaction.change(update(SYSTEM_CALL).where(of_item).values(values))


def silent_calls(reading: Reading, *, now: datetime, limit: int) -> list[CallRow]:
    """Return the orders that were taken and of which nothing was heard in time, the longest silent first."""
    question = select(SYSTEM_CALL).where(_CALL.due_at <= now, _CALL.state == CallState.TAKEN)
    return [_call(row) for row in reading.fetch(question.order_by(_CALL.due_at).limit(limit))]


def stop_waiting(transaction: Transaction, call_id: UUID) -> bool:
    """Await an answer to this order no more; False when somebody was quicker."""
    taken = and_(
        _CALL.call_id == call_id, _CALL.state == CallState.TAKEN, _CALL.due_at.is_not(None)
    )
    return transaction.change(update(SYSTEM_CALL).where(taken).values(due_at=None)) == 1


def calls_of_case(reading: Reading, case_id: UUID) -> list[CallRow]:
    """Return what systems were asked about a case, the oldest first."""
    question = select(SYSTEM_CALL).where(_CALL.case_id == case_id).order_by(_CALL.call_id)
    return [_call(row) for row in reading.fetch(question)]


def count_calls(reading: Reading, system: str) -> dict[CallState, int]:
    """Return how many messages to a system are in which state."""
    question = select(_CALL.state).where(_CALL.system == system, _CALL.due_at.is_not(None))
    found: dict[CallState, int] = {}
    for state in reading.fetch(question).scalars():
        found[state] = found.get(state, 0) + 1
    return found


def remember_callback(
    transaction: Transaction, system: str, name: str, *, kind: str, now: datetime
) -> bool:
    """Store the id of what a system called back with; False when it was here before."""
    new = transaction.upsert(CALLBACK).values(system=system, name=name, kind=kind, received_at=now)
    once = new.on_conflict_do_nothing().returning(CALLBACK.c.name)
    return transaction.fetch(once).first() is not None


def was_called_back(reading: Reading, system: str, name: str) -> bool:
    """Say whether the id of a callback is here."""
    there = select(CALLBACK.c.name).where(CALLBACK.c.system == system, CALLBACK.c.name == name)
    return reading.fetch(there).first() is not None


def forget_callbacks(transaction: Transaction, *, before: datetime) -> int:
    """Drop ids that came before; returns how many."""
    return transaction.change(delete(CALLBACK).where(CALLBACK.c.received_at < before))


def _row(transaction: Transaction, one: QueuedCall) -> dict[str, object]:
    names = [name for name in QueuedCall.__dataclass_fields__ if name != "body"]
    return {name: getattr(one, name) for name in names} | {
        "sealed_body": transaction.vault.seal_text(one.case_id, BODY, one.body),
        "state": CallState.PENDING,
        "attempts": 0,
        "lease_token": None,
        "reason": None,
        "due_at": one.queued_at,
    }


def _call(row: AnyRow, **changes: int) -> CallRow:
    values = {name: getattr(row, name) for name in CallRow.__dataclass_fields__}
    return CallRow(**(values | changes))


def _body(reading: Reading, row: AnyRow) -> str | None:
    load_keys(reading, [row.case_id])
    try:
        return reading.vault.unseal_text(row.case_id, BODY, bytes(row.sealed_body))
    except CannotUnseal:
        return None
