"""Notices on their way: a batch of Owners is claimed with its attempts written down, and marked in one transaction after.

A copy can leave where a worker dies between the two; it bears the same Message-ID, and the attempts tell of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, update

from privacy.notices import (
    MESSAGE_KEY_BYTES,
    AttemptOutcome,
    OwnerOutcome,
    OwnerState,
    reader_language,
)
from privacy.outgoing import RECONCILE_FOR
from storage.datakeys import load_keys
from storage.directory_writes import ADDRESS
from storage.failures import CannotUnseal
from storage.ids import new_id
from storage.notice_addresses import Known
from storage.notice_rows import NOTICE_ATTEMPT, NOTICE_OWNER
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

RECORD = "notice_attempt.sealed_record"
NO_ADDRESS, ALL_REFUSED, NO_WORD = "no-address", "every-address-refused", "no-word-of-delivery"
_OWNER, _ATTEMPT = NOTICE_OWNER.c, NOTICE_ATTEMPT.c


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
    _expire(transaction, notice_id, now, silent_for)
    _give_up_silent(transaction, notice_id, now)
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
        silent_for=silent_for,
    )


def record_outcomes(
    transaction: Transaction, batch: ClaimedBatch, outcomes: Mapping[UUID, OwnerOutcome]
) -> int:
    """Write down what came of a batch, in a few statements; returns how many Owners were still in this worker's hands.

    Whom no outcome names was not dialled for: their attempt is taken back, and they are due at once.
    """
    load_keys(transaction, outcomes)
    done = [
        (owner, outcomes[owner.person_id]) for owner in batch.owners if owner.person_id in outcomes
    ]
    _end_attempts(transaction, batch, done)
    _take_back(transaction, batch, [one for one in batch.owners if one.person_id not in outcomes])
    rows = [_after(owner, outcome, batch.silent_for) for owner, outcome in done]
    held = update(NOTICE_OWNER).where(
        _OWNER.notice_id == batch.notice_id,
        _OWNER.person_id == bindparam("person"),
        _OWNER.lease_token == batch.lease_token,
    )
    names = ("state", "due_at", "told_at")
    values = {name: bindparam(f"new_{name}", type_=NOTICE_OWNER.c[name].type) for name in names}
    return transaction.change(held.values(lease_token=None, **values), rows)


def is_anything_due(reading: Reading, notice_id: UUID) -> bool:
    """Say whether an Owner of this notice still waits, now or later, or is in a worker's hands."""
    waits = and_(_OWNER.notice_id == notice_id, _OWNER.due_at.is_not(None))
    return reading.fetch(select(_OWNER.person_id).where(waits).limit(1)).first() is not None


