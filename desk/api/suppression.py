"""The list of addresses that get no mail over the API: asked, and added to; nothing takes an address off."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from casework.suppressing import suppress_by_hand
from desk.acting import DeskHere
from desk.api.caller import Caller, scoped
from desk.api.routes import ApiRoute, IdempotencyKey
from desk.api.shapes import Addresses, Done, OnLists, Suppressing
from privacy.desk_roles import Action
from privacy.suppression import SuppressionReason
from storage.suppressions import lists_with

router = APIRouter(route_class=ApiRoute, tags=["suppression"])
Suppressor = Annotated[Caller, scoped(Action.SUPPRESS)]


@router.post("/suppression/check")
def check(_caller: Suppressor, desk: DeskHere, body: Addresses, _key: IdempotencyKey) -> OnLists:
    """Which lists the addresses are on; asked by POST, so that no address stands in a log of addresses."""
    with desk.database.reading() as reading:
        found = lists_with(reading, body.addresses)
    return OnLists(lists=[list(found[one]) for one in body.addresses])


@router.post("/suppression/add")
def add(caller: Suppressor, desk: DeskHere, body: Suppressing, _key: IdempotencyKey) -> Done:
    """Put the addresses on a list; those that are there keep their first date."""
    suppress_by_hand(
        desk.database,
        body.addresses,
        body.on,
        SuppressionReason.BY_HAND,
        actor=caller.actor,
        now=desk.clock(),
    )
    return Done()
