"""Reads from the records what the clock of one request needs: period, extension, what it waits for, whose calendar."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from privacy.clocks import ClockRules, Effect, Waits
from privacy.deadlines import Period
from privacy.errors import Permanent
from privacy.rights import Lane, Right, Scope
from regimes.calendars import load_calendar
from regimes.laws import (
    HOUSE,
    Record,
    check_zone,
    load_regimes,
    one_of,
    period_of,
    place_of,
    record_of,
    standing_at,
)

COMPLAINT, APPEAL = "complaint", "appeal"  # asked for like rights, and no rights


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which clock is asked for: a law by its code, and a right, `complaint` or `appeal`.

    `zone` (IANA name) and `calendar` (code) take the place of those of the law.
    """

    law: str
    right: str = str(Right.ACCESS)
    scope: Scope | None = None
    zone: str | None = None
    calendar: str | None = None


def load_clock_rules(question: Question) -> ClockRules:
    """Return the rules of the clock. Raises Permanent for an unknown law, right, zone or calendar, and for a law that
    knows no such thing, naming what is meant.
    """
    record = record_of(question.law)
    zone, calendar = place_of(record, None)
    period, extension = _periods(question, record)
    return ClockRules(
        code=record.code,
        zone=check_zone(question.zone) if question.zone else zone,
        calendar=load_calendar(question.calendar) if question.calendar else calendar,
        period=period,
        acknowledge=_acknowledge(record),
        extension=extension,
        waits=_waits(record),
        is_promise=record.code == HOUSE,
        right=None if question.right in {COMPLAINT, APPEAL} else Right(question.right),
    )


def _periods(question: Question, record: Record) -> tuple[Period, Period | None]:
    if question.right == APPEAL:
        return _appeal(record)
    if question.right == COMPLAINT:
        return _complaint(record), None
    right = one_of(Right, question.right, "right")
    (regime,) = load_regimes([record.code])
    period = regime.period_for(right, question.scope)
    is_general = period == regime.default_period
    return period, _optional(record, "extension") if is_general else None


def _appeal(record: Record) -> tuple[Period, Period | None]:
    if record.appeal is None or record.no_appeal:
        raise Permanent(f"{record.code}: this law knows no appeal to whoever refused")
    extension = _optional(record, "appeal_extension")
    return period_of(record.appeal, record.code, "appeal"), extension


def _complaint(record: Record) -> Period:
    """The date of a complaint: that of its outcome, else that of its acknowledgement, else the general one."""
    tables = record.lanes.get(Lane.COMPLAINT, {})
    for what in ("complete", "acknowledge"):
        if what in tables:
            return period_of(tables[what], record.code, "lanes", str(Lane.COMPLAINT), what)
    return period_of(record.default_period, record.code, "default_period")


def _optional(record: Record, name: str) -> Period | None:
    table: Mapping[str, Any] | None = getattr(record, name)
    return None if table is None else period_of(table, record.code, name)


def _acknowledge(record: Record) -> tuple[Period, ...]:
    """The promise of the house, which is made to everybody, and the law's own."""
    both = (record_of(HOUSE), record) if record.code != HOUSE else (record,)
    return tuple(
        period_of(one.acknowledge, one.code, "acknowledge") for one in both if one.acknowledge
    )


def _waits(record: Record) -> Waits:
    """Return for what the law waits. Raises Permanent for an unknown word, with file and line."""
    with standing_at(record.code, "waits"):
        table = dict(record.waits or {})
        for name in table.keys() - {field.name for field in fields(Waits)}:
            raise Permanent(f"a clock has no {name!r}")
        for name in ("identity", "clarification", "fee"):
            if name in table:
                table[name] = one_of(Effect, table[name], "effect")
        if "clarification_rights" in table:
            rights = [one_of(Right, name, "right") for name in table["clarification_rights"]]
            table["clarification_rights"] = frozenset(rights)
        return Waits(**table)
