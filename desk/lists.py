"""Where a long list goes on: the query parameter that its pages share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from starlette.exceptions import HTTPException

from desk.paging import read_place
from desk.reader import Place

NOT_FOUND = HTTPException(404)


def place_in(after: Annotated[str | None, Query(max_length=100)] = None) -> Place | None:
    """Return where the list goes on, None for its start; a word that is no place is an address that is not there."""
    try:
        return None if after is None else read_place(after)
    except ValueError:
        raise NOT_FOUND from None


After = Annotated[Place | None, Depends(place_in)]
