"""Customers who decide, systems that call back and cases that become one, crossed: nothing twice, nothing lost."""

import pytest

from casework.callbacks import Taken
from casework.calling import look_at_silence
from casework.correcting import Wrong, correct_case
from casework.erasing import sweep_erasures
from casework.merging import merge_cases, split_case, undo_merge
from casework.planning import plan_case
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    COPY,
    DANA,
    DAY,
    ERASE,
    MALLORY,
    SAM,
    TestDesk,
    reply_to,
)
from forward_values import (
    CUSTOMERS,
    LEADS,
    OWNERS,
    REQUEST,
    W1,
    approve_all,
    forwards,
    list_customers,
    pass_on,
    press,
    sweep_customers,
    waiting,
)
from identity_values import Listed
from package_values import (
    add,
)
from privacy.cases import CaseState, ItemState
from privacy.errors import Permanent
from privacy.forwarding import ForwardState, Instruction
from privacy.rights import Right
from seam_values import (
    BOTH,
    CODE,
    asked,
    begun_with_orders,
    bounce_of,
    cooling,
    instructed,
    list_customer,
    reply,
    states,
    told,
    whole,
    with_proof,
)
from storage.outbox import retry_letter
from system_values import call_all, calls, doors, reasons, say
from work_values import (
    approve,
    carry_out,
    plan,
    prove,
    send,
    state,
    take_back,
)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    desk.profile = whole()
    desk.on_file = Listed(frozenset({ANNE}))
    return desk


@pytest.fixture
def listed(desk: TestDesk) -> TestDesk:
    """A desk whose directory lists Anne as a contact of one customer."""
    list_customer(desk)
    return desk


@BOTH_ENGINES
def test_what_a_reply_takes_back_is_asked_of_no_customer(listed: TestDesk) -> None:
    asked(listed)
    sweep_customers(listed)
    assert len(waiting(listed, REQUEST)) == 2
    reply(listed, "WITHDRAW")
    assert waiting(listed, REQUEST) == []
    assert reasons(listed, "forward_request") == []
    send(listed)
    assert listed.case().state is CaseState.CLOSED
    sweep_customers(listed)
    assert waiting(listed, REQUEST) == []


@pytest.mark.parametrize("by_mail", [True, False])
def test_an_approved_letter_to_a_customer_stays_here_when_the_right_was_taken_back(
    listed: TestDesk, by_mail
) -> None:
    asked(listed)
    sweep_customers(listed)
    for draft in waiting(listed, REQUEST):
        approve(listed, draft.draft_id, DANA)
    if by_mail:
        reply(listed, "WITHDRAW")
    else:
        take_back(listed, Right.ERASURE)
    sent = send(listed).sent
    assert [one.letter.kind for one in sent if one.recipient != ANNE] == []
    assert [one.state for one in forwards(listed)] == [ForwardState.OWED]
    assert listed.case().state is CaseState.CLOSED


def test_a_letter_that_names_a_right_which_was_taken_back_is_not_approved(listed: TestDesk) -> None:
    asked(listed, BOTH)
    sweep_customers(listed)
    before = waiting(listed, REQUEST)
    reply(listed, "I take back my request for erasure.")
    assert states(listed) == {"erasure": ItemState.WITHDRAWN, "access": ItemState.RECEIVED}
    sweep_customers(listed)
    left = approve_all(listed, REQUEST)
    assert len(left) == len(before)
    for letter in left:
        assert "access" in letter.letter.text
        assert "erasure" not in letter.letter.text


def test_a_letter_that_stayed_here_does_not_leave_when_somebody_tries_it_again(
    listed: TestDesk,
) -> None:
    asked(listed)
    sweep_customers(listed)
    for draft in waiting(listed, REQUEST):
        approve(listed, draft.draft_id, DANA)
    reply(listed, "WITHDRAW")
    with listed.database.transaction() as transaction:
        for row in [row for row in listed.letters() if row.kind == REQUEST]:
            assert retry_letter(transaction, row.letter_id, now=listed.now) is not None
    assert [one.letter.kind for one in send(listed).sent] == ["withdrawn"]


