"""Notices on their way: a batch of Owners is claimed with its attempts written down, and marked in one transaction after.

A copy can leave where a worker dies between the two; it bears the same Message-ID, and the attempts tell of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Update,
    and_,
    bindparam,
    or_,
    select,
    update,
)

from privacy.notices import (
    MESSAGE_KEY_BYTES,
    AttemptOutcome,
    OwnerOutcome,
    OwnerState,
    reader_language,
)
from storage.datakeys import keep_keys
from storage.directory_writes import ADDRESS
from storage.failures import CannotUnseal
from storage.ids import new_id
from storage.notice_addresses import Known
from storage.notice_doubt import end_leases, give_up_silent, in_doubt
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER
from storage.sealing import Vault
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

RECORD = "notice_attempt.sealed_record"
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make one for each Owner
NO_ADDRESS, ALL_REFUSED = "no-address", "every-address-refused"
_OWNER, _ATTEMPT = NOTICE_OWNER.c, NOTICE_ATTEMPT.c


def _to(column: Column[Any]) -> BindParameter[Any]:
    """The parameter that sets this column."""
    return bindparam(f"new_{column.name}", type_=column.type)


def _owner_is(*also: ColumnElement[bool]) -> Update:
    return update(NOTICE_OWNER).where(
        _OWNER.notice_id == bindparam("notice"), _OWNER.person_id == bindparam("person"), *also
    )


_DUE = (
    select(_OWNER.notice_id, _OWNER.person_id, _OWNER.contact_of, _OWNER.attempts, _OWNER.queued_at)
    .where(
        _OWNER.notice_id == bindparam("notice"),
        _OWNER.state == bindparam("state"),
        _OWNER.due_at <= bindparam("now"),
    )
    .order_by(_OWNER.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_LEASE = _owner_is().values(
    state=OwnerState.LEASED,
    due_at=_to(_OWNER.due_at),
    lease_token=_to(_OWNER.lease_token),
    attempts=_OWNER.attempts + 1,
    language=_to(_OWNER.language),
    message_key=_to(_OWNER.message_key),
)
_GIVE_UP = _owner_is().values(
    state=OwnerState.UNREACHED, due_at=None, lease_token=None, reason=_to(_OWNER.reason)
)
_LET_GO = _owner_is(_OWNER.lease_token == bindparam("token")).values(
    lease_token=None,
    state=_to(_OWNER.state),
    due_at=_to(_OWNER.due_at),
    told_at=_to(_OWNER.told_at),
)
_ATTEMPT_IS = update(NOTICE_ATTEMPT).where(
    _ATTEMPT.notice_id == bindparam("notice"),
    _ATTEMPT.person_id == bindparam("person"),
    _ATTEMPT.number == bindparam("n"),
    or_(  # an event can be faster than we are
        _ATTEMPT.outcome == AttemptOutcome.REGISTERED,
        _ATTEMPT.outcome == AttemptOutcome.UNKNOWN,
    ),
)
_CAME = {"outcome": _to(_ATTEMPT.outcome), "ended_at": _to(_ATTEMPT.ended_at)}
_END_UNSEALED = _ATTEMPT_IS.values(_CAME)
_END = _ATTEMPT_IS.values(_CAME | {"sealed_record": _to(_ATTEMPT.sealed_record)})


@dataclass(frozen=True, kw_only=True)
class ClaimedOwner:
    """An Owner whom the caller may tell until the lease ends."""

    person_id: UUID
    address: str = field(repr=False)
    address_key: bytes = field(repr=False)
    language: str
    message_key: bytes
    number: int
    queued_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClaimedBatch:
    """Owners of one notice that are in one worker's hands."""

    notice_id: UUID
    lease_token: UUID
    leased_until: datetime
    owners: tuple[ClaimedOwner, ...]
    found: int  # with those who have no address
    vault: Vault = field(repr=False)  # their keys, for what is written down after
    silent_for: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Which letters there are: languages of readers, and the one for all others."""

    languages: frozenset[str]
    leading: str


def claim_owners(
    transaction: Transaction,
    notice_id: UUID,
    reader: Reader,
    *,
    most: int,
    lease: tuple[datetime, datetime],
    silent_for: timedelta | None = None,
) -> ClaimedBatch:
    """Return the Owners who have waited longest, their attempts written down; `lease` is now and its end.

    `silent_for` is how long word is waited for on a way that tells of deliveries; None: the way tells of none, and
    what may have left is repeated. Whoever has no address that was not refused already becomes unreached.
    """
    now, until = lease
    end_leases(transaction, notice_id, now, silent_for)
    give_up_silent(transaction, notice_id, now)
    rows = _due(transaction, notice_id, now, most)
    known = Known.of(transaction, notice_id, rows)
    token = new_id()
    owners, without = list[ClaimedOwner](), list[AnyRow]()
    for row in rows:
        owner = _claimed(transaction, row, known, reader)
        if owner is None:
            without.append(row)
        else:
            owners.append(owner)
    _register(transaction, notice_id, owners, (token, now, until))
    _give_up(transaction, notice_id, without)
    return ClaimedBatch(
        notice_id=notice_id,
        lease_token=token,
        leased_until=until,
        owners=tuple(owners),
        found=len(rows),
        vault=transaction.vault,
        silent_for=silent_for,
    )


def record_outcomes(
    transaction: Transaction, batch: ClaimedBatch, outcomes: Mapping[UUID, OwnerOutcome]
) -> int:
    """Write down what came of a batch, in a few statements; returns how many Owners were still in this worker's hands.

    Whom no outcome names was not dialled for: their attempt is taken back, and they are due at once.
    """
    keep_keys(transaction, batch.vault, outcomes)
    done = [
        (owner, outcomes[owner.person_id]) for owner in batch.owners if owner.person_id in outcomes
    ]
    _end_attempts(transaction, batch, done)
    _take_back(transaction, batch, [one for one in batch.owners if one.person_id not in outcomes])
    return transaction.change_each(
        _LET_GO, [_after(batch, owner, outcome) for owner, outcome in done]
    )


def is_anything_due(reading: Reading, notice_id: UUID) -> bool:
    """Say whether an Owner of this notice still waits, now or later, or is in a worker's hands."""
    waits = and_(_OWNER.notice_id == notice_id, _OWNER.due_at.is_not(None))
    return reading.fetch(select(_OWNER.person_id).where(waits).limit(1)).first() is not None


