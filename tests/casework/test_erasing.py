"""Nothing is erased before two people approved it, what is kept is stated, and the person could cancel."""

import pytest

from casework.erasing import sweep_erasures
from casework_values import (
    BOTH_ENGINES,
    DANA,
    DAY,
    ERASE,
    LEAD,
    OMAR,
    TestDesk,
    profile,
)
from privacy.cases import CaseState, ItemState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.rights import Right
from privacy.work_status import WorkStatus
from work_values import (
    TERMS,
    answer,
    approve,
    approve_erasing,
    begin,
    carry_out,
    plan,
    prove,
    send,
    state,
    state_what_is_kept,
    status,
    take_back,
)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk that asks for proof, and whose people decide about it."""
    desk.profile = profile(challenges=TERMS)
    return desk


@pytest.fixture
def erasure(desk: TestDesk) -> str:
    """Give the reference of Anne's case, acknowledged: she wants her data erased."""
    return begin(desk, ERASE)


@BOTH_ENGINES
def test_erasure_is_approved_by_two_waits_and_says_what_is_kept(
    desk: TestDesk, erasure: str
) -> None:
    prove(desk)
    assert plan(desk).waits_for == ("an-erasure-is-approved-first",)
    assert status(desk) is WorkStatus.NEEDS_DECISION
    with pytest.raises(Permanent, match="approve erasure is not possible: kept-data-not-stated"):
        approve_erasing(desk, DANA)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA)
    assert state(desk) is ItemState.PLANNED
    with pytest.raises(Permanent, match="approved this erasure already"):
        approve_erasing(desk, DANA)
    approve_erasing(desk, OMAR)
    assert status(desk) is WorkStatus.WAITING_ON_PERSON
    assert "tell_cool_off" in desk.task_kinds()
    assert "carry_out" not in desk.task_kinds()
    desk.now += 6 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    desk.now += DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 1
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    carry_out(desk)
    approve(desk, answer(desk, Right.ERASURE), DANA, OMAR)
    notice, sent = send(desk).sent
    assert notice.letter.kind == "erasure_cool_off"
    said = " ".join(sent.letter.text.split())
    for words in (
        "accounts and tax records Why: tax accounts Basis: Taxes Consolidation Act 1997",
        "Kept until: 31 December 2032",
        "Our backups are overwritten by 25 December 2026.",
        LEAD.name,
    ):
        assert words in said
    assert desk.case().state is CaseState.CLOSED
    assert desk.case().reference == erasure


def test_the_person_cancels_an_erasure_while_it_waits(desk: TestDesk, erasure: str) -> None:
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    send(desk)
    assert take_back(desk, Right.ERASURE)
    desk.now += 8 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    case = desk.case()
    assert (case.items[0].state, case.state) == (ItemState.WITHDRAWN, CaseState.CLOSED)
    assert erasure


def test_what_is_being_erased_cannot_be_taken_back(desk: TestDesk, erasure: str) -> None:
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    desk.now += 8 * DAY
    sweep_erasures(desk.database, desk.profile, desk.now)
    with pytest.raises(Permanent, match="erasure: withdraw is not possible: already-erased"):
        take_back(desk, Right.ERASURE)
    with pytest.raises(Permanent, match="what is kept is settled"):
        state_what_is_kept(desk)
    assert erasure


def test_an_erasure_whose_proof_lapsed_while_it_waited_is_not_begun(
    desk: TestDesk, erasure: str
) -> None:
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    prove(desk, Level.NONE)
    desk.now += 8 * DAY
    for _ in range(2):
        assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    (task,) = [one for one in desk.tasks() if one.kind == "erasure_waits"]
    assert task.reason == "identity-not-proved"
    prove(desk)
    desk.now += DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 1
    assert erasure
