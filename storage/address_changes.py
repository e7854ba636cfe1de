"""Changes of address: named, asked about, proved, told to the old address, and in effect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import and_, exists, select, update

from privacy.address_change import LIVE, ChangeState
from storage.address_rows import ADDRESS_CHANGE
from storage.case_writes import ADDRESS as PARTY_ADDRESS
from storage.datakeys import load_keys
from storage.readable import readable
from storage.states import PartyRole
from storage.tables import PARTY
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

OLD, NEW = "address_change.sealed_old", "address_change.sealed_new"
_CHANGE = ADDRESS_CHANGE.c
_SEALED = ("old", "new")
_LIVE = sorted(LIVE)


@dataclass(frozen=True, kw_only=True)
class AddressChange:
    """A change from `old` to `new` for one right of a case. The keys are keyed hashes: of both addresses and of the code."""

    change_id: UUID
    case_id: UUID
    item_id: UUID
    old_key: bytes = field(repr=False)
    new_key: bytes = field(repr=False)
    old: str = field(repr=False)
    new: str = field(repr=False)
    named_by: str
    named_at: datetime
    state: ChangeState = ChangeState.WANTED
    code_key: bytes | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    expires_on: date | None = None
    proved_at: datetime | None = None
    effective_at: datetime | None = None
    due_at: datetime | None = None


def add_change(transaction: Transaction, change: AddressChange) -> bool:
    """Store a change; False where the right has one already that is not over."""
    load_keys(transaction, [change.case_id])
    insert = transaction.upsert(ADDRESS_CHANGE).values(_row(transaction, change))
    added = insert.on_conflict_do_nothing().returning(_CHANGE.change_id)
    return transaction.fetch(added).first() is not None


def changes_of(reading: Reading, case_ids: Iterable[UUID]) -> list[AddressChange]:
    """Return the changes of these cases, the newest last."""
    found: list[AddressChange] = []
    for chunk in in_chunks(case_ids):
        question = select(ADDRESS_CHANGE).where(_CHANGE.case_id.in_(chunk))
        found += _changes(reading, reading.fetch(question.order_by(_CHANGE.change_id)).all())
    return found


def change_of_item(reading: Reading, case_id: UUID, item_id: UUID) -> AddressChange | None:
    """Return the newest change for a right, whatever became of it."""
    of_item = [one for one in changes_of(reading, [case_id]) if one.item_id == item_id]
    return of_item[-1] if of_item else None


def find_changes(reading: Reading, code_keys: Iterable[bytes]) -> dict[bytes, AddressChange]:
    """Return the changes whose new address was sent these codes, whatever became of them."""
    found: dict[bytes, AddressChange] = {}
    for chunk in in_chunks(code_keys):
        rows = reading.fetch(select(ADDRESS_CHANGE).where(_CHANGE.code_key.in_(chunk))).all()
        found |= {one.code_key: one for one in _changes(reading, rows) if one.code_key}
    return found


def is_contested(reading: Reading, change: AddressChange) -> bool:
    """Say whether another right has a change of the same old address, to another one, that was answered and is not over."""
    other = and_(
        _CHANGE.old_key == change.old_key,
        _CHANGE.item_id != change.item_id,
        _CHANGE.new_key != change.new_key,
        _CHANGE.state.in_([ChangeState.PROVED, ChangeState.TOLD]),
    )
    return bool(reading.fetch(select(exists().where(other))).scalar_one())


def due_changes(reading: Reading, *, now: datetime, limit: int) -> list[UUID]:
    """Return the changes in which something is due, the longest due first."""
    due = select(_CHANGE.change_id).where(_CHANGE.due_at <= now).order_by(_CHANGE.due_at)
    return list(reading.fetch(due.limit(limit)).scalars())


def claim_change(
    transaction: Transaction, change_id: UUID, *, now: datetime
) -> AddressChange | None:
    """Return a change in which something is due, for this transaction alone; None when nothing is (any more)."""
    due = select(ADDRESS_CHANGE).where(_CHANGE.change_id == change_id, _CHANGE.due_at <= now)
    rows = transaction.fetch(due.with_for_update(skip_locked=True)).all()
    found = _changes(transaction, rows)
    return found[0] if found else None


def put_change(transaction: Transaction, change: AddressChange) -> None:
    """Store where a claimed change stands from now on."""
    kept = ("state", "code_key", "expires_at", "expires_on", "effective_at", "due_at")
    values = {name: getattr(change, name) for name in kept}
    mine = update(ADDRESS_CHANGE).where(_CHANGE.change_id == change.change_id)
    transaction.change(mine.values(values))


def put_off_change(transaction: Transaction, change_id: UUID, *, until: datetime) -> None:
    """Look at a change again only then."""
    mine = update(ADDRESS_CHANGE).where(_CHANGE.change_id == change_id)
    transaction.change(mine.values(due_at=until))


def answer_change(transaction: Transaction, change_id: UUID, *, now: datetime) -> bool:
    """Take the one use of a code; False when it was used, is over, or another was quicker."""
    asked = and_(_CHANGE.state == ChangeState.ASKED, _CHANGE.expires_at > now)
    mine = update(ADDRESS_CHANGE).where(_CHANGE.change_id == change_id, asked)
    return transaction.change(mine.values(state=ChangeState.PROVED, proved_at=now, due_at=now)) == 1


def wake_change(transaction: Transaction, item_id: UUID, *, at: datetime) -> None:
    """Have the sweep look at the change of a right that has been carried out."""
    proved = and_(_CHANGE.item_id == item_id, _CHANGE.state == ChangeState.PROVED)
    transaction.change(update(ADDRESS_CHANGE).where(proved).values(due_at=at))


def end_change(transaction: Transaction, item_id: UUID) -> bool:
    """Let the change of a right go no further; False where there was none."""
    mine = and_(_CHANGE.item_id == item_id, _CHANGE.state.in_(_LIVE))
    ended = update(ADDRESS_CHANGE).where(mine).values(state=ChangeState.ENDED, due_at=None)
    return transaction.change(ended) == 1


def object_to_change(transaction: Transaction, case_id: UUID, old_key: bytes) -> int:
    """Stop what the old address was told of and has not taken effect; returns how many."""
    told = and_(
        _CHANGE.case_id == case_id, _CHANGE.old_key == old_key, _CHANGE.state == ChangeState.TOLD
    )
    stopped = update(ADDRESS_CHANGE).where(told)
    return transaction.change(stopped.values(state=ChangeState.OBJECTED, due_at=None))


def move_requester(transaction: Transaction, change: AddressChange) -> None:
    """Have the further letters of the case go to the new address."""
    party = PARTY.c
    load_keys(transaction, [change.case_id])
    sealed = transaction.vault.seal_text(change.case_id, PARTY_ADDRESS, change.new)
    asks = and_(party.case_id == change.case_id, party.role == PartyRole.REQUESTER)
    domain = transaction.ring.lookup_key("domain", change.new.rpartition("@")[2])
    values = {"address_key": change.new_key, "domain_key": domain, "sealed_address": sealed}
    transaction.change(update(PARTY).where(asks).values(values))


def _row(transaction: Transaction, change: AddressChange) -> Values:
    names = [name for name in AddressChange.__dataclass_fields__ if name not in _SEALED]
    vault = transaction.vault
    return {name: getattr(change, name) for name in names} | {
        "sealed_old": vault.seal_text(change.case_id, OLD, change.old),
        "sealed_new": vault.seal_text(change.case_id, NEW, change.new),
    }


def _changes(reading: Reading, rows: Sequence[AnyRow]) -> list[AddressChange]:
    load_keys(reading, [row.case_id for row in rows])
    return [_change(reading, row) for row in rows]


def _change(reading: Reading, row: AnyRow) -> AddressChange:
    names = [name for name in AddressChange.__dataclass_fields__ if name not in _SEALED]
    values = {name: getattr(row, name) for name in names} | {
        "old_key": bytes(row.old_key),
        "new_key": bytes(row.new_key),
        "code_key": None if row.code_key is None else bytes(row.code_key),
    }
    old = readable(reading, row.case_id, OLD, row.sealed_old)
    new = readable(reading, row.case_id, NEW, row.sealed_new)
    return AddressChange(**values, old=old, new=new)
