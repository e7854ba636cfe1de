"""What can be asked of the directory: how it stands, who is behind an address, and whom staff may be shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select

from privacy.directory import DirectoryState, HeldStanding, Known, Standing
from storage.datakeys import load_keys
from storage.directory_rows import (
    DIRECTORY_ADDRESS,
    DIRECTORY_LEAD,
    DIRECTORY_PERSON,
    DIRECTORY_STANDING,
    DIRECTORY_STATE,
    DIRECTORY_WORKSPACE,
)
from storage.directory_writes import ADDRESS, NO_WORKSPACE, PERSON_FACTS, WORKSPACE_FACTS
from storage.readable import ERASED, readable
from storage.transactions import AnyRow, Reading, in_chunks

Asked = TypeVar("Asked")
_ADDRESS, _STANDING, _LEAD = DIRECTORY_ADDRESS.c, DIRECTORY_STANDING.c, DIRECTORY_LEAD.c
_REGION = DIRECTORY_WORKSPACE.c.region
_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_STANDINGS = (
    select(
        _ADDRESS.address_key,
        _ADDRESS.left_at.label("address_left_at"),
        _STANDING.standing,
        _STANDING.workspace_id,
        _STANDING.left_at,
        _REGION,
    )
    .select_from(
        DIRECTORY_ADDRESS.join(
            DIRECTORY_STANDING, _STANDING.person_id == _ADDRESS.person_id
        ).outerjoin(
            DIRECTORY_WORKSPACE, DIRECTORY_WORKSPACE.c.workspace_id == _STANDING.workspace_id
        )
    )
    .where(_ADDRESS.address_key.in_(_KEYS))
    .order_by(_STANDING.person_id, _STANDING.standing, _STANDING.workspace_id)
)
_LEADS = (
    select(_LEAD.address_key, _LEAD.workspace_id, _REGION)
    .select_from(
        DIRECTORY_LEAD.outerjoin(
            DIRECTORY_WORKSPACE, DIRECTORY_WORKSPACE.c.workspace_id == _LEAD.workspace_id
        )
    )
    .where(_LEAD.address_key.in_(_KEYS))
)


@dataclass(frozen=True, kw_only=True)
class ListedWorkspace:
    """A workspace as staff may see it; the contacts are empty where there is none."""

    workspace: str
    name: str = field(repr=False)
    privacy_contact: str = field(repr=False)
    billing_contact: str = field(repr=False)
    plan: str
    region: str
    locale: str
    cancelled_since: date | None
    listed: bool


@dataclass(frozen=True, kw_only=True)
class ShownStanding:
    """A standing with its workspace; None for a marketing contact."""

    held: HeldStanding
    workspace: ListedWorkspace | None


@dataclass(frozen=True, kw_only=True)
class ListedPerson:
    """A person as staff may see them."""

    person: str = field(repr=False)
    name: str = field(repr=False)
    locale: str
    addresses: tuple[str, ...] = field(repr=False)
    standings: tuple[ShownStanding, ...]


def directory_state(reading: Reading) -> DirectoryState:
    """Return how the directory stands."""
    state = DIRECTORY_STATE.c
    question = select(state.generation, state.read_at, state.tried_at, state.trouble)
    row = reading.fetch(question).mappings().one_or_none()
    return DirectoryState() if row is None else DirectoryState(**row)


def known_version(reading: Reading, source: str) -> str | None:
    """Return the version that the last whole reading of this source bore, None where it named none."""
    state = DIRECTORY_STATE.c
    question = select(state.version).where(state.source == source)
    version: str | None = reading.fetch(question).scalar_one_or_none()
    return version


def look_up(reading: Reading, addresses: Mapping[Asked, str]) -> dict[Asked, Known]:
    """Return what is known of each address, nothing for one that is not listed.

    Known or not, each address costs the same: two hashes, and a place in the same two questions.
    """
    hash_of = reading.ring.lookup_key
    own = {asked: hash_of("address", address) for asked, address in addresses.items()}
    leads = {asked: hash_of("lead", address) for asked, address in addresses.items()}
    standings, lead_of = _standings_at(reading, own.values()), _leads_at(reading, leads.values())
    return {
        asked: Known(
            standings=tuple(standings.get(own[asked], ())),
            lead_of=len(lead_of.get(leads[asked], ())),
            lead_regions=tuple(sorted(set(filter(None, lead_of.get(leads[asked], {}).values())))),
        )
        for asked in addresses
    }


def people_at(reading: Reading, address: str) -> list[ListedPerson]:
    """Return whoever is behind an address, with all that is listed of them."""
    key = reading.ring.lookup_key("address", address)
    question = select(_ADDRESS.person_id).where(_ADDRESS.address_key == key)
    ids = list(reading.fetch(question.order_by(_ADDRESS.person_id)).scalars())
    return [_person(reading, person_id) for person_id in ids]


def lead_workspaces(reading: Reading, address: str) -> list[ListedWorkspace]:
    """Return the workspaces in which an address is a lead."""
    return list(workspaces_of(reading, lead_workspace_ids(reading, address)).values())


def lead_workspace_ids(reading: Reading, address: str) -> list[UUID]:
    """Return the ids of the same."""
    key = reading.ring.lookup_key("lead", address)
    return sorted(_leads_at(reading, [key]).get(key, ()))


def _standings_at(reading: Reading, keys: Iterable[bytes]) -> dict[bytes, list[HeldStanding]]:
    found: dict[bytes, list[HeldStanding]] = {}
    for chunk in in_chunks(keys):
        for row in reading.fetch(_STANDINGS, {"keys": chunk}):
            held = _held(row, row.address_left_at)
            found.setdefault(bytes(row.address_key), []).append(
                replace(held, region=row.region or "")
            )
    return found


def _leads_at(reading: Reading, keys: Iterable[bytes]) -> dict[bytes, dict[UUID, str]]:
    """Return the workspaces of each lead, with their regions."""
    found: dict[bytes, dict[UUID, str]] = {}
    for chunk in in_chunks(keys):
        for key, workspace_id, region in reading.fetch(_LEADS, {"keys": chunk}):
            found.setdefault(bytes(key), {})[workspace_id] = region or ""
    return found


def _held(row: AnyRow, address_left_at: datetime | None = None) -> HeldStanding:
    return HeldStanding(
        standing=Standing(row.standing),
        workspace_id=None if row.workspace_id == NO_WORKSPACE else row.workspace_id,
        left_at=row.left_at,
        address_left_at=address_left_at,
    )


def _person(reading: Reading, person_id: UUID) -> ListedPerson:
    load_keys(reading, [person_id])
    row = reading.fetch(
        select(DIRECTORY_PERSON).where(DIRECTORY_PERSON.c.person_id == person_id)
    ).one()
    facts = _facts(reading, person_id, PERSON_FACTS, row.sealed_facts)
    addresses = select(DIRECTORY_ADDRESS).where(_ADDRESS.person_id == person_id)
    question = select(_STANDING.standing, _STANDING.workspace_id, _STANDING.left_at)
    held = [_held(one) for one in reading.fetch(question.where(_STANDING.person_id == person_id))]
    workspaces = workspaces_of(reading, [one.workspace_id for one in held if one.workspace_id])
    return ListedPerson(
        person=facts["id"],
        name=facts["name"],
        locale=row.locale,
        addresses=tuple(
            readable(reading, person_id, ADDRESS, one.sealed_address)
            for one in reading.fetch(addresses.where(_ADDRESS.left_at.is_(None)))
        ),
        standings=tuple(
            ShownStanding(
                held=one,
                workspace=workspaces.get(one.workspace_id) if one.workspace_id else None,
            )
            for one in held
        ),
    )


def workspaces_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, ListedWorkspace]:
    """Return the workspaces with these ids, listed or not any more; unknown ids are left out."""
    load_keys(reading, ids)
    found: dict[UUID, ListedWorkspace] = {}
    row = DIRECTORY_WORKSPACE.c
    for chunk in in_chunks(ids):
        question = select(DIRECTORY_WORKSPACE).where(row.workspace_id.in_(chunk))
        for one in reading.fetch(question.order_by(row.workspace_id)):
            facts = _facts(reading, one.workspace_id, WORKSPACE_FACTS, one.sealed_facts)
            found[one.workspace_id] = ListedWorkspace(
                workspace=facts["id"],
                name=facts["name"],
                privacy_contact=facts.get("contact", ""),
                billing_contact=_billing(reading, one),
                plan=one.plan,
                region=one.region,
                locale=one.locale,
                cancelled_since=one.cancelled_since,
                listed=one.left_at is None,
            )
    return found


def _billing(reading: Reading, row: AnyRow) -> str:
    if row.sealed_billing is None:
        return ""
    return readable(reading, row.workspace_id, ADDRESS, bytes(row.sealed_billing))


def _facts(reading: Reading, owner: UUID, column: str, sealed: bytes) -> dict[str, str]:
    text = readable(reading, owner, column, sealed)
    return {"id": ERASED, "name": ""} if text == ERASED else json.loads(text)
