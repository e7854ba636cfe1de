"""What a source lists goes in: workspaces, people and leads, a batch at a time, each in a few statements."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Table, Update, and_, bindparam, delete, select, update

from privacy.directory import LeadRecord, PersonRecord, WorkspaceRecord
from storage.datakeys import add_keys, load_keys
from storage.directory_rows import (
    DIRECTORY_ADDRESS,
    DIRECTORY_LEAD,
    DIRECTORY_PERSON,
    DIRECTORY_STANDING,
    DIRECTORY_WORKSPACE,
)
from storage.ids import new_id
from storage.transactions import AnyRow, Reading, Transaction, Values, in_chunks

WORKSPACE_FACTS = "directory_workspace.sealed_facts"
PERSON_FACTS = "directory_person.sealed_facts"
ADDRESS = "directory_address.sealed_address"
NO_WORKSPACE = UUID(int=0)
ListedPerson = tuple[PersonRecord, UUID]  # with the workspace, or NO_WORKSPACE
ListedLead = tuple[LeadRecord, UUID]


def known_workspaces(reading: Reading, names: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of those workspaces that were ever listed, by the product's own id."""
    keys = {reading.ring.lookup_key("workspace", name): name for name in set(names)}
    row = DIRECTORY_WORKSPACE.c
    found: dict[str, UUID] = {}
    for chunk in in_chunks(keys):
        question = select(row.workspace_key, row.workspace_id).where(row.workspace_key.in_(chunk))
        found.update({keys[bytes(key)]: owner for key, owner in reading.fetch(question)})
    return found


def add_workspaces(
    transaction: Transaction, records: Sequence[WorkspaceRecord], *, reading: int
) -> None:
    """Store the workspaces as listed now; one that is listed twice is as its last line says."""
    ring = transaction.ring
    listed = {ring.lookup_key("workspace", record.workspace): record for record in records}
    known, renewed = _known(transaction, DIRECTORY_WORKSPACE, "workspace", listed)
    new = {key: new_id() for key in listed if key not in known}
    add_keys(transaction, list(new.values()))
    rows, same = [], []
    for key, record in listed.items():
        facts = ring.lookup_key("facts", repr(_workspace_facts(record)))
        if key in known and key not in renewed and bytes(known[key].facts_key) == facts:
            same.append(known[key].workspace_id)
            continue
        owner = new[key] if key in new else known[key].workspace_id
        rows.append(_workspace_row(transaction, record, (owner, key, facts), reading))
    transaction.merge(DIRECTORY_WORKSPACE, rows)
    _touch(transaction, DIRECTORY_WORKSPACE, "workspace_id", same, reading)


def add_people(transaction: Transaction, listed: Sequence[ListedPerson], *, reading: int) -> None:
    """Store people with their addresses and standings as listed now."""
    people = _add_persons(transaction, [record for record, _ in listed], reading)
    ring = transaction.ring
    addresses: dict[tuple[bytes, UUID], str] = {}
    standings: dict[tuple[UUID, str, UUID], Values] = {}
    for record, workspace_id in listed:
        person_id = people[record.person]
        addresses[ring.lookup_key("address", record.address), person_id] = record.address
        key = (person_id, record.standing, workspace_id)
        standings[key] = dict(zip(("person_id", "standing", "workspace_id"), key, strict=True))
    _add_addresses(transaction, addresses, reading)
    listing = {"seen": reading, "left_at": None}
    transaction.merge(DIRECTORY_STANDING, [row | listing for row in standings.values()])


def add_leads(transaction: Transaction, listed: Sequence[ListedLead], *, reading: int) -> None:
    """Store leads as keyed hashes with their workspace."""
    hash_of = transaction.ring.lookup_key
    # In the order of the keys: neighbours in the table are written together.
    pairs = sorted({(hash_of("lead", record.address), workspace) for record, workspace in listed})
    rows = [
        {"address_key": key, "workspace_id": workspace, "seen": reading} for key, workspace in pairs
    ]
    transaction.merge(DIRECTORY_LEAD, rows)


def _workspace_facts(record: WorkspaceRecord) -> tuple[str | None, ...]:
    since = record.cancelled_since
    cancelled = since.isoformat() if since else None
    said = (record.name, record.plan, record.region, record.locale, cancelled)
    billing = (record.billing_contact,) if record.billing_contact else ()
    return (*said, record.privacy_contact, *billing)  # who names none is not written anew for it


def _workspace_row(
    transaction: Transaction,
    record: WorkspaceRecord,
    names: tuple[UUID, bytes, bytes],
    reading: int,
) -> Values:
    owner, key, facts = names
    named = {"id": record.workspace, "name": record.name, "contact": record.privacy_contact}
    sealed = _seal(transaction, owner, WORKSPACE_FACTS, **named)
    return _billing(transaction, owner, record.billing_contact) | {
        "workspace_id": owner,
        "workspace_key": key,
        "facts_key": facts,
        "sealed_facts": sealed,
        "plan": record.plan,
        "region": record.region,
        "locale": record.locale,
        "cancelled_since": record.cancelled_since,
        "seen": reading,
        "left_at": None,
    }


