"""Gives a case to one of our people, who hears of its clocks from then on."""

from __future__ import annotations

from datetime import datetime

from casework.clock_keeping import write_happening
from casework.drafts import Actor
from casework.named_cases import case_named
from privacy.case_events import CaseEvent, CaseEventKind
from storage.database import Database


def assign(
    database: Database, reference: str, owner: str | None, *, actor: Actor, now: datetime
) -> None:
    """Write down who has the case from now on, None for nobody. Raises Permanent for a case that is not there."""
    with database.transaction() as transaction:
        case = case_named(transaction, reference)
        given = CaseEvent(kind=CaseEventKind.ASSIGNED, at=now, ground=owner, author=actor.address)
        write_happening(transaction, case.case_id, [given], [], actor=str(actor), now=now)
