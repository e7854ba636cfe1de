"""Whom a customer is reached by: the workspace with its Owners and privacy contact, as the directory lists them now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from privacy.directory import Standing
from privacy.forwarding import ListedOwner
from storage.datakeys import load_keys
from storage.directory import ListedWorkspace, workspaces_of
from storage.directory_rows import (
    DIRECTORY_ADDRESS,
    DIRECTORY_PERSON,
    DIRECTORY_STANDING,
    DIRECTORY_WORKSPACE,
)
from storage.directory_writes import ADDRESS
from storage.readable import ERASED, readable
from storage.transactions import Reading, in_chunks


@dataclass(frozen=True, kw_only=True)
class WorkspaceContacts:
    """A workspace with the Owners that it has at present."""

    workspace: ListedWorkspace
    owners: tuple[ListedOwner, ...]


def contacts_of(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, WorkspaceContacts]:
    """Return for each workspace whom it is reached by; unknown ids are left out."""
    owners = _owners(reading, ids)
    people = _people(reading, {one for found in owners.values() for one in found})
    return {
        workspace_id: WorkspaceContacts(
            workspace=workspace,
            owners=tuple(people[one] for one in owners.get(workspace_id, ()) if one in people),
        )
        for workspace_id, workspace in workspaces_of(reading, ids).items()
    }


def list_workspaces(
    reading: Reading, *, regions: Collection[str], limit: int, after: UUID | None = None
) -> dict[UUID, ListedWorkspace]:
    """Return workspaces in the order of their ids, of these regions where any are named."""
    row = DIRECTORY_WORKSPACE.c
    question = select(row.workspace_id).order_by(row.workspace_id).limit(limit)
    if regions:
        question = question.where(row.region.in_(sorted(regions)))
    if after is not None:
        question = question.where(row.workspace_id > after)
    return workspaces_of(reading, list(reading.fetch(question).scalars()))


def _owners(reading: Reading, ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    row = DIRECTORY_STANDING.c
    found: dict[UUID, list[UUID]] = {}
    for chunk in in_chunks(ids):
        question = select(row.workspace_id, row.person_id).where(
            row.workspace_id.in_(chunk), row.standing == Standing.OWNER, row.left_at.is_(None)
        )
        for workspace_id, person_id in reading.fetch(question.order_by(row.person_id)):
            found.setdefault(workspace_id, []).append(person_id)
    return found


def _people(reading: Reading, ids: Iterable[UUID]) -> dict[UUID, ListedOwner]:
    ids = sorted(ids)
    load_keys(reading, ids)
    person, address = DIRECTORY_PERSON.c, DIRECTORY_ADDRESS.c
    addresses: dict[UUID, list[str]] = {}
    locales: dict[UUID, str] = {}
    for chunk in in_chunks(ids):
        for row in reading.fetch(
            select(address.person_id, address.sealed_address).where(
                address.person_id.in_(chunk), address.left_at.is_(None)
            )
        ):
            text = readable(reading, row.person_id, ADDRESS, row.sealed_address)
            if text != ERASED:
                addresses.setdefault(row.person_id, []).append(text)
        named = select(person.person_id, person.locale).where(person.person_id.in_(chunk))
        locales.update({row.person_id: row.locale for row in reading.fetch(named)})
    return {
        one: ListedOwner(locale=locales[one], addresses=tuple(addresses[one]))
        for one in ids
        if one in addresses and one in locales
    }
