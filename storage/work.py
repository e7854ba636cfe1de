"""The work on rights: each step stored with the state that it leads to, and the plan of tasks for systems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, select, update

from privacy.cases import ENDED, CaseState, ItemState
from privacy.work import Step
from storage.datakeys import load_keys
from storage.readable import readable_if_any, sealed_if_any
from storage.tables import PRIVACY_CASE, REQUEST_ITEM
from storage.transactions import AnyRow, Reading, Transaction, in_chunks
from storage.work_rows import PLAN_TASK, WORK_EVENT

GROUND = "work_event.sealed_ground"
EVIDENCE = "plan_task.sealed_evidence"


@dataclass(frozen=True, kw_only=True)
class WorkEvent:
    """One step on one right. `os_user` None: no person was at the keyboard; `ground` None: the step needs none."""

    event_id: UUID
    case_id: UUID
    item_id: UUID
    step: Step
    from_state: ItemState
    to_state: ItemState
    actor: str
    os_user: str | None
    at: datetime
    ground: str | None = field(default=None, repr=False)
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanTask:
    """What one system has to do for one right; `opened_at` None: it may not be carried out yet."""

    task_id: UUID
    case_id: UUID
    item_id: UUID
    position: int
    system: str
    owner: str
    due_on: date
    opened_at: datetime | None = None
    done_at: datetime | None = None
    done_by: str | None = None
    evidence: str | None = field(default=None, repr=False)


def store_step(transaction: Transaction, event: WorkEvent) -> bool:
    """Move the item and write down the step; False, and nothing written, when it is not in the expected state any more."""
    item = REQUEST_ITEM.c
    expected = and_(item.item_id == event.item_id, item.state == event.from_state)
    if transaction.change(update(REQUEST_ITEM).where(expected).values(state=event.to_state)) != 1:
        return False
    load_keys(transaction, [event.case_id])
    names = [name for name in WorkEvent.__dataclass_fields__ if name != "ground"]
    row = {name: getattr(event, name) for name in names}
    row["sealed_ground"] = sealed_if_any(transaction, event.case_id, GROUND, event.ground)
    transaction.insert(WORK_EVENT, [row])
    return True


def work_events(reading: Reading, case_id: UUID) -> list[WorkEvent]:
    """Return the steps of a case in the order in which they were made."""
    question = select(WORK_EVENT).where(WORK_EVENT.c.case_id == case_id)
    load_keys(reading, [case_id])
    return [
        WorkEvent(
            **{
                name: getattr(row, name)
                for name in WorkEvent.__dataclass_fields__
                if name != "ground"
            },
            ground=readable_if_any(reading, case_id, GROUND, row.sealed_ground),
        )
        for row in reading.fetch(question.order_by(WORK_EVENT.c.event_id))
    ]


def every_right_has_ended(reading: Reading, case_id: UUID) -> bool:
    """Return whether the case asks for rights and work is owed on none of them any more."""
    question = select(REQUEST_ITEM.c.state).where(REQUEST_ITEM.c.case_id == case_id)
    states = reading.fetch(question).scalars().all()
    return bool(states) and all(state in ENDED for state in states)


def set_case_state(
    transaction: Transaction, case_id: UUID, state: CaseState, *, at: datetime
) -> bool:
    """Close or open a case; False when it is so already. The next sweep looks at its clocks."""
    case = PRIVACY_CASE.c
    other = and_(case.case_id == case_id, case.state != state)
    changed = update(PRIVACY_CASE).where(other)
    transaction.changed_cases.add(case_id)
    return transaction.change(changed.values(state=state, changed_at=at, next_rung_at=at)) == 1


def add_plan(transaction: Transaction, tasks: Sequence[PlanTask]) -> None:
    """Store tasks for systems that may not be carried out yet."""
    names = ("task_id", "case_id", "item_id", "position", "system", "owner", "due_on")
    empty = {"opened_at": None, "done_at": None, "done_by": None, "sealed_evidence": None}
    rows = [{name: getattr(task, name) for name in names} | empty for task in tasks]
    transaction.insert(PLAN_TASK, rows)


def plans_of(reading: Reading, item_ids: Iterable[UUID]) -> dict[UUID, list[PlanTask]]:
    """Return the tasks for systems of each right, in their order."""
    found: dict[UUID, list[PlanTask]] = {}
    for chunk in in_chunks(item_ids):
        question = select(PLAN_TASK).where(PLAN_TASK.c.item_id.in_(chunk))
        rows = reading.fetch(question.order_by(PLAN_TASK.c.item_id, PLAN_TASK.c.position)).all()
        load_keys(reading, [row.case_id for row in rows])
        for row in rows:
            found.setdefault(row.item_id, []).append(_plan_task(reading, row))
    return found


def plan_task(reading: Reading, task_id: UUID) -> PlanTask | None:
    """Return the task for a system with this id, None when it is none."""
    row = reading.fetch(select(PLAN_TASK).where(PLAN_TASK.c.task_id == task_id)).one_or_none()
    if row is None:
        return None
    load_keys(reading, [row.case_id])
    return _plan_task(reading, row)


def open_plan(transaction: Transaction, item_id: UUID, *, at: datetime) -> None:
    """Record that the tasks of a right may be carried out."""
    task = PLAN_TASK.c
    closed = update(PLAN_TASK).where(task.item_id == item_id, task.opened_at.is_(None))
    transaction.change(closed.values(opened_at=at))


def finish_plan_task(
    transaction: Transaction, task: PlanTask, *, actor: str, evidence: str | None, at: datetime
) -> None:
    """Record who carried a task out, and what shows it."""
    load_keys(transaction, [task.case_id])
    sealed = sealed_if_any(transaction, task.case_id, EVIDENCE, evidence)
    done = update(PLAN_TASK).where(PLAN_TASK.c.task_id == task.task_id)
    transaction.change(done.values(done_at=at, done_by=actor, sealed_evidence=sealed))


def _plan_task(reading: Reading, row: AnyRow) -> PlanTask:
    names = [name for name in PlanTask.__dataclass_fields__ if name != "evidence"]
    return PlanTask(
        **{name: getattr(row, name) for name in names},
        evidence=readable_if_any(reading, row.case_id, EVIDENCE, row.sealed_evidence),
    )
