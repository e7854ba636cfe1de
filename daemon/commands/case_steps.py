"""The work on the rights of a case, as `rightsdesk cases show` tells it."""

from __future__ import annotations

from daemon.output import Form, forms_in
from privacy.cases import Case, RequestItem
from privacy.retention import KeptLine
from storage.database import Reading
from storage.erasing import cool_off_of, statement_of
from storage.item_answers import answers_of_items
from storage.work import PlanTask, WorkEvent, plans_of, work_events

KEPT = tuple(KeptLine.__dataclass_fields__)


def work_form(reading: Reading, case: Case) -> list[Form]:
    """Return for each right where it stands, its tasks, answer, what is kept, and every step."""
    ids = [item.item_id for item in case.items]
    plans, answers = plans_of(reading, ids), answers_of_items(reading, ids)
    steps = work_events(reading, case.case_id)
    forms = []
    for item in case.items:
        answer = answers.get(item.item_id)
        form = _item(reading, item, plans.get(item.item_id, []))
        form["decision"] = answer.decision if answer else None
        form["ground"] = answer.ground if answer else None
        form["steps"] = [_step(one) for one in steps if one.item_id == item.item_id]
        forms.append(form)
    return forms


def work_for_people(forms: list[Form]) -> list[str]:
    """Return the same as lines."""
    lines = []
    for form in forms:
        name = f"{form['right']}:{form['scope']}" if form["scope"] else str(form["right"])
        lines += ["", f"work on {name}: {form['state']}"]
        for task in forms_in(form["tasks"]):
            done = f"done by {task['done_by']}: {task['evidence']}" if task["done_at"] else "to do"
            lines.append(f"  {task['system']} ({task['owner']}), by {task['due_on']}: {done}")
        for step in forms_in(form["steps"]):
            lines.append(f"  {step['at']}  {step['step']} by {step['actor']}: {step['to']}")
    return lines


def _item(reading: Reading, item: RequestItem, plan: list[PlanTask]) -> Form:
    cool_off, kept = cool_off_of(reading, item.item_id), statement_of(reading, item.item_id)
    return {
        "right": item.right,
        "scope": item.scope,
        "state": item.state,
        "tasks": [_task(task) for task in plan],
        "can_cancel_until": cool_off.over_at if cool_off else None,
        "kept": [{name: getattr(line, name) for name in KEPT} for line in kept.lines]
        if kept
        else None,
    }


def _task(task: PlanTask) -> Form:
    names = ("system", "owner", "due_on", "opened_at", "done_at", "done_by", "evidence")
    return {"id": task.task_id, **{name: getattr(task, name) for name in names}}


def _step(event: WorkEvent) -> Form:
    return {
        "at": event.at,
        "step": event.step,
        "from": event.from_state,
        "to": event.to_state,
        "actor": event.actor,
        "os_user": event.os_user,
        "ground": event.ground,
        "cause": event.cause,
    }
