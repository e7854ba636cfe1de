"""Whom a right waits for, as its person is told before and after they have shown who asks."""

import pytest

from privacy.cases import ItemState
from privacy.person_status import WaitsFor, waits_for
from privacy.stands import Stand


@pytest.mark.parametrize(
    ("state", "stand", "proved", "told", "expected"),
    [
        (ItemState.RECEIVED, Stand.WAITING_FOR_YOU, False, False, WaitsFor.YOU),
        (ItemState.PARKED, Stand.RESTING, False, False, WaitsFor.YOU),
        (ItemState.FULFILLED, Stand.ANSWERED, True, True, WaitsFor.NOBODY),
        (ItemState.WITHDRAWN, Stand.WITHDRAWN, False, False, WaitsFor.NOBODY),
        (ItemState.RECEIVED, Stand.WORKING, False, False, WaitsFor.US),
        (ItemState.WITH_CONTROLLER, Stand.WORKING, False, False, WaitsFor.US),
        (ItemState.WITH_CONTROLLER, Stand.WORKING, True, False, WaitsFor.US),
        (ItemState.WITH_CONTROLLER, Stand.WORKING, False, True, WaitsFor.CUSTOMER),
        (ItemState.EXECUTING, Stand.WORKING, False, True, WaitsFor.US),
        (ItemState.EXECUTING, Stand.WORKING, True, False, WaitsFor.SYSTEM),
    ],
)
def test_that_there_are_data_is_never_told_by_who_acts_next(
    *, state: ItemState, stand: Stand, proved: bool, told: bool, expected: WaitsFor
) -> None:
    assert waits_for(state, stand, proved=proved, told_of_customer=told) is expected
