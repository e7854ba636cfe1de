"""What people have to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, func, select, update

from storage.ids import new_id
from storage.tables import PRIVACY_CASE, TASK
from storage.transactions import AnySelect, Reading, Transaction, Values, in_chunks


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something that a person has to do, for a case or a message. `due_on` None: no day is set."""

    task_id: UUID = field(default_factory=new_id)
    case_id: UUID | None
    inbound_id: UUID | None = None
    kind: str
    reason: str
    due_on: date | None
    urgent: bool = False
    created_at: datetime
    case_reference: str | None = None


def add_tasks(transaction: Transaction, tasks: Sequence[Task]) -> None:
    """Open the tasks; one that is open already for the same thing and reason is left as it is."""
    transaction.insert_new(TASK, [_task_row(task) for task in tasks])


def list_tasks(reading: Reading, *, limit: int = 200) -> list[Task]:
    """Return the open tasks: urgent ones first, then by their day."""
    question = _rows().where(TASK.c.done_at.is_(None))
    question = question.order_by(TASK.c.urgent.desc(), TASK.c.due_on, TASK.c.task_id).limit(limit)
    return [Task(**row) for row in reading.fetch(question).mappings()]


def open_tasks_of(reading: Reading, case_id: UUID) -> list[Task]:
    """Return the open tasks of a case: urgent ones first, then by their day."""
    question = _rows().where(TASK.c.case_id == case_id, TASK.c.done_at.is_(None))
    question = question.order_by(TASK.c.urgent.desc(), TASK.c.due_on, TASK.c.task_id)
    return [Task(**row) for row in reading.fetch(question).mappings()]


def earliest_task(reading: Reading, *, leave_out: Sequence[str]) -> date | None:
    """Return the first day on which an open task is due, those of some kinds left out; None when none has a day."""
    question = select(func.min(TASK.c.due_on)).where(
        TASK.c.done_at.is_(None), TASK.c.kind.not_in(leave_out)
    )
    due: date | None = reading.fetch(question).scalar_one()
    return due


def cases_with_tasks(
    reading: Reading, case_ids: Sequence[UUID], *, kinds: Sequence[str]
) -> set[UUID]:
    """Return which of these cases have, or ever had, a task of one of these kinds."""
    found: set[UUID] = set()
    for chunk in in_chunks(case_ids):
        question = select(TASK.c.case_id).where(TASK.c.case_id.in_(chunk), TASK.c.kind.in_(kinds))
        found.update(reading.fetch(question.distinct()).scalars())
    return found


def is_task_open(reading: Reading, case_id: UUID, kind: str) -> bool:
    """Say whether a task of this kind waits in the case."""
    waits = select(TASK.c.task_id).where(
        TASK.c.case_id == case_id, TASK.c.kind == kind, TASK.c.done_at.is_(None)
    )
    return reading.fetch(waits.limit(1)).first() is not None


def finish_task(
    transaction: Transaction, task_id: UUID, *, actor: str, at: datetime
) -> Task | None:
    """Close the task and return it; None when it is not open."""
    found = transaction.fetch(_rows().where(TASK.c.task_id == task_id)).mappings().one_or_none()
    done = update(TASK).where(TASK.c.task_id == task_id, TASK.c.done_at.is_(None))
    # Without its natural key the same thing may be asked for anew.
    changed = transaction.change(done.values(done_at=at, done_by=actor, natural_key=None))
    return Task(**found) if found is not None and changed else None


def finish_tasks_about(
    transaction: Transaction, inbound_id: UUID, *, kind: str, actor: str, at: datetime
) -> list[Task]:
    """Close the open tasks of this kind about a message, because what they ask for was done; returns them."""
    wanted = and_(TASK.c.done_at.is_(None), TASK.c.inbound_id == inbound_id, TASK.c.kind == kind)
    open_tasks = [Task(**row) for row in transaction.fetch(_rows().where(wanted)).mappings()]
    done = update(TASK).where(wanted)
    transaction.change(done.values(done_at=at, done_by=actor, natural_key=None))
    return open_tasks


def finish_tasks_of_case(
    transaction: Transaction, case_id: UUID, *, kind: str, reasons: Sequence[str], at: datetime
) -> list[UUID]:
    """Close the open tasks of this kind and for these reasons, because the cause is gone; returns their ids."""
    names = [_natural_key(case_id, None, kind, reason) for reason in reasons]
    wanted = and_(TASK.c.natural_key.in_(names), TASK.c.done_at.is_(None))
    ids = list(transaction.fetch(select(TASK.c.task_id).where(wanted)).scalars())
    done = update(TASK).where(wanted)
    transaction.change(done.values(done_at=at, done_by="daemon", natural_key=None))
    return ids


def finish_kind_of_case(
    transaction: Transaction, case_id: UUID, *, kind: str, actor: str, at: datetime
) -> int:
    """Close the open tasks of this kind in a case, because what they ask for was done; returns how many."""
    wanted = and_(TASK.c.done_at.is_(None), TASK.c.case_id == case_id, TASK.c.kind == kind)
    done = update(TASK).where(wanted)
    return transaction.change(done.values(done_at=at, done_by=actor, natural_key=None))


def _natural_key(case_id: UUID | None, inbound_id: UUID | None, kind: str, reason: str) -> str:
    return "|".join(str(name or "-") for name in (case_id, inbound_id, kind, reason))


def _task_row(task: Task) -> Values:
    return {
        "task_id": task.task_id,
        "natural_key": _natural_key(task.case_id, task.inbound_id, task.kind, task.reason),
        "case_id": task.case_id,
        "inbound_id": task.inbound_id,
        "kind": task.kind,
        "reason": task.reason,
        "due_on": task.due_on,
        "urgent": task.urgent,
        "created_at": task.created_at,
    }


def _rows() -> AnySelect:
    names = [name for name in Task.__dataclass_fields__ if name != "case_reference"]
    joined = TASK.outerjoin(PRIVACY_CASE, PRIVACY_CASE.c.case_id == TASK.c.case_id)
    columns = [TASK.c[name] for name in names]
    return select(*columns, PRIVACY_CASE.c.reference.label("case_reference")).select_from(joined)
