"""Notices of which nobody knows what became: their worker died, or their provider said nothing more."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, select, update

from privacy.notices import AttemptOutcome, OwnerState
from privacy.outgoing import RECONCILE_FOR
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER
from storage.transactions import Transaction

NO_WORD = "no-word-of-delivery"
_OWNER, _ATTEMPT = NOTICE_OWNER.c, NOTICE_ATTEMPT.c


def in_doubt(at: datetime, silent_for: timedelta | None) -> tuple[OwnerState, datetime]:
    """What may have left is repeated after a while, or its provider's word is waited for."""
    if silent_for is None:
        return OwnerState.UNCERTAIN, at + RECONCILE_FOR
    return OwnerState.HANDED_OVER, at + silent_for


def end_leases(
    transaction: Transaction, notice_id: UUID, now: datetime, silent_for: timedelta | None
) -> None:
    """Nobody knows what became of notices whose worker let its lease end: they wait until a trace can have come."""
    ended = and_(
        _OWNER.notice_id == notice_id, _OWNER.state == OwnerState.LEASED, _OWNER.due_at <= now
    )
    question = select(_OWNER.person_id).where(ended).limit(1)
    if transaction.fetch(question).one_or_none() is None:
        return
    open_attempts = update(NOTICE_ATTEMPT).where(
        _ATTEMPT.notice_id == notice_id,
        _ATTEMPT.outcome == AttemptOutcome.REGISTERED,
        _ATTEMPT.person_id.in_(select(_OWNER.person_id).where(ended)),
    )
    transaction.change(open_attempts.values(outcome=AttemptOutcome.UNKNOWN))
    state, due_at = in_doubt(now, silent_for)
    values = {"state": state, "due_at": due_at, "lease_token": None}
    transaction.change(update(NOTICE_OWNER).where(ended).values(**values))


def give_up_silent(transaction: Transaction, notice_id: UUID, now: datetime) -> None:
    """No word came of notices that a provider has, or may have: nothing is repeated, a person sees to their Owners."""
    silent = and_(
        _OWNER.notice_id == notice_id, _OWNER.state == OwnerState.HANDED_OVER, _OWNER.due_at <= now
    )
    who = select(_OWNER.person_id).where(silent)
    if transaction.fetch(who.limit(1)).one_or_none() is None:
        return
    attempts = update(NOTICE_ATTEMPT).where(
        _ATTEMPT.notice_id == notice_id,
        _ATTEMPT.outcome.in_([AttemptOutcome.ACCEPTED, AttemptOutcome.UNKNOWN]),
        _ATTEMPT.person_id.in_(who),
    )
    transaction.change(attempts.values(outcome=AttemptOutcome.SILENT))
    values = {"state": OwnerState.UNREACHED, "due_at": None, "reason": NO_WORD}
    transaction.change(update(NOTICE_OWNER).where(silent).values(**values))
