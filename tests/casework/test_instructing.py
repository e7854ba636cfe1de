"""What a customer says: by a code that works once, told to staff, or by the product; and what it sets going."""

from dataclasses import replace
from datetime import timedelta

import pytest

from casework.callbacks import Taken
from casework.instructing import CustomerInstruction, InstructedBy, take_instruction
from casework.tasks import finish
from casework_values import BOTH_ENGINES, DANA, ERASE, LONG, SAM, TestDesk, mail
from forward_values import (
    ANNE,
    CUSTOMERS,
    FOLLOW_UP,
    OLIVIA,
    OWNERS,
    REQUEST,
    W1,
    W2,
    approve_all,
    asking_desk,
    code_in,
    forwards,
    later,
    list_customers,
    pass_on,
    press,
    sweep_customers,
    waiting,
)
from identity_values import MARKETING, PAGE
from privacy.audit import AuditKind
from privacy.cases import CaseState, ItemState
from privacy.challenges import PAGE_ATTEMPTS_A_DAY
from privacy.errors import Permanent
from privacy.forwarding import FOR_US_TO_DO, ForwardState, Instruction, InstructionChannel
from privacy.rights import Right
from privacy.system_calls import SystemWay, Way
from storage.directory_writes import known_workspaces
from storage.failures import NotFound
from storage.suppressions import lists_with, suppressed_for_customer
from system_values import say as call_back
from work_values import TERMS, answer, approve, carry_out, close, plan, send, state, take_back

PRODUCT = InstructedBy(channel=InstructionChannel.PRODUCT, name="user-77", actor="product")
BY_STAFF = InstructedBy(channel=InstructionChannel.STAFF, name=OLIVIA, actor=str(SAM))
TERMS_WITH_PAGE = replace(TERMS, page=PAGE)
WRONG = "RD-00000-00000-00000-00000-00"


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose directory lists Anne as a contact of one customer."""
    asking_desk(desk, limits=LONG)
    list_customers(desk, workspaces=CUSTOMERS[:1], owners=OWNERS[:1], leads=((W1, ANNE),))
    return desk


def codes(desk: TestDesk) -> list[str]:
    """Let Anne's request leave, and return the codes of the letters: the contact's and the Owner's."""
    desk.receive_one(mail(ERASE))
    return [code_in(one) for one in sorted(pass_on(desk), key=lambda one: one.recipient)]


def say(desk: TestDesk, said: Instruction, *, by=PRODUCT, note: str = "", workspace: str = W1):
    given = CustomerInstruction(
        reference=desk.case().reference, workspace=workspace, instruction=said, note=note
    )
    return take_instruction(desk.database, desk.profile, given, by=by, now=desk.now)


@BOTH_ENGINES
@pytest.mark.parametrize("said", sorted(FOR_US_TO_DO))
def test_what_is_for_us_to_do_is_a_task_and_confirmed_when_it_is_done(desk, said) -> None:
    owner = codes(desk)[0]
    assert press(desk, owner, said, note="as agreed")
    (forward,) = forwards(desk)
    assert (forward.state, forward.instruction) == (ForwardState.INSTRUCTED, said)
    assert (forward.by, forward.note, forward.channel) == (OLIVIA, "as agreed", "page")
    opened = [one for one in desk.tasks() if one.kind == "carry_out"]
    assert {one.reason.split(":")[0] for one in opened} == {said}
    assert {one.reason.split(":")[-1] for one in opened} == {"customer-1"}
    assert {str(one.due_on) for one in opened} == {"2026-11-30"}
    with pytest.raises(Permanent, match="what shows that it was done"):
        finish(desk.database, opened[0].task_id, actor=SAM, now=desk.now)
    carry_out(desk)
    (forward,) = forwards(desk)
    assert (forward.state, forward.confirmed_at) == (ForwardState.CONFIRMED, desk.now)
    events = desk.kinds_of_events(desk.case().case_id)
    assert AuditKind.FORWARD_INSTRUCTED in events
    assert AuditKind.FORWARD_CONFIRMED in events


@pytest.mark.parametrize("said", [Instruction.DONE, Instruction.REFUSE])
def test_what_leaves_us_nothing_to_do_confirms_at_once(desk, said) -> None:
    assert press(desk, codes(desk)[0], said)
    (forward,) = forwards(desk)
    assert (forward.state, forward.remind_on) == (ForwardState.CONFIRMED, None)
    assert "carry_out" not in desk.task_kinds()
    later(desk, days=30)
    sweep_customers(desk)
    assert waiting(desk, FOLLOW_UP) == []


