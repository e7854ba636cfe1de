"""The plan of a right: the systems of its table, by scope and by the customer's plan."""

from datetime import date

from privacy.rights import Right, Scope
from privacy.work_plan import PlannedTask, SystemTask, plan_tasks

TARGET, TODAY = date(2026, 12, 21), date(2026, 11, 23)
TABLE = (
    SystemTask(right=Right.OBJECTION, system="product", owner="engineering"),
    SystemTask(
        right=Right.OBJECTION, scope=Scope.MARKETING, system="mail_provider", owner="marketing"
    ),
    SystemTask(right=Right.ERASURE, system="product", owner="engineering"),
    SystemTask(
        right=Right.ERASURE, system="vault", owner="engineering", plans=frozenset({"enterprise"})
    ),
)


def systems(right: Right, scope: Scope | None = None, plan: str | None = None) -> list[str]:
    planned = plan_tasks(TABLE, right, scope, plan=plan, target=TARGET, today=TODAY)
    return [task.system for task in planned]


def test_a_task_has_its_owner_and_the_work_target() -> None:
    planned = plan_tasks(TABLE, Right.OBJECTION, None, plan=None, target=TARGET, today=TODAY)
    assert planned == (PlannedTask(system="product", owner="engineering", due_on=TARGET),)


def test_a_scope_with_rows_of_its_own_has_those_alone() -> None:
    assert systems(Right.OBJECTION, Scope.MARKETING) == ["mail_provider"]
    assert systems(Right.OBJECTION, Scope.ANALYTICS) == ["product"]


def test_a_plan_leaves_out_what_is_not_for_it_and_an_unknown_one_leaves_out_nothing() -> None:
    assert systems(Right.ERASURE, plan="free") == ["product"]
    assert systems(Right.ERASURE, plan="enterprise") == ["product", "vault"]
    assert systems(Right.ERASURE) == ["product", "vault"]


def test_what_is_planned_late_is_due_today() -> None:
    late = date(2027, 1, 4)
    (task,) = plan_tasks(TABLE, Right.OBJECTION, None, plan=None, target=TARGET, today=late)
    assert task.due_on == late
