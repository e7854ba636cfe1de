"""How long the queues are and what is open, by one question each: for pages about health, and for monitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select

from privacy.cases import CaseState
from storage.clock_rows import CLOCK_EVENT
from storage.message_lists import count_by_outcome, oldest_unprocessed
from storage.outbox_lists import oldest_pending
from storage.states import DraftState
from storage.tables import DRAFT, INBOUND, OUTGOING, PRIVACY_CASE, REQUEST_ITEM, TASK
from storage.transactions import AnySelect, Reading

_OPEN = PRIVACY_CASE.c.state != CaseState.CLOSED


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """How many wait where, and since when the oldest does; None: nothing waits."""

    mail: int
    held: int
    quarantined: int
    letters: int
    drafts: int
    tasks: int
    cases: int
    oldest_mail: datetime | None
    oldest_letter: datetime | None


def lengths(reading: Reading) -> Lengths:
    """Return how long the queues are."""
    outcomes = count_by_outcome(reading)
    return Lengths(
        mail=_count(reading, INBOUND, INBOUND.c.due_at.is_not(None)),
        held=outcomes.get("held", 0),
        quarantined=outcomes.get("quarantined", 0),
        letters=_count(reading, OUTGOING, OUTGOING.c.due_at.is_not(None)),
        drafts=_count(reading, DRAFT, DRAFT.c.state == DraftState.WAITING),
        tasks=_count(reading, TASK, TASK.c.done_at.is_(None)),
        cases=_count(reading, PRIVACY_CASE, _OPEN),
        oldest_mail=oldest_unprocessed(reading),
        oldest_letter=oldest_pending(reading),
    )


def mail_taken_in(reading: Reading) -> int:
    """Return how many messages were ever kept here."""
    return int(reading.fetch(select(func.count()).select_from(INBOUND)).scalar_one())


def letters_by_state(reading: Reading) -> Mapping[str, int]:
    """Return how many letters are in each state."""
    return _by(reading, select(OUTGOING.c.state, func.count()).group_by(OUTGOING.c.state))


def open_by_right(reading: Reading) -> Mapping[str, int]:
    """Return in how many open cases each right is asked for."""
    right = REQUEST_ITEM.c.right_name
    question = select(right, func.count(REQUEST_ITEM.c.case_id.distinct()))
    question = question.select_from(REQUEST_ITEM.join(PRIVACY_CASE)).where(_OPEN)
    return _by(reading, question.group_by(right))


def open_by_regime(reading: Reading) -> Mapping[str, int]:
    """Return how many open cases have a clock of each law."""
    regime = CLOCK_EVENT.c.regime
    question = select(regime, func.count(CLOCK_EVENT.c.case_id.distinct()))
    question = question.select_from(CLOCK_EVENT.join(PRIVACY_CASE)).where(_OPEN)
    return _by(reading, question.where(regime.is_not(None)).group_by(regime))


def _by(reading: Reading, question: AnySelect) -> dict[str, int]:
    return {str(name): number for name, number in reading.fetch(question)}


def _count(reading: Reading, table: Table, where: ColumnElement[Any]) -> int:
    question = select(func.count()).select_from(table).where(where)
    return int(reading.fetch(question).scalar_one())
