"""Passes requests on to the customers who decide: one letter to each person of each customer, and asked again until they say.

The sweep touches only cases that are due. Nobody has to prove anything for it (EDPB Guidelines 07/2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog

from casework.actors import Actor
from casework.closing import LEAVING
from casework.forward_letters import (
    LIMITS_COUNT,
    ForwardAtWork,
    house_day,
    write_to_customer,
)
from casework.named_cases import open_case_named
from casework.profile import DeskProfile
from casework.referring import refer_if_due
from casework.task_kinds import CUSTOMER_SILENT, FORWARD_BY_HAND, FORWARD_REQUEST
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, CaseState, RequestItem
from privacy.deadlines import add_business_days, end_of_day
from privacy.errors import Permanent
from privacy.forwarding import CUSTOMERS, ForwardState, is_customers
from privacy.screening import Kind
from storage.audit import append
from storage.cases import get_case
from storage.database import Database, Reading, Transaction
from storage.directory import lead_workspace_ids
from storage.directory_writes import known_workspaces
from storage.drafts import drafts_of_case
from storage.findings import findings_of
from storage.forwards import (
    Forward,
    add_forwards,
    cases_forwarded_for,
    claim_case,
    due_cases,
    forwards_of,
    letters_of_forwards,
    look_again,
    put_forward,
    wake_forwarding,
)
from storage.ids import new_id
from storage.item_answers import letter_states
from storage.messages import get_message, messages_of_case
from storage.states import DraftState
from storage.tasks import Task, add_tasks

ACTOR = "forwarding"
BATCH = 200  # cases in one sweep
AFTER_TROUBLE = timedelta(hours=1)
NEXT_LOOK = timedelta(hours=1)  # when more customers wait than one look writes to
TRY_AGAIN = timedelta(days=1)  # when a limit stood against it
NOT_WRITTEN_BY_A_PERSON, PERSON_LIMIT = "not-written-by-a-person", "person-limit"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _AtWork:
    """A case whose customers are looked at."""

    case: Case
    desk: DeskProfile
    now: datetime

    @property
    def today(self) -> date:
        return house_day(self.desk, self.now)

    def ahead(self, days: int, start: date | None = None) -> date:
        """The day so many business days of the house after `start`, or after today."""
        return add_business_days(start or self.today, days, self.desk.regimes[0].calendar)


def sweep_forwards(database: Database, desk: DeskProfile, now: datetime) -> int:
    """Do what is due, case by case, so that one that cannot be worked stops no other; returns how many were due."""
    with database.reading() as reading:
        due = due_cases(reading, now=now, limit=BATCH)
    for case_id in due:
        try:
            _work_alone(database, case_id, desk, now)
        except Exception as error:  # noqa: BLE001 - the top of the loop: the case is looked at again, the others go on
            log.error("forward_not_worked", case=str(case_id), error=type(error).__name__)  # noqa: TRY400
            with database.transaction() as transaction:
                look_again(transaction, case_id, at=now + AFTER_TROUBLE)
    return len(due)


def forward_case(
    database: Database,
    desk: DeskProfile,
    reference: str,
    workspace: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> list[Forward]:
    """Pass the open rights of a case on to one workspace, or to all of the directory, and return what waits for approval.

    Staff say so: no machine's mail and no limit stands against it, and a letter that was rejected is written anew.
    Raises Permanent for a workspace that nobody knows, and where no letter could be written, with the reason.
    """
    with database.transaction() as transaction:
        case = open_case_named(transaction, reference)
        at_work = _AtWork(case=case, desk=desk, now=now)
        wake_forwarding(transaction, [case.case_id], at=now)
        ids = _named(transaction, case, workspace)
        _make(transaction, at_work, ids, [one for one in case.items if one.is_open], str(actor))
        owed = [
            one
            for one in forwards_of(transaction, [case.case_id]).get(case.case_id, [])
            if one.workspace_id in ids
            and one.state is ForwardState.OWED
            and _writing(at_work, one, at_work.today).items
        ]
        for forward in owed:
            reason = _hand_over(transaction, at_work, forward)
            if reason is not None:
                raise Permanent(f"no letter can be written to customer {forward.number}: {reason}")
    return owed


def _work_alone(database: Database, case_id: UUID, desk: DeskProfile, now: datetime) -> None:
    with database.transaction() as transaction:
        case = get_case(transaction, case_id)
        if not claim_case(transaction, case_id, now=now):
            return  # another daemon has it
        if case.state is not CaseState.OPEN:
            look_again(transaction, case_id, at=None)
            return
        at_work = _AtWork(case=case, desk=desk, now=now)
        again = [_forward_what_is_new(transaction, at_work)]
        again += _look_at_all(transaction, at_work)
        refer_if_due(transaction, case, desk, now)
        look_again(transaction, case_id, at=min((at for at in again if at), default=None))


def _look_at_all(transaction: Transaction, at_work: _AtWork) -> list[datetime | None]:
    """Write what is due to each customer, to so many for the first time at once: the others wait, in their order.

    Who cannot be written to takes nobody's place.
    """
    case_id = at_work.case.case_id
    forwards = forwards_of(transaction, [case_id]).get(case_id, [])
    written = letters_of_forwards(transaction, [one.forward_id for one in forwards])
    again: list[datetime | None] = []
    first = waiting = 0
    for forward in forwards:
        is_owed = forward.state is ForwardState.OWED and forward.forward_id not in written
        is_first = is_owed and bool(_writing(at_work, forward, at_work.today).items)
        if is_first and first >= at_work.desk.forwarding.customers_per_look:
            waiting += 1
            continue
        at = _look_at(transaction, at_work, forward)
        again.append(at)
        first += is_first and at is None
    if waiting:
        log.info("customers_wait_for_the_next_look", case=str(case_id), customers=waiting)
        again.append(at_work.now + NEXT_LOOK)
    return again


def _forward_what_is_new(transaction: Transaction, at_work: _AtWork) -> datetime | None:
    """Make a forward of what no customer has heard of; returns when to try again, where a limit stands against it."""
    case = at_work.case
    found = findings_of(transaction, [case.case_id]).get(case.case_id)
    if found is None or case.requester is None or found.finding.role not in CUSTOMERS:
        return None
    items = [one for one in case.items if one.is_open and is_customers(found.finding.role, one)]
    by_people = _written_by_people(transaction, case)
    wanted = [one for one in items if one.inbound_id in by_people]
    ids = lead_workspace_ids(transaction, case.requester)
    if len(wanted) < len(items):
        _by_hand(transaction, at_work, NOT_WRITTEN_BY_A_PERSON)
    if wanted and ids and _is_over_limit(transaction, at_work):
        _by_hand(transaction, at_work, PERSON_LIMIT)
        return at_work.now + TRY_AGAIN
    _make(transaction, at_work, ids, wanted, ACTOR)
    return None


def _written_by_people(reading: Reading, case: Case) -> set[UUID]:
    """A machine must not make us write to customers; what staff took down is a person's."""
    rows = messages_of_case(reading, case.case_id)
    here = {row.inbound_id for row in rows}
    elsewhere = {one.inbound_id for one in case.items} - here  # of a right that was split off
    rows += [get_message(reading, inbound_id) for inbound_id in elsewhere]
    return {row.inbound_id for row in rows if row.kind in {Kind.PERSON, None}}