def _due(transaction: Transaction, notice_id: UUID, now: datetime, most: int) -> list[AnyRow]:
    due = (
        select(NOTICE_OWNER)
        .where(
            _OWNER.notice_id == notice_id,
            _OWNER.due_at <= now,
            _OWNER.state.in_([OwnerState.WAITING, OwnerState.UNCERTAIN]),
        )
        .order_by(_OWNER.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(transaction.fetch(due))


def _expire(
    transaction: Transaction, notice_id: UUID, now: datetime, silent_for: timedelta | None
) -> None:
    """Nobody knows what became of notices whose worker let its lease end: they wait until a trace can have come."""
    ended = and_(
        _OWNER.notice_id == notice_id, _OWNER.state == OwnerState.LEASED, _OWNER.due_at <= now
    )
    open_attempts = update(NOTICE_ATTEMPT).where(
        _ATTEMPT.notice_id == notice_id,
        _ATTEMPT.outcome == AttemptOutcome.REGISTERED,
        _ATTEMPT.person_id.in_(select(_OWNER.person_id).where(ended)),
    )
    question = select(_OWNER.person_id).where(ended).limit(1)
    if transaction.fetch(question).one_or_none() is None:
        return
    transaction.change(open_attempts.values(outcome=AttemptOutcome.UNKNOWN))
    state, due_at = _in_doubt(now, silent_for)
    values = {"state": state, "due_at": due_at, "lease_token": None}
    transaction.change(update(NOTICE_OWNER).where(ended).values(**values))


def _in_doubt(at: datetime, silent_for: timedelta | None) -> tuple[OwnerState, datetime]:
    """What may have left is repeated after a while, or its provider's word is waited for."""
    if silent_for is None:
        return OwnerState.UNCERTAIN, at + RECONCILE_FOR
    return OwnerState.HANDED_OVER, at + silent_for


def _give_up_silent(transaction: Transaction, notice_id: UUID, now: datetime) -> None:
    """No word came of notices that a provider has, or may have: nothing is repeated, a person sees to their Owners."""
    silent = and_(
        _OWNER.notice_id == notice_id, _OWNER.state == OwnerState.HANDED_OVER, _OWNER.due_at <= now
    )
    who = select(_OWNER.person_id).where(silent)
    if transaction.fetch(who.limit(1)).one_or_none() is None:
        return
    attempts = update(NOTICE_ATTEMPT).where(
        _ATTEMPT.notice_id == notice_id,
        _ATTEMPT.outcome.in_([AttemptOutcome.ACCEPTED, AttemptOutcome.UNKNOWN]),
        _ATTEMPT.person_id.in_(who),
    )
    transaction.change(attempts.values(outcome=AttemptOutcome.SILENT))
    values = {"state": OwnerState.UNREACHED, "due_at": None, "reason": NO_WORD}
    transaction.change(update(NOTICE_OWNER).where(silent).values(**values))


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
    leased = update(NOTICE_OWNER).where(
        _OWNER.notice_id == notice_id, _OWNER.person_id == bindparam("person")
    )
    leased = leased.values(
        state=OwnerState.LEASED,
        due_at=until,
        lease_token=token,
        attempts=_OWNER.attempts + 1,
        language=bindparam("reader"),
        message_key=bindparam("key"),
    )
    rows = [
        {"person": owner.person_id, "reader": owner.language, "key": owner.message_key}
        for owner in owners
    ]
    transaction.change(leased, rows)


def _give_up(transaction: Transaction, notice_id: UUID, rows: Sequence[AnyRow]) -> None:
    given_up = update(NOTICE_OWNER).where(
        _OWNER.notice_id == notice_id, _OWNER.person_id == bindparam("person")
    )
    given_up = given_up.values(
        state=OwnerState.UNREACHED, due_at=None, lease_token=None, reason=bindparam("why")
    )
    values = [
        {"person": row.person_id, "why": ALL_REFUSED if row.attempts else NO_ADDRESS}
        for row in rows
    ]
    transaction.change(given_up, values)


def _end_attempts(
    transaction: Transaction,
    batch: ClaimedBatch,
    done: Sequence[tuple[ClaimedOwner, OwnerOutcome]],
) -> None:
    ended = update(NOTICE_ATTEMPT).where(
        _ATTEMPT.notice_id == batch.notice_id,
        _ATTEMPT.person_id == bindparam("person"),
        _ATTEMPT.number == bindparam("n"),
        or_(  # an event can be faster than we are
            _ATTEMPT.outcome == AttemptOutcome.REGISTERED,
            _ATTEMPT.outcome == AttemptOutcome.UNKNOWN,
        ),
    )
    ended = ended.values(
        outcome=bindparam("came", type_=_ATTEMPT.outcome.type),
        ended_at=bindparam("ended", type_=_ATTEMPT.ended_at.type),
    )
    rows = [
        {
            "person": owner.person_id,
            "n": owner.number,
            "came": outcome.outcome,
            "ended": outcome.at,
            "record": _answered(transaction, owner, outcome),
        }
        for owner, outcome in done
    ]
    kept = ended.values(sealed_record=bindparam("record"))
    transaction.change(kept, [row for row in rows if row["record"]])
    transaction.change(ended, [_without_record(row) for row in rows if not row["record"]])


def _answered(transaction: Transaction, owner: ClaimedOwner, outcome: OwnerOutcome) -> bytes:
    """Nothing can be sealed for whoever was erased meanwhile."""
    if owner.person_id not in transaction.vault:
        return b""
    return _sealed(transaction, owner.person_id, owner.address, outcome.answer)


def _without_record(row: Values) -> Values:
    return {name: value for name, value in row.items() if name != "record"}


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


def _after(owner: ClaimedOwner, outcome: OwnerOutcome, silent_for: timedelta | None) -> Values:
    """The Owner's row after an attempt: refused means due at once, for the claim looks for another address."""
    doubt = _in_doubt(outcome.at, silent_for)
    states = {
        AttemptOutcome.ACCEPTED: (OwnerState.ACCEPTED, None) if silent_for is None else doubt,
        AttemptOutcome.UNKNOWN: doubt,
    }
    state, due_at = states.get(
        outcome.outcome, (OwnerState.WAITING, outcome.retry_at or outcome.at)
    )
    told_at = outcome.at if state is OwnerState.ACCEPTED else None
    return {
        "person": owner.person_id,
        "new_state": state,
        "new_due_at": due_at,
        "new_told_at": told_at,
    }


def _sealed(transaction: Transaction, person_id: UUID, address: str, answer: str) -> bytes:
    record = json.dumps({"address": address, "answer": answer}, ensure_ascii=False)
    return transaction.vault.seal_text(person_id, RECORD, record)
