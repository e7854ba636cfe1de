"""Writes down that the new address of a change answered, or that the old one objected."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.proving import FOR_A_PERSON, trail
from casework.task_kinds import CHANGE_OF_ADDRESS
from privacy.address_change import ChangeState
from privacy.audit import AuditKind
from privacy.cases import Case
from privacy.challenges import ATTEMPTS_A_DAY, AnswerVerdict
from storage.address_changes import AddressChange, answer_change, object_to_change
from storage.cases import get_case
from storage.database import Transaction
from storage.identity import count_attempt
from storage.tasks import Task, add_tasks

ACTOR = "identity"


@dataclass(frozen=True, kw_only=True)
class NewAddressAnswer:
    """An answer with the code of a new address; `sender_key` is the keyed hash under which attempts are counted."""

    change: AddressChange
    verdict: AnswerVerdict
    sender_key: bytes = field(repr=False)
    inbound_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Objection:
    """Somebody wrote in a case: where it is the old address of a change that it was told of, the change stops."""

    case_id: UUID
    sender_key: bytes = field(repr=False)
    inbound_id: UUID


def record_new_address(
    transaction: Transaction, answer: NewAddressAnswer, *, now: datetime
) -> bool:
    """Return whether the answer proved the new address now; of the person it proves nothing else."""
    change = answer.change
    if change.state is not ChangeState.ASKED:
        return False  # a later mail of the thread quotes what was used, or is over
    if not count_attempt(transaction, answer.sender_key, day=now.date(), limit=ATTEMPTS_A_DAY):
        return _refuse(transaction, answer, "too-many-attempts", now)
    if not answer.verdict.accepted:
        return _refuse(transaction, answer, answer.verdict.reason, now)
    if not answer_change(transaction, change.change_id, now=now):
        return False
    note_step(transaction, change, "proved", now=now, actor=ACTOR)
    return True


def _refuse(transaction: Transaction, answer: NewAddressAnswer, reason: str, now: datetime) -> bool:
    case_id = answer.change.case_id
    payload = {"reason": reason, "inbound": answer.inbound_id}
    trail(transaction, case_id, AuditKind.IDENTITY_REFUSED, ACTOR, payload, now)
    if reason in FOR_A_PERSON:
        add_tasks(transaction, [change_task(get_case(transaction, case_id), reason, now)])
    return False


def record_objection(transaction: Transaction, objection: Objection, *, now: datetime) -> None:
    """Stop what the old address was told of, if the mail is of it: everything stays as it is, and a person looks."""
    case_id = objection.case_id
    if not object_to_change(transaction, case_id, objection.sender_key):
        return
    payload = {"step": "objected", "inbound": objection.inbound_id}
    trail(transaction, case_id, AuditKind.ADDRESS_CHANGE, ACTOR, payload, now)
    case = get_case(transaction, case_id)
    add_tasks(transaction, [change_task(case, "old-address-wrote", now, urgent=True)])


def note_step(
    transaction: Transaction, change: AddressChange, step: str, *, now: datetime, actor: str
) -> None:
    """Record a step of a change in the trail of its case; no address is in it."""
    payload = {"item": change.item_id, "step": step}
    trail(transaction, change.case_id, AuditKind.ADDRESS_CHANGE, actor, payload, now)


def change_task(case: Case, reason: str, now: datetime, *, urgent: bool = False) -> Task:
    """Return the task to see to a change of address that no rule can decide."""
    return Task(
        case_id=case.case_id,
        kind=CHANGE_OF_ADDRESS,
        reason=reason,
        due_on=case.due.on if case.due else None,
        urgent=urgent,
        created_at=now,
    )
