"""What the pages of long lists share: where a list goes on, and that all of it lies in the region of this desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.exceptions import HTTPException

from desk.acting import desk_of
from desk.paging import read_place
from desk.reader import Place
from desk.visitor import Needed, Visitor, refuse
from privacy.desk_roles import Action

NOT_FOUND = HTTPException(404)


def place_in(after: Annotated[str | None, Query(max_length=100)] = None) -> Place | None:
    """Return where the list goes on, None for its start; a word that is no place is an address that is not there."""
    try:
        return None if after is None else read_place(after)
    except ValueError:
        raise NOT_FOUND from None


After = Annotated[Place | None, Depends(place_in)]


class NeededHere(Needed):
    """A dependency like Needed, for what lies in the region of this desk as a whole."""

    async def __call__(self, request: Request) -> Visitor:
        """Return the visitor. Raises Refused for one who may not see this region."""
        visitor = await super().__call__(request)
        if not visitor.sees(desk_of(request).profile.region):
            refuse("other_region")
        return visitor


SeeingAll = Annotated[Visitor, Depends(NeededHere(Action.SEE))]
