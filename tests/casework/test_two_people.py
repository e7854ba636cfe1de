"""Nobody approves their own words, and of two people at the same moment nothing is lost or done twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from casework.actors import Actor
from casework.answers import WantedAnswer, answer_right
from casework.drafts import Given, approve_draft
from casework.tasks import finish
from casework.work_terms import WorkTerms
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DANA,
    OMAR,
    SAM,
    TestDesk,
    profile,
)
from privacy.cases import ItemState
from privacy.errors import Permanent, PrivacyError
from privacy.rights import Right
from privacy.work import Decision
from regimes.work import load_approvers
from work_values import (
    TERMS,
    answer,
    approve,
    because,
    begin,
    plan,
    prove,
    send,
    state,
)

Opener = Callable[[], Any]


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk that asks for proof, and whose people decide about it."""
    desk.profile = profile(challenges=TERMS)
    return desk


@pytest.fixture
def access(desk: TestDesk) -> str:
    """Give the reference of Anne's case, acknowledged: she wants a copy of her data."""
    return begin(desk, COPY)


def test_nobody_approves_what_they_wrote_and_nobody_twice(desk: TestDesk, access: str) -> None:
    draft_id = answer(desk, decision=Decision.REFUSED, ground="It is not our data.")
    with pytest.raises(Permanent, match="whoever wrote a letter"):
        approve(desk, draft_id, SAM)
    approve(desk, draft_id, DANA)
    with pytest.raises(Permanent, match="approved this letter already"):
        approve(desk, draft_id, DANA)
    assert state(desk) is ItemState.AWAITING_APPROVAL
    assert access


def test_a_desk_of_one_that_switched_four_eyes_off_says_so_in_the_trail(
    desk: TestDesk, access: str
) -> None:
    alone = WorkTerms(approvers=load_approvers(frozenset({"refusal"})))
    desk.profile = replace(desk.profile, work=alone)
    draft_id = answer(desk, decision=Decision.REFUSED, ground="It is not our data.")
    assert approve(desk, draft_id, SAM) == Given(given=1, needed=1)
    assert len(send(desk).sent) == 1
    approved = [one for one in desk.events(desk.case().case_id) if one.kind == "letter_approved"]
    assert [one.payload["four_eyes"] for one in approved] == ["off"]
    assert access


@BOTH_ENGINES
def test_two_who_approve_at_the_same_moment_send_one_letter(
    desk: TestDesk, access: str, open_again: Opener
) -> None:
    draft_id = answer(desk, decision=Decision.REFUSED, ground="It is not our data.")
    both = Barrier(2)

    def decide(actor: Actor) -> Given:
        database = open_again()
        both.wait()
        return approve_draft(database, draft_id, actor=actor, now=desk.now, desk=desk.profile)

    with ThreadPoolExecutor(2) as people:
        given = sorted(one.given for one in people.map(decide, (DANA, OMAR)))
    assert given == [1, 2]
    assert len(send(desk).sent) == 1
    assert state(desk) is ItemState.REFUSED
    assert access


@BOTH_ENGINES
def test_two_who_answer_at_the_same_moment_leave_one_draft(
    desk: TestDesk, access: str, open_again: Opener
) -> None:
    both = Barrier(2)

    def write(actor: Actor) -> str:
        database = open_again()
        both.wait()
        wanted = WantedAnswer(
            reference=access,
            right=Right.ACCESS,
            decision=Decision.REFUSED,
            reason=because("Not our data."),
        )
        try:
            answer_right(database, desk.profile, wanted, actor=actor, now=desk.now)
        except PrivacyError as error:
            return str(error)
        return "written"

    with ThreadPoolExecutor(2) as people:
        outcomes = sorted(people.map(write, (DANA, OMAR)))
    assert outcomes[1] == "written"
    assert "no-draft-from-awaiting-approval" in outcomes[0]
    assert len(desk.drafts()) == 1


@BOTH_ENGINES
def test_the_last_two_tasks_done_at_once_move_the_right_on(
    desk: TestDesk, access: str, open_again: Opener
) -> None:
    prove(desk)
    plan(desk)
    tasks = [one.task_id for one in desk.tasks() if one.kind == "carry_out"]
    for task_id in tasks[2:]:
        finish(desk.database, task_id, actor=SAM, now=desk.now, evidence="ticket 1")
    both = Barrier(2)

    def end(task_id: UUID) -> None:
        database = open_again()
        both.wait()
        finish(database, task_id, actor=SAM, now=desk.now, evidence="ticket 2")

    with ThreadPoolExecutor(2) as people:
        list(people.map(end, tasks[:2]))
    assert state(desk) is ItemState.EXECUTED
    assert access