def test_suppress_writes_the_list_of_this_customer_at_once_and_no_other(desk) -> None:
    assert press(desk, codes(desk)[0], Instruction.SUPPRESS)
    with desk.database.reading() as reading:
        ids = known_workspaces(reading, [W1])
        assert suppressed_for_customer(reading, ids[W1], [ANNE]) == {ANNE}
        assert lists_with(reading, [ANNE])[ANNE] == ()


def test_a_code_works_once_and_for_nobody_else(desk) -> None:
    owner, contact = codes(desk)
    assert press(desk, owner, Instruction.DELETE)
    assert not press(desk, owner, Instruction.EXPORT)
    assert not press(desk, contact, Instruction.EXPORT)
    assert [one.instruction for one in forwards(desk)] == [Instruction.DELETE]


@pytest.mark.parametrize("code", [WRONG, "", "x" * 500, "%F0", "RD-", "' OR 1=1"])
def test_a_wrong_code_does_nothing(desk, code) -> None:
    codes(desk)
    assert not press(desk, code)
    assert [one.state for one in forwards(desk)] == [ForwardState.WITH_CUSTOMER]


def test_a_code_has_its_end(desk) -> None:
    owner = codes(desk)[0]
    desk.now += timedelta(days=desk.profile.forwarding.link_days)
    assert not press(desk, owner)


def test_whoever_tries_too_many_codes_is_not_heard_any_more_that_day(desk) -> None:
    owner = codes(desk)[0]
    for _ in range(PAGE_ATTEMPTS_A_DAY):
        assert not press(desk, WRONG)
    assert not press(desk, owner)
    later(desk, days=1)
    assert press(desk, owner)


def test_the_code_of_an_owner_who_left_does_nothing(desk) -> None:
    owner, contact = codes(desk)
    list_customers(desk, workspaces=CUSTOMERS[:1], owners=(), leads=((W1, ANNE),))
    assert not press(desk, owner, Instruction.DELETE)
    assert press(desk, contact, Instruction.DELETE)


def test_the_code_of_a_follow_up_works_as_well(desk) -> None:
    codes(desk)
    later(desk, days=7)
    sweep_customers(desk)
    letter = approve_all(desk, FOLLOW_UP)[0]
    assert press(desk, code_in(letter))


@pytest.mark.parametrize(
    ("said", "note"), [(Instruction.NO_ANSWER, ""), (Instruction.DONE, "two\nlines")]
)
def test_the_page_takes_what_it_offers_and_nothing_else(desk, said, note) -> None:
    owner = codes(desk)[0]
    assert not press(desk, owner, said, note=note)
    assert press(desk, owner)


def test_a_code_is_dead_once_its_case_is_closed(desk) -> None:
    owner = codes(desk)[0]
    send(desk)
    assert take_back(desk, Right.ERASURE)
    assert desk.case().state is CaseState.CLOSED
    assert not press(desk, owner)


def test_the_product_instructs_by_the_id_of_the_workspace(desk) -> None:
    codes(desk)
    (taken,) = say(desk, Instruction.EXPORT, note="the whole record")
    assert (taken.state, taken.channel, taken.by) == (ForwardState.INSTRUCTED, "product", "user-77")
    assert "user-77" not in repr(taken)
    actors = {one.actor for one in desk.events(desk.case().case_id)}
    assert "product" in actors
    with pytest.raises(Permanent, match="answered already: export"):
        say(desk, Instruction.DELETE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"said": Instruction.DONE, "workspace": W2}, "passed on to such a workspace"),
        ({"said": Instruction.DONE, "workspace": "w9"}, "passed on to such a workspace"),
        ({"said": Instruction.DONE, "note": "x" * 501}, "at most 500 characters"),
        ({"said": Instruction.DONE, "note": "a\nb"}, "one line"),
        ({"said": Instruction.NO_ANSWER}, "stated by staff"),
        ({"said": Instruction.NO_ANSWER, "by": BY_STAFF}, "still being asked"),
    ],
)
def test_what_cannot_be_taken_is_said_in_one_line_and_changes_nothing(desk, words, said) -> None:
    codes(desk)
    before = forwards(desk)
    with pytest.raises(Permanent, match=said):
        say(desk, **words)
    assert forwards(desk) == before


def test_a_customer_who_calls_before_the_letter_left_is_not_written_to(desk) -> None:
    desk.receive_one(mail(ERASE))
    sweep_customers(desk)
    say(desk, Instruction.DONE, by=BY_STAFF)
    assert waiting(desk, REQUEST) == []
    assert "forward_request" not in desk.task_kinds()
    assert state(desk) is ItemState.WITH_CONTROLLER