def _billing(transaction: Transaction, owner: UUID, address: str) -> Values:
    """Sealed as a person's address is, so that whoever writes to it opens both alike."""
    if not address:
        return {"billing_key": None, "sealed_billing": None}
    return {
        "billing_key": transaction.ring.lookup_key("address", address),
        "sealed_billing": transaction.vault.seal_text(owner, ADDRESS, address),
    }


def _add_persons(
    transaction: Transaction, records: Sequence[PersonRecord], reading: int
) -> dict[str, UUID]:
    """Store the people themselves; returns their ids by the product's own."""
    ring = transaction.ring
    listed = {ring.lookup_key("person", record.person): record for record in records}
    known, renewed = _known(transaction, DIRECTORY_PERSON, "person", listed)
    new = {key: new_id() for key in listed if key not in known}
    add_keys(transaction, list(new.values()))
    ids = new | {key: row.person_id for key, row in known.items()}
    _drop_addresses(transaction, [ids[key] for key in renewed])
    rows, same = [], []
    for key, record in listed.items():
        facts = ring.lookup_key("facts", repr((record.name, record.locale)))
        if key in known and key not in renewed and bytes(known[key].facts_key) == facts:
            same.append(ids[key])
            continue
        row = {"person_id": ids[key], "person_key": key, "facts_key": facts}
        sealed = _seal(transaction, ids[key], PERSON_FACTS, id=record.person, name=record.name)
        listing = {"locale": record.locale, "seen": reading, "left_at": None}
        rows.append(row | {"sealed_facts": sealed} | listing)
    transaction.merge(DIRECTORY_PERSON, rows)
    _touch(transaction, DIRECTORY_PERSON, "person_id", same, reading)
    return {record.person: ids[key] for key, record in listed.items()}


def _add_addresses(
    transaction: Transaction, addresses: Mapping[tuple[bytes, UUID], str], reading: int
) -> None:
    row = DIRECTORY_ADDRESS.c
    known: set[tuple[bytes, UUID]] = set()
    for chunk in in_chunks(key for key, _ in addresses):
        question = select(row.address_key, row.person_id).where(row.address_key.in_(chunk))
        known |= {(bytes(key), person) for key, person in transaction.fetch(question)}
    new = [name for name in addresses if name not in known]
    load_keys(transaction, [person for _, person in new])
    transaction.insert(
        DIRECTORY_ADDRESS,
        [
            {
                "address_key": key,
                "person_id": person,
                "sealed_address": transaction.vault.seal_text(
                    person, ADDRESS, addresses[key, person]
                ),
                "seen": reading,
                "left_at": None,
            }
            for key, person in new
        ],
    )
    same = [{"a": key, "p": person} for key, person in known & set(addresses)]
    at = and_(row.address_key == bindparam("a"), row.person_id == bindparam("p"))
    transaction.change(_listed(DIRECTORY_ADDRESS, reading).where(at), same)


def _known(
    transaction: Transaction, table: Table, name: str, keys: Iterable[bytes]
) -> tuple[dict[bytes, AnyRow], set[bytes]]:
    """Return id and facts of what is there already, with data keys in use, and what was erased and is listed anew.

    The source decides who is listed; of what was erased nothing can be read any more, so it is written anew.
    """
    key, owner = table.c[f"{name}_key"], table.c[f"{name}_id"]
    found: dict[bytes, AnyRow] = {}
    for chunk in in_chunks(keys):
        question = select(key, owner, table.c.facts_key).where(key.in_(chunk))
        found.update({bytes(row[0]): row for row in transaction.fetch(question)})
    load_keys(transaction, [row[1] for row in found.values()])
    renewed = {name for name, row in found.items() if row[1] not in transaction.vault}
    add_keys(transaction, [found[name][1] for name in renewed])
    return found, renewed


def _drop_addresses(transaction: Transaction, people: Sequence[UUID]) -> None:
    for chunk in in_chunks(people):
        gone = DIRECTORY_ADDRESS.c.person_id.in_(chunk)
        transaction.change(delete(DIRECTORY_ADDRESS).where(gone))


def _listed(table: Table, reading: int) -> Update:
    return update(table).values(seen=reading, left_at=None)


def _touch(
    transaction: Transaction, table: Table, owner: str, same: Sequence[UUID], reading: int
) -> None:
    """What says the same as before is only marked as listed."""
    for chunk in in_chunks(same):
        transaction.change(_listed(table, reading).where(table.c[owner].in_(chunk)))


def _seal(transaction: Transaction, owner: UUID, column: str, **facts: str) -> bytes:
    return transaction.vault.seal_text(owner, column, json.dumps(facts))
