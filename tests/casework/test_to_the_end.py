"""A right is carried from the mail to its end, and no way there leads around proof, approval, work or delivery."""

from dataclasses import replace
from datetime import date

import pytest

from casework.answers import WantedAnswer, answer_right
from casework.closing import close_case
from casework.drafts import Given, reject_draft
from casework.erasing import propose_kept
from casework.outbox import retry_failed
from casework.planning import plan_case
from casework.tasks import finish
from casework.work_terms import WorkTerms
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DANA,
    OMAR,
    SAM,
    TestDesk,
    mail,
    profile,
)
from privacy.audit import AuditKind
from privacy.cases import CaseState, ItemState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.outgoing import OutgoingState
from privacy.retention import Record
from privacy.rights import Right
from privacy.work import Decision, Step
from privacy.work_status import CloseReason, WorkStatus
from responders.answers import Done
from storage.work import work_events
from work_values import (
    DONE,
    TERMS,
    answer,
    approve,
    because,
    begin,
    bounce,
    carry_out,
    close,
    plan,
    prove,
    ready,
    send,
    state,
    status,
    take_back,
)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk that asks for proof, and whose people decide about it."""
    desk.profile = profile(challenges=TERMS)
    return desk


@pytest.fixture
def access(desk: TestDesk) -> str:
    """Give the reference of Anne's case, acknowledged: she wants a copy of her data."""
    return begin(desk, COPY)


@BOTH_ENGINES
def test_access_goes_from_the_mail_to_a_closed_case(desk: TestDesk, access: str) -> None:
    assert status(desk) is WorkStatus.NEEDS_IDENTITY
    waiting = plan(desk)
    assert waiting.waits_for == ("identity-not-proved",)
    assert [task.system for task in waiting.tasks] == [
        "product",
        "crm",
        "payments",
        "mail_provider",
    ]
    prove(desk)
    assert plan(desk).waits_for == ()
    assert state(desk) is ItemState.EXECUTING
    carry_out(desk)
    assert state(desk) is ItemState.EXECUTED
    draft_id = answer(desk)
    assert status(desk) is WorkStatus.NEEDS_DECISION
    assert approve(desk, draft_id, DANA) == Given(given=1, needed=2)
    assert state(desk) is ItemState.AWAITING_APPROVAL
    assert approve(desk, draft_id, OMAR).is_enough
    assert status(desk) is WorkStatus.WAITING_ON_US
    (sent,) = send(desk).sent
    assert sent.letter.kind == "completion"
    assert "What we did - A copy of your data product, 25 November 2026" in " ".join(
        sent.letter.text.split()
    )
    case = desk.case()
    assert (case.items[0].state, case.state) == (ItemState.FULFILLED, CaseState.CLOSED)
    assert status(desk) is WorkStatus.DONE
    assert desk.task_kinds() == []
    assert desk.kinds_of_events(case.case_id)[-2:] == [AuditKind.CASE_CLOSED, AuditKind.LETTER_SENT]
    assert desk.chain_holds(case.case_id)
    with desk.database.reading() as reading:
        steps = work_events(reading, case.case_id)
    assert [one.step for one in steps] == [
        Step.PLAN,
        Step.EXECUTE,
        Step.FINISH_TASKS,
        Step.DRAFT,
        Step.APPROVE,
        Step.COMPLETE,
    ]
    assert [(one.actor, one.os_user) for one in steps[-2:]] == [
        (OMAR.address, "omar"),
        ("sender", None),
    ]
    assert access == case.reference


def test_an_answer_stays_in_the_thread_and_is_given_by_who_answers_for_the_data(
    desk: TestDesk, access: str
) -> None:
    acknowledgement = desk.letters()[0].message
    ready(desk)
    (sent,) = send(desk).sent
    assert access
    assert sent.in_reply_to == acknowledgement.in_reply_to is not None
    assert sent.references == acknowledgement.references
    assert "We are finding out" in acknowledgement.letter.text
    assert "We are finding out" not in sent.letter.text


def test_without_proof_nothing_is_carried_out_and_nothing_granted(
    desk: TestDesk, access: str
) -> None:
    plan(desk)
    assert "carry_out" not in desk.task_kinds()
    with pytest.raises(Permanent, match="access: draft is not possible: work-not-done"):
        answer(desk)
    assert desk.drafts() == []
    assert access


