"""Everything that working a batch of messages changes, collected first and written down together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import Actor, by_desk
from casework.address_answers import (
    NewAddressAnswer,
    Objection,
    record_new_address,
    record_objection,
)
from casework.closing import close_if_done
from casework.complaining import leave_by_complaint
from casework.confirming import Lookup, record_traces
from casework.deliveries import Told, record_told
from casework.ending import stop_work
from casework.erasure_notice import Stop, answer_notice
from casework.forward_ending import stop_what_was_taken_back
from casework.governing import LawChange, change_laws
from casework.identity_writes import IdentityWrites, write_down_identity
from casework.notice_events import NoticeFate, note_fate_of_notice
from casework.profile import DeskProfile
from casework.proving import Answered, record_answer
from casework.steps import take_step
from casework.system_orders import About, take_orders_back
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, RequestItem
from privacy.relations import RelationKind
from privacy.suppression import Suppression
from privacy.unsubscribing import Leaving
from privacy.work import Step
from storage.audit import append
from storage.case_corrections import CaseNote, add_note
from storage.cases import add_cases, extend_case, get_case
from storage.database import Transaction
from storage.drafts import Draft, add_drafts
from storage.merges import add_relation
from storage.messages import FinishedMessage, finish_messages
from storage.other_references import keep_references
from storage.outbox import QueuedLetter, enqueue
from storage.suppressions import add_suppressions
from storage.tasks import Task, add_tasks

DAEMON = "daemon"
_AS_DAEMON = Actor(address=DAEMON, os_user=DAEMON)


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """Rights of a case that its person took back by this mail."""

    case: Case
    items: tuple[RequestItem, ...]
    inbound_id: UUID
    desk: DeskProfile


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A new case that somebody began in the thread of a closed one of theirs."""

    case_id: UUID
    earlier_id: UUID


@dataclass
class Writes:
    """Values that wait for their one transaction."""

    now: datetime
    cases: list[Case] = field(default_factory=list)
    extended: list[tuple[Case, tuple[RequestItem, ...]]] = field(default_factory=list)
    resumed: list[tuple[Case, RequestItem]] = field(default_factory=list)
    taken_back: list[TakenBack] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    notes: list[CaseNote] = field(default_factory=list)
    letters: list[QueuedLetter] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    events: list[AuditEvent] = field(default_factory=list)
    finished: list[FinishedMessage] = field(default_factory=list)
    confirmed: list[bytes] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    returned_notices: list[NoticeFate] = field(default_factory=list)
    complained_lists: list[Leaving] = field(default_factory=list)
    identity: IdentityWrites = field(default_factory=IdentityWrites)
    answered: list[Answered] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    new_addresses: list[NewAddressAnswer] = field(default_factory=list)
    objections: list[Objection] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)
    law_changes: list[LawChange] = field(default_factory=list)
    names_by_others: dict[bytes, UUID] = field(default_factory=dict)

    @property
    def all_cases(self) -> list[Case]:
        """The cases that this batch opens or extends, each once, as they are now."""
        return [*self.cases, *(case for case, _ in _last_of_each(self))]

    def record(
        self, chain: UUID, kind: AuditKind, actor: str, payload: Mapping[str, object]
    ) -> None:
        """Add an audit event; the payload holds codes, ids and dates only."""
        self.events.append(
            AuditEvent(chain=chain, kind=kind, at=self.now, actor=actor, payload=payload)
        )


def write_down(transaction: Transaction, writes: Writes, lookup: Lookup) -> None:
    """Store everything: cases, letters, trail and the end of the messages exist together or not at all."""
    _write_cases(transaction, writes)
    write_down_identity(transaction, writes.identity, writes.now)
    for change in writes.law_changes:
        change_laws(transaction, change, actor=DAEMON, author=None, now=writes.now)
    enqueue(transaction, writes.letters)
    add_drafts(transaction, writes.drafts)
    add_tasks(transaction, writes.tasks)
    if writes.confirmed:
        record_traces(
            transaction, writes.confirmed, lookup, now=writes.now, evidence="own-copy-received"
        )
    add_suppressions(transaction, writes.suppressions)
    _write_down_returns(transaction, writes)
    for answered in writes.answered:
        record_answer(transaction, answered, now=writes.now)
    keep_references(transaction, writes.names_by_others)
    for stop in writes.stops:
        answer_notice(transaction, stop, now=writes.now)
    for answer in writes.new_addresses:
        record_new_address(transaction, answer, now=writes.now)
    for objection in writes.objections:
        record_objection(transaction, objection, now=writes.now)
    append(transaction, writes.events)
    for back in writes.taken_back:
        _end(transaction, back, writes.now)
    finish_messages(transaction, writes.finished)


def _write_cases(transaction: Transaction, writes: Writes) -> None:
    add_cases(transaction, writes.cases, now=writes.now)
    for case, item in writes.resumed:
        by = by_desk(DAEMON, writes.now, cause="mail")
        take_step(transaction, item, case=case, step=Step.RESUME, desk=None, by=by)
    for case, added in _last_of_each(writes):
        extend_case(transaction, case, added, now=writes.now)
    for one in writes.follow_ups:
        label = (one.case_id, RelationKind.FOLLOW_UP_OF, one.earlier_id)
        add_relation(transaction, *label, author=DAEMON, at=writes.now)
    for note in writes.notes:
        add_note(transaction, note)


def _end(transaction: Transaction, back: TakenBack, now: datetime) -> None:
    """The letter that confirms it is queued already: a case closes when that has left."""
    by, actor = by_desk(DAEMON, now, cause=f"mail:{back.inbound_id}"), _AS_DAEMON
    for item in back.items:
        take_step(transaction, item, case=back.case, step=Step.WITHDRAW, desk=back.desk, by=by)
        stop_work(transaction, item.item_id, actor, now)
        about = About(case=back.case, item=item, desk=back.desk, at=now)
        take_orders_back(transaction, about)
    after = get_case(transaction, back.case.case_id)
    stop_what_was_taken_back(transaction, after, actor=actor, now=now)
    close_if_done(transaction, back.case.case_id, now=now)


def _write_down_returns(transaction: Transaction, writes: Writes) -> None:
    for told in writes.told:
        record_told(transaction, told, now=writes.now)
    for returned in writes.returned_notices:
        note_fate_of_notice(transaction, returned, now=writes.now)
    for leaving in writes.complained_lists:
        leave_by_complaint(transaction, leaving, now=writes.now)


def _last_of_each(writes: Writes) -> Iterable[tuple[Case, tuple[RequestItem, ...]]]:
    """A case that several mails of one batch extend is stored once, with all that was added."""
    latest: dict[UUID, tuple[Case, tuple[RequestItem, ...]]] = {}
    for case, added in writes.extended:
        before = latest.get(case.case_id)
        latest[case.case_id] = (case, (before[1] if before else ()) + added)
    return latest.values()
