"""Destroys what is kept no longer: keys and rows go, payloads and seals are emptied; each deed of one class has one function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, delete, exists, select, update

from privacy.forgetting import DataClass
from storage.datakeys import erase_keys
from storage.directory_rows import (
    DIRECTORY_ADDRESS,
    DIRECTORY_LEAD,
    DIRECTORY_PERSON,
    DIRECTORY_STANDING,
)
from storage.due_records import AUDIT, EMPTY
from storage.forward_rows import FORWARD
from storage.identity_rows import IDENTITY_CHALLENGE, IDENTITY_EVIDENCE
from storage.packages import erase_package
from storage.staff_rows import CASE_MERGE
from storage.tables import (
    AUDIT_EVENT,
    DELIVERY,
    DRAFT,
    INBOUND,
    MODEL_CALL,
    OUTGOING,
    PARTY,
    RAW_MESSAGE,
)
from storage.transactions import Reading, Transaction, in_chunks

Destroy = Callable[[Transaction, Sequence[UUID]], None]


def forget(
    transaction: Transaction,
    data: DataClass,
    ids: Sequence[UUID],
    *,
    before: datetime,
    now: datetime,
) -> None:
    """Do to these records what their class says; of a chain only the events at `before` or earlier are emptied."""
    if data in AUDIT:
        _empty_events(transaction, ids, before)
    elif data is DataClass.PACKAGES:
        for package in ids:
            erase_package(transaction, package, at=now)
    else:
        DEEDS[data](transaction, ids)


def merged_cases(reading: Reading, cases: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return for each of these cases that is worked as part of another one which that is."""
    found: dict[UUID, UUID] = {}
    for chunk in in_chunks(cases):
        question = select(CASE_MERGE.c.case_id, CASE_MERGE.c.into_id)
        rows = reading.fetch(question.where(CASE_MERGE.c.case_id.in_(chunk)))
        found.update((case_id, into) for case_id, into in rows)
    return found


def _erase_mail(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """The row and the places in mailboxes stay: by them it is known when it lies there again."""
    keyless = {"sender_key": None, "text_key": None}
    for chunk in in_chunks(ids):
        transaction.change(delete(RAW_MESSAGE).where(RAW_MESSAGE.c.inbound_id.in_(chunk)))
        came = update(DELIVERY).where(DELIVERY.c.inbound_id.in_(chunk))
        transaction.change(came.values(sealed_envelope=None))
        transaction.change(update(INBOUND).where(INBOUND.c.inbound_id.in_(chunk)).values(**keyless))
    erase_keys(transaction, ids)


def _erase_cases(transaction: Transaction, cases: Sequence[UUID]) -> None:
    """What the register says without the key are dates, rights and states."""
    nobody = {"address_key": None, "domain_key": None, "sealed_address": None}
    for chunk in in_chunks(cases):
        transaction.change(update(PARTY).where(PARTY.c.case_id.in_(chunk)).values(**nobody))
        letters = update(OUTGOING).where(OUTGOING.c.case_id.in_(chunk))
        transaction.change(letters.values(recipient_key=EMPTY, domain_key=EMPTY, text_key=None))
        passed_on = update(FORWARD).where(FORWARD.c.case_id.in_(chunk))
        transaction.change(passed_on.values(person_key=EMPTY))
    erase_keys(transaction, cases)


def _empty_evidence(transaction: Transaction, cases: Sequence[UUID]) -> None:
    """That somebody was asked, proved and decided about stays; by what address and in whose words goes."""
    for chunk in in_chunks(cases):
        told = update(IDENTITY_EVIDENCE).where(IDENTITY_EVIDENCE.c.case_id.in_(chunk))
        transaction.change(told.values(about=None, sealed_reason=None))
        asked = update(IDENTITY_CHALLENGE).where(IDENTITY_CHALLENGE.c.case_id.in_(chunk))
        transaction.change(asked.values(address_key=EMPTY, sealed_address=EMPTY))


def _empty_drafts(transaction: Transaction, ids: Sequence[UUID]) -> None:
    for chunk in in_chunks(ids):
        drafts = update(DRAFT).where(DRAFT.c.draft_id.in_(chunk))
        transaction.change(drafts.values(sealed_message=EMPTY))


def _empty_answers(transaction: Transaction, ids: Sequence[UUID]) -> None:
    for chunk in in_chunks(ids):
        letters = update(OUTGOING).where(OUTGOING.c.letter_id.in_(chunk))
        transaction.change(letters.values(sealed_answer=None))


def _delete_calls(transaction: Transaction, ids: Sequence[UUID]) -> None:
    for chunk in in_chunks(ids):
        transaction.change(delete(MODEL_CALL).where(MODEL_CALL.c.call_id.in_(chunk)))


def _delete_deliveries(transaction: Transaction, ids: Sequence[UUID]) -> None:
    for chunk in in_chunks(ids):
        transaction.change(delete(DELIVERY).where(DELIVERY.c.delivery_id.in_(chunk)))


def _empty_events(transaction: Transaction, chains: Sequence[UUID], before: datetime) -> None:
    """Payload and salt go together: without the salt nobody can guess what the payload was."""
    event = AUDIT_EVENT.c
    for chunk in in_chunks(chains):
        old = update(AUDIT_EVENT).where(event.chain.in_(chunk), event.at <= before)
        transaction.change(old.values(payload=None, salt=None))


def _erase_workspaces(transaction: Transaction, ids: Sequence[UUID]) -> None:
    """The row stays with the plan, by which the trail of its cases has its period; a reading that lists it again renews it.

    People go along who are nothing to us but members of these.
    """
    for chunk in in_chunks(ids):
        people = _only_here(transaction, chunk)
        for some in in_chunks(people):
            for table in (DIRECTORY_ADDRESS, DIRECTORY_STANDING, DIRECTORY_PERSON):
                transaction.change(delete(table).where(table.c.person_id.in_(some)))
        for table in (DIRECTORY_STANDING, DIRECTORY_LEAD):
            transaction.change(delete(table).where(table.c.workspace_id.in_(chunk)))
        erase_keys(transaction, [*chunk, *people])


def _only_here(reading: Reading, workspaces: Sequence[UUID]) -> list[UUID]:
    here, other = DIRECTORY_STANDING.c, DIRECTORY_STANDING.alias("other")
    elsewhere = exists().where(
        and_(
            other.c.person_id == here.person_id,
            other.c.workspace_id.not_in(workspaces),
            other.c.left_at.is_(None),
        )
    )
    question = select(here.person_id).where(here.workspace_id.in_(workspaces), ~elsewhere)
    return sorted(set(reading.fetch(question).scalars()))


DEEDS: dict[DataClass, Destroy] = {
    DataClass.RAW_MAIL: _erase_mail,
    DataClass.OTHER_MAIL: _erase_mail,
    DataClass.IDENTITY_EVIDENCE: _empty_evidence,
    DataClass.DRAFTS: _empty_drafts,
    DataClass.MODEL_LEDGER: _delete_calls,
    DataClass.DELIVERY_LOG: _delete_deliveries,
    DataClass.SERVER_ANSWERS: _empty_answers,
    DataClass.CASE_REGISTER: _erase_cases,
    DataClass.WORKSPACES: _erase_workspaces,
}
