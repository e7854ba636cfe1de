"""The tasks that a message leaves for people: what no rule can finish, with its reason and its day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from casework.batch_view import MessageAtWork
from casework.task_kinds import LOOK_AT_MESSAGE, READ_BY_HAND
from casework.writes import Writes
from privacy.cases import Case, RequestItem
from privacy.deadlines import Due
from privacy.deciding import URGENT_LANES
from storage.ids import new_id
from storage.tasks import Task


def case_task(
    message: MessageAtWork,
    case: Case,
    kind: str,
    reason: str,
    now: datetime,
    *,
    urgent: bool = False,
) -> Task:
    """Return a task about a message in a case, due with the acknowledgement."""
    return Task(
        task_id=new_id(),
        case_id=case.case_id,
        inbound_id=message.inbound_id,
        kind=kind,
        reason=reason,
        due_on=case.acknowledge.on,
        urgent=urgent,
        created_at=now,
    )


def held_task(message: MessageAtWork, reason: str, due: Due, now: datetime) -> Task:
    """Return the task to look at a held message; its clock has been running since arrival."""
    return Task(
        task_id=new_id(),
        case_id=None,
        inbound_id=message.inbound_id,
        kind=LOOK_AT_MESSAGE,
        reason=reason,
        due_on=due.on,
        urgent=message.reading.classification.lane in URGENT_LANES,
        created_at=now,
    )


def hand_over(
    message: MessageAtWork,
    case: Case,
    added: Sequence[RequestItem],
    writes: Writes,
    *,
    continued: bool,
) -> None:
    """Open the task for what no rule can finish: urgent lanes, stubs, and mails in a case that add no right."""
    lane = message.reading.classification.lane
    if lane in URGENT_LANES:
        writes.tasks.append(
            case_task(message, case, "urgent_lane", str(lane), writes.now, urgent=True)
        )
    elif case.stub_reason is not None:
        writes.tasks.append(case_task(message, case, READ_BY_HAND, case.stub_reason, writes.now))
    elif not added:
        reason = "continues-a-case" if continued else "no-right-recognised"
        writes.tasks.append(case_task(message, case, "read_message", reason, writes.now))