def test_who_has_the_request_already_is_told_by_a_person_that_it_was_taken_back(
    listed: TestDesk,
) -> None:
    """Anne is a user of one customer and a contact of the same: her right is ours as well."""
    list_customers(
        listed,
        workspaces=CUSTOMERS[:1],
        owners=OWNERS[:1],
        leads=LEADS[:1],
        members=((W1, ANNE),),
    )
    asked(listed)
    pass_on(listed)
    assert state(listed) is ItemState.RECEIVED
    reply(listed, "WITHDRAW")
    assert state(listed) is ItemState.WITHDRAWN
    assert reasons(listed, "forward_by_hand") == ["customer-1-taken-back"]
    assert sum(one.urgent for one in listed.tasks()) == 1


def test_what_is_with_a_customer_is_not_ended_by_a_mail(listed: TestDesk) -> None:
    asked(listed)
    pass_on(listed)
    assert state(listed) is ItemState.WITH_CONTROLLER
    reply(listed, "WITHDRAW")
    assert state(listed) is ItemState.WITH_CONTROLLER
    assert reasons(listed, "understand_reply") == ["takes-it-back-unclear: work-has-begun"]


def test_a_letter_that_comes_back_after_everything_was_taken_back_is_nobodys_work(
    listed: TestDesk,
) -> None:
    asked(listed)
    sent = pass_on(listed)
    take_back(listed, Right.ERASURE)
    assert listed.case().state is CaseState.CLOSED
    for letter in sent:
        bounce_of(listed, letter.message_id)
    assert reasons(listed, "forward_by_hand") == ["customer-1-taken-back"]
    assert listed.case().state is CaseState.CLOSED


def test_after_the_end_of_a_case_no_customer_moves_it(listed: TestDesk) -> None:
    asked(listed)
    code = CODE.search(pass_on(listed)[0].letter.text)[1]
    take_back(listed, Right.ERASURE)
    assert not press(listed, code, Instruction.DELETE)
    with pytest.raises(Permanent, match="closed"):
        instructed(listed)
    assert "carry_out" not in listed.task_kinds()


@BOTH_ENGINES
def test_a_system_that_cannot_carry_out_what_a_customer_instructed_says_so(
    listed: TestDesk,
) -> None:
    asked(listed)
    pass_on(listed)
    assert instructed(listed) is Taken.NOW
    (task, *_) = [
        one for one in listed.tasks() if one.kind == "carry_out" and ":product:" in one.reason
    ]
    before = len(listed.tasks())
    said = say(listed, "task.failed", name="evt_f", task=str(task.task_id), reason="legal-hold")
    assert said is Taken.NOW
    assert len(listed.tasks()) == before
    carry_out(listed)
    assert [one.state for one in forwards(listed)] == [ForwardState.CONFIRMED]


def test_a_system_that_carried_out_what_a_customer_instructed_confirms_it(listed: TestDesk) -> None:
    asked(listed)
    pass_on(listed)
    instructed(listed)
    for number, task in enumerate(one for one in listed.tasks() if one.kind == "carry_out"):
        system = task.reason.split(":")[1]
        said = say(
            listed,
            "task.done",
            system=system,
            name=f"d{number}",
            task=str(task.task_id),
            evidence="rows: 4",
        )
        assert said is Taken.NOW
    assert [one.state for one in forwards(listed)] == [ForwardState.CONFIRMED]
    assert "carry_out" not in listed.task_kinds()


@pytest.mark.parametrize("taken", [True, False])
def test_a_callback_for_a_right_that_was_taken_back_changes_nothing(desk: TestDesk, taken) -> None:
    asked(desk, "Please correct my name, it is wrong in your records.")
    prove(desk)
    plan(desk)
    if taken:
        call_all(desk, doors())
    task = next(one.task_id for one in calls(desk) if one.system == "product")
    (right,) = [item.right for item in desk.case().items]
    take_back(desk, right)
    with pytest.raises(Permanent, match="not to be carried out"):
        say(desk, "task.done", task=str(task), evidence="corrected")
    with pytest.raises(Permanent, match="not to be carried out"):
        say(desk, "task.failed", task=str(task), reason="no-such-person")
    assert call_all(desk, doors()) == 0
    look_at_silence(desk.database, desk.now + 9 * DAY)
    assert "carry_out" not in desk.task_kinds()
    assert state(desk) is ItemState.WITHDRAWN


