"""A person has done what a task asked for; the last task of a right moves the right on."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from casework.actors import Actor, By, by_person
from casework.incidents import end_report
from casework.instructing import work_done
from casework.quarantine import take_up
from casework.steps import take_step
from casework.task_kinds import ACKNOWLEDGE_BY, READ_BY_HAND, REPORT_INCIDENT
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import ItemState
from privacy.errors import Permanent
from privacy.system_calls import CallState
from privacy.work import Step
from storage.audit import append
from storage.calls import end_call_of_task
from storage.cases import get_case, mark_acknowledged
from storage.database import Database, Transaction
from storage.failures import NotFound
from storage.tasks import finish_task
from storage.work import PlanTask, finish_plan_task, plan_task, plans_of

LONGEST_EVIDENCE = 500  # characters: a ticket, a commit, a sentence


def finish(
    database: Database,
    task_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    evidence: str | None = None,
) -> None:
    """Close the task; raises Permanent when it is not open, and where it needs evidence that does not say enough.

    A system's task needs anything to show for it, a report of an incident what became of it (`privacy.incidents`).
    """
    with database.transaction() as transaction:
        planned = plan_task(transaction, task_id)
        if planned is not None:
            doing = by_person(actor, now, cause=f"task:{task_id}")
            carry_out(transaction, planned, _checked(evidence), doing)
        task = finish_task(transaction, task_id, actor=actor.address, at=now)
        if task is None:
            raise Permanent("there is no such open task")
        payload: dict[str, object] = {"task": task_id, "kind": task.kind}
        if task.kind == REPORT_INCIDENT and task.case_id is not None:
            words = _checked(evidence)
            law, by = task.reason, (actor, now)
            outcome = end_report(transaction, task.case_id, law, words, by=by)
            payload |= {"law": law, "outcome": outcome}
        event = AuditEvent(
            chain=task.case_id or task.inbound_id or task_id,
            kind=AuditKind.TASK_DONE,
            at=now,
            actor=str(actor),
            payload=payload,
        )
        append(transaction, [event])
        if task.kind in ACKNOWLEDGE_BY.values() and task.case_id is not None:
            mark_acknowledged(transaction, task.case_id, message_id_key=None, at=now)
        if task.kind == READ_BY_HAND and task.inbound_id is not None:
            # Not in quarantine: it was only hard to read, or was tried again.
            with suppress(NotFound):
                take_up(transaction, task.inbound_id, now)


def carry_out(transaction: Transaction, task: PlanTask, shown: str, by: By) -> None:
    """Record that a system's task was done, and what shows it; the last one of a right moves the right on.

    The case is locked first: of two that end the last two tasks at once, one sees both done.
    """
    case = get_case(transaction, task.case_id)
    if task.done_at is None:
        finish_plan_task(transaction, task, actor=by.name, evidence=shown, at=by.at)
    end_call_of_task(transaction, task, CallState.DONE)
    item = next((one for one in case.items if one.item_id == task.item_id), None)
    if item is None:
        work_done(transaction, task, at=by.at, actor=str(by))
        return
    plan = plans_of(transaction, [task.item_id])[task.item_id]
    if item.state is ItemState.EXECUTING and all(one.done_at is not None for one in plan):
        take_step(transaction, item, case=case, step=Step.FINISH_TASKS, desk=None, by=by)


def _checked(evidence: str | None) -> str:
    shown = (evidence or "").strip()
    if not shown:
        raise Permanent("say what shows that it was done: --evidence")
    if not shown.isprintable() or len(shown) > LONGEST_EVIDENCE:
        raise Permanent(f"the evidence is one line of at most {LONGEST_EVIDENCE} characters")
    return shown
