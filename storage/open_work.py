"""Drafts and tasks that wait, a page at a time, of the regions that somebody may see."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select, true

from storage.states import DraftState
from storage.tables import DRAFT, PRIVACY_CASE, TASK
from storage.tasks import Task
from storage.transactions import Reading


@dataclass(frozen=True, kw_only=True)
class WaitingDraft:
    """A letter that waits for a decision, without its words."""

    draft_id: UUID
    case_reference: str
    kind: str
    reasons: tuple[str, ...]
    created_at: datetime
    due_on: date


def waiting_drafts(
    reading: Reading, *, regions: Collection[str], limit: int, after: UUID | None = None
) -> list[WaitingDraft]:
    """Return the letters that wait, in the order of their ids, which is that of their age; no regions: of all."""
    joined = DRAFT.join(PRIVACY_CASE, PRIVACY_CASE.c.case_id == DRAFT.c.case_id)
    names = [name for name in WaitingDraft.__dataclass_fields__ if name != "case_reference"]
    columns = [DRAFT.c[name] for name in names]
    question = select(*columns, PRIVACY_CASE.c.reference.label("case_reference"))
    question = question.select_from(joined).where(DRAFT.c.state == DraftState.WAITING)
    question = question.where(_of(regions), DRAFT.c.draft_id > after if after else true())
    rows = reading.fetch(question.order_by(DRAFT.c.draft_id).limit(limit)).mappings()
    return [WaitingDraft(**row) for row in rows]


def waiting_tasks(
    reading: Reading,
    *,
    regions: Collection[str],
    without_case: bool,
    limit: int,
    after: UUID | None = None,
) -> list[Task]:
    """Return the open tasks in the order of their ids; `without_case`: those that belong to no case as well."""
    joined = TASK.outerjoin(PRIVACY_CASE, PRIVACY_CASE.c.case_id == TASK.c.case_id)
    names = [name for name in Task.__dataclass_fields__ if name != "case_reference"]
    columns = [TASK.c[name] for name in names]
    question = select(*columns, PRIVACY_CASE.c.reference.label("case_reference"))
    question = question.select_from(joined).where(TASK.c.done_at.is_(None))
    stray = TASK.c.case_id.is_(None) if without_case else false()
    in_a_case = TASK.c.case_id.is_not(None) & _of(regions)
    question = question.where(or_(in_a_case, stray), TASK.c.task_id > after if after else true())
    rows = reading.fetch(question.order_by(TASK.c.task_id).limit(limit)).mappings()
    return [Task(**row) for row in rows]


def task_region(reading: Reading, task_id: UUID) -> tuple[bool, str | None]:
    """Return whether there is such a task, and the region of its case, None for a task without one."""
    joined = TASK.outerjoin(PRIVACY_CASE, PRIVACY_CASE.c.case_id == TASK.c.case_id)
    question = select(PRIVACY_CASE.c.region).select_from(joined).where(TASK.c.task_id == task_id)
    row = reading.fetch(question).one_or_none()
    return row is not None, None if row is None else row.region


def _of(regions: Collection[str]) -> ColumnElement[bool]:
    return PRIVACY_CASE.c.region.in_(sorted(regions)) if regions else true()
