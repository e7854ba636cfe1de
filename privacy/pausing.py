"""Whether a law lets a clock wait for the person, and in which words it does not."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from privacy.case_events import Ground
from privacy.clocks import ClockRules, Effect, acknowledgement_of
from privacy.deadlines import ELAPSED
from privacy.instants import require_utc

SCOPE = (Ground.CLARIFICATION, Ground.MUCH_DATA)


def why_it_runs_on(
    rules: ClockRules, ground: Ground, *, received_at: datetime, asked_at: datetime
) -> str | None:
    """Return why the clock of a right does not wait under this law for a question that was asked then; None where it does.

    Sources: GDPR Art. 12(6) and EDPB Guidelines 01/2022; UK GDPR Art. 12A; Swiss DPO Art. 19; CCPA regs § 7021(b).
    Raises ValueError for naive time and in a year without holidays.
    """
    require_utc(received_at=received_at, asked_at=asked_at)
    if rules.period.unit in ELAPSED:
        return f"{rules.code} counts hours for it, and hours wait for nobody"
    effect = _effect(rules, ground)
    if effect is Effect.RUNS:
        return f"{rules.code} does not wait for {_words(ground)}"
    if ground in SCOPE and (reason := _no_scope(rules, ground, effect)):
        return reason
    if effect is Effect.SUSPENDS and rules.waits.only_prompt:
        return _asked_late(rules, received_at, asked_at)
    return None


def _effect(rules: ClockRules, ground: Ground) -> Effect:
    waits = rules.waits
    if ground is Ground.IDENTITY:
        return waits.identity
    return waits.fee if ground is Ground.FEE else waits.clarification


def _words(ground: Ground) -> str:
    return "the scope" if ground in SCOPE else f"the {ground}"


def _no_scope(rules: ClockRules, ground: Ground, effect: Effect) -> str | None:
    rights = rules.waits.clarification_rights
    if rights is not None and rules.right not in rights:
        return f"{rules.code} waits for the scope of {', '.join(sorted(rights))} only"
    suspends = effect is Effect.SUSPENDS and rules.waits.only_much_data
    if suspends and ground is not Ground.MUCH_DATA:
        return f"{rules.code} waits for the scope only where very much data is held (much-data)"
    return None


def _asked_late(rules: ClockRules, received_at: datetime, asked_at: datetime) -> str | None:
    zone = ZoneInfo(rules.zone)
    latest = acknowledgement_of(received_at.astimezone(zone).date(), rules)
    if asked_at.astimezone(zone).date() <= latest:
        return None
    return (
        f"{rules.code} waits only for what was asked by {latest.isoformat()}, without undue delay"
    )
