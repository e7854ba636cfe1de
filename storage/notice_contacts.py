"""Billing contacts on the list of a notice: of each workspace in which no Owner could be reached, where it names one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, literal, select

from privacy.notices import AT_WORK, TOLD, OwnerState
from storage.columns import Count, Flag, Id, OneOf, UtcDateTime
from storage.directory_rows import DIRECTORY_WORKSPACE
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER, NOTICE_WORKSPACE
from storage.transactions import Reading, Transaction, in_chunks

_OWNER, _PAIR, _ATTEMPT = NOTICE_OWNER.c, NOTICE_WORKSPACE.c, NOTICE_ATTEMPT.c
_WORKSPACE = DIRECTORY_WORKSPACE.c
_LISTED = and_(_WORKSPACE.billing_key.is_not(None), _WORKSPACE.left_at.is_(None))


def add_contacts(transaction: Transaction, notice_id: UUID, now: datetime) -> int:
    """Put the billing contacts on the list of whose workspace an Owner is unreached, and none told or still to be told.

    Returns how many are new on it. The id of the workspace stands for the contact, its key seals what is told of it.
    """
    unreached = _owner_in(notice_id, OwnerState.UNREACHED)
    wanted = and_(_LISTED, unreached, ~_owner_in(notice_id, *AT_WORK, *TOLD))
    contacts = select(
        literal(notice_id, Id()),
        _WORKSPACE.workspace_id,
        literal(OwnerState.WAITING, OneOf(OwnerState)),
        literal(0, Count()),
        literal(now, UtcDateTime()),
        literal(now, UtcDateTime()),
        literal(False, Flag()),  # noqa: FBT003 - a value of SQL
        _WORKSPACE.workspace_id.label("contact_of"),
    ).where(wanted)
    names = ["notice_id", "person_id", "state", "attempts", "due_at", "queued_at", "decided", "contact_of"]  # fmt: skip
    insert = transaction.upsert(NOTICE_OWNER).from_select(names, contacts)
    new = insert.on_conflict_do_nothing().returning(_OWNER.person_id)
    added = len(transaction.fetch(new).all())
    if added:
        _add_pairs(transaction, notice_id)
    return added


def billing_contacts(
    reading: Reading, workspaces: Sequence[UUID]
) -> Iterator[tuple[UUID, str, bytes, bytes]]:
    """Yield workspace, its locale, and key and sealed address of the billing contact, where it names one today."""
    for chunk in in_chunks(workspaces):
        question = select(
            _WORKSPACE.workspace_id,
            _WORKSPACE.locale,
            _WORKSPACE.billing_key,
            _WORKSPACE.sealed_billing,
        ).where(_WORKSPACE.workspace_id.in_(chunk), _LISTED)
        for owner, locale, key, sealed in reading.fetch(question):
            yield owner, locale, bytes(key), bytes(sealed)


def untried_billing() -> ColumnElement[bool]:
    """Whether a row of the list is a contact whose workspace names an address that was not tried yet."""
    tried = select(_ATTEMPT.number).where(
        _ATTEMPT.notice_id == _OWNER.notice_id,
        _ATTEMPT.person_id == _OWNER.person_id,
        _ATTEMPT.address_key == _WORKSPACE.billing_key,
    )
    tried_it = tried.correlate(NOTICE_OWNER, DIRECTORY_WORKSPACE).exists()
    return exists().where(_WORKSPACE.workspace_id == _OWNER.contact_of, _LISTED, ~tried_it)


def _owner_in(notice_id: UUID, *states: OwnerState) -> ColumnElement[bool]:
    """Whether the workspace has an Owner in one of these states."""
    return (
        select(_PAIR.person_id)
        .where(
            _PAIR.notice_id == notice_id,
            _PAIR.workspace_id == _WORKSPACE.workspace_id,
            _OWNER.notice_id == notice_id,
            _OWNER.person_id == _PAIR.person_id,
            _OWNER.contact_of.is_(None),
            _OWNER.state.in_(states),
        )
        .correlate(DIRECTORY_WORKSPACE)
        .exists()
    )


def _add_pairs(transaction: Transaction, notice_id: UUID) -> None:
    pairs = select(literal(notice_id, Id()), _OWNER.contact_of, _OWNER.person_id).where(
        _OWNER.notice_id == notice_id, _OWNER.contact_of.is_not(None)
    )
    names = ["notice_id", "workspace_id", "person_id"]
    insert = transaction.upsert(NOTICE_WORKSPACE).from_select(names, pairs)
    transaction.change(insert.on_conflict_do_nothing())
