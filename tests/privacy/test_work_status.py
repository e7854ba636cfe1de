"""Who has to act: derived from the axes, so that a list can never disagree with them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.cases import ENDED, CaseState, ItemState
from privacy.rights import Right
from privacy.work import LetterFate
from privacy.work_status import URGENCY, CaseView, ItemView, WorkStatus, case_status, item_status

S, W = ItemState, WorkStatus
ACCESS = ItemView(right=Right.ACCESS, state=S.RECEIVED, identity_suffices=True)
ERASURE = replace(ACCESS, right=Right.ERASURE)
UNKNOWN = replace(ACCESS, identity_suffices=False)

ROWS: list[tuple[ItemView, WorkStatus]] = [
    (UNKNOWN, W.NEEDS_IDENTITY),
    (replace(UNKNOWN, state=S.PLANNED), W.NEEDS_IDENTITY),
    (replace(UNKNOWN, asked=True), W.WAITING_ON_PERSON),
    (ACCESS, W.WAITING_ON_US),
    (replace(ACCESS, state=S.PLANNED), W.WAITING_ON_US),
    (replace(ERASURE, state=S.PLANNED), W.NEEDS_DECISION),
    (replace(ERASURE, state=S.COOLING_OFF), W.WAITING_ON_PERSON),
    (replace(ACCESS, state=S.EXECUTING), W.WAITING_ON_US),
    (replace(ACCESS, state=S.EXECUTED), W.WAITING_ON_US),
    (replace(ACCESS, state=S.WITH_CONTROLLER), W.WAITING_ON_US),
    (replace(ACCESS, state=S.AWAITING_APPROVAL), W.NEEDS_DECISION),
    (replace(ACCESS, state=S.APPROVED, letter=LetterFate.ON_ITS_WAY), W.WAITING_ON_US),
    (replace(ACCESS, state=S.APPROVED, letter=LetterFate.CAME_BACK), W.BLOCKED_DELIVERY),
    (replace(UNKNOWN, state=S.PARKED), W.WAITING_ON_PERSON),
    (replace(ACCESS, state=S.FULFILLED), W.DONE),
    (replace(ACCESS, state=S.REFUSED), W.DONE),
]


@pytest.mark.parametrize(("item", "status"), ROWS)
def test_a_right_waits_for_whoever_can_move_it(item: ItemView, status: WorkStatus) -> None:
    assert item_status(item) is status


def case(*items: ItemView, state: CaseState = CaseState.OPEN, failed: bool = False) -> WorkStatus:
    return case_status(CaseView(state=state, items=items, letter_failed=failed))


def test_a_case_has_the_status_of_its_most_urgent_right() -> None:
    assert case(UNKNOWN, replace(ACCESS, state=S.AWAITING_APPROVAL)) is W.NEEDS_DECISION
    assert case(replace(ACCESS, state=S.FULFILLED), UNKNOWN) is W.NEEDS_IDENTITY


def test_a_letter_that_did_not_arrive_comes_first() -> None:
    assert case(replace(ACCESS, state=S.AWAITING_APPROVAL), failed=True) is W.BLOCKED_DELIVERY


def test_a_case_that_is_closed_is_done_and_one_without_rights_waits_on_us() -> None:
    assert case(UNKNOWN, state=CaseState.CLOSED, failed=True) is W.DONE
    assert case() is W.WAITING_ON_US
    assert case(replace(ACCESS, state=S.FULFILLED)) is W.WAITING_ON_US


ITEMS = st.builds(
    ItemView,
    right=st.sampled_from(Right),
    state=st.sampled_from(ItemState),
    identity_suffices=st.booleans(),
    asked=st.booleans(),
    letter=st.sampled_from(LetterFate),
)


@given(item=ITEMS)
def test_only_what_has_ended_is_done(item: ItemView) -> None:
    assert (item_status(item) is W.DONE) == (item.state in ENDED - {S.PARKED})


@given(items=st.lists(ITEMS, max_size=4).map(tuple))
def test_an_open_case_is_never_done_and_never_less_urgent_than_a_right(
    items: tuple[ItemView, ...],
) -> None:
    status = case(*items)
    assert status is not W.DONE
    assert all(URGENCY.index(status) <= URGENCY.index(item_status(item)) for item in items)
