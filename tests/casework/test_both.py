"""Somebody who is a user and a customer's contact gets one letter: what we did ourselves, and what we passed on."""

import pytest

from casework.drafts import reject_draft
from casework_values import BOTH_ENGINES, COPY, DANA, LONG, OMAR, SAM, TestDesk, mail
from forward_values import (
    ANNE,
    REFERRAL,
    W1,
    W2,
    approve_all,
    asking_desk,
    code_in,
    forwards,
    list_customers,
    pass_on,
    press,
    referrals,
    sweep_customers,
    waiting,
)
from privacy.cases import CaseState, ItemState
from privacy.forwarding import Instruction, Wording
from privacy.work import Decision
from work_values import answer, approve, carry_out, plan, prove, send, state


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk where Anne is a member of one workspace and a contact of another customer; who holds it has the request."""
    asking_desk(desk, limits=LONG)
    list_customers(desk, leads=((W2, ANNE),), members=((W1, ANNE),))
    desk.receive_one(mail(COPY))
    return desk


def text_of(message) -> str:
    return " ".join(message.letter.text.split())


def worked(desk: TestDesk) -> str:
    """Pass it on, prove Anne, and carry out what is ours; returns the code of the customer."""
    (request,) = pass_on(desk)
    prove(desk)
    plan(desk)
    carry_out(desk)
    sweep_customers(desk)
    return code_in(request)


@BOTH_ENGINES
def test_one_letter_says_what_we_did_and_what_we_passed_on(desk: TestDesk) -> None:
    code = worked(desk)
    assert waiting(desk, REFERRAL) == []
    approve(desk, answer(desk), DANA, OMAR)
    (sent,) = send(desk).sent
    text = text_of(sent)
    assert "What we did - A copy of your data product" in text
    assert "They decide which data they put into it." in text
    assert "We passed your request on to the company or companies" in text
    assert "Elsewhere" not in text
    sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []
    assert [one.wording for one in referrals(desk)] == [Wording.PASSED_ON]
    assert desk.case().state is CaseState.OPEN  # the customer has not confirmed yet
    assert press(desk, code, Instruction.DONE)
    assert (state(desk), desk.case().state) == (ItemState.FULFILLED, CaseState.CLOSED)
    assert desk.chain_holds(desk.case().case_id)


def test_a_refusal_in_part_says_it_too(desk: TestDesk) -> None:
    worked(desk)
    ground = "another person is in each of these mails"
    approve(desk, answer(desk, decision=Decision.PARTLY, ground=ground), DANA, OMAR)
    (sent,) = send(desk).sent
    assert "We passed your request on" in text_of(sent)


def test_an_answer_that_was_rejected_leaves_it_to_the_next_one(desk: TestDesk) -> None:
    worked(desk)
    reject_draft(desk.database, answer(desk), actor=SAM, now=desk.now)
    sweep_customers(desk)
    assert waiting(desk, REFERRAL) == []
    approve(desk, answer(desk), DANA, OMAR)
    (sent,) = send(desk).sent
    assert "We passed your request on" in text_of(sent)


def test_a_customer_who_knows_after_the_answer_makes_a_letter_of_its_own(desk: TestDesk) -> None:
    sweep_customers(desk)
    prove(desk)
    plan(desk)
    carry_out(desk)
    approve(desk, answer(desk), DANA, OMAR)
    assert "We passed your request on" not in text_of(send(desk).sent[-1])
    approve_all(desk, "customer_request")
    sweep_customers(desk)
    (letter,) = approve_all(desk, REFERRAL)
    assert "We passed your request on" in text_of(letter)
    assert len(forwards(desk)) == 1