def test_silence_is_stated_by_staff_after_the_last_question_alone(desk) -> None:
    codes(desk)
    for _ in range(4):
        later(desk, days=7)
        sweep_customers(desk)
        approve_all(desk, FOLLOW_UP)
    assert "customer_silent" in desk.task_kinds()
    (taken,) = say(desk, Instruction.NO_ANSWER, by=BY_STAFF, note="told Anne on the phone")
    assert taken.state is ForwardState.CONFIRMED
    assert "customer_silent" not in desk.task_kinds()


def test_two_customers_with_the_same_wish_have_tasks_of_their_own(desk) -> None:
    list_customers(desk)
    desk.receive_one(mail(ERASE))
    pass_on(desk)
    for workspace in (W1, W2):
        say(desk, Instruction.EXPORT, workspace=workspace)
    reasons = sorted(one.reason for one in desk.tasks() if one.kind == "carry_out")
    assert reasons == [f"export:product:engineering:customer-{number}" for number in (1, 2)]


def test_a_right_that_is_ours_as_well_ends_by_us_and_its_case_waits_for_the_customer(desk) -> None:
    """Our own marketing is stopped and told; the case stays open for what the customer has."""
    desk.profile = replace(desk.profile, challenges=TERMS_WITH_PAGE)
    desk.receive_one(mail(MARKETING))
    pass_on(desk)
    plan(desk)
    carry_out(desk)
    draft_id = answer(desk, Right.OBJECTION)
    approve(desk, draft_id, DANA)
    send(desk)
    assert (state(desk), desk.case().state) == (ItemState.FULFILLED, CaseState.OPEN)
    with pytest.raises(Permanent, match="customer-1-is-with-customer"):
        close(desk)
    say(desk, Instruction.DONE)
    assert desk.case().state is CaseState.CLOSED


def product_says(desk: TestDesk, **changes: str) -> Taken:
    usual = {
        "case": desk.case().reference,
        "workspace": W1,
        "account": "user-77",
        "instruction": "delete",
    }
    return call_back(desk, "customer.instructed", **(usual | changes))


def let_the_product_call(desk: TestDesk, way: SystemWay) -> None:
    work = replace(desk.profile.work, ways={"product": way})
    desk.profile = replace(desk.profile, work=work)


@BOTH_ENGINES
def test_a_signed_call_of_the_product_instructs_like_the_page(desk) -> None:
    codes(desk)
    let_the_product_call(desk, SystemWay(way=Way.WEBHOOK, confirms_people=True))
    assert product_says(desk) is Taken.NOW
    (forward,) = forwards(desk)
    assert (forward.state, forward.instruction) == (ForwardState.INSTRUCTED, Instruction.DELETE)
    assert (forward.by, forward.channel) == ("user-77", InstructionChannel.PRODUCT)


def test_a_task_of_an_instruction_is_ended_by_its_system_and_confirms_the_forward(desk) -> None:
    codes(desk)
    let_the_product_call(desk, SystemWay(way=Way.WEBHOOK, confirms_people=True))
    product_says(desk)
    for task in [one for one in desk.tasks() if one.kind == "carry_out"]:
        if ":product:" in task.reason:
            name = str(task.task_id)
            done = call_back(desk, "task.done", name="evt_2", task=name, evidence="rows: 1")
            assert done is Taken.NOW
        else:
            finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence="rows: 0")
    assert forwards(desk)[0].state is ForwardState.CONFIRMED


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"instruction": "no_answer"}, "a customer says one of"),
        ({"instruction": "burn"}, "a customer says one of"),
        ({"workspace": "w9"}, "nothing of this case was passed on"),
        ({"case": "PR-2026-000000-00"}, "."),
    ],
)
def test_a_call_that_does_not_fit_changes_nothing(desk, changes, why) -> None:
    codes(desk)
    let_the_product_call(desk, SystemWay(way=Way.WEBHOOK, confirms_people=True))
    with pytest.raises((Permanent, NotFound), match=why):
        product_says(desk, **changes)
    assert forwards(desk)[0].state is ForwardState.WITH_CUSTOMER


def test_a_system_that_confirms_nobody_speaks_for_no_customer(desk) -> None:
    codes(desk)
    let_the_product_call(desk, SystemWay(way=Way.WEBHOOK))
    with pytest.raises(Permanent, match="speaks for nobody"):
        product_says(desk)
