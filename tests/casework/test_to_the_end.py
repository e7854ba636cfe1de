"""A right is carried from the mail to its end, and no way there leads around proof, approval, work or delivery."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from casework.actors import Actor
from casework.answers import WantedAnswer, answer_right
from casework.challenge_terms import ChallengeTerms
from casework.closing import close_case
from casework.deliveries import record_events
from casework.drafts import Given, approve_draft, reject_draft
from casework.ending import Ended, end_right
from casework.erasing import approve_erasure, propose_kept, state_kept, sweep_erasures
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.planning import Planned, plan_case
from casework.sending import send_next
from casework.statuses import statuses_of
from casework.tasks import finish
from casework.work_terms import WorkTerms
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DANA,
    DAY,
    ERASE,
    LAWS,
    OMAR,
    SAM,
    TOKEN_KEYS,
    ScriptedTransport,
    TestDesk,
    mail,
    profile,
)
from privacy.audit import AuditKind
from privacy.cases import CaseState, ItemState
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Permanent, PrivacyError
from privacy.identity import Level
from privacy.outgoing import OutgoingState
from privacy.retention import Record
from privacy.rights import Right
from privacy.work import Decision, Step
from privacy.work_status import CloseReason, WorkStatus
from regimes.identity import load_proof_terms
from regimes.work import load_approvers
from responders.answers import ARTICLES, Done, Ground, Reason
from storage.work import work_events
from templates.fields.kinds import Remedies, Url

AUTHORITY = Remedies(
    authority="Data Protection Commission",
    authority_url=Url("https://authority.example/complain"),
    court=True,
    complain_to_us=True,
)
TERMS = ChallengeTerms(
    proof=load_proof_terms(),
    delay=timedelta(minutes=10),
    laws=LAWS,
    asks=False,
    remedies=AUTHORITY,
)
DONE = (Done(what="A copy of your data", where="product", on=date(2026, 11, 25)),)
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


@pytest.fixture
def erasure(desk: TestDesk) -> str:
    """Give the reference of Anne's case, acknowledged: she wants her data erased."""
    return begin(desk, ERASE)


def begin(desk: TestDesk, text: str) -> str:
    desk.receive_one(mail(text))
    send(desk)
    return desk.case().reference


def send(desk: TestDesk) -> ScriptedTransport:
    transport = ScriptedTransport()
    while send_next(desk.database, transport, desk.clock, desk=desk.profile).worked:
        pass
    return transport


def prove(desk: TestDesk, level: Level = Level.ACCOUNT) -> None:
    decision = IdentityDecision(
        reference=desk.case().reference, level=level, reason="she logged in"
    )
    decide_identity(desk.database, TERMS, decision, actor=SAM, now=desk.now)


def plan(desk: TestDesk) -> Planned:
    (planned,) = plan_case(
        desk.database,
        desk.profile,
        desk.case().reference,
        right=None,
        actor=SAM,
        now=desk.now,
    )
    return planned


def carry_out(desk: TestDesk) -> None:
    for task in [one for one in desk.tasks() if one.kind == "carry_out"]:
        finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence="ticket 4711")


def answer(
    desk: TestDesk,
    right: Right = Right.ACCESS,
    decision: Decision = Decision.GRANTED,
    ground: str = "",
) -> UUID:
    wanted = WantedAnswer(
        reference=desk.case().reference,
        right=right,
        decision=decision,
        done=() if decision is Decision.REFUSED else DONE,
        reason=because(ground) if ground else None,
    )
    return answer_right(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)


def because(facts: str) -> Reason:
    ground = Ground.EXCESSIVE
    return Reason(ground=ground, facts=facts, article=ARTICLES[ground])


def approve(desk: TestDesk, draft_id: UUID, *actors: Actor) -> Given:
    given = [
        approve_draft(desk.database, draft_id, actor=one, now=desk.now, desk=desk.profile)
        for one in actors
    ]
    return given[-1]


def state(desk: TestDesk) -> ItemState:
    return desk.case().items[0].state


def status(desk: TestDesk) -> WorkStatus:
    case_id = desk.case().case_id
    with desk.database.reading() as reading:
        return statuses_of(reading, [case_id], TERMS)[case_id]


def state_what_is_kept(desk: TestDesk) -> None:
    records = [Record(code="accounts", last_on=date(2026, 5, 1))]
    lines = propose_kept(desk.profile, "IE", records, now=desk.now)
    state_kept(desk.database, desk.case().reference, lines, actor=SAM, now=desk.now)


def approve_erasing(desk: TestDesk, *actors: Actor) -> None:
    for actor in actors:
        approve_erasure(
            desk.database, desk.profile, desk.case().reference, actor=actor, now=desk.now
        )


def bounce(desk: TestDesk) -> None:
    letter = desk.letters()[-1]
    event = DeliveryEvent(
        message_id=letter.message.message_id, fate=Fate.FAILED, at=desk.now, status="5.1.1"
    )
    assert record_events(desk.database, [event], TOKEN_KEYS, now=desk.now) == 1


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
    (sent,) = send(desk).sent
    said = " ".join(sent.letter.text.split())
    for words in (
        "accounts and tax records Why: tax accounts Basis: Taxes Consolidation Act 1997",
        "Kept until: 31 December 2032",
        "Our backups are overwritten by 25 December 2026.",
        AUTHORITY.authority,
    ):
        assert words in said
    assert desk.case().state is CaseState.CLOSED
    assert desk.case().reference == erasure


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


def ready(desk: TestDesk) -> UUID:
    """Access up to the approved letter that waits for the sender."""
    prove(desk)
    plan(desk)
    carry_out(desk)
    draft_id = answer(desk)
    approve(desk, draft_id, DANA, OMAR)
    return draft_id


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


def test_a_systems_task_needs_something_to_show(desk: TestDesk, access: str) -> None:
    prove(desk)
    plan(desk)
    task = next(one for one in desk.tasks() if one.kind == "carry_out")
    for shown in (None, "  ", "two\nlines", "x" * 501):
        with pytest.raises(Permanent, match="evidence"):
            finish(desk.database, task.task_id, actor=SAM, now=desk.now, evidence=shown)
    assert task.task_id in {one.task_id for one in desk.tasks()}
    assert access


def test_the_person_cancels_an_erasure_while_it_waits(desk: TestDesk, erasure: str) -> None:
    prove(desk)
    plan(desk)
    state_what_is_kept(desk)
    approve_erasing(desk, DANA, OMAR)
    assert take_back(desk, Right.ERASURE)
    desk.now += 8 * DAY
    assert sweep_erasures(desk.database, desk.profile, desk.now) == 0
    case = desk.case()
    assert (case.items[0].state, case.state) == (ItemState.WITHDRAWN, CaseState.CLOSED)
    assert erasure


def take_back(desk: TestDesk, right: Right, step: Step = Step.WITHDRAW) -> bool:
    ended = Ended(
        reference=desk.case().reference, right=right, step=step, reason="she wrote so today"
    )
    return end_right(desk.database, ended, actor=SAM, now=desk.now)


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


def close(desk: TestDesk) -> None:
    reference = desk.case().reference
    close_case(desk.database, reference, CloseReason.NOTHING_ASKED, actor=SAM, now=desk.now)


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
    with pytest.raises(Permanent, match="asks for no such right"):
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
