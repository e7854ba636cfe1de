"""The clock of one request under one law: a pure fold over what happened, with a trace that people can read.

Days are local dates in the zone of the law. `privacy.deadlines` counts plain periods; here they wait for the person,
begin anew or are extended, as far as the law of the case knows such a thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from privacy.deadlines import (
    ELAPSED,
    BusinessCalendar,
    Period,
    PeriodUnit,
    after_elapsed,
    end_of_day,
    end_of_period,
    last_working_day,
    roll,
)
from privacy.rights import Right

DAY = timedelta(days=1)
AHEAD_OF_THE_LAST_DAY = timedelta(days=2)  # the work target lies before the last day
LAST_TARGET_OF_A_MONTH = timedelta(days=28)  # ICO: a month is planned as 28 days
RESTART, PAUSE, SUSPEND = "UK-RESTART", "UK-PAUSE", "EU-SUSPEND"  # names of the rules
SILENCE_CLOSES_AFTER = timedelta(days=30)  # where no period runs: the house closes the case then


class EventKind(StrEnum):
    """What can happen to a clock; the words of `rightsdesk clock`."""

    IDENTITY_ASKED = "identity_asked"
    IDENTITY_PROVED = "identity_proved"
    CLARIFICATION_ASKED = "clarification_asked"
    CLARIFIED = "clarified"
    EXTENSION_NOTIFIED = "extension_notified"
    FEE_ASKED = "fee_asked"
    FEE_PAID = "fee_paid"


@dataclass(frozen=True, kw_only=True)
class ClockEvent:
    """Something that happened on a local day of the case."""

    kind: EventKind
    on: date


class Effect(StrEnum):
    """What waiting for the person does to a period."""

    RUNS = "runs"  # nothing: the period goes on
    SUSPENDS = "suspends"  # the days from asking to the answer are added
    PAUSES = "pauses"  # the days from asking to the answer, both included, do not count
    RESTARTS = "restarts"  # the period begins with the answer
    DELAYS = "delays"  # the period begins when the days to think are over


@dataclass(frozen=True, kw_only=True)
class Waits:
    """For which answers of the person a law lets its period wait, and under which conditions.

    `only_prompt`: asked before the house's acknowledgement is due. `clarification_rights`: None means every right.
    `thinking_days`: how long the person may think about a fee before the period begins.
    """

    identity: Effect = Effect.RUNS
    clarification: Effect = Effect.RUNS
    fee: Effect = Effect.RUNS
    only_prompt: bool = False
    only_much_data: bool = False
    clarification_rights: frozenset[Right] | None = None
    thinking_days: int = 0


@dataclass(frozen=True, kw_only=True)
class ClockRules:
    """The periods of one law for one request: how long, how much longer at most, and what it waits for.

    `extension` counts from the original start, in all. `acknowledge` are the periods of which the earliest binds:
    that of the house, and the law's own. `is_promise`: it is the promise of the house, and no law.
    """

    code: str
    zone: str
    calendar: BusinessCalendar
    period: Period
    acknowledge: tuple[Period, ...]
    extension: Period | None = None
    waits: Waits = field(default_factory=Waits)
    right: Right | None = None
    is_promise: bool = False

    @property
    def is_planned_by_months(self) -> bool:
        """Whether the work is planned for day 28 (GDPR and UK months)."""
        return self.period.unit is PeriodUnit.MONTHS and self.period.rolls


@dataclass(frozen=True, kw_only=True)
class ClockState:
    """Where a clock stands: the last day, or the day on which silence closes the case where no period runs."""

    due: date | None
    expires_at: datetime | None
    target: date | None
    acknowledge_by: date
    rule: str
    trace: tuple[str, ...]
    extension_latest: date | None = None
    closing_by: date | None = None


@dataclass(frozen=True, kw_only=True)
class Wait:
    """One question to the person: asked on a day, answered on another or not yet."""

    asked: date
    answered: date | None


@dataclass(kw_only=True)
class _Count:
    """The clock while it is counted."""

    start: date
    added: int = 0
    paused: bool = False
    names: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


def run_clock(
    received: date, rules: ClockRules, events: Iterable[ClockEvent], *, much_data: bool = False
) -> ClockState:
    """Return where the clock stands after these events; the day of receipt is day zero.

    Sources: GDPR Art. 12(3), 12(6); EDPB Guidelines 01/2022; UK GDPR Art. 12A; Reg. 1182/71 Art. 3; Swiss DPO Art. 19.
    Raises ValueError where the calendar has no such year, and for a period in hours, which waits for nobody.
    """
    if rules.period.unit in ELAPSED:
        raise ValueError("a period in hours has no days to wait on")
    events = sorted(events, key=lambda event: event.on)
    acknowledge_by = acknowledgement_of(received, rules)
    count = _Count(start=received)
    count.steps.append(f"{rules.code}: received on {received.isoformat()} ({rules.zone})")
    silent_since = _wait_for_everything(count, rules, events, acknowledge_by, much_data=much_data)
    if silent_since is not None:
        return _closing(count, silent_since, acknowledge_by)
    return _finished(count, rules, events, acknowledge_by)


def elapsed_clock(received_at: datetime, received: date, rules: ClockRules) -> ClockState:
    """Return where a clock of hours stands: it waits for nobody and has no extension (Reg. 1182/71 Art. 3(1))."""
    on, expires_at, steps = after_elapsed(received_at, rules.zone, rules.period)
    arrived = f"{rules.code}: received at {received_at.isoformat(timespec='minutes')}"
    return ClockState(
        due=on,
        expires_at=expires_at,
        target=on,
        acknowledge_by=acknowledgement_of(received, rules),
        rule=rules.period.rule,
        trace=(arrived, *steps),
    )


def acknowledgement_of(received: date, rules: ClockRules) -> date:
    """Return the last day on which a request of this day is acknowledged in time."""
    return min(end_of_period(received, one, rules.calendar) for one in rules.acknowledge)


def _wait_for_everything(
    count: _Count,
    rules: ClockRules,
    events: Sequence[ClockEvent],
    acknowledge_by: date,
    *,
    much_data: bool,
) -> date | None:
    """Apply what the law waits for; returns the day of the question since which no period runs, None when one runs."""
    _run_on(count, rules, events)
    identity = waits_of(events, EventKind.IDENTITY_ASKED, EventKind.IDENTITY_PROVED)
    fee = waits_of(events, EventKind.FEE_ASKED, EventKind.FEE_PAID)
    scope = waits_of(events, EventKind.CLARIFICATION_ASKED, EventKind.CLARIFIED)
    silent = [
        _begin_anew(count, rules.waits.identity, identity, "identity proved"),
        _begin_anew(count, rules.waits.fee, fee, "fee paid"),
    ]
    _think_about_the_fee(count, rules, fee)
    _suspend(count, rules, identity, scope, acknowledge_by, much_data=much_data)
    silent.append(_pause(count, rules, scope))
    return min((day for day in silent if day is not None), default=None)


def _run_on(count: _Count, rules: ClockRules, events: Sequence[ClockEvent]) -> None:
    """Note the questions for whose answers this law does not wait."""
    effects = {
        EventKind.IDENTITY_ASKED: rules.waits.identity,
        EventKind.IDENTITY_PROVED: rules.waits.identity,
        EventKind.CLARIFICATION_ASKED: rules.waits.clarification,
        EventKind.CLARIFIED: rules.waits.clarification,
        EventKind.FEE_ASKED: rules.waits.fee,
        EventKind.FEE_PAID: rules.waits.fee,
    }
    if any(effects.get(event.kind) is Effect.RUNS for event in events):
        count.refused.append(f"{rules.period.rule}, no pause")
        count.steps.append("this law does not wait for the answer of the person")


def waits_of(
    events: Sequence[ClockEvent], asked: EventKind, answered: EventKind
) -> tuple[Wait, ...]:
    """Return the questions of one kind with their answers; an answer ends all questions before it."""
    found: list[Wait] = []
    open_since: date | None = None
    for event in events:
        if event.kind is asked and open_since is None:
            open_since = event.on
        elif event.kind is answered:
            found.append(Wait(asked=open_since or event.on, answered=event.on))
            open_since = None
    if open_since is not None:
        found.append(Wait(asked=open_since, answered=None))
    return tuple(found)


def _begin_anew(count: _Count, effect: Effect, waits: Sequence[Wait], what: str) -> date | None:
    """The period begins with the answer (UK GDPR Art. 12A); returns the day of a question that has none."""
    if effect is not Effect.RESTARTS or not waits:
        return None
    if RESTART not in count.names:
        count.names.append(RESTART)
    for wait in waits:
        if wait.answered is None:
            count.steps.append(f"no period runs: asked on {wait.asked.isoformat()}, no answer")
            return wait.asked
        if wait.answered > count.start:
            count.start = wait.answered
            count.steps.append(f"the period begins on {wait.answered.isoformat()}: {what}")
    return None


def _think_about_the_fee(count: _Count, rules: ClockRules, fee: Sequence[Wait]) -> None:
    """The period begins when the days to think about the cost are over (Swiss DPO Art. 19(3))."""
    if rules.waits.fee is not Effect.DELAYS or not fee:
        return
    days = rules.waits.thinking_days
    count.start = fee[-1].asked + days * DAY
    count.names.append(f"DAYS({days})")
    count.steps.append(
        f"the cost was told on {fee[-1].asked.isoformat()}: "
        f"the period begins on {count.start.isoformat()}, {days} days later"
    )


def _suspend(
    count: _Count,
    rules: ClockRules,
    identity: Sequence[Wait],
    scope: Sequence[Wait],
    acknowledge_by: date,
    *,
    much_data: bool,
) -> None:
    """Add the days from asking to the answer; days on which two questions were open count once."""
    days: set[date] = set()
    for effect, waits, allowed in (
        (rules.waits.identity, identity, True),
        (rules.waits.clarification, scope, much_data or not rules.waits.only_much_data),
    ):
        if effect is not Effect.SUSPENDS:
            continue
        for wait in waits:
            reason = _no_suspension(wait, rules, acknowledge_by, allowed=allowed)
            if reason is None and wait.answered is not None:
                days |= set(_days(wait.asked + DAY, wait.answered))
            elif reason is not None:
                count.refused.append(f"{_name_of_waiting(rules)} (refused)")
                count.steps.append(f"not suspended: {reason}")
            else:
                count.steps.append(
                    f"asked on {wait.asked.isoformat()}, no answer: the date is not suspended"
                )
    if days:
        count.added += len(days)
        count.names.append(_name_of_waiting(rules))
        count.steps.append(f"suspended for {len(days)} days, from asking to the answer")


def _name_of_waiting(rules: ClockRules) -> str:
    return SUSPEND if rules.is_planned_by_months else rules.period.rule


def _no_suspension(
    wait: Wait, rules: ClockRules, acknowledge_by: date, *, allowed: bool
) -> str | None:
    if not allowed:
        return "asked for the scope where there is not much data"
    if rules.waits.only_prompt and wait.asked > acknowledge_by:
        return f"asked on {wait.asked.isoformat()}, after {acknowledge_by.isoformat()}: not without undue delay"
    return None


def _pause(count: _Count, rules: ClockRules, scope: Sequence[Wait]) -> date | None:
    """Leave out the days from asking to the answer, both included, that lie inside the running period."""
    if rules.waits.clarification is not Effect.PAUSES or not scope:
        return None
    rights = rules.waits.clarification_rights
    if rights is not None and rules.right not in rights:
        count.refused.append(f"{PAUSE} (refused)")
        count.steps.append("not paused: only an access request waits for its scope")
        return None
    count.names.append(PAUSE)
    open_since = next((wait.asked for wait in scope if wait.answered is None), None)
    if open_since is not None:
        count.steps.append(f"no period runs: asked on {open_since.isoformat()}, no answer")
        return open_since
    asked = {day for wait in scope for day in _days(wait.asked, wait.answered or wait.asked)}
    end = end_of_period(count.start, rules.period, rules.calendar)
    for day in sorted(asked):
        if count.start <= day <= end:
            end += DAY
            count.added += 1
    count.paused = count.added > 0
    count.steps.append(f"paused: {count.added} days from asking to the answer do not count")
    return None


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += DAY


def _closing(count: _Count, silent_since: date, acknowledge_by: date) -> ClockState:
    """Return a clock that does not run: after 30 days of silence the closing letter goes (house rule)."""
    closing_by = silent_since + SILENCE_CLOSES_AFTER
    count.steps.append(f"the closing letter goes by {closing_by.isoformat()}")
    return ClockState(
        due=None,
        expires_at=None,
        target=None,
        acknowledge_by=acknowledge_by,
        rule=" + ".join(count.names),
        trace=tuple(count.steps),
        closing_by=closing_by,
    )


def _finished(
    count: _Count, rules: ClockRules, events: Sequence[ClockEvent], acknowledge_by: date
) -> ClockState:
    unextended = _last_day(count, rules, rules.period)
    told = [event.on for event in events if event.kind is EventKind.EXTENSION_NOTIFIED]
    extended = _extended(count, rules, told, unextended)
    period = rules.extension if extended and rules.extension else rules.period
    due = _last_day(count, rules, period)
    _tell(count, rules, period, due)
    return ClockState(
        due=due,
        expires_at=end_of_day(due, rules.zone),
        target=_target(count, rules, due, is_extended=extended),
        acknowledge_by=acknowledge_by,
        rule=_rule_name(count, rules, period),
        trace=tuple(count.steps),
        extension_latest=unextended if rules.extension else None,
    )


def _last_day(count: _Count, rules: ClockRules, period: Period) -> date:
    unrolled = end_of_period(count.start, period, rules.calendar) + count.added * DAY
    return roll(unrolled, rules.calendar) if period.rolls else unrolled


def _extended(count: _Count, rules: ClockRules, told: Sequence[date], unextended: date) -> bool:
    """Whether an extension was told in time; a late one extends nothing (GDPR Art. 12(3))."""
    if not told:
        return False
    if rules.extension is None:
        count.steps.append("not extended: this law names no longer period")
        return False
    if min(told) <= unextended:
        count.steps.append(
            f"extended: told on {min(told).isoformat()}, by {unextended.isoformat()}"
        )
        return True
    count.refused.append(f"{rules.extension.rule} (refused)")
    count.steps.append(
        f"not extended: told on {min(told).isoformat()}, after {unextended.isoformat()}"
    )
    return False


def _tell(count: _Count, rules: ClockRules, period: Period, due: date) -> None:
    plain = end_of_period(count.start, period, rules.calendar)
    count.steps.append(
        f"{period.rule}: {_said(period)} from {count.start.isoformat()}, until {plain.isoformat()}"
    )
    if due != plain + count.added * DAY:
        count.steps.append(
            f"rolled to {due.isoformat()}, the next working day ({rules.calendar.code})"
        )
    elif count.added:
        count.steps.append(f"with {count.added} days more: {due.isoformat()}")


def _said(period: Period) -> str:
    unit = str(period.unit).replace("_", " ")
    return f"{period.amount} {unit.removesuffix('s') if period.amount == 1 else unit}"


def _rule_name(count: _Count, rules: ClockRules, period: Period) -> str:
    """Name the rules that made the date: what waited, then what extended, else the plain period."""
    names = list(count.names)
    if period is rules.extension or rules.waits.fee is Effect.DELAYS or not names:
        names.append(period.rule)
    joined = "+" if rules.waits.fee is Effect.DELAYS else " + "
    if count.refused and period is rules.period and not count.names:
        return count.refused[-1]
    return joined.join(dict.fromkeys(names))


def _target(count: _Count, rules: ClockRules, due: date, *, is_extended: bool) -> date:
    """Return the work target: the last working day not after two days before the last day (house rule)."""
    latest = due - AHEAD_OF_THE_LAST_DAY - (DAY if count.paused else timedelta())
    if rules.is_planned_by_months and not is_extended:
        latest = min(latest, count.start + LAST_TARGET_OF_A_MONTH + count.added * DAY)
    return last_working_day(latest, rules.calendar)


def earliest_to_take_effect(last_accepted: date, *, full_days: int = 30) -> date:
    """Return the first day on which a policy may take effect: so many full days lie between (NOTICE30)."""
    return last_accepted + (full_days + 1) * DAY


def last_day_to_send(effective: date, *, full_days: int = 30) -> date:
    """Return the last day on which the last Owner's notice may be accepted (NOTICE30 backwards)."""
    return effective - (full_days + 1) * DAY