def pair(desk: TestDesk) -> tuple[str, str]:
    first, second = sorted(desk.cases(), key=lambda case: case.received_at)
    return first.reference, second.reference


def test_a_case_whose_erasure_waits_for_its_day_becomes_part_of_no_other(desk: TestDesk) -> None:
    cooling(desk)
    early = desk.case().reference
    desk.now += DAY
    asked(desk, ERASE, number=40)
    (late,) = {case.reference for case in desk.cases()} - {early}
    with pytest.raises(Permanent, match="work on erasure has begun"):
        merge_cases(desk.database, late, early, by=(SAM, desk.now))
    merge_cases(desk.database, early, late, by=(SAM, desk.now))
    desk.now += 9 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 1


def test_a_case_whose_data_are_packed_becomes_part_of_no_other(desk: TestDesk) -> None:
    begun_with_orders(desk)
    add(desk)
    early = desk.case().reference
    desk.now += DAY
    asked(desk, COPY, number=40)
    (late,) = {case.reference for case in desk.cases()} - {early}
    with pytest.raises(Permanent, match="work on access has begun"):
        merge_cases(desk.database, late, early, by=(SAM, desk.now))


def test_customers_hear_of_a_case_that_stands_alone_again(listed: TestDesk) -> None:
    asked(listed)
    asked(listed, COPY, number=40)
    first, second = pair(listed)
    sweep_customers(listed)
    merge_cases(listed.database, first, second, by=(SAM, listed.now))
    sweep_customers(listed)
    undo_merge(listed.database, second, by=(SAM, listed.now))
    sweep_customers(listed)
    sent = approve_all(listed, REQUEST)
    assert told(sent) == {(first, "erasure"): 2, (second, "access"): 2}
    assert reasons(listed, "forward_request") == []


def test_a_right_that_was_split_off_is_still_decided_by_the_customer(listed: TestDesk) -> None:
    asked(listed, BOTH)
    sweep_customers(listed)
    reference = listed.case().reference
    new = split_case(listed.database, reference, [(Right.ACCESS, None)], by=(SAM, listed.now))
    with_proof(listed, new.reference)
    (planned,) = plan_case(
        listed.database, listed.profile, new.reference, right=None, actor=SAM, now=listed.now
    )
    assert planned.waits_for == ("the-customer-decides",)
    sweep_customers(listed)
    sent = approve_all(listed, REQUEST)
    assert told(sent) == {(reference, "erasure"): 2, (new.reference, "access"): 2}
    everywhere = {item.state for case in listed.cases() for item in case.items}
    assert everywhere == {ItemState.WITH_CONTROLLER}


def test_a_right_that_never_was_asked_for_is_asked_of_no_customer(listed: TestDesk) -> None:
    asked(listed, BOTH)
    sweep_customers(listed)
    wrong = Wrong(not_asked=(Right.ERASURE, None))
    correct_case(
        listed.database, listed.profile, listed.case().reference, wrong, by=(SAM, listed.now)
    )
    sweep_customers(listed)
    for letter in approve_all(listed, REQUEST):
        assert "erasure" not in letter.letter.text


@pytest.mark.parametrize("text", ["STATUS", "WITHDRAW", "STOP", "LANG de"])
def test_a_stranger_with_our_letter_learns_nothing_of_customers_and_packages(
    listed: TestDesk, text: str
) -> None:
    asked(listed, BOTH)
    pass_on(listed)
    before = listed.case()
    reply(listed, text, From=MALLORY)
    assert listed.cases()[0] == before
    letters = [row.message for row in listed.letters() if row.message.recipient == MALLORY]
    assert [one for one in letters if before.reference in one.letter.text] == []


def test_a_customer_who_replies_to_its_letter_is_no_person_of_the_case(listed: TestDesk) -> None:
    asked(listed)
    (letter, *_) = pass_on(listed)
    before = states(listed)
    raw = reply_to(letter, "WITHDRAW", number=50, From=letter.recipient)
    listed.receive_one(raw, received_at=listed.now)
    assert states(listed) == before
