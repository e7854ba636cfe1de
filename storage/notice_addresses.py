"""Where a notice to an Owner goes, and in which language: what the directory and the earlier attempts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from privacy.directory import Standing
from privacy.notices import AttemptOutcome
from storage.datakeys import load_keys
from storage.directory_rows import (
    DIRECTORY_ADDRESS,
    DIRECTORY_PERSON,
    DIRECTORY_STANDING,
    DIRECTORY_WORKSPACE,
)
from storage.notice_contacts import billing_contacts
from storage.notice_rows import NOTICE_ATTEMPT
from storage.transactions import AnyRow, Reading, in_chunks

OVER = frozenset({AttemptOutcome.REFUSED, AttemptOutcome.BOUNCED, AttemptOutcome.SILENT})
_ATTEMPT, _ADDRESS = NOTICE_ATTEMPT.c, DIRECTORY_ADDRESS.c


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the directory and the earlier attempts say about the people of a batch."""

    locales: Mapping[UUID, list[str]]
    addresses: Mapping[UUID, list[tuple[bytes, bytes]]]  # key and sealed
    tried: Mapping[UUID, list[tuple[bytes, AttemptOutcome]]]

    @classmethod
    def of(cls, reading: Reading, notice_id: UUID, rows: Sequence[AnyRow]) -> Known:
        """Return what is known of these rows of the list: Owners, and billing contacts of workspaces."""
        people = [row.person_id for row in rows]
        contacts = [row.contact_of for row in rows if row.contact_of is not None]
        load_keys(reading, people)
        locales, addresses = _locales(reading, people), _addresses(reading, people)
        for owner, locale, key, sealed in billing_contacts(reading, contacts):
            locales[owner], addresses[owner] = [locale] if locale else [], [(key, sealed)]
        return cls(
            locales=locales,
            addresses=addresses,
            tried=_tried(reading, notice_id, [row.person_id for row in rows if row.attempts]),
        )

    def address_for(self, person_id: UUID) -> tuple[bytes, bytes] | None:
        """Return key and sealed address: that of the last attempt while it was not refused, else one not tried yet."""
        listed = dict(self.addresses.get(person_id, ()))
        tried = self.tried.get(person_id, [])
        over = {key for key, outcome in tried if outcome in OVER}
        if tried and tried[-1][0] in listed and tried[-1][0] not in over:
            return tried[-1][0], listed[tried[-1][0]]
        return next(((key, sealed) for key, sealed in listed.items() if key not in over), None)


def _locales(reading: Reading, people: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The person's own locale first, then those of their workspaces in the order of their ids."""
    found: dict[UUID, list[str]] = {person: [] for person in people}
    person, standing, workspace = DIRECTORY_PERSON.c, DIRECTORY_STANDING.c, DIRECTORY_WORKSPACE.c
    for chunk in in_chunks(people):
        own = select(person.person_id, person.locale).where(person.person_id.in_(chunk))
        theirs = (
            select(standing.person_id, workspace.locale)
            .where(
                standing.person_id.in_(chunk),
                standing.standing == Standing.OWNER,
                workspace.workspace_id == standing.workspace_id,
            )
            .order_by(standing.person_id, standing.workspace_id)
        )
        for question in (own, theirs):
            for who, locale in reading.fetch(question):
                if locale:
                    found[who].append(locale)
    return found


def _addresses(reading: Reading, people: Sequence[UUID]) -> dict[UUID, list[tuple[bytes, bytes]]]:
    found: dict[UUID, list[tuple[bytes, bytes]]] = {}
    for chunk in in_chunks(people):
        question = select(_ADDRESS.person_id, _ADDRESS.address_key, _ADDRESS.sealed_address).where(
            _ADDRESS.person_id.in_(chunk), _ADDRESS.left_at.is_(None)
        )
        for who, key, sealed in reading.fetch(question.order_by(_ADDRESS.address_key)):
            found.setdefault(who, []).append((bytes(key), bytes(sealed)))
    return found


def _tried(
    reading: Reading, notice_id: UUID, people: Sequence[UUID]
) -> dict[UUID, list[tuple[bytes, AttemptOutcome]]]:
    found: dict[UUID, list[tuple[bytes, AttemptOutcome]]] = {}
    for chunk in in_chunks(people):
        question = select(_ATTEMPT.person_id, _ATTEMPT.address_key, _ATTEMPT.outcome).where(
            _ATTEMPT.notice_id == notice_id, _ATTEMPT.person_id.in_(chunk)
        )
        for who, key, outcome in reading.fetch(
            question.order_by(_ATTEMPT.person_id, _ATTEMPT.number)
        ):
            found.setdefault(who, []).append((bytes(key), outcome))
    return found
