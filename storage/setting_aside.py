"""Messages that leave the ordinary way: set aside, worked again, or read by a person, always by conditional update."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Update, and_, update

from privacy.deciding import Outcome
from storage.failures import LeaseLost, NotFound
from storage.states import MessageState
from storage.tables import INBOUND
from storage.transactions import Transaction, Values


def quarantine_message(
    transaction: Transaction,
    inbound_id: UUID,
    *,
    lease_token: UUID | None,
    reason: str,
    case_id: UUID | None,
    at: datetime,
) -> None:
    """Set a message aside that could not be worked.

    Without a lease it is one that was set aside before and gets its case only now. Raises LeaseLost when somebody
    else has it, or has finished it, by now.
    """
    inbound = INBOUND.c
    ours = (
        and_(inbound.state == MessageState.QUARANTINED, inbound.case_id.is_(None))
        if lease_token is None
        else inbound.lease_token == lease_token
    )
    values: Values = {
        "state": MessageState.QUARANTINED,
        "outcome": Outcome.QUARANTINED,
        "reason": reason,
        "due_at": None,
        "lease_token": None,
        "finished_at": at,
    }
    if case_id is not None:
        values["case_id"] = case_id
    aside = update(INBOUND).where(inbound.inbound_id == inbound_id, ours)
    if transaction.change(aside.values(values)) != 1:
        raise LeaseLost("the lease ended before the message could be set aside")


def requeue_message(
    transaction: Transaction, inbound_id: UUID, *, now: datetime, release: bool = False
) -> None:
    """Have a worked message worked again, its attempts counted anew; `release` says that a person wants a case.

    Raises NotFound for a message that is not worked yet.
    """
    again = (
        update(INBOUND)
        .where(
            INBOUND.c.inbound_id == inbound_id,
            INBOUND.c.state.not_in([MessageState.RECEIVED, MessageState.LEASED]),
        )
        .values(
            state=MessageState.RECEIVED,
            due_at=now,
            attempts=0,
            released=release,
            outcome=None,
            message_key=None,
            original_id=None,
            hold_due_on=None,
            finished_at=None,
        )
    )
    _must_change(transaction, again)


def dismiss_message(
    transaction: Transaction,
    inbound_id: UUID,
    *,
    reason: str,
    at: datetime,
    state: MessageState = MessageState.DONE,
) -> None:
    """Record that a person read a message in this state and took it up; it leaves the lists. Raises NotFound."""
    aside = (
        update(INBOUND)
        .where(INBOUND.c.inbound_id == inbound_id, INBOUND.c.state == state)
        .values(state=MessageState.DISMISSED, reason=reason, finished_at=at)
    )
    _must_change(transaction, aside)


def _must_change(transaction: Transaction, statement: Update) -> None:
    if transaction.change(statement) != 1:
        raise NotFound("no message with this id is in the right state")
