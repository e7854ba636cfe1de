"""Everything that working a batch of messages changes, collected first and written down together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import by_desk
from casework.confirming import Lookup, record_traces
from casework.deliveries import Told, record_told
from casework.erasure_notice import Stop, answer_notice
from casework.governing import LawChange, change_laws
from casework.identity_writes import IdentityWrites, write_down_identity
from casework.proving import Answered, record_answer
from casework.steps import take_step
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, RequestItem
from privacy.suppression import Suppression
from privacy.work import Step
from storage.audit import append
from storage.cases import add_cases, extend_case
from storage.database import Transaction
from storage.drafts import Draft, add_drafts
from storage.messages import FinishedMessage, finish_messages
from storage.other_references import keep_references
from storage.outbox import QueuedLetter, enqueue
from storage.suppressions import add_suppressions
from storage.tasks import Task, add_tasks

DAEMON = "daemon"


@dataclass
class Writes:
    """Values that wait for their one transaction."""

    now: datetime
    cases: list[Case] = field(default_factory=list)
    extended: list[tuple[Case, tuple[RequestItem, ...]]] = field(default_factory=list)
    resumed: list[tuple[Case, RequestItem]] = field(default_factory=list)
    letters: list[QueuedLetter] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    events: list[AuditEvent] = field(default_factory=list)
    finished: list[FinishedMessage] = field(default_factory=list)
    confirmed: list[bytes] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    identity: IdentityWrites = field(default_factory=IdentityWrites)
    answered: list[Answered] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
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
    add_cases(transaction, writes.cases, now=writes.now)
    for case, item in writes.resumed:
        by = by_desk(DAEMON, writes.now, cause="mail")
        take_step(transaction, item, case=case, step=Step.RESUME, desk=None, by=by)
    for case, added in _last_of_each(writes):
        extend_case(transaction, case, added, now=writes.now)
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
    for told in writes.told:
        record_told(transaction, told, now=writes.now)
    for answered in writes.answered:
        record_answer(transaction, answered, now=writes.now)
    keep_references(transaction, writes.names_by_others)
    for stop in writes.stops:
        answer_notice(transaction, stop, now=writes.now)
    append(transaction, writes.events)
    finish_messages(transaction, writes.finished)


def _last_of_each(writes: Writes) -> Iterable[tuple[Case, tuple[RequestItem, ...]]]:
    """A case that several mails of one batch extend is stored once, with all that was added."""
    latest: dict[UUID, tuple[Case, tuple[RequestItem, ...]]] = {}
    for case, added in writes.extended:
        before = latest.get(case.case_id)
        latest[case.case_id] = (case, (before[1] if before else ()) + added)
    return latest.values()
