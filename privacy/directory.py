"""Who is who: workspaces, people and leads as the product lists them, and what is known of one address."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from privacy.instants import require_utc

NEVER_READ = "directory-never-read"
STALE = "directory-stale"
RETRY_AFTER = timedelta(minutes=5)


class Standing(StrEnum):
    """What somebody is to us: an Owner or member of a workspace, or a contact of our own marketing."""

    OWNER = "owner"
    MEMBER = "member"
    CONTACT = "contact"


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkspaceRecord:
    """A customer's workspace as a source lists it. `cancelled_since` is None while it is a customer's.

    `privacy_contact` is the address that hears of requests beside the Owners, `billing_contact` the one that hears of a
    policy change where no Owner can be reached; empty where there is none.
    """

    workspace: str
    name: str = field(default="", repr=False)
    plan: str = ""
    region: str = ""
    locale: str = ""
    cancelled_since: date | None = None
    privacy_contact: str = field(default="", repr=False)
    billing_contact: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRecord:
    """One address of one person in one standing. `workspace` is None for a marketing contact."""

    standing: Standing
    workspace: str | None
    person: str = field(repr=False)
    address: str = field(repr=False)
    name: str = field(default="", repr=False)
    locale: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadRecord:
    """A customer's contact: the address is hashed when it arrives, and kept nowhere."""

    workspace: str
    address: str = field(repr=False)


Record = WorkspaceRecord | PersonRecord | LeadRecord


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """One line of a source: its record, or the one reason why there is none. `place` counts from 1."""

    place: int
    record: Record | None = None
    wrong: str | None = None


@dataclass(frozen=True, kw_only=True)
class DirectoryState:
    """How the directory stands. Each whole reading of a source makes a new generation; 0 is none yet.

    `read_at` is when the last one began, `trouble` why the last attempt failed, None where it did not.
    """

    generation: int = 0
    read_at: datetime | None = None
    tried_at: datetime | None = None
    trouble: str | None = None

    def __post_init__(self) -> None:
        require_utc(read_at=self.read_at, tried_at=self.tried_at)

    def next_at(self, every: timedelta) -> datetime | None:
        """Return when the source is to be read again, sooner after trouble; None: at once."""
        if self.tried_at is None:
            return None
        return self.tried_at + (min(every, RETRY_AFTER) if self.trouble else every)

    def missing(self, now: datetime, stale_after: timedelta) -> str | None:
        """Return why nothing can be known from the directory now, None where it can be relied on.

        A source that is out of reach does no harm while what was read last is not too old.
        """
        if self.read_at is None:
            return NEVER_READ
        return STALE if now - self.read_at > stale_after else None


@dataclass(frozen=True, kw_only=True)
class HeldStanding:
    """A standing of the person behind an address. The instants are None for what still holds.

    `region` is where the workspace lies, "" where nobody said.
    """

    standing: Standing
    workspace_id: UUID | None
    region: str = ""
    left_at: datetime | None = None
    address_left_at: datetime | None = None

    def __post_init__(self) -> None:
        require_utc(left_at=self.left_at, address_left_at=self.address_left_at)

    @property
    def holds(self) -> bool:
        """Whether the standing and the address are both current."""
        return self.left_at is None and self.address_left_at is None


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the directory knows of one person: standings of their own, and in how many workspaces they are a lead.

    `lead_regions` are where those workspaces lie, each once.
    """

    standings: tuple[HeldStanding, ...] = ()
    lead_of: int = 0
    lead_regions: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """Where the workspaces of this person lie, each once."""
        own = (one.region for one in self.standings)
        return tuple(dict.fromkeys(filter(None, (*own, *self.lead_regions))))
