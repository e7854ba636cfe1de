"""The plan of one right: which systems have something to do, who owns the task there, and by when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from privacy.rights import Right, Scope


@dataclass(frozen=True, kw_only=True)
class SystemTask:
    """One row of the table: for this right (and scope, where one is named) this system has something to do.

    `plans` names the customer plans that it is for; none means all.
    """

    right: Right
    system: str
    owner: str
    scope: Scope | None = None
    plans: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    """What a system has to do for a right of a case, with the role that owns it and its day."""

    system: str
    owner: str
    due_on: date


def plan_tasks(
    table: Iterable[SystemTask],
    right: Right,
    scope: Scope | None,
    *,
    plan: str | None,
    target: date,
    today: date,
) -> tuple[PlannedTask, ...]:
    """Return the tasks of a right in the order of the table, due on the work target, and never before today.

    A scope with rows of its own is not given those of its right. Where the plan of the customer is not known, the
    systems of every plan are asked: nothing is left out by guessing.
    """
    of_right = [row for row in table if row.right is right]
    of_scope = [row for row in of_right if scope is not None and row.scope is scope]
    rows = of_scope or [row for row in of_right if row.scope is None]
    return tuple(
        PlannedTask(system=row.system, owner=row.owner, due_on=max(target, today))
        for row in rows
        if not row.plans or plan is None or plan in row.plans
    )