def test_an_approved_letter_stays_here_when_the_proof_is_taken_back(
    desk: TestDesk, access: str
) -> None:
    ready(desk)
    prove(desk, Level.NONE)
    assert send(desk).sent == []
    letter = desk.letters()[-1]
    assert letter.state is OutgoingState.FAILED
    assert letter.reason == "may-not-leave: identity-not-proved"
    assert status(desk) is WorkStatus.BLOCKED_DELIVERY
    assert state(desk) is ItemState.APPROVED
    assert desk.case().reference == access


@BOTH_ENGINES
def test_a_letter_that_came_back_opens_right_and_case_again(desk: TestDesk, access: str) -> None:
    ready(desk)
    send(desk)
    assert desk.case().state is CaseState.CLOSED
    bounce(desk)
    case = desk.case()
    assert (case.items[0].state, case.state) == (ItemState.APPROVED, CaseState.OPEN)
    assert case.due == case.items[0].due
    assert status(desk) is WorkStatus.BLOCKED_DELIVERY
    assert AuditKind.CASE_REOPENED in desk.kinds_of_events(case.case_id)
    assert desk.chain_holds(case.case_id)
    assert access == case.reference


def test_a_refusal_needs_a_ground_and_two_others_and_no_proof(desk: TestDesk, access: str) -> None:
    with pytest.raises(Permanent, match="refusal-without-ground"):
        answer(desk, decision=Decision.REFUSED)
    draft_id = answer(desk, decision=Decision.REFUSED, ground="You asked us the same yesterday.")
    approve(desk, draft_id, DANA, OMAR)
    (sent,) = send(desk).sent
    assert sent.letter.kind == "refusal"
    assert "You asked us the same yesterday." in sent.letter.text
    assert state(desk) is ItemState.REFUSED
    assert access


def test_a_rejected_answer_sends_the_right_back_and_another_is_written(
    desk: TestDesk, access: str
) -> None:
    prove(desk)
    plan(desk)
    carry_out(desk)
    first = answer(desk)
    approve(desk, first, DANA)
    reject_draft(desk.database, first, actor=OMAR, now=desk.now)
    assert state(desk) is ItemState.EXECUTED
    with pytest.raises(Permanent, match="decided already"):
        approve(desk, first, OMAR)
    second = answer(desk)
    assert approve(desk, second, OMAR) == Given(given=1, needed=2)
    assert access


def test_a_systems_task_needs_something_to_show(desk: TestDesk, access: str) -> None:
    prove(desk)
    plan(desk)
    task = next(one for one in desk.tasks() if one.kind == "carry_out")
    for shown in (None, "  ", "two\nlines", "x" * 501):
        with pytest.raises(Permanent, match="evidence"):
            finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence=shown)
    assert task.task_id in {one.task_id for one in desk.tasks()}
    assert access


def test_a_right_taken_back_leaves_no_task_and_no_letter(desk: TestDesk, access: str) -> None:
    prove(desk)
    plan(desk)
    carry_out(desk)
    draft_id = answer(desk)
    assert take_back(desk, Right.ACCESS)
    assert desk.drafts() == []
    with pytest.raises(Permanent, match="decided already"):
        approve(desk, draft_id, DANA)
    assert desk.case().state is CaseState.CLOSED
    assert access


def test_what_never_was_a_request_is_dismissed(desk: TestDesk, access: str) -> None:
    assert take_back(desk, Right.ACCESS, Step.DISMISS)
    assert state(desk) is ItemState.NOT_A_REQUEST
    with pytest.raises(Permanent, match="the case is closed"):
        plan(desk)
    assert access


def test_a_case_in_which_something_is_owed_is_not_closed(desk: TestDesk, access: str) -> None:
    with pytest.raises(Permanent, match="cannot be closed: access-is-received"):
        close(desk)
    answer(desk, decision=Decision.REFUSED, ground="It is not our data.")
    with pytest.raises(Permanent, match="access-is-awaiting-approval, draft-refusal-waits"):
        close(desk)
    assert access


def test_a_case_that_asks_for_no_right_is_closed_by_a_person(desk: TestDesk) -> None:
    desk.receive_one(mail("I want to make a formal complaint about how you handled my data."))
    for draft in desk.drafts():
        reject_draft(desk.database, draft.draft_id, actor=SAM, now=desk.now)
    send(desk)
    assert status(desk) is WorkStatus.WAITING_ON_US
    close(desk)
    assert desk.case().state is CaseState.CLOSED
    with pytest.raises(Permanent, match="closed already"):
        close(desk)


