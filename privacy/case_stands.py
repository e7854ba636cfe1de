"""Where the rights of a case stand for its person: worked out from their states, or from what a letter decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from privacy.cases import ENDED, ItemState, RequestItem
from privacy.stands import RightStand, Stand
from privacy.work import Decision

# What a letter that decides says about its right.
BY_DECISION: Mapping[Decision, Stand] = {
    Decision.GRANTED: Stand.FULFILLED,
    Decision.PARTLY: Stand.PARTLY,
    Decision.REFUSED: Stand.REFUSED,
    Decision.PASSED_ON: Stand.PASSED_ON,
    Decision.NOT_PROVED: Stand.NOT_PROVED,
}


def stand_of(item: RequestItem, *, waits: bool) -> Stand | None:
    """Return where a right stands, None for what never was a request; `waits`: for its person to show who asks."""
    if item.state is ItemState.NOT_A_REQUEST:
        return None
    if item.state is ItemState.PARKED:
        return Stand.RESTING
    if item.state is ItemState.WITHDRAWN:
        return Stand.WITHDRAWN
    if item.state in ENDED:
        return Stand.ANSWERED
    return Stand.WAITING_FOR_YOU if waits else Stand.WORKING


def stands_of(
    items: Sequence[RequestItem], waiting: Sequence[RequestItem]
) -> tuple[RightStand, ...]:
    """Return where each right stands, in the order of the case; the day only of those on which we work."""
    found = ((item, stand_of(item, waits=item in waiting)) for item in items)
    return tuple(
        RightStand(
            right=item.right,
            scope=item.scope,
            stand=stand,
            answer_by=item.due.on if stand is Stand.WORKING else None,
        )
        for item, stand in found
        if stand is not None
    )
