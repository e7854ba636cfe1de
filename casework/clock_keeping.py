"""The one way in which a date of a case moves: what happened is stored, its clocks are counted anew, the trail says it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from privacy.audit import AuditEvent, AuditKind
from privacy.binding import Binding, bind
from privacy.case_events import CaseEvent, RightClock, clock_of, next_date
from privacy.cases import RequestItem
from privacy.clocks import ClockRules
from privacy.deadlines import Due, Regime
from privacy.rights import Right, Scope
from regimes.clock_rules import Question, load_clock_rules
from storage.audit import append
from storage.case_events import add_case_events
from storage.case_writes import Clock, look_at_clocks
from storage.cases import set_date
from storage.database import Transaction
from storage.states import ClockName


@dataclass(frozen=True, kw_only=True)
class AskedRight:
    """A right as its clock sees it; `due` is the date that is held."""

    item_id: UUID
    asked_at: datetime
    right: Right
    scope: Scope | None
    due: Due


@dataclass(frozen=True, kw_only=True)
class Change:
    """Another date for a clock, and the letter that told it, if one did."""

    clock: Clock
    was: Due
    due: Due
    letter: bytes | None = field(default=None, repr=False)


def asked_of(item: RequestItem) -> AskedRight:
    """Return the right of a case as its clock sees it."""
    return AskedRight(
        item_id=item.item_id,
        asked_at=item.received_at,
        right=item.right,
        scope=item.scope,
        due=item.due,
    )


def rules_of(right: Right, scope: Scope | None, laws: Sequence[Regime]) -> list[ClockRules]:
    """Return the rules of each law, with the place of the house where that is set otherwise."""
    return [
        replace(_rules(law.code, right, scope), zone=law.zone, calendar=law.calendar)
        for law in laws
    ]


@lru_cache(maxsize=1_024)
def _rules(law: str, right: Right, scope: Scope | None) -> ClockRules:
    return load_clock_rules(Question(law=law, right=str(right), scope=scope))


def count(asked: AskedRight, events: Sequence[CaseEvent], laws: Sequence[Regime]) -> Binding:
    """Return where the clock of a right stands after these events. Raises ValueError in a year without holidays."""
    return _bind(_clock(asked, events), asked, laws)


def changes_after(
    asked: Iterable[AskedRight], events: Sequence[CaseEvent], laws: Sequence[Regime]
) -> list[Change]:
    """Return the rights whose date moves after these events; a later date is none unless a letter told it."""
    changes = []
    for one in asked:
        clock = _clock(one, events)
        due = next_date(one.due, _bind(clock, one, laws).owed, told=clock.told_by is not None)
        if due.expires_at != one.due.expires_at:
            changes.append(
                Change(
                    clock=(ClockName.RESPOND, one.item_id),
                    was=one.due,
                    due=due,
                    letter=clock.told_by,
                )
            )
    return changes


def write_happening(
    transaction: Transaction,
    case_id: UUID,
    events: Sequence[CaseEvent],
    changes: Sequence[Change],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Store what happened and the dates that follow from it; each is in the trail."""
    add_case_events(transaction, case_id, events, now=now)
    for change in changes:
        set_date(transaction, case_id, change.clock, change.due, at=now, letter=change.letter)
    look_at_clocks(transaction, case_id, now=now)
    payloads = [_moved(change, events) for change in changes] or [_said(one) for one in events]
    trail = [
        AuditEvent(
            chain=case_id, kind=AuditKind.CLOCK_STARTED, at=now, actor=actor, payload=payload
        )
        for payload in payloads
    ]
    append(transaction, trail)


def _clock(asked: AskedRight, events: Sequence[CaseEvent]) -> RightClock:
    return clock_of(events, asked.item_id, asked_at=asked.asked_at)


def _bind(clock: RightClock, asked: AskedRight, laws: Sequence[Regime]) -> Binding:
    return bind(
        clock.received_at,
        rules_of(asked.right, asked.scope, laws),
        clock.happened,
        much_data=clock.much_data,
    )


def _moved(change: Change, events: Sequence[CaseEvent]) -> dict[str, object]:
    payload: dict[str, object] = {
        "due": change.due.on,
        "due_rule": change.due.rule,
        "instead_of": change.was.on,
    }
    item_id = change.clock[1]
    return payload | (_said(events[-1]) if events else {}) | ({"item": item_id} if item_id else {})


def _said(event: CaseEvent) -> dict[str, object]:
    said = {"event": event.kind, "ground": event.ground, "laws": list(event.laws)}
    return {name: value for name, value in said.items() if value}
