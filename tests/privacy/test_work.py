"""The work on one right: which steps exist, what each needs, and that no order of steps gets around it."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from privacy.cases import ENDED, ItemState
from privacy.packages import Enclosure
from privacy.rights import Right
from privacy.work import (
    DECIDED_BY_LETTER,
    GRANTS,
    TABLE,
    Decision,
    LetterFate,
    Step,
    WorkFacts,
    may_leave,
    move,
)

S = ItemState
NOTHING = WorkFacts(right=Right.ACCESS)
DONE = WorkFacts(
    right=Right.ACCESS,
    identity_suffices=True,
    decision=Decision.GRANTED,
    author="sam@desk.example",
    approvers=frozenset({"sam@desk.example", "dana@desk.example", "omar@desk.example"}),
    kept_is_stated=True,
    enclosure=Enclosure.GIVEN,
    letter=LetterFate.ARRIVED,
)
ERASED = replace(
    DONE,
    right=Right.ERASURE,
    erasure_approvers=frozenset({"dana@desk.example", "omar@desk.example"}),
    cool_off_over=True,
)
REFUSED = replace(DONE, identity_suffices=False, decision=Decision.REFUSED, ground="Art. 12(5)")
PASSED = replace(DONE, decision=Decision.PASSED_ON, controller_confirmed=True)
UNPROVED = replace(DONE, identity_suffices=False, decision=Decision.NOT_PROVED)
BACK = replace(DONE, letter=LetterFate.CAME_BACK)

STEPS: list[tuple[ItemState, Step, WorkFacts, ItemState]] = [
    (S.RECEIVED, Step.PLAN, NOTHING, S.PLANNED),
    (S.PLANNED, Step.EXECUTE, DONE, S.EXECUTING),
    (S.PLANNED, Step.APPROVE_ERASURE, ERASED, S.COOLING_OFF),
    (S.COOLING_OFF, Step.EXECUTE, ERASED, S.EXECUTING),
    (S.EXECUTING, Step.FINISH_TASKS, DONE, S.EXECUTED),
    (S.PLANNED, Step.FORWARD, NOTHING, S.WITH_CONTROLLER),
    (S.EXECUTED, Step.DRAFT, DONE, S.AWAITING_APPROVAL),
    (S.WITH_CONTROLLER, Step.DRAFT, PASSED, S.AWAITING_APPROVAL),
    (S.RECEIVED, Step.DRAFT, REFUSED, S.AWAITING_APPROVAL),
    (S.AWAITING_APPROVAL, Step.SEND_BACK, DONE, S.EXECUTED),
    (S.AWAITING_APPROVAL, Step.SEND_BACK, PASSED, S.WITH_CONTROLLER),
    (S.AWAITING_APPROVAL, Step.SEND_BACK, REFUSED, S.PLANNED),
    (S.APPROVED, Step.SEND_BACK, BACK, S.EXECUTED),
    (S.AWAITING_APPROVAL, Step.APPROVE, DONE, S.APPROVED),
    (S.AWAITING_APPROVAL, Step.APPROVE, REFUSED, S.APPROVED),
    (S.APPROVED, Step.COMPLETE, DONE, S.FULFILLED),
    (S.APPROVED, Step.COMPLETE, REFUSED, S.REFUSED),
    (S.APPROVED, Step.COMPLETE, PASSED, S.PASSED_TO_CONTROLLER),
    (S.APPROVED, Step.COMPLETE, UNPROVED, S.PARKED),
    (S.FULFILLED, Step.REOPEN, BACK, S.APPROVED),
    (S.COOLING_OFF, Step.WITHDRAW, ERASED, S.WITHDRAWN),
    (S.COOLING_OFF, Step.SEND_BACK, ERASED, S.PLANNED),
    (S.EXECUTED, Step.WITHDRAW, DONE, S.WITHDRAWN),
    (S.AWAITING_APPROVAL, Step.WITHDRAW, REFUSED, S.WITHDRAWN),
    (S.RECEIVED, Step.DISMISS, NOTHING, S.NOT_A_REQUEST),
    (S.PARKED, Step.RESUME, NOTHING, S.RECEIVED),
    (S.APPROVED, Step.UNDO_APPROVAL, replace(DONE, letter=LetterFate.NONE), S.AWAITING_APPROVAL),
]


@pytest.mark.parametrize(("state", "step", "facts", "to"), STEPS)
def test_a_step_leads_where_the_table_says(
    state: ItemState, step: Step, facts: WorkFacts, to: ItemState
) -> None:
    assert move(state, step, facts).to is to


def test_every_row_of_the_table_is_taken_by_a_step_above() -> None:
    taken = {
        id(next(row for row in TABLE if row.step is step and state in row.start))
        for state, step, _, _ in STEPS
    }
    assert taken == {id(row) for row in TABLE}


def test_one_state_and_one_step_have_one_row() -> None:
    pairs = [(row.step, state) for row in TABLE for state in row.start]
    assert len(pairs) == len(set(pairs))


def test_every_state_can_be_reached_and_left_or_is_an_end() -> None:
    reached = {S.RECEIVED, *DECIDED_BY_LETTER.values()}
    reached |= {row.to for row in TABLE if isinstance(row.to, ItemState)}
    left = {state for row in TABLE for state in row.start}
    assert reached == set(S)
    assert set(S) - left == {S.WITHDRAWN, S.NOT_A_REQUEST}
    assert set(S) - left <= ENDED


REFUSALS: list[tuple[ItemState, Step, WorkFacts, str]] = [
    (S.PLANNED, Step.EXECUTE, replace(DONE, identity_suffices=False), "identity-not-proved"),
    (S.PLANNED, Step.EXECUTE, replace(DONE, customers_decide=True), "the-customer-decides"),
    (S.PLANNED, Step.EXECUTE, ERASED, "an-erasure-is-approved-first"),
    (S.PLANNED, Step.APPROVE_ERASURE, DONE, "only-an-erasure-waits"),
    (
        S.PLANNED,
        Step.APPROVE_ERASURE,
        replace(ERASED, customers_decide=True),
        "the-customer-decides",
    ),
    (
        S.PLANNED,
        Step.APPROVE_ERASURE,
        replace(ERASED, identity_suffices=False),
        "identity-not-proved",
    ),
    (
        S.PLANNED,
        Step.APPROVE_ERASURE,
        replace(ERASED, erasure_approvers=frozenset({"dana@desk.example"})),
        "two-people-approve-an-erasure",
    ),
    (
        S.PLANNED,
        Step.APPROVE_ERASURE,
        replace(ERASED, kept_is_stated=False),
        "kept-data-not-stated",
    ),
    (S.COOLING_OFF, Step.EXECUTE, replace(ERASED, cool_off_over=False), "cool-off-not-over"),
    (S.EXECUTING, Step.FINISH_TASKS, replace(DONE, open_tasks=1), "tasks-open"),
    (S.EXECUTING, Step.WITHDRAW, replace(ERASED, decision=None), "already-erased"),
    (S.EXECUTED, Step.DRAFT, replace(DONE, decision=None), "decision-grants-nothing"),
    (S.EXECUTED, Step.DRAFT, replace(DONE, kept_is_stated=False), "kept-data-not-stated"),
    (
        S.EXECUTED,
        Step.DRAFT,
        replace(DONE, decision=Decision.PARTLY),
        "refusal-without-ground",
    ),
    (S.EXECUTED, Step.DRAFT, replace(DONE, enclosure=Enclosure.MISSING), "no-package"),
    (
        S.AWAITING_APPROVAL,
        Step.APPROVE,
        replace(DONE, right=Right.PORTABILITY, enclosure=Enclosure.CHANGED),
        "package-changed",
    ),
    (S.RECEIVED, Step.DRAFT, DONE, "work-not-done"),
    (S.RECEIVED, Step.DRAFT, replace(REFUSED, ground=""), "refusal-without-ground"),
    (S.WITH_CONTROLLER, Step.DRAFT, DONE, "the-controller-decides"),
    (
        S.WITH_CONTROLLER,
        Step.DRAFT,
        replace(PASSED, controller_confirmed=False),
        "controller-not-confirmed",
    ),
    (
        S.AWAITING_APPROVAL,
        Step.APPROVE,
        replace(DONE, approvers=frozenset({"sam@desk.example", "dana@desk.example"})),
        "approvals-missing",
    ),
    (S.AWAITING_APPROVAL, Step.APPROVE, replace(DONE, decision=None), "no-decision"),
    (
        S.AWAITING_APPROVAL,
        Step.APPROVE,
        replace(UNPROVED, identity_suffices=True),
        "identity-proved-meanwhile",
    ),
    (S.APPROVED, Step.COMPLETE, replace(DONE, letter=LetterFate.NONE), "letter-not-delivered"),
    (S.FULFILLED, Step.REOPEN, DONE, "letter-did-not-come-back"),
    (S.APPROVED, Step.SEND_BACK, DONE, "letter-did-not-come-back"),
    (S.FULFILLED, Step.WITHDRAW, DONE, "no-withdraw-from-fulfilled"),
]


@pytest.mark.parametrize(("state", "step", "facts", "reason"), REFUSALS)
def test_a_step_is_refused_with_its_reason(
    state: ItemState, step: Step, facts: WorkFacts, reason: str
) -> None:
    refused = move(state, step, facts)
    assert not refused.allowed
    assert reason in refused.refused


def test_the_author_is_none_of_the_approvers() -> None:
    alone = replace(DONE, approvals_needed=1, approvers=frozenset({"sam@desk.example"}))
    assert may_leave(alone) == ("approvals-missing",)
    other = replace(alone, approvers=frozenset({"dana@desk.example"}))
    assert may_leave(other) == ()


def test_a_letter_stays_here_when_the_proof_lapsed_after_its_approval() -> None:
    assert may_leave(replace(DONE, identity_suffices=False)) == ("identity-not-proved",)


def test_nothing_leaves_without_one_approver_whatever_the_settings_say() -> None:
    nobody = replace(DONE, approvals_needed=0, approvers=frozenset())
    assert may_leave(nobody) == ("approvals-missing",)


PEOPLE = st.frozensets(
    st.sampled_from(["sam@desk.example", "dana@desk.example", "omar@desk.example"])
)


class AnyOrderOfSteps(RuleBasedStateMachine):
    """Steps in any order with any facts; what was true at each step that was allowed is remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.state = S.RECEIVED
        self.right = Right.ACCESS
        self.decision: Decision | None = None
        self.allowed: list[tuple[Step, WorkFacts, ItemState]] = []

    @initialize(right=st.sampled_from(Right))
    def begin(self, right: Right) -> None:
        self.right = right

    @rule(
        step=st.sampled_from(Step),
        facts=st.builds(
            WorkFacts,
            right=st.just(Right.ACCESS),
            identity_suffices=st.booleans(),
            decision=st.none() | st.sampled_from(Decision),
            ground=st.none() | st.just("Art. 17(3)(b)"),
            open_tasks=st.integers(0, 1),
            author=st.just("sam@desk.example"),
            approvers=PEOPLE,
            approvals_needed=st.integers(0, 2),
            erasure_approvers=PEOPLE,
            keeps_something=st.booleans(),
            kept_is_stated=st.booleans(),
            cool_off_over=st.booleans(),
            controller_confirmed=st.booleans(),
            customers_decide=st.booleans(),
            letter=st.sampled_from(LetterFate),
        ),
    )
    def try_step(self, step: Step, facts: WorkFacts) -> None:
        # What a draft decides stands with it: it is the same at every step until another one is written.
        decision = facts.decision if step is Step.DRAFT else self.decision
        facts = replace(facts, right=self.right, decision=decision)
        made = move(self.state, step, facts)
        assert made.allowed == (not made.refused)
        if made.to is not None:
            self.state, self.decision = made.to, decision
            self.allowed.append((step, facts, made.to))

    def last(self, step: Step) -> WorkFacts | None:
        found = [facts for made, facts, _ in self.allowed if made is step]
        return found[-1] if found else None

    @invariant()
    def nothing_of_a_customer_is_begun_on_the_word_of_the_person(self) -> None:
        begun = {S.EXECUTING, S.COOLING_OFF}
        for step, facts, to in self.allowed:
            if to in begun and step is not Step.EXECUTE:
                assert not facts.customers_decide

    @invariant()
    def nothing_is_executed_unproved(self) -> None:
        executed = self.last(Step.EXECUTE)
        assert executed is None or executed.identity_suffices

    @invariant()
    def an_erasure_is_approved_by_two_and_waits(self) -> None:
        executed = self.last(Step.EXECUTE)
        if executed is not None and self.right is Right.ERASURE:
            assert len(executed.erasure_approvers) > 1
            assert executed.cool_off_over
            assert self.last(Step.APPROVE_ERASURE) is not None

    @invariant()
    def no_erasure_is_approved_for_somebody_unproved(self) -> None:
        for step, facts, _ in self.allowed:
            grants = step is Step.APPROVE and facts.decision in GRANTS
            if step is Step.APPROVE_ERASURE or (grants and self.right is Right.ERASURE):
                assert facts.identity_suffices

    @invariant()
    def nothing_ends_silently(self) -> None:
        if self.state in {S.FULFILLED, S.PARTLY, S.REFUSED, S.PASSED_TO_CONTROLLER, S.PARKED}:
            completed, approved = self.last(Step.COMPLETE), self.last(Step.APPROVE)
            assert completed is not None
            assert completed.letter is LetterFate.ARRIVED
            assert approved is not None
            assert approved.approvers - {approved.author}

    @invariant()
    def what_is_granted_was_done_for_somebody_known(self) -> None:
        approved = self.last(Step.APPROVE)
        if approved is not None and approved.decision in GRANTS:
            assert approved.identity_suffices
            assert self.last(Step.FINISH_TASKS) is not None

    @invariant()
    def a_refusal_has_a_ground(self) -> None:
        approved = self.last(Step.APPROVE)
        if approved is not None and approved.decision in {Decision.REFUSED, Decision.PARTLY}:
            assert approved.ground


AnyOrderOfSteps.TestCase.settings = settings(max_examples=150, stateful_step_count=40)
test_no_order_of_steps_gets_around_a_guard = AnyOrderOfSteps.TestCase


def test_only_who_is_granted_data_has_to_get_a_package() -> None:
    without = replace(DONE, enclosure=Enclosure.MISSING)
    assert may_leave(without) == ("no-package",)
    assert may_leave(replace(without, right=Right.RECTIFICATION)) == ()
    assert may_leave(replace(without, decision=Decision.REFUSED, ground="Art. 12(5)")) == ()
