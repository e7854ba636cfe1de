"""What is due in changes of address: ask the new one, tell the old one once it is done, move the letters after a week."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from casework.address_answers import ACTOR, change_task, note_step
from casework.case_letters import Addressee, compose, thread_with
from casework.identity_letters import may_mail, write_challenge
from casework.identity_writes import code_key
from casework.profile import DeskProfile
from casework.proving import trail
from privacy.address_change import TO_OBJECT, ChangeState
from privacy.audit import AuditKind
from privacy.cases import Case, CaseState, ItemState
from privacy.messages import OutboundMessage
from privacy.outgoing import OutgoingState
from responders.identity import ADDRESS_CHANGED, draft_address_changed
from storage.address_changes import (
    AddressChange,
    claim_change,
    due_changes,
    move_requester,
    put_change,
    put_off_change,
)
from storage.answer_counts import lock_answers
from storage.cases import get_case
from storage.database import Database, Transaction
from storage.ids import new_id
from storage.outbox import QueuedLetter, enqueue, letters_of_case
from storage.tasks import add_tasks

# The text is that of every challenge; as another kind it moves no clock: ours goes on while the new address is asked.
NEW_ADDRESS_CHALLENGE = "new_address_challenge"
BATCH = 200  # changes in one sweep
TRY_AGAIN = timedelta(days=1)  # when somebody has had a letter by itself today
AFTER_TROUBLE = timedelta(hours=1)
DONE = frozenset(
    {
        ItemState.EXECUTED,
        ItemState.AWAITING_APPROVAL,
        ItemState.APPROVED,
        ItemState.FULFILLED,
        ItemState.PARTLY,
    }
)

log = structlog.get_logger(__name__)


def sweep_addresses(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Do what is due, change by change, so that one that cannot be worked stops no other; returns how many were due."""
    if desk.challenges is None:
        return 0
    with database.reading() as reading:
        due = due_changes(reading, now=now, limit=BATCH)
    for change_id in due:
        try:
            _work_alone(database, change_id, desk, now)
        except Exception as error:  # noqa: BLE001 - the top of the loop: the change is looked at again, the others go on
            log.error("address_not_worked", change=str(change_id), error=type(error).__name__)  # noqa: TRY400
            with database.transaction() as transaction:
                put_off_change(transaction, change_id, until=now + AFTER_TROUBLE)
    return len(due)


@dataclass(frozen=True, kw_only=True)
class _AtWork:
    """A change in which something is due, and all that doing it needs."""

    case: Case
    change: AddressChange
    desk: DeskProfile
    now: datetime


def _work_alone(database: Database, change_id: UUID, desk: DeskProfile, now: datetime) -> None:
    with database.transaction() as transaction:
        lock_answers(transaction)
        change = claim_change(transaction, change_id, now=now)
        if change is None:
            return  # another daemon has it
        case = get_case(transaction, change.case_id)
        after = _after(transaction, _AtWork(case=case, change=change, desk=desk, now=now))
        put_change(transaction, after)


def _after(transaction: Transaction, at_work: _AtWork) -> AddressChange:
    """Do what is due and return where the change stands then."""
    change, case = at_work.change, at_work.case
    if change.state is ChangeState.WANTED and case.state is CaseState.OPEN:
        return _ask(transaction, at_work)
    if change.state is ChangeState.ASKED:
        return _lapse(transaction, at_work)
    if change.state is ChangeState.PROVED and _is_done(at_work):
        return _tell(transaction, at_work)
    if change.state is ChangeState.TOLD:
        return _move(transaction, at_work)
    return replace(change, due_at=None)


def _is_done(at_work: _AtWork) -> bool:
    change = at_work.change
    return any(one.item_id == change.item_id and one.state in DONE for one in at_work.case.items)


