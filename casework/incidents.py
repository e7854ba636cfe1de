"""Ends the hours in which an incident is reported, law by law, with the words of whoever reported it, or need not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.clock_keeping import write_happening
from casework.watched_clocks import reports_owed
from privacy.case_events import CaseEvent, CaseEventKind
from privacy.incidents import ReportOutcome, outcome_told
from storage.case_corrections import CaseNote, add_note
from storage.case_writes import set_date, stop_own_clock
from storage.database import Transaction
from storage.ids import new_id
from storage.reminders import watched_cases
from storage.states import ClockName

ABOUT = "incident"


def end_report(
    transaction: Transaction,
    case_id: UUID,
    law: str,
    words: str,
    *,
    by: tuple[Actor, datetime],
) -> ReportOutcome:
    """Keep what became of the report under this law: its alarms stop, and the case goes on
    to the next date, or with the last law to none.

    The words may name people: they are sealed with the case, and the trail has the outcome alone. Raises Permanent
    where they say neither that it was reported nor why not.
    """
    actor, now = by
    outcome = outcome_told(words, now.date())
    note = CaseNote(
        note_id=new_id(),
        case_id=case_id,
        about=(ABOUT, law, str(outcome)),
        text=words,
        at=now,
        author=actor.address,
    )
    add_note(transaction, note)
    event = CaseEvent(
        kind=CaseEventKind.INCIDENT_REPORTED, at=now, ground=law, author=actor.address
    )
    write_happening(transaction, case_id, [event], [], actor=str(actor), now=now)
    _set_own_clock(transaction, case_id, now)
    return outcome


def _set_own_clock(transaction: Transaction, case_id: UUID, now: datetime) -> None:
    """The date of the case is the earliest report that is still owed; nobody outside was told it."""
    (case,) = watched_cases(transaction, [case_id])
    owed = reports_owed(case)
    if not owed:
        stop_own_clock(transaction, case_id, at=now)
    elif owed[0].regime not in {clock.due.regime for clock in case.clocks if clock.incident}:
        set_date(transaction, case_id, (ClockName.RESPOND, None), owed[0], at=now)