def test_of_an_unknown_case_nothing_is_done(desk: TestDesk) -> None:
    with pytest.raises(Permanent, match="there is no such case"):
        plan_case(desk.database, desk.profile, "PR-1", right=None, actor=SAM, now=desk.now)
    with pytest.raises(Permanent, match="there is no such case"):
        close_case(desk.database, "PR-1", CloseReason.OTHER, actor=SAM, now=desk.now)


def test_a_right_that_nobody_asked_for_is_neither_planned_nor_answered(
    desk: TestDesk, access: str
) -> None:
    with pytest.raises(Permanent, match="asks for no erasure, or not any more"):
        plan_case(desk.database, desk.profile, access, right=Right.ERASURE, actor=SAM, now=desk.now)
    with pytest.raises(Permanent, match="asks for no erasure"):
        answer(desk, Right.ERASURE, Decision.REFUSED, "It is not our data.")


@pytest.mark.parametrize(
    ("decision", "done", "ground", "said"),
    [
        (Decision.GRANTED, (), "", "say what was done"),
        (Decision.GRANTED, DONE * 51, "", "at most 50 lines"),
        (Decision.REFUSED, (), "two\nlines", "single lines"),
        (Decision.REFUSED, (), "x" * 501, "single lines"),
    ],
)
def test_an_answer_says_what_a_letter_can_hold(
    desk: TestDesk,
    access: str,
    decision: Decision,
    done: tuple[Done, ...],
    ground: str,
    said: str,
) -> None:
    wanted = WantedAnswer(
        reference=access,
        right=Right.ACCESS,
        decision=decision,
        done=done,
        reason=because(ground) if ground else None,
    )
    with pytest.raises(Permanent, match=said):
        answer_right(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)


def test_a_record_that_no_law_keeps_is_refused(desk: TestDesk) -> None:
    records = [Record(code="diaries", last_on=date(2026, 5, 1))]
    with pytest.raises(Permanent, match="no rule of IE keeps diaries"):
        propose_kept(desk.profile, "IE", records, now=desk.now)


def test_marketing_that_the_desk_stopped_itself_is_left_to_the_mail_provider_alone(
    desk: TestDesk,
) -> None:
    desk.receive_one(mail("Please stop sending me marketing emails."))
    send(desk)
    planned = plan(desk)
    assert planned.item.state is ItemState.EXECUTING
    assert {task.system: task.done_by for task in planned.tasks} == {
        "suppression_list": "desk",
        "mail_provider": None,
    }
    carry_out(desk)
    draft_id = answer(desk, Right.OBJECTION)
    assert approve(desk, draft_id, DANA) == Given(given=1, needed=1)
    send(desk)
    assert state(desk) is ItemState.FULFILLED


def test_an_answer_that_came_back_is_sent_back_and_its_letter_never_leaves_again(
    desk: TestDesk, access: str
) -> None:
    first = ready(desk)
    with pytest.raises(Permanent, match="letter-did-not-come-back"):
        reject_draft(desk.database, first, actor=DANA, now=desk.now)
    send(desk)
    bounce(desk)
    reject_draft(desk.database, first, actor=DANA, now=desk.now)
    assert state(desk) is ItemState.EXECUTED
    with pytest.raises(Permanent, match="decided already"):
        reject_draft(desk.database, first, actor=DANA, now=desk.now)
    letter = desk.letters()[-1]
    retry_failed(desk.database, letter.letter_id, actor=SAM, now=desk.now)
    assert send(desk).sent == []
    assert desk.letters()[-1].reason == "may-not-leave: answer-was-sent-back"
    approve(desk, answer(desk), DANA, OMAR)
    assert len(send(desk).sent) == 1
    assert desk.case().state is CaseState.CLOSED
    assert access


def test_a_right_taken_back_before_the_first_letter_left_closes_with_that_letter(
    desk: TestDesk,
) -> None:
    desk.receive_one(mail(COPY))
    assert not take_back(desk, Right.ACCESS)
    assert desk.case().state is CaseState.OPEN
    send(desk)
    assert desk.case().state is CaseState.CLOSED


def test_what_the_desk_can_do_alone_is_done_when_it_begins(desk: TestDesk) -> None:
    alone = tuple(row for row in WorkTerms().systems if row.system != "mail_provider")
    desk.profile = replace(desk.profile, work=WorkTerms(systems=alone))
    desk.receive_one(mail("Please stop sending me marketing emails."))
    assert plan(desk).item.state is ItemState.EXECUTED
