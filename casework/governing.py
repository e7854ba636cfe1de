"""Under which laws a case runs: chosen when its mail is worked, widened by what later mails say, corrected by staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from casework.batch_view import MessageAtWork
from casework.clock_keeping import write_happening
from casework.drafts import Actor
from casework.named_cases import case_named
from casework.profile import DeskProfile
from casework.recounting import Moved, changes_that_bind, moved_under, told
from privacy.case_events import CaseEvent, CaseEventKind
from privacy.cases import Case
from privacy.deadlines import Regime
from privacy.governing import BY_STAFF, Clues, governing
from privacy.rights import Lane
from regimes.applying import load_law_hints
from storage.database import Database, Transaction
from storage.reminders import watched_cases


@dataclass(frozen=True, kw_only=True)
class Applied:
    """The laws of a case with their codes and reasons; `said` are the codes that the person's own words brought in."""

    regimes: tuple[Regime, ...]
    codes: tuple[str, ...]
    reasons: tuple[str, ...]
    said: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LawChange:
    """A case that runs under other laws from now on."""

    case_id: UUID
    applied: Applied


def laws_for(message: MessageAtWork, desk: DeskProfile) -> Applied:
    """Return the laws that may govern what this message asks for. Raises Permanent where the data is not well formed."""
    reading = message.reading
    parsed = reading.message
    clues = Clues(
        text=f"{parsed.subject}\n{parsed.new_text}",
        language=reading.language,
        domain=(parsed.sender.address or "").rpartition("@")[2],
        region=desk.region,
        cited=reading.classification.laws,
    )
    found = governing(clues, load_law_hints(), [law.code for law in desk.regimes])
    incident: tuple[str, ...] = ()
    if reading.classification.lane is Lane.SECURITY_INCIDENT:
        incident = desk.incident_laws
    reasons = (*found.reasons, *(f"incident:{law}" for law in incident))
    return _applied((*found.laws, *incident), reasons, (*found.said, *incident), desk)


def laws_with(before: Case, message: MessageAtWork, desk: DeskProfile) -> Applied:
    """Return the laws of a case that this message continues: those it had, and any other that the person speaks of."""
    had = before.laws or tuple(law.code for law in desk.regimes)
    found = laws_for(message, desk)
    said = tuple(code for code in dict.fromkeys(found.said) if code not in had)
    if not said:
        return Applied(
            regimes=desk.laws_named(before.laws), codes=before.laws, reasons=before.law_reasons
        )
    reasons = tuple(dict.fromkeys((*before.law_reasons, *found.reasons)))
    return _applied((*had, *said), reasons, said, desk)


def _applied(
    codes: Sequence[str], reasons: tuple[str, ...], said: tuple[str, ...], desk: DeskProfile
) -> Applied:
    """Somebody always says when mail is acknowledged: where none of the laws does, the operator's candidates do."""
    regimes = desk.laws_named(tuple(dict.fromkeys(codes)))
    if not any(one.acknowledge for one in regimes):
        regimes += tuple(one for one in desk.regimes if one.acknowledge)
    return Applied(
        regimes=regimes, codes=tuple(one.code for one in regimes), reasons=reasons, said=said
    )


def change_laws(
    transaction: Transaction, change: LawChange, *, actor: str, author: str | None, now: datetime
) -> list[Moved]:
    """Let the case run under these laws: what comes earlier binds at once, what would come later is told only."""
    (case,) = watched_cases(transaction, [change.case_id])
    event = CaseEvent(
        kind=CaseEventKind.LAWS_CHANGED,
        at=now,
        author=author,
        laws=change.applied.codes,
        reasons=change.applied.reasons,
    )
    after = replace(case, happened=(*case.happened, event))
    moved = moved_under(after, change.applied.regimes, anew=True)
    write_happening(
        transaction, case.case_id, [event], changes_that_bind(moved), actor=actor, now=now
    )
    return [told(case, clock, due) for clock, due in moved]


def correct_laws(
    database: Database,
    desk: DeskProfile,
    reference: str,
    codes: Sequence[str],
    *,
    by: tuple[Actor, datetime],
) -> list[Moved]:
    """Let a member of staff say which laws govern a case; the promise of the house stays. Returns what moved.

    Raises Permanent for a case or law that is not there.
    """
    actor, now = by
    always = [law.code for law in desk.regimes if law.code in load_law_hints().always]
    with database.transaction() as transaction:
        case = case_named(transaction, reference)
        applied = _applied((*always, *codes), (BY_STAFF,), (), desk)
        return change_laws(
            transaction,
            LawChange(case_id=case.case_id, applied=applied),
            actor=str(actor),
            author=actor.address,
            now=now,
        )
