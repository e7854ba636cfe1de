"""The tasks that a message leaves for people: what no rule can finish, with its reason and its day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from casework.batch_view import MessageAtWork
from casework.profile import DeskProfile
from casework.task_kinds import (
    LOOK_AT_MESSAGE,
    READ_BY_HAND,
    STOP_MARKETING,
    UNDERSTAND_REPLY,
)
from casework.writes import Writes
from privacy.cases import Case, RequestItem
from privacy.conversation import ANSWERED_BY_LETTER, Move, MoveKind
from privacy.deadlines import look_due
from privacy.rights import Right, Scope
from storage.tasks import Task

FOR_STAFF = frozenset({MoveKind.ASK_STAFF, MoveKind.NOTE})
BY_LETTER = ANSWERED_BY_LETTER | {MoveKind.WITHDRAW}


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
        case_id=case.case_id,
        inbound_id=message.inbound_id,
        kind=kind,
        reason=reason,
        due_on=case.acknowledge.on,
        urgent=urgent,
        created_at=now,
    )


def held_task(message: MessageAtWork, reason: str, desk: DeskProfile, now: datetime) -> Task:
    """Return the task to look at a held message; its clock has been running since arrival."""
    lane = message.reading.classification.lane
    return Task(
        case_id=None,
        inbound_id=message.inbound_id,
        kind=LOOK_AT_MESSAGE,
        reason=reason,
        due_on=look_due(message.claimed.received_at, lane, desk.regimes).on,
        urgent=lane in desk.lanes.at_once,
        created_at=now,
    )


def hand_over(
    message: MessageAtWork,
    case: Case,
    added: Sequence[RequestItem],
    desk: DeskProfile,
    writes: Writes,
    move: Move | None,
) -> None:
    """Open the tasks for what no rule can finish, each with its day counted from this mail.

    They are: urgent lanes, stubs, replies that a person must understand or read, and marketing to be stopped. `move` is
    what a reply in the case moves, None for a mail that begins one.
    """
    writes.tasks += _marketing_to_stop(message, case, added, writes.now)
    lane = message.reading.classification.lane
    if lane in desk.lanes.at_once:
        reason = move.reason if move and move.kind is MoveKind.DISPUTE else str(lane)
        task = case_task(message, case, "urgent_lane", reason, writes.now, urgent=True)
    elif case.stub_reason is not None:
        task = case_task(message, case, READ_BY_HAND, case.stub_reason, writes.now)
    elif move is not None and move.kind in FOR_STAFF:
        task = case_task(message, case, UNDERSTAND_REPLY, move.reason, writes.now)
    elif not added and not _is_answered(move):
        reason = move.reason if move is not None else "no-right-recognised"
        task = case_task(message, case, "read_message", reason, writes.now)
    else:
        return
    look = look_due(message.claimed.received_at, lane, desk.regimes)
    writes.tasks.append(replace(task, due_on=look.on))


def _is_answered(move: Move | None) -> bool:
    """Whether a letter has said all that the reply wants."""
    return move is not None and move.kind in BY_LETTER and not move.says_more


def _marketing_to_stop(
    message: MessageAtWork, case: Case, added: Sequence[RequestItem], now: datetime
) -> Iterable[Task]:
    """The letter says by when it is stopped (GDPR Art. 21(3)): somebody has to do it."""
    for item in added:
        if item.key == (Right.OBJECTION, Scope.MARKETING):
            task = case_task(message, case, STOP_MARKETING, "objection:marketing", now, urgent=True)
            yield replace(task, due_on=item.due.on)
