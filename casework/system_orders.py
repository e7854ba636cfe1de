"""Writes the messages to systems: what a plan has them do, and that the person took a right back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casework.known_address import address_of
from casework.profile import DeskProfile
from privacy.cases import Case, ItemState, RequestItem
from privacy.system_calls import (
    BY_STAFF,
    TAKEN_BACK,
    CallKind,
    Identifier,
    SystemOrder,
    SystemWay,
    Way,
    kind_of,
    order_body,
)
from storage.calls import QueuedCall, add_calls, cancel_calls_of
from storage.database import Reading, Transaction
from storage.directory import ListedPerson, people_at
from storage.ids import new_id
from storage.readable import ERASED
from storage.work import PlanTask, plans_of

Subject = Mapping[Identifier, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class About:
    """Which right of which case the messages are about, for which desk, and when."""

    case: Case
    item: RequestItem
    desk: DeskProfile
    at: datetime

    def way_of(self, system: str) -> SystemWay:
        """Return how a system is asked; one that no setting names is asked by its people."""
        return self.desk.work.ways.get(system, BY_STAFF)


def order_work(transaction: Transaction, about: About, tasks: Sequence[PlanTask]) -> list[PlanTask]:
    """Queue a message for every task whose system is asked by itself; returns the tasks that people have to do.

    A system that cannot be told whose data it is, by the identifiers that it needs, is asked by its people.
    """
    calls, by_people = [], []
    for task in tasks:
        call = _order(transaction, about, task)
        if call is None:
            by_people.append(task)
        else:
            calls.append(call)
    add_calls(transaction, calls)
    return by_people


def take_orders_back(transaction: Transaction, about: About) -> None:
    """Stop what was ordered for a right that the person took back, and tell systems that may have heard of it."""
    cancel_calls_of(transaction, about.case.case_id, about.item.item_id)
    kind = TAKEN_BACK.get(about.item.right)
    if kind is None:
        return
    plan = plans_of(transaction, [about.item.item_id]).get(about.item.item_id, ())
    heard = about.item.state is ItemState.COOLING_OFF
    systems = dict.fromkeys(one.system for one in plan if heard or one.opened_at is not None)
    calls = [_notice(transaction, about, system, kind) for system in systems]
    add_calls(transaction, [call for call in calls if call is not None])


def _order(reading: Reading, about: About, task: PlanTask) -> QueuedCall | None:
    way, item = about.way_of(task.system), about.item
    subject = _subject(reading, about.case, way) if way.carries_out(item.right) else None
    if subject is None:
        return None
    kind = kind_of(item.right, item.scope)
    order = SystemOrder(
        kind=kind,
        case=about.case.reference,
        right=item.right,
        scope=item.scope,
        subject=subject,
        region=about.desk.region,
        task=task.task_id,
        due_on=task.due_on,
        workspaces=_workspaces(reading, about.case, kind),
    )
    return _queued(about, order, task.system)


def _notice(reading: Reading, about: About, system: str, kind: CallKind) -> QueuedCall | None:
    way = about.way_of(system)
    subject = _subject(reading, about.case, way) if way.way is Way.WEBHOOK else None
    if subject is None:
        return None
    order = SystemOrder(
        kind=kind,
        case=about.case.reference,
        right=about.item.right,
        scope=about.item.scope,
        subject=subject,
        region=about.desk.region,
    )
    return _queued(about, order, system)


def _queued(about: About, order: SystemOrder, system: str) -> QueuedCall:
    return QueuedCall(
        call_id=new_id(),
        case_id=about.case.case_id,
        item_id=about.item.item_id,
        task_id=order.task,
        system=system,
        kind=order.kind,
        body=order_body(order, about.at),
        queued_at=about.at,
    )


def _subject(reading: Reading, case: Case, way: SystemWay) -> Subject | None:
    """Return what tells the system whose data it is, and nothing more; None where one identifier is not known for sure."""
    address = address_of(reading, case)
    if address is None:
        return None
    alone = _alone_at(reading, address)
    known: dict[Identifier, tuple[str, ...]] = {Identifier.ADDRESS: (address,)}
    if alone is not None:
        known[Identifier.PERSON] = (alone.person,)
    if alone is not None and way.way is Way.SENDGRID:
        # It knows people by their addresses alone.
        known[Identifier.ADDRESS] = tuple(dict.fromkeys((address, *alone.addresses)))
    if any(name not in known for name in way.identifiers):
        return None
    return {name: known[name] for name in way.identifiers}


def _workspaces(reading: Reading, case: Case, kind: CallKind) -> tuple[str, ...]:
    """Return the workspaces of the one person behind the address, for a preference; none where that is not known for sure."""
    address = address_of(reading, case)
    if kind is not CallKind.PREFERENCE_CHANGED or address is None:
        return ()
    alone = _alone_at(reading, address)
    standings = alone.standings if alone else ()
    return tuple(
        one.workspace.workspace for one in standings if one.workspace and one.held.left_at is None
    )


def _alone_at(reading: Reading, address: str) -> ListedPerson | None:
    """Return the one person whose mailbox this is today: one that several share, or that somebody gave up, is nobody's."""
    today = [
        one
        for one in people_at(reading, address)
        if one.person != ERASED and address.lower() in {other.lower() for other in one.addresses}
    ]
    return today[0] if len(today) == 1 else None