def _due(transaction: Transaction, notice_id: UUID, now: datetime, most: int) -> list[AnyRow]:
    """Those in doubt come first: they have waited longer."""
    found = list[AnyRow]()
    for state in (OwnerState.UNCERTAIN, OwnerState.WAITING):
        values = {"notice": notice_id, "state": state, "now": now, "most": most - len(found)}
        found += transaction.fetch(_DUE, values)
    return found


def _claimed(
    transaction: Transaction, row: AnyRow, known: Known, reader: Reader
) -> ClaimedOwner | None:
    chosen = known.address_for(row.person_id)
    if chosen is None:
        return None
    key, sealed = chosen
    try:
        address = transaction.vault.unseal_text(row.person_id, ADDRESS, sealed)
    except CannotUnseal:
        return None
    secret = transaction.ring.lookup_key("notice", f"{row.notice_id}|{row.person_id}")
    return ClaimedOwner(
        person_id=row.person_id,
        address=address,
        address_key=key,
        language=reader_language(
            known.locales.get(row.person_id, ()), reader.languages, leading=reader.leading
        ),
        message_key=secret[:MESSAGE_KEY_BYTES],
        number=row.attempts + 1,
        queued_at=row.queued_at,
    )


def _register(
    transaction: Transaction,
    notice_id: UUID,
    owners: Sequence[ClaimedOwner],
    lease: tuple[UUID, datetime, datetime],
) -> None:
    token, now, until = lease
    attempts = [
        {
            "notice_id": notice_id,
            "person_id": owner.person_id,
            "number": owner.number,
            "address_key": owner.address_key,
            "outcome": AttemptOutcome.REGISTERED,
            "at": now,
            "ended_at": None,
            "sealed_record": _sealed(transaction, owner.person_id, owner.address, ""),
        }
        for owner in owners
    ]
    transaction.insert(NOTICE_ATTEMPT, attempts)
    rows = [
        {
            "notice": notice_id,
            "person": owner.person_id,
            "new_due_at": until,
            "new_lease_token": token,
            "new_language": owner.language,
            "new_message_key": owner.message_key,
        }
        for owner in owners
    ]
    transaction.change_each(_LEASE, rows)


