"""Begins the work on rights: the tasks for systems are written down, and opened once they may be carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from casework.actors import Actor, By, by_person
from casework.named_cases import open_case_named, open_items
from casework.profile import DeskProfile
from casework.steps import refusals, take_step
from casework.system_orders import About, order_work
from casework.task_kinds import CARRY_OUT, GO_ON
from privacy.cases import Case, ItemState, RequestItem
from privacy.reminders import planned_target
from privacy.rights import Right, Scope, right_name
from privacy.suppression import SuppressionList
from privacy.work import Step
from privacy.work_plan import plan_tasks
from storage.database import Database, Transaction
from storage.ids import new_id
from storage.suppressions import lists_with
from storage.tasks import Task, add_tasks, finish_kind_of_case
from storage.work import PlanTask, add_plan, finish_plan_task, open_plan, plans_of

DESK = "desk"
SUPPRESSION_LIST = "suppression_list"  # the system of `work_plan.toml` that is the desk's own
MONTH = "MONTH"  # rule whose work is planned for day 28


@dataclass(frozen=True, kw_only=True)
class Planned:
    """The plan of one right, where the right stands, and why its tasks are not open yet; none: they are."""

    item: RequestItem
    tasks: tuple[PlanTask, ...]
    waits_for: tuple[str, ...] = ()


def plan_case(
    database: Database,
    desk: DeskProfile,
    reference: str,
    *,
    right: Right | None,
    actor: Actor,
    now: datetime,
) -> list[Planned]:
    """Write the plan of every open right, or of one, and open its tasks where that may be; a second call changes nothing.

    Raises Permanent for an unknown case, and for one that asks for nothing that could be planned.
    """
    with database.transaction() as transaction:
        case = open_case_named(transaction, reference)
        items = open_items(case, right)
        by = by_person(actor, now, cause="plan")
        finish_kind_of_case(transaction, case.case_id, kind=GO_ON, actor=actor.address, at=now)
        return [_plan(transaction, item, case, desk, by) for item in items]


def begin_work(
    transaction: Transaction, item: RequestItem, *, case: Case, desk: DeskProfile, by: By
) -> RequestItem:
    """Carry out: the tasks of the plan are open from now on. Raises StepRefused."""
    begun = take_step(transaction, item, case=case, step=Step.EXECUTE, desk=desk, by=by)
    open_plan(transaction, item.item_id, at=by.at)
    _do_it_ourselves(transaction, item, case, by)
    plan = plans_of(transaction, [item.item_id]).get(item.item_id, [])
    to_do = [task for task in plan if task.done_at is None]
    about = About(case=case, item=item, desk=desk, at=by.at)
    by_people = order_work(transaction, about, to_do)
    add_tasks(transaction, [task_by_people(task, item, by.at) for task in by_people])
    if not to_do:
        step = Step.FINISH_TASKS
        return take_step(transaction, begun, case=case, step=step, desk=desk, by=by)
    return begun


def _do_it_ourselves(transaction: Transaction, item: RequestItem, case: Case, by: By) -> None:
    """The suppression list is ours: an address that is on it already was taken off marketing (GDPR Art. 21(3))."""
    address = case.requester
    if item.scope is not Scope.MARKETING or address is None:
        return
    if SuppressionList.MARKETING not in lists_with(transaction, [address])[address]:
        return
    for task in plans_of(transaction, [item.item_id])[item.item_id]:
        if task.system == SUPPRESSION_LIST:
            shown = "the address is on the list for marketing"
            finish_plan_task(transaction, task, actor=DESK, evidence=shown, at=by.at)


def _plan(
    transaction: Transaction, item: RequestItem, case: Case, desk: DeskProfile, by: By
) -> Planned:
    if item.state is ItemState.RECEIVED:
        item = take_step(transaction, item, case=case, step=Step.PLAN, desk=desk, by=by)
    plan = plans_of(transaction, [item.item_id]).get(item.item_id)
    if plan is None and item.state is ItemState.PLANNED:
        plan = _new_plan(item, case, desk, by.at)
        add_plan(transaction, plan)
    waits: tuple[str, ...] = ()
    if item.state is ItemState.PLANNED:
        waits = refusals(transaction, item, case=case, step=Step.EXECUTE, desk=desk, by=by)
        if not waits:
            item = begin_work(transaction, item, case=case, desk=desk, by=by)
            plan = plans_of(transaction, [item.item_id])[item.item_id]
    return Planned(item=item, tasks=tuple(plan or ()), waits_for=waits)


def _new_plan(item: RequestItem, case: Case, desk: DeskProfile, now: datetime) -> list[PlanTask]:
    planned = plan_tasks(
        desk.work.systems,
        item.right,
        item.scope,
        plan=None,
        target=_target(item, desk),
        today=now.astimezone(ZoneInfo(item.due.zone)).date(),
    )
    return [
        PlanTask(
            task_id=new_id(),
            case_id=case.case_id,
            item_id=item.item_id,
            position=position,
            system=task.system,
            owner=task.owner,
            due_on=task.due_on,
        )
        for position, task in enumerate(planned)
    ]


def _target(item: RequestItem, desk: DeskProfile) -> date:
    """The work target of the law whose date binds, counted in its own calendar."""
    laws = {law.code: law for law in desk.regimes}
    law = laws.get(item.due.regime, desk.regimes[0])
    asked_on = item.received_at.astimezone(ZoneInfo(item.due.zone)).date()
    month_from = asked_on if item.due.rule == MONTH else None
    return planned_target(item.due.on, law.calendar, month_from=month_from)


def task_by_people(
    task: PlanTask, item: RequestItem, now: datetime, *, because: str | None = None
) -> Task:
    """Return the task of a plan for the people of its system; `because`: the code of what made it theirs."""
    named = (right_name(item.key), task.system, task.owner, because)
    return Task(
        task_id=task.task_id,
        case_id=task.case_id,
        kind=CARRY_OUT,
        reason=":".join(part for part in named if part),
        due_on=task.due_on,
        urgent=because is not None,
        created_at=now,
    )
