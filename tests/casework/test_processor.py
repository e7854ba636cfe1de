"""Data of customers: the request goes to each of them at once and alone, and nothing ends before they said what becomes of it."""

import pytest

from casework.identity_decisions import IdentityDecision, decide_identity
from casework.tasks import finish
from casework_values import BOTH_ENGINES, ERASE, SAM, TestDesk, mail
from forward_values import (
    ANNE,
    CONTACT,
    OLIVIA,
    OTTO,
    REFERRAL,
    approve_all,
    asking_desk,
    code_in,
    forwards,
    list_customers,
    pass_on,
    press,
    referrals,
    sweep_customers,
)
from privacy.cases import CaseState, ItemState
from privacy.forwarding import ForwardState, Instruction, Wording
from privacy.identity import Level
from work_values import state


def prove(desk: TestDesk, level: Level = Level.MAILBOX) -> None:
    decision = IdentityDecision(
        reference=desk.case().reference, level=level, reason="answered from her mailbox"
    )
    decide_identity(desk.database, desk.profile.challenges, decision, actor=SAM, now=desk.now)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose directory lists Anne as a contact of two customers."""
    asking_desk(desk)
    list_customers(desk)
    return desk


@BOTH_ENGINES
def test_a_contact_of_two_customers_from_the_mail_to_the_closed_case(desk: TestDesk) -> None:
    desk.receive_one(mail(ERASE))
    sent = pass_on(desk)
    assert sorted(one.recipient for one in sent) == [OLIVIA, OTTO, CONTACT]
    by_reader = {one.recipient: one for one in sent}
    assert (by_reader[OTTO].letter.language, by_reader[OLIVIA].letter.language) == ("de", "en")
    for reader, own, other in (
        (OLIVIA, "Customer Ltd", "Elsewhere"),
        (OTTO, "Elsewhere GmbH", "Customer"),
    ):
        text = by_reader[reader].letter.text
        assert own in text
        assert other not in text
        assert ANNE in text
        assert f"> {ERASE}" in text
    assert state(desk) is ItemState.WITH_CONTROLLER
    assert desk.case().state is CaseState.OPEN
    prove(desk)
    sweep_customers(desk)
    (letter,) = approve_all(desk, REFERRAL)
    assert letter.recipient == ANNE
    assert "We passed your request on" in " ".join(letter.letter.text.split())
    assert "Customer" not in letter.letter.text
    assert press(desk, code_in(by_reader[OTTO]))
    assert [one.state for one in forwards(desk)].count(ForwardState.CONFIRMED) == 1
    assert state(desk) is ItemState.WITH_CONTROLLER
    assert press(desk, code_in(by_reader[OLIVIA]), Instruction.DELETE)
    assert state(desk) is ItemState.WITH_CONTROLLER
    for task in [one for one in desk.tasks() if one.kind == "carry_out"]:
        finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence="ticket 12")
    case = desk.case()
    assert (case.items[0].state, case.state) == (
        ItemState.PASSED_TO_CONTROLLER,
        CaseState.CLOSED,
    )
    assert [one.wording for one in referrals(desk)] == [Wording.PASSED_ON]
    assert desk.chain_holds(case.case_id)
