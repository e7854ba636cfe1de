"""Who does something: a member of staff at a keyboard, or a part of the desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who decides: a staff member's address, and beside it the operating system's user (contract of --actor)."""

    address: str
    os_user: str

    def __str__(self) -> str:
        return f"{self.address} ({self.os_user})"


@dataclass(frozen=True, kw_only=True)
class By:
    """Who makes a step, when, and because of what; `os_user` None: a part of the desk does."""

    name: str
    os_user: str | None
    at: datetime
    cause: str = ""
    ground: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.name if self.os_user is None else f"{self.name} ({self.os_user})"


def by_person(actor: Actor, at: datetime, *, cause: str = "", ground: str | None = None) -> By:
    """Return a member of staff as the maker of a step."""
    return By(name=actor.address, os_user=actor.os_user, at=at, cause=cause, ground=ground)


def by_desk(part: str, at: datetime, *, cause: str) -> By:
    """Return a part of the desk as the maker of a step."""
    return By(name=part, os_user=None, at=at, cause=cause)
