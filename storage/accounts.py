"""Accounts: who may sign in, found by the keyed hash of an address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from privacy.desk_roles import Role
from storage.account_rows import ACCOUNT, DESK_SESSION, SIGN_IN_LINK
from storage.api_tokens import drop_tokens
from storage.datakeys import add_keys, erase_keys, load_keys
from storage.transactions import AnyRow, AnySelect, Reading, Transaction, Values

ADDRESS, NAME, SECOND = "account.address", "account.name", "account.second"
RECOVERY = "recovery"
KIND = "address"
_ROW = ACCOUNT.c


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who may sign in; without regions they see every region of this desk."""

    account_id: UUID
    address: str = field(repr=False)
    name: str = field(repr=False)
    roles: frozenset[Role]
    regions: frozenset[str]
    language: str
    added_at: datetime
    has_second: bool = False


@dataclass(frozen=True, kw_only=True)
class SecondFactor:
    """The secret of a second factor, the last step whose code was taken, and how many recovery codes are left."""

    secret: bytes = field(repr=False)
    last_step: int | None
    recovery: tuple[str, ...] = field(repr=False)


def add_account(transaction: Transaction, account: Account) -> bool:
    """Add the account; False when there is one with this address."""
    if find_account(transaction, account.address) is not None:
        return False
    owner = account.account_id
    add_keys(transaction, [owner])
    row: Values = {
        "account_id": owner,
        "address_key": transaction.ring.lookup_key(KIND, account.address),
        "sealed_address": transaction.vault.seal(owner, ADDRESS, account.address.encode()),
        "sealed_name": transaction.vault.seal(owner, NAME, account.name.encode()),
        "roles": tuple(sorted(account.roles)),
        "regions": tuple(sorted(account.regions)),
        "language": account.language,
        "added_at": account.added_at,
        "sealed_second": None,
        "second_step": None,
        "recovery": (),
    }
    transaction.insert(ACCOUNT, [row])
    return True


def find_account(reading: Reading, address: str) -> Account | None:
    """Return the account of an address, None without one."""
    key = reading.ring.lookup_key(KIND, address)
    return next(iter(_accounts(reading, select(ACCOUNT).where(_ROW.address_key == key))), None)


def get_account(reading: Reading, account_id: UUID) -> Account | None:
    """Return the account, None once it is removed."""
    question = select(ACCOUNT).where(_ROW.account_id == account_id)
    return next(iter(_accounts(reading, question)), None)


def list_accounts(reading: Reading) -> list[Account]:
    """Return all accounts, the oldest first."""
    return _accounts(reading, select(ACCOUNT).order_by(_ROW.added_at, _ROW.account_id))


def set_rights(
    transaction: Transaction, account_id: UUID, roles: Iterable[Role], regions: Iterable[str]
) -> None:
    """Give the account these roles and regions instead of those that it had."""
    values = {"roles": tuple(sorted(roles)), "regions": tuple(sorted(regions))}
    _change(transaction, account_id, **values)


def remove_account(transaction: Transaction, account_id: UUID) -> None:
    """Remove the account with all that hangs on it; its key goes too, so that no old copy can be read."""
    drop_tokens(transaction, account_id)
    for table in (DESK_SESSION, SIGN_IN_LINK, ACCOUNT):
        transaction.change(table.delete().where(table.c.account_id == account_id))
    erase_keys(transaction, [account_id])


def second_of(reading: Reading, account_id: UUID) -> SecondFactor | None:
    """Return the second factor of the account, None without one."""
    columns = select(_ROW.sealed_second, _ROW.second_step, _ROW.recovery)
    row = reading.fetch(columns.where(_ROW.account_id == account_id)).one_or_none()
    if row is None or row.sealed_second is None:
        return None
    load_keys(reading, [account_id])
    secret = reading.vault.unseal(account_id, SECOND, bytes(row.sealed_second))
    return SecondFactor(secret=secret, last_step=row.second_step, recovery=row.recovery)


def set_second(
    transaction: Transaction, account_id: UUID, secret: bytes | None, recovery: Iterable[str] = ()
) -> None:
    """Set the second factor and its recovery codes anew, or take them off."""
    load_keys(transaction, [account_id])
    sealed = None if secret is None else transaction.vault.seal(account_id, SECOND, secret)
    hashes = tuple(recovery_key(transaction, code) for code in recovery)
    _change(transaction, account_id, sealed_second=sealed, second_step=None, recovery=hashes)


def use_step(transaction: Transaction, account_id: UUID, step: int) -> bool:
    """Take the code of this step; False when it, or a later one, was taken already."""
    unused = _ROW.second_step.is_(None) | (_ROW.second_step < step)
    taking = update(ACCOUNT).where(_ROW.account_id == account_id, unused)
    return transaction.change(taking.values(second_step=step)) == 1


def use_recovery(transaction: Transaction, account_id: UUID, code: str) -> bool:
    """Take a recovery code, which is gone then; False for one that is none."""
    second, key = second_of(transaction, account_id), recovery_key(transaction, code)
    if second is None or key not in second.recovery:
        return False
    left = tuple(one for one in second.recovery if one != key)
    taking = update(ACCOUNT).where(_ROW.account_id == account_id, _ROW.recovery == second.recovery)
    return transaction.change(taking.values(recovery=left)) == 1


def recovery_key(reading: Reading, code: str) -> str:
    """Return the keyed hash of a recovery code."""
    return reading.ring.lookup_key(RECOVERY, code).hex()


def _accounts(reading: Reading, question: AnySelect) -> list[Account]:
    rows = reading.fetch(question).all()
    load_keys(reading, [row.account_id for row in rows])
    return [_account(reading, row) for row in rows]


def _account(reading: Reading, row: AnyRow) -> Account:
    def unsealed(place: str, sealed: bytes) -> str:
        return reading.vault.unseal(row.account_id, place, bytes(sealed)).decode()

    return Account(
        account_id=row.account_id,
        address=unsealed(ADDRESS, row.sealed_address),
        name=unsealed(NAME, row.sealed_name),
        roles=frozenset(map(Role, row.roles)),
        regions=frozenset(row.regions),
        language=row.language,
        added_at=row.added_at,
        has_second=row.sealed_second is not None,
    )


def _change(transaction: Transaction, account_id: UUID, **values: object) -> None:
    transaction.change(update(ACCOUNT).where(_ROW.account_id == account_id).values(**values))
