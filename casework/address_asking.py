"""Notes that a person wants their own address changed: from the words of a mail where they are sure, else by staff."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.actors import Actor
from casework.address_answers import note_step
from casework.answering import AnswerTo
from casework.batch_view import BatchView, MessageAtWork
from casework.known_address import asked_address
from casework.named_cases import open_case_named
from casework.profile import DeskProfile
from casework.staff_tasks import case_task
from casework.task_kinds import CHANGE_OF_ADDRESS
from casework.writes import Writes
from classifier.address_change import change_words
from privacy.address_change import find_change
from privacy.audit import AuditKind
from privacy.cases import Case, RequestItem
from privacy.directory_lines import is_address
from privacy.errors import Permanent
from privacy.rights import Right
from storage.address_changes import AddressChange, add_change, end_change
from storage.database import Database, Transaction
from storage.ids import new_id
from storage.tasks import finish_kind_of_case

ACTOR = "daemon"
NOT_SURE = "new-address-not-sure"
NAMED_ANOTHER = "new-address-named-again"
BY_STAFF = "staff"


def note_change(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes, to: AnswerTo
) -> None:
    """Note a change of address that the mail surely asks for; a person looks where it may ask for one.

    Sure is it only where the old address is the one that was just asked whether the request is theirs. The new one is
    asked after the same delay, whoever is on file.
    """
    parsed = message.reading.message
    item = next((one for one in to.added if one.right is Right.RECTIFICATION), None)
    if desk.challenges is None or item is None:
        return
    found = find_change(parsed.new_text, change_words(), writing=parsed.sender.address or "")
    if found is None:
        return
    asked = _asked_now(to.case, writes)
    if found.old is None or found.new is None or found.old != asked or desk.is_ours(found.new):
        writes.tasks.append(case_task(message, to.case, CHANGE_OF_ADDRESS, NOT_SURE, writes.now))
        return
    change = AddressChange(
        change_id=new_id(),
        case_id=to.case.case_id,
        item_id=item.item_id,
        old_key=view.lookup("address", found.old),
        new_key=view.lookup("address", found.new),
        old=found.old,
        new=found.new,
        named_by=ACTOR,
        named_at=writes.now,
        due_at=max(message.claimed.received_at + desk.challenges.delay, writes.now),
    )
    instead = case_task(message, to.case, CHANGE_OF_ADDRESS, NAMED_ANOTHER, writes.now)
    writes.identity.changes.append((change, instead))
    payload = {"item": item.item_id, "step": "named", "inbound": message.inbound_id}
    writes.record(to.case.case_id, AuditKind.ADDRESS_CHANGE, ACTOR, payload)


def _asked_now(case: Case, writes: Writes) -> str | None:
    """The address that this batch asks whether the request is theirs."""
    asked = (one.challenge for one in reversed(writes.identity.asked) if one.challenge)
    found = next((one for one in asked if one.case_id == case.case_id), None)
    return None if found is None else found.address.lower()


@dataclass(frozen=True, kw_only=True)
class NamedAddress:
    """The new address of the person of a case, as a member of staff read it."""

    reference: str
    address: str = field(repr=False)


def name_new_address(
    database: Database, desk: DeskProfile, named: NamedAddress, *, actor: Actor, now: datetime
) -> AddressChange:
    """Store the new address, which is asked by itself; one that was named before is replaced, and its code ends.

    Raises Permanent, with the reason, where the address is none or nothing of the case could change it.
    """
    address = named.address.lower()
    if not is_address(address) or not address.isascii() or desk.is_ours(address):
        raise Permanent("the new address is none that mail of a person could be sent to")
    with database.transaction() as transaction:
        case = open_case_named(transaction, named.reference)
        change = _change_by_staff(transaction, case, address, now)
        if end_change(transaction, change.item_id):
            note_step(transaction, change, "replaced", now=now, actor=str(actor))
        add_change(transaction, change)
        note_step(transaction, change, "named", now=now, actor=str(actor))
        finish_kind_of_case(
            transaction, case.case_id, kind=CHANGE_OF_ADDRESS, actor=actor.address, at=now
        )
    return change


def _change_by_staff(
    transaction: Transaction, case: Case, address: str, now: datetime
) -> AddressChange:
    item, old = _to_correct(case), asked_address(transaction, case) or case.requester
    if old is None:
        raise Permanent("nobody knows the old address: the case has no writer")
    if old.lower() == address:
        raise Permanent("that is the address on file, and no new one")
    lookup = transaction.ring.lookup_key
    return AddressChange(
        change_id=new_id(),
        case_id=case.case_id,
        item_id=item.item_id,
        old_key=lookup("address", old),
        new_key=lookup("address", address),
        old=old,
        new=address,
        named_by=BY_STAFF,
        named_at=now,
        due_at=now,
    )


def _to_correct(case: Case) -> RequestItem:
    found = [one for one in case.items if one.is_open and one.right is Right.RECTIFICATION]
    if not found:
        raise Permanent("the case has no open rectification: add it first, with --add")
    return found[0]