def _ask(transaction: Transaction, at_work: _AtWork) -> AddressChange:
    """Ask the new address as everybody is asked; tomorrow, where it had a letter by itself today."""
    change, desk, now = at_work.change, at_work.desk, at_work.now
    terms = desk.challenges
    if terms is None or not may_mail(transaction, desk.limits, change.new, now):
        return replace(change, due_at=now + TRY_AGAIN)
    to = Addressee(about=change.change_id, address=change.new)
    written = write_challenge(at_work.case, to, desk=desk, terms=terms, leaves_at=now)
    if written is None:
        task = change_task(at_work.case, "no-time-to-ask", now)
        add_tasks(transaction, [task])
        return replace(change, state=ChangeState.LAPSED, due_at=None)
    _queue(transaction, at_work, NEW_ADDRESS_CHALLENGE, written.message, now)
    note_step(transaction, change, "asked", now=now, actor=ACTOR)
    return replace(
        change,
        state=ChangeState.ASKED,
        code_key=code_key(written.code, transaction.ring.lookup_key),
        expires_at=written.plan.expires_at,
        expires_on=written.plan.expires_on,
        due_at=written.plan.expires_at,
    )


def _lapse(transaction: Transaction, at_work: _AtWork) -> AddressChange:
    """The new address never answered: nothing is changed, and a person looks."""
    add_tasks(transaction, [change_task(at_work.case, "new-address-silent", at_work.now)])
    note_step(transaction, at_work.change, "lapsed", now=at_work.now, actor=ACTOR)
    return replace(at_work.change, state=ChangeState.LAPSED, due_at=None)


def _tell(transaction: Transaction, at_work: _AtWork) -> AddressChange:
    """Tell the old address, without naming the new one; until the day that the letter names it can object."""
    change, case, desk, now = at_work.change, at_work.case, at_work.desk, at_work.now
    leaves_at = now if may_mail(transaction, desk.limits, change.old, now) else now + TRY_AGAIN
    zone, effective_at = ZoneInfo(case.acknowledge.zone), leaves_at + TO_OBJECT
    letter = draft_address_changed(
        case,
        desk.identity,
        asked_on=change.named_at.astimezone(zone).date(),
        effective_on=effective_at.astimezone(zone).date(),
        book=desk.book,
    )
    thread = thread_with(transaction, case, change.old)
    to = Addressee(about=change.change_id, address=change.old, thread=thread)
    message = compose(case, letter, to, desk=desk, date=leaves_at)
    _queue(transaction, at_work, ADDRESS_CHANGED, message, leaves_at)
    note_step(transaction, change, "told", now=now, actor=ACTOR)
    return replace(change, state=ChangeState.TOLD, effective_at=effective_at, due_at=effective_at)


def _move(transaction: Transaction, at_work: _AtWork) -> AddressChange:
    """Nobody objected: the further letters of the case go to the new address; not before the old one was really told."""
    if not _was_told(transaction, at_work.change):
        return replace(at_work.change, due_at=at_work.now + TRY_AGAIN)
    move_requester(transaction, at_work.change)
    note_step(transaction, at_work.change, "in_effect", now=at_work.now, actor=ACTOR)
    return replace(at_work.change, state=ChangeState.IN_EFFECT, due_at=None)


def _was_told(transaction: Transaction, change: AddressChange) -> bool:
    return any(
        one.kind == ADDRESS_CHANGED
        and one.message.recipient == change.old
        and one.state is OutgoingState.SENT
        for one in letters_of_case(transaction, change.case_id)
    )


def _queue(
    transaction: Transaction,
    at_work: _AtWork,
    kind: str,
    message: OutboundMessage,
    leaves_at: datetime,
) -> None:
    letter = QueuedLetter(
        letter_id=new_id(),
        case_id=at_work.case.case_id,
        inbound_id=None,
        kind=kind,
        dedupe_key=f"{kind}|{at_work.change.change_id}",
        message=message,
        queued_at=at_work.now,
        due_at=leaves_at,
        automatic=True,
        text_key=None,
    )
    enqueue(transaction, [letter])
    payload = {"kind": kind}
    trail(transaction, at_work.case.case_id, AuditKind.LETTER_QUEUED, ACTOR, payload, at_work.now)
