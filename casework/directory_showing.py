"""Shows staff who is behind an address, and records who looked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from casework.directory_reading import DIRECTORY_CHAIN
from casework.drafts import Actor
from privacy.audit import AuditEvent, AuditKind
from privacy.directory import DirectoryState
from privacy.suppression import SuppressionList
from storage.audit import append
from storage.database import Database
from storage.directory import (
    ListedPerson,
    ListedWorkspace,
    directory_state,
    lead_workspaces,
    people_at,
)
from storage.suppressions import lists_with

SHOWN_DIGITS = 16  # of the keyed hash: enough to find the look again, useless to find the address


@dataclass(frozen=True, kw_only=True)
class ShownAddress:
    """All that is known of one address."""

    state: DirectoryState
    people: tuple[ListedPerson, ...] = field(repr=False)
    lead_of: tuple[ListedWorkspace, ...] = field(repr=False)
    suppressed: tuple[SuppressionList, ...]

    @property
    def is_listed(self) -> bool:
        """Whether the directory knows the address at all."""
        return bool(self.people or self.lead_of)


def show_address(database: Database, address: str, *, actor: Actor, now: datetime) -> ShownAddress:
    """Return what is known of exactly this address; the look is on the trail before anything is seen."""
    key = database.lookup_key("address", address).hex()[:SHOWN_DIGITS]
    event = AuditEvent(
        chain=DIRECTORY_CHAIN,
        kind=AuditKind.DIRECTORY_SHOWN,
        at=now,
        actor=str(actor),
        payload={"address_key": key},
    )
    with database.transaction() as transaction:
        append(transaction, [event])
    with database.reading() as reading:
        return ShownAddress(
            state=directory_state(reading),
            people=tuple(people_at(reading, address)),
            lead_of=tuple(lead_workspaces(reading, address)),
            suppressed=lists_with(reading, [address])[address],
        )
