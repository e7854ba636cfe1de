"""Accounts: who may sign in and what they may do; a change ends their sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from privacy.addresses import without_plus
from privacy.audit import AuditEvent, AuditKind
from privacy.desk_roles import Role
from privacy.errors import Permanent
from storage.accounts import (
    Account,
    add_account,
    find_account,
    get_account,
    list_accounts,
    remove_account,
    set_rights,
)
from storage.audit import append
from storage.database import Database, Transaction
from storage.desk_sessions import end_sessions
from storage.failures import NotFound
from storage.ids import new_id

ACCOUNT_CHAIN = UUID("0d1c7000-0000-4000-8000-000000000004")
NO_ACCOUNT = "account: there is none with this address"


@dataclass(frozen=True, kw_only=True)
class NewAccount:
    """Somebody who shall be able to sign in."""

    address: str = field(repr=False)
    name: str = field(repr=False)
    roles: frozenset[Role]
    regions: frozenset[str] = frozenset()
    language: str = "en"


def open_account(database: Database, wanted: NewAccount, *, actor: Actor, now: datetime) -> Account:
    """Add the account and return it. Raises Permanent for one without a role, and where there is one already."""
    _require_roles(wanted.roles)
    account = Account(
        account_id=new_id(),
        address=without_plus(wanted.address),
        name=wanted.name,
        roles=wanted.roles,
        regions=wanted.regions,
        language=wanted.language,
        added_at=now,
    )
    with database.transaction() as transaction:
        if not add_account(transaction, account):
            raise Permanent("account: there is one with this address already")
        _record(transaction, AuditKind.ACCOUNT_ADDED, account, actor, now)
    return account


def change_account(
    database: Database,
    account_id: UUID,
    roles: Iterable[Role],
    regions: Iterable[str],
    *,
    actor: Actor,
    now: datetime,
) -> Account:
    """Give the account these roles and regions, end its sessions, and return it.

    Raises Permanent for an account that is gone, one without a role, and the last administrator.
    """
    wanted, places = frozenset(roles), frozenset(regions)
    _require_roles(wanted)
    with database.transaction() as transaction:
        account = _get(transaction, account_id)
        if Role.ADMINISTRATOR not in wanted:
            _require_another_administrator(transaction, account)
        set_rights(transaction, account_id, wanted, places)
        end_sessions(transaction, account_id)
        changed = _get(transaction, account_id)
        _record(transaction, AuditKind.ACCOUNT_CHANGED, changed, actor, now)
    return changed


def close_account(database: Database, account_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Remove the account with its sessions. Raises Permanent for one that is gone and the last administrator."""
    with database.transaction() as transaction:
        account = _get(transaction, account_id)
        _require_another_administrator(transaction, account)
        remove_account(transaction, account_id)
        _record(transaction, AuditKind.ACCOUNT_REMOVED, account, actor, now)


def account_of(database: Database, address: str) -> Account:
    """Return the account of an address. Raises Permanent where there is none."""
    with database.reading() as reading:
        found = find_account(reading, without_plus(address))
    if found is None:
        raise Permanent(NO_ACCOUNT)
    return found


def account_with(database: Database, account_id: UUID) -> Account:
    """Return the account with this id. Raises NotFound for one that is gone."""
    with database.reading() as reading:
        found = get_account(reading, account_id)
    if found is None:
        raise NotFound(NO_ACCOUNT)
    return found


def all_accounts(database: Database) -> list[Account]:
    """Return all accounts, the oldest first."""
    with database.reading() as reading:
        return list_accounts(reading)


def _get(transaction: Transaction, account_id: UUID) -> Account:
    account = get_account(transaction, account_id)
    if account is None:
        raise NotFound(NO_ACCOUNT)
    return account


def _require_roles(roles: frozenset[Role]) -> None:
    if not roles:
        raise Permanent("account: without a role nobody can do anything; remove it instead")


def _require_another_administrator(transaction: Transaction, account: Account) -> None:
    """Nobody locks the last administrator out, neither by a page nor by a command."""
    others = [one for one in list_accounts(transaction) if one.account_id != account.account_id]
    if Role.ADMINISTRATOR not in account.roles:
        return
    if not any(Role.ADMINISTRATOR in one.roles for one in others):
        raise Permanent("account: this is the last administrator; make another one first")


def _record(
    transaction: Transaction, kind: AuditKind, account: Account, actor: Actor, now: datetime
) -> None:
    payload = {
        "account": str(account.account_id),
        "roles": sorted(account.roles),
        "regions": sorted(account.regions),
    }
    event = AuditEvent(chain=ACCOUNT_CHAIN, kind=kind, at=now, actor=str(actor), payload=payload)
    append(transaction, [event])
