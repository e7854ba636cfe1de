"""Sends messages to systems: claim, dial, record. The attempt is written down before dialling, under one id for life.

The same id again is the same message, so a message of unknown outcome is simply sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from casework.actors import by_desk
from casework.planning import task_by_people
from casework.task_kinds import TELL_SYSTEM
from casework.tasks import carry_out
from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent, Retryable
from privacy.ports import CallReceipt, Clock, SystemDoor
from privacy.system_calls import ANSWER_WITHIN, LEASE, CallState, next_call
from storage.audit import append
from storage.calls import (
    CANNOT_UNSEAL,
    CallRow,
    LeasedCall,
    claim_call,
    forget_callbacks,
    mark_call,
    silent_calls,
    stop_waiting,
)
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.tasks import Task, add_tasks
from storage.work import PlanTask, plan_task

ACTOR = "caller"
BATCH = 100
CALLBACKS_KEPT = timedelta(days=30)  # longer than any system tries again
Doors = Mapping[str, SystemDoor]
Chance = Callable[[], float]

log = structlog.get_logger(__name__)


def call_next(database: Database, doors: Doors, clock: Clock, chance: Chance) -> bool:
    """Send the message that waits longest; False when none is due. `chance` gives a number from 0 to 1."""
    with database.transaction() as transaction:
        call = claim_call(transaction, now=clock(), lease=LEASE)
    if call is None:
        return False
    door = doors.get(call.row.system)
    if call.body is None or door is None:
        _give_up(database, call, "no-way-is-set" if call.body else CANNOT_UNSEAL, clock())
        return True
    try:
        receipt = door.send(call.name, call.body)
    except Retryable as error:
        _try_later(database, call, error, clock(), chance())
    except Permanent as error:
        _give_up(database, call, str(error), clock())
    except Exception as error:  # noqa: BLE001 - the top of the loop: nobody knows the outcome, and the id stays the same
        log.error("system_raised", system=call.row.system, error=type(error).__name__)  # noqa: TRY400
        _try_later(database, call, Retryable("raised"), clock(), chance())
    else:
        _record_taken(database, call, receipt, clock())
    return True


def look_at_silence(database: Database, now: datetime) -> int:
    """Give the tasks of systems that took an order and said nothing in time to their people; returns how many."""
    with database.reading() as reading:
        silent = silent_calls(reading, now=now, limit=BATCH)
    for call in silent:
        with database.transaction() as transaction:
            if stop_waiting(transaction, call.call_id):
                hand_to_people(transaction, call.task_id, "silent", now)
    with database.transaction() as transaction:
        forget_callbacks(transaction, before=now - CALLBACKS_KEPT)
    return len(silent)


def hand_to_people(
    transaction: Transaction, task_id: UUID | None, because: str, now: datetime
) -> None:
    """Open the task of a plan for the people of its system, who see why; one that is done stays done."""
    task = None if task_id is None else plan_task(transaction, task_id)
    if task is None or task.done_at is not None:
        return
    case = get_case(transaction, task.case_id)
    item = next((one for one in case.items if one.item_id == task.item_id), None)
    if item is not None and item.is_open:  # what a customer instructed is with the people already
        add_tasks(transaction, [task_by_people(task, item, now, because=because)])


def _record_taken(
    database: Database, call: LeasedCall, receipt: CallReceipt, now: datetime
) -> None:
    """What a system took is awaited; what it shows at once is done."""
    row = call.row
    with database.transaction() as transaction:
        task = None if row.task_id is None else plan_task(transaction, row.task_id)
        waits = task is not None and receipt.evidence is None
        state = CallState.TAKEN if waits else CallState.DONE
        look_at = _answer_by(task, now) if task is not None and waits else None
        if not mark_call(transaction, call, state, due_at=look_at):
            log.warning("call_lease_lost", call=str(row.call_id))
            return
        _trail(transaction, row, AuditKind.SYSTEM_ASKED, {"attempts": row.attempts}, now)
        if task is not None and receipt.evidence is not None:
            by = by_desk(f"system:{row.system}", now, cause=f"call:{row.call_id}")
            carry_out(transaction, task, receipt.evidence, by)


def _answer_by(task: PlanTask, now: datetime) -> datetime:
    """The morning of the task's day at the latest, so that its people have that day."""
    day = datetime(task.due_on.year, task.due_on.month, task.due_on.day, tzinfo=now.tzinfo)
    return max(now + timedelta(hours=1), min(now + ANSWER_WITHIN, day))


def _try_later(
    database: Database, call: LeasedCall, error: Retryable, now: datetime, share: float
) -> None:
    plan = next_call(call.row.attempts, share=share, now=now, asked_to_wait=error.after)
    if plan.at is None:
        _give_up(database, call, plan.reason, now)
        return
    with database.transaction() as transaction:
        mark_call(transaction, call, CallState.PENDING, due_at=plan.at, reason=str(error))


def _give_up(database: Database, call: LeasedCall, reason: str, now: datetime) -> None:
    """What no message brings about, people do."""
    row = call.row
    with database.transaction() as transaction:
        if not mark_call(transaction, call, CallState.FAILED, reason=reason):
            return
        _trail(transaction, row, AuditKind.SYSTEM_FAILED, {"reason": reason}, now)
        if row.task_id is None:
            add_tasks(transaction, [_tell(row, reason, now)])
        else:
            hand_to_people(transaction, row.task_id, reason, now)


def _tell(row: CallRow, reason: str, now: datetime) -> Task:
    return Task(
        case_id=row.case_id,
        kind=TELL_SYSTEM,
        reason=f"{row.kind}:{row.system}:{reason}",
        due_on=now.date(),
        urgent=True,
        created_at=now,
    )


def _trail(
    transaction: Transaction,
    row: CallRow,
    kind: AuditKind,
    payload: Mapping[str, object],
    now: datetime,
) -> None:
    told = {"call": row.call_id, "system": row.system, "type": row.kind, "task": row.task_id}
    event = AuditEvent(
        chain=row.case_id, kind=kind, at=now, actor=ACTOR, payload={**told, **payload}
    )
    append(transaction, [event])