def _is_over_limit(reading: Reading, at_work: _AtWork) -> bool:
    since = at_work.now - LIMITS_COUNT
    cases = cases_forwarded_for(reading, _person_key(reading, at_work.case), since=since)
    others = cases - {at_work.case.case_id}
    return len(others) >= at_work.desk.forwarding.per_person_per_day


def _person_key(reading: Reading, case: Case) -> bytes:
    return reading.ring.lookup_key("address", case.requester or "")


def _named(reading: Reading, case: Case, workspace: str | None) -> list[UUID]:
    if workspace is None:
        ids = lead_workspace_ids(reading, case.requester or "")
        if not ids:
            raise Permanent(
                "the directory lists this person for no customer: --workspace names one"
            )
        return ids
    known = known_workspaces(reading, [workspace])
    if workspace not in known:
        raise Permanent("the directory knows no such workspace")
    return [known[workspace]]


def _make(
    transaction: Transaction,
    at_work: _AtWork,
    ids: Sequence[UUID],
    items: Sequence[RequestItem],
    by: str,
) -> None:
    """Store a forward to each workspace of those rights that it has not heard of, with a task until it left."""
    case = at_work.case
    before = forwards_of(transaction, [case.case_id]).get(case.case_id, [])
    new: list[Forward] = []
    for workspace_id in ids:
        told = {item for one in before if one.workspace_id == workspace_id for item in one.items}
        missing = [item.item_id for item in items if item.item_id not in told]
        if missing:
            number = len(before) + len(new) + 1
            new.append(_new(transaction, at_work, workspace_id, (number, missing)))
    add_forwards(transaction, new)
    add_tasks(transaction, [_task(case, FORWARD_REQUEST, one, at_work.now) for one in new])
    append(transaction, [_made(one, by) for one in new])


def _new(
    reading: Reading, at_work: _AtWork, workspace_id: UUID, told: tuple[int, Sequence[UUID]]
) -> Forward:
    """It is due from when the request came, not from when it is worked."""
    case, (number, items) = at_work.case, told
    first = min(one.received_at for one in case.items if one.item_id in items)
    due_on = at_work.ahead(at_work.desk.forwarding.within, house_day(at_work.desk, first))
    return Forward(
        forward_id=new_id(),
        case_id=case.case_id,
        workspace_id=workspace_id,
        number=number,
        items=tuple(items),
        person_key=_person_key(reading, case),
        made_at=at_work.now,
        due_on=max(due_on, at_work.today),
    )


