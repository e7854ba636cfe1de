"""A legal hold begins or ends: while it lasts nothing of the case is destroyed, whatever its end of retention."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.drafts import Actor
from casework.named_cases import case_named
from privacy.audit import AuditEvent, AuditKind
from privacy.by_hand import is_utf8
from privacy.errors import Permanent
from storage.audit import append
from storage.database import Database, Transaction
from storage.holds import CaseHold, add_hold, end_hold, held_cases
from storage.ids import new_id

LONGEST_REASON = 2_000  # characters


def hold_case(
    database: Database, reference: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """Put the case on hold. Raises Permanent for one that is not there or on hold already."""
    _check(reason)
    with database.transaction() as transaction:
        case_id = case_named(transaction, reference).case_id
        if held_cases(transaction, [case_id]):
            raise Permanent("the case is on hold already")
        hold = CaseHold(
            hold_id=new_id(), case_id=case_id, reason=reason, held_at=now, held_by=actor.address
        )
        add_hold(transaction, hold)
        _record(transaction, case_id, (AuditKind.CASE_HELD, actor), now)


def release_case(
    database: Database, reference: str, reason: str, *, actor: Actor, now: datetime
) -> None:
    """End the hold of the case. Raises Permanent for one that is not there or not on hold."""
    _check(reason)
    with database.transaction() as transaction:
        case_id = case_named(transaction, reference).case_id
        if not end_hold(transaction, case_id, reason=reason, actor=actor.address, at=now):
            raise Permanent("the case is not on hold")
        _record(transaction, case_id, (AuditKind.CASE_HOLD_ENDED, actor), now)


def _check(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Permanent(f"a reason has 1 to {LONGEST_REASON} characters")
    if not is_utf8(reason):
        raise Permanent("the reason is no UTF-8")


def _record(
    transaction: Transaction, case_id: UUID, what: tuple[AuditKind, Actor], now: datetime
) -> None:
    """The reason may name people: it is sealed with the hold, and not in the trail."""
    kind, actor = what
    append(transaction, [AuditEvent(chain=case_id, kind=kind, at=now, actor=str(actor))])
