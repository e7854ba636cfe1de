"""What the region of somebody's workspace says about the laws of a case: kept apart from what governs it until they are proved.

Nobody may learn from a letter whether an address is known to us. So before proof a suggested law tightens the dates by
which our people are reminded, and nothing else; once the person is proved it governs like any other candidate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from casework.clock_keeping import write_happening
from casework.happenings import laws_of as regimes_of
from casework.recounting import changes_that_bind, moved_under
from privacy.case_events import CaseEvent, CaseEventKind, laws_of, suggested_laws
from privacy.cases import Case
from privacy.challenges import StandingState
from privacy.governing import laws_of_regions
from privacy.identity import ANSWERS, EvidenceKind
from regimes.applying import load_law_hints
from storage.case_events import add_events_of_cases, case_events_of
from storage.cases import get_cases
from storage.database import Reading, Transaction
from storage.identity import evidence_of, standings_of
from storage.reminders import set_next_looks, watched_cases

OF_THE_PERSON = frozenset({EvidenceKind.STAFF_DECISION, EvidenceKind.SIGNED_IN})


def suggestions(
    reading: Reading, regions: Mapping[UUID, Sequence[str]], now: datetime
) -> dict[UUID, CaseEvent]:
    """Return which laws the regions of each person's workspaces suggest, for the cases in which that is news.

    That nothing is suggested is told once as well: known or not, a case costs the same.
    """
    happened = case_events_of(reading, list(regions))
    found = {case_id: _suggestion(places, now) for case_id, places in regions.items()}
    return {
        case_id: event
        for case_id, event in found.items()
        if event.laws != _told(happened.get(case_id, ()))
    }


def keep_suggestions(
    transaction: Transaction,
    cases: Sequence[Case],
    found: Mapping[UUID, CaseEvent],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Store what is suggested; in a case whose person was proved it governs at once."""
    add_events_of_cases(transaction, found, now=now)
    set_next_looks(transaction, dict.fromkeys(found, now))
    _bind_proved(transaction, cases, actor=actor, now=now)


def bind_suggested(transaction: Transaction, case_id: UUID, *, actor: str, now: datetime) -> None:
    """Let the suggested laws govern a case whose person was proved: what comes earlier binds, nothing comes later."""
    _bind_proved(transaction, get_cases(transaction, [case_id]), actor=actor, now=now)


def _suggestion(regions: Sequence[str], now: datetime) -> CaseEvent:
    laws, reasons = laws_of_regions(regions, load_law_hints())
    return CaseEvent(
        kind=CaseEventKind.LAWS_SUGGESTED,
        at=now,
        ground=", ".join(reasons) or None,
        laws=laws,
        reasons=reasons,
    )


def _told(happened: Iterable[CaseEvent]) -> tuple[str, ...] | None:
    told = [one.laws for one in happened if one.kind is CaseEventKind.LAWS_SUGGESTED]
    return told[-1] if told else None


def _bind_proved(
    transaction: Transaction, cases: Sequence[Case], *, actor: str, now: datetime
) -> None:
    standings = standings_of(transaction, [case.case_id for case in cases])
    for case in cases:
        standing = standings.get(case.case_id)
        if standing and standing.state is StandingState.PROVED and _proved(transaction, case):
            _bind(transaction, case, actor=actor, now=now)


def _proved(reading: Reading, case: Case) -> bool:
    """Whether it is the writing address, which was looked up, that was proved, and not another mailbox of theirs."""
    writing = reading.ring.lookup_key("address", case.requester or "")
    shown = [one.evidence for one in evidence_of(reading, case.case_id)]
    return any(
        one.kind in OF_THE_PERSON or (one.kind in ANSWERS and one.about == writing) for one in shown
    )


def _bind(transaction: Transaction, case: Case, *, actor: str, now: datetime) -> None:
    (watched,) = watched_cases(transaction, [case.case_id])
    added, reasons = suggested_laws(watched.happened)
    if not added:
        return
    had, why = laws_of(watched.happened)
    laws = (*had, *added)
    event = CaseEvent(
        kind=CaseEventKind.LAWS_CHANGED,
        at=now,
        ground=", ".join(reasons),
        laws=laws,
        reasons=(*why, *reasons),
    )
    regimes = regimes_of(case, laws)
    moved = moved_under(watched, regimes, anew=True)
    write_happening(
        transaction, case.case_id, [event], changes_that_bind(moved), actor=actor, now=now
    )