def _look_at(transaction: Transaction, at_work: _AtWork, forward: Forward) -> datetime | None:
    """Write what is due to one customer; returns when to look again. What was taken back is asked of nobody."""
    if not _writing(at_work, forward, at_work.today).items:
        return None
    if forward.state is ForwardState.OWED:
        return _hand_over_once(transaction, at_work, forward)
    if forward.state is not ForwardState.WITH_CUSTOMER or forward.remind_on is None:
        return None
    if forward.remind_on > at_work.today:
        return _morning(at_work, forward.remind_on)
    return _ask_again(transaction, at_work, forward)


def _hand_over_once(
    transaction: Transaction, at_work: _AtWork, forward: Forward
) -> datetime | None:
    """The sweep writes once: what a person rejected, or what came back, is a person's."""
    if letters_of_forwards(transaction, [forward.forward_id]):
        return None
    reason = _hand_over(transaction, at_work, forward)
    if reason is None:
        add_tasks(transaction, [_task(at_work.case, FORWARD_REQUEST, forward, at_work.now)])
        return None
    _by_hand(transaction, at_work, f"customer-{forward.number}-{reason}")
    return at_work.now + TRY_AGAIN


def _hand_over(transaction: Transaction, at_work: _AtWork, forward: Forward) -> str | None:
    """Write the request unless a letter of it waits or is on its way; returns why nobody was written to."""
    letters = letters_of_forwards(transaction, [forward.forward_id]).get(forward.forward_id, ())
    drafts = {one.draft_id: one.state for one in drafts_of_case(transaction, forward.case_id)}
    leaving = letter_states(transaction, [one.message_id_key for one in letters]).values()
    if LEAVING & {*leaving} or any(
        drafts.get(one.draft_id) is DraftState.WAITING for one in letters
    ):
        return None
    day = at_work.ahead(at_work.desk.forwarding.remind_after[0])
    return write_to_customer(transaction, _writing(at_work, forward, day))


def _ask_again(transaction: Transaction, at_work: _AtWork, forward: Forward) -> datetime | None:
    """Ask once more; after the last time a person does, and tells who waits."""
    terms, calendar = at_work.desk.forwarding, at_work.desk.regimes[0].calendar
    left_on = house_day(at_work.desk, forward.left_at or at_work.now)
    if forward.reminders >= len(terms.remind_after):
        task = _task(at_work.case, CUSTOMER_SILENT, forward, at_work.now)
        add_tasks(transaction, [replace(task, due_on=at_work.today, urgent=True)])
        silent = replace(forward, remind_on=None)
        put_forward(transaction, silent, was=forward.state)
        return None
    number = forward.reminders + 1
    planned = terms.next_day(left_on, number, calendar)
    day = max(planned, at_work.ahead(1))  # whoever slept over a date tells none that is over
    reason = write_to_customer(transaction, _writing(at_work, forward, day))
    if reason is not None:
        _by_hand(transaction, at_work, f"customer-{forward.number}-{reason}")
    put_forward(transaction, replace(forward, reminders=number, remind_on=day), was=forward.state)
    return _morning(at_work, day)


def _writing(at_work: _AtWork, forward: Forward, day: date) -> ForwardAtWork:
    return ForwardAtWork(
        case=at_work.case, forward=forward, desk=at_work.desk, day=day, now=at_work.now
    )


def _morning(at_work: _AtWork, day: date) -> datetime:
    return end_of_day(day - timedelta(days=1), at_work.desk.regimes[0].zone)


def _by_hand(transaction: Transaction, at_work: _AtWork, reason: str) -> None:
    task = Task(
        case_id=at_work.case.case_id,
        kind=FORWARD_BY_HAND,
        reason=reason,
        due_on=at_work.ahead(at_work.desk.forwarding.within),
        created_at=at_work.now,
    )
    add_tasks(transaction, [task])


def _task(case: Case, kind: str, forward: Forward, now: datetime) -> Task:
    return Task(
        case_id=case.case_id,
        kind=kind,
        reason=f"customer-{forward.number}",
        due_on=forward.due_on,
        created_at=now,
    )


def _made(forward: Forward, by: str) -> AuditEvent:
    payload = {
        "forward": forward.forward_id,
        "customer": forward.number,
        "items": [str(item) for item in forward.items],
        "due_on": forward.due_on,
    }
    return AuditEvent(
        chain=forward.case_id,
        kind=AuditKind.REQUEST_FORWARDED,
        at=forward.made_at,
        actor=by,
        payload=payload,
    )
