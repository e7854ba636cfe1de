"""What pages act with: the same services, profile and clock that commands hand to casework."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from casework.processing import Services
from casework.profile import DeskProfile
from desk.house import House
from desk.reader import DeskReader
from desk.shelf import Shelf
from privacy.ports import Clock
from privacy.reminders import Ladder
from storage.database import Database


def _any_way() -> None:
    """Nothing stands against the way that notices take."""


@dataclass(frozen=True, kw_only=True)
class DeskServices:
    """What a page needs to read and to act; `health` gives (all is well, codes of what is not).

    `wake` is called after a letter was queued or a message released, so that nobody waits for the next look.
    `check_notices` raises Permanent where notices leave by a provider whose word nobody takes.
    """

    services: Services
    reader: DeskReader
    ladder: Ladder
    clock: Clock
    health: Callable[[], tuple[bool, list[str]]]
    wake: Callable[[], None]
    house: House = field(default_factory=House, repr=False)
    shelf: Shelf = field(default_factory=Shelf, repr=False)
    check_notices: Callable[[], None] = _any_way

    @property
    def database(self) -> Database:
        """The open database; only casework opens a transaction that writes."""
        return self.services.database

    @property
    def profile(self) -> DeskProfile:
        """The desk as casework functions take it (`desk=`)."""
        return self.services.desk


def desk_of(request: Request) -> DeskServices:
    """Return the services of the application that answers."""
    found: DeskServices = request.app.state.desk
    return found


DeskHere = Annotated[DeskServices, Depends(desk_of)]
