"""A letter leaves upon the facts on which people approved it; where they changed meanwhile it is reviewed again."""

from datetime import timedelta

import pytest

from casework.extending import Wanted, extend
from casework.governing import correct_laws
from casework.outbox import retry_failed
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DANA,
    ERASE,
    LONG,
    MINUTE,
    OMAR,
    SAM,
    TestDesk,
    mail,
    profile,
)
from forward_values import (
    CUSTOMERS,
    OLIVIA,
    OWNERS,
    REQUEST,
    W1,
    asking_desk,
    list_customers,
    sweep_customers,
    waiting,
)
from privacy.audit import AuditKind
from privacy.cases import CaseState, ItemState
from privacy.outgoing import OutgoingState
from privacy.rights import Right
from regimes import load_regimes
from work_values import TERMS, answer, approve, begin, carry_out, plan, prove, send, state

TWO_LAWS = load_regimes(("house", "gdpr", "uk_gdpr"))
GROUND = "You wrote from three addresses, and each of them belongs to another workspace."


@pytest.fixture
def ready(desk: TestDesk) -> TestDesk:
    """Give a desk whose answer to Anne is approved and waits for its turn."""
    desk.profile = profile(challenges=TERMS, regimes=TWO_LAWS)
    begin(desk, COPY)
    prove(desk)
    plan(desk)
    carry_out(desk)
    approve(desk, answer(desk), DANA, OMAR)
    desk.now += MINUTE
    return desk


def other_laws(desk: TestDesk, *codes: str) -> None:
    reference = desk.case().reference
    correct_laws(desk.database, desk.profile, reference, codes, by=(SAM, desk.now))


@BOTH_ENGINES
def test_an_answer_that_was_approved_under_other_laws_goes_back_to_review_with_the_reason(
    ready,
) -> None:
    other_laws(ready, "uk_gdpr")
    assert send(ready).sent == []
    assert ready.letters()[-1].reason == "may-not-leave: laws-changed"
    assert state(ready) is ItemState.EXECUTED
    (task,) = [one for one in ready.tasks() if one.kind == "letter_failed"]
    assert (task.reason, task.urgent) == ("may-not-leave: laws-changed", True)
    kinds = ready.kinds_of_events(ready.case().case_id)
    assert kinds[-2:] == [AuditKind.LETTER_FAILED, AuditKind.WORK_STEP]


def test_it_is_written_anew_approved_anew_and_leaves_while_the_old_one_never_does(ready) -> None:
    other_laws(ready, "uk_gdpr")
    send(ready)
    old = ready.letters()[-1]
    retry_failed(ready.database, old.letter_id, actor=SAM, now=ready.now)
    assert send(ready).sent == []
    ready.now += MINUTE
    approve(ready, answer(ready), DANA, OMAR)
    (sent,) = send(ready).sent
    assert "ico.org.uk" in sent.letter.text
    assert ready.case().state is CaseState.CLOSED


def test_the_same_laws_stop_nothing(ready) -> None:
    assert len(send(ready).sent) == 1
    assert state(ready) is ItemState.FULFILLED


def test_a_later_date_that_was_approved_under_other_laws_is_told_to_nobody(desk) -> None:
    desk.profile = profile(challenges=TERMS, regimes=TWO_LAWS)
    begin(desk, COPY)
    wanted = Wanted(reference=desk.case().reference, right=Right.ACCESS, ground=GROUND)
    extend(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)
    (draft,) = waiting(desk, "extension")
    approve(desk, draft.draft_id, DANA, OMAR)
    desk.now += MINUTE
    other_laws(desk, "uk_gdpr")
    assert send(desk).sent == []
    letter = desk.letters()[-1]
    assert "laws-changed" in (letter.reason or "")
    retry_failed(desk.database, letter.letter_id, actor=SAM, now=desk.now)
    assert send(desk).sent == []
    assert desk.letters()[-1].reason == "may-not-leave: dates-changed"


def test_a_letter_to_somebody_who_is_no_owner_any_more_does_not_leave(desk) -> None:
    asking_desk(desk, limits=LONG)
    leads = ((W1, "anne@person.example"),)
    list_customers(desk, workspaces=CUSTOMERS[:1], owners=OWNERS[:1], leads=leads)
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    for draft in waiting(desk, REQUEST):
        approve(desk, draft.draft_id, DANA)
    desk.now += timedelta(minutes=5)
    successor = ((W1, "new@customer.example", "en"),)
    list_customers(desk, workspaces=CUSTOMERS[:1], owners=successor, leads=leads)
    sent = {one.recipient for one in send(desk).sent}
    assert OLIVIA not in sent
    held = [one for one in desk.letters() if one.state is OutgoingState.FAILED]
    assert [one.reason for one in held] == ["may-not-leave: recipient-changed"]