def _give_up(transaction: Transaction, notice_id: UUID, rows: Sequence[AnyRow]) -> None:
    values = [
        {
            "notice": notice_id,
            "person": row.person_id,
            "new_reason": ALL_REFUSED if row.attempts else NO_ADDRESS,
        }
        for row in rows
    ]
    transaction.change_each(_GIVE_UP, values)


def _end_attempts(
    transaction: Transaction,
    batch: ClaimedBatch,
    done: Sequence[tuple[ClaimedOwner, OwnerOutcome]],
) -> None:
    rows = [
        {
            "notice": batch.notice_id,
            "person": owner.person_id,
            "n": owner.number,
            "new_outcome": outcome.outcome,
            "new_ended_at": outcome.at,
            "new_sealed_record": _answered(transaction, owner, outcome),
        }
        for owner, outcome in done
    ]
    transaction.change_each(_END, [row for row in rows if row["new_sealed_record"]])
    unsealed = [_without_record(row) for row in rows if not row["new_sealed_record"]]
    transaction.change_each(_END_UNSEALED, unsealed)


def _answered(transaction: Transaction, owner: ClaimedOwner, outcome: OwnerOutcome) -> bytes:
    """Nothing can be sealed for whoever was erased meanwhile."""
    if owner.person_id not in transaction.vault:
        return b""
    return _sealed(transaction, owner.person_id, owner.address, outcome.answer)


def _without_record(row: Values) -> Values:
    return {name: value for name, value in row.items() if name != "new_sealed_record"}


def _take_back(
    transaction: Transaction, batch: ClaimedBatch, owners: Iterable[ClaimedOwner]
) -> None:
    people = [owner.person_id for owner in owners]
    for chunk in in_chunks(people):
        held = and_(
            _OWNER.notice_id == batch.notice_id,
            _OWNER.person_id.in_(chunk),
            _OWNER.lease_token == batch.lease_token,
        )
        still = select(_OWNER.person_id).where(held)
        taken = NOTICE_ATTEMPT.delete().where(
            _ATTEMPT.notice_id == batch.notice_id,
            _ATTEMPT.person_id.in_(still),
            _ATTEMPT.outcome == AttemptOutcome.REGISTERED,
        )
        transaction.change(taken)
        back = update(NOTICE_OWNER).where(held)
        transaction.change(
            back.values(
                state=OwnerState.WAITING,
                due_at=_OWNER.queued_at,
                lease_token=None,
                attempts=_OWNER.attempts - 1,
            )
        )


def _after(batch: ClaimedBatch, owner: ClaimedOwner, outcome: OwnerOutcome) -> Values:
    """The Owner's row after an attempt: refused means due at once, for the claim looks for another address."""
    doubt = in_doubt(outcome.at, batch.silent_for)
    states = {
        AttemptOutcome.ACCEPTED: (OwnerState.ACCEPTED, None) if batch.silent_for is None else doubt,
        AttemptOutcome.UNKNOWN: doubt,
    }
    state, due_at = states.get(
        outcome.outcome, (OwnerState.WAITING, outcome.retry_at or outcome.at)
    )
    told_at = outcome.at if state is OwnerState.ACCEPTED else None
    return {
        "notice": batch.notice_id,
        "person": owner.person_id,
        "token": batch.lease_token,
        "new_state": state,
        "new_due_at": due_at,
        "new_told_at": told_at,
    }


def _sealed(transaction: Transaction, person_id: UUID, address: str, answer: str) -> bytes:
    record = _AS_JSON({"address": address, "answer": answer})
    return transaction.vault.seal_text(person_id, RECORD, record)
