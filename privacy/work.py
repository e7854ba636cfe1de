"""The work on one right: where it stands, and the table of the only steps that lead from there to its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from privacy.cases import ItemState
from privacy.packages import PACKAGED, Enclosure
from privacy.rights import Right


class Step(StrEnum):
    """What can happen to the work on one right; who did it and when stands in the trail."""

    PLAN = "plan"
    APPROVE_ERASURE = "approve_erasure"
    EXECUTE = "execute"
    FINISH_TASKS = "finish_tasks"
    FORWARD = "forward"
    DRAFT = "draft"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    COMPLETE = "complete"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    DISMISS = "dismiss"
    RESUME = "resume"
    UNDO_APPROVAL = "undo_approval"


class Decision(StrEnum):
    """What the letter says about one right; it is proposed with the draft and holds once the letter arrived."""

    GRANTED = "granted"
    PARTLY = "partly"
    REFUSED = "refused"
    PASSED_ON = "passed_on"
    NOT_PROVED = "not_proved"


class LetterFate(StrEnum):
    """Where the letter that decides stands, as far as the work on the right needs to know it."""

    NONE = "none"
    ON_ITS_WAY = "on_its_way"
    ARRIVED = "arrived"
    CAME_BACK = "came_back"


DECIDED_BY_LETTER = {
    Decision.GRANTED: ItemState.FULFILLED,
    Decision.PARTLY: ItemState.PARTLY,
    Decision.REFUSED: ItemState.REFUSED,
    Decision.PASSED_ON: ItemState.PASSED_TO_CONTROLLER,
    Decision.NOT_PROVED: ItemState.PARKED,
}


APPROVERS_OF_AN_ERASURE = 2  # data that are gone do not come back
GRANTS = frozenset({Decision.GRANTED, Decision.PARTLY})
WITHOUT_DATA = {Enclosure.MISSING: "no-package", Enclosure.CHANGED: "package-changed"}


@dataclass(frozen=True, kw_only=True)
class WorkFacts:
    """What the guards look at, read from the other axes at this moment; the safest value stands for what is unknown.

    `identity_suffices` says that the level reached is the level that this right needs, now. `author` wrote or last
    edited the draft and `approvers` approved exactly its digest; `approvals_needed` is the number of the table of
    approvers (one, or two where data leave or are erased). `erasure_approvers` approved the erasure itself, before
    anything is destroyed. `keeps_something` and `kept_is_stated` are about retained data: category, law, purpose and
    end date. `cool_off_over` is true when the waiting time ended or the person gave it up. `enclosure` is the package of
    data that an answer names, or the statement that it needs none. `customers_decide` says that by the directory no part of
    the data is ours. `against_address` is why the person's own address may not be changed, None where nothing is against it
    or no address is changed.
    """

    right: Right
    identity_suffices: bool = False
    decision: Decision | None = None
    ground: str | None = None
    open_tasks: int = 0
    author: str | None = None
    approvers: frozenset[str] = frozenset()
    approvals_needed: int = 2
    erasure_approvers: frozenset[str] = frozenset()
    keeps_something: bool = True
    kept_is_stated: bool = False
    cool_off_over: bool = False
    controller_confirmed: bool = False
    enclosure: Enclosure = Enclosure.MISSING
    customers_decide: bool = False
    against_address: str | None = None
    letter: LetterFate = LetterFate.NONE


Guard = Callable[[WorkFacts], str | None]


@dataclass(frozen=True, kw_only=True)
class Move:
    """The state that a step leads to; or no state, and every reason why the step is refused now."""

    to: ItemState | None
    refused: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether the step may be made."""
        return self.to is not None


def _who_asks_is_known(facts: WorkFacts) -> str | None:
    return None if facts.identity_suffices else "identity-not-proved"


def _is_erasure(facts: WorkFacts) -> str | None:
    return None if facts.right is Right.ERASURE else "only-an-erasure-waits"


def _is_no_erasure(facts: WorkFacts) -> str | None:
    return "an-erasure-is-approved-first" if facts.right is Right.ERASURE else None


def _two_approve_the_erasure(facts: WorkFacts) -> str | None:
    return (
        None
        if len(facts.erasure_approvers) >= APPROVERS_OF_AN_ERASURE
        else "two-people-approve-an-erasure"
    )


def _kept_is_stated(facts: WorkFacts) -> str | None:
    return None if facts.kept_is_stated or not facts.keeps_something else "kept-data-not-stated"


def _cool_off_is_over(facts: WorkFacts) -> str | None:
    return None if facts.cool_off_over else "cool-off-not-over"


def _nothing_was_erased(facts: WorkFacts) -> str | None:
    """What is being erased cannot be taken back: the person is told what was done instead."""
    grants_nothing = facts.decision in (Decision.REFUSED, Decision.NOT_PROVED)
    return "already-erased" if facts.right is Right.ERASURE and not grants_nothing else None


def _tasks_are_done(facts: WorkFacts) -> str | None:
    return None if facts.open_tasks == 0 else "tasks-open"


def _is_ours_to_do(facts: WorkFacts) -> str | None:
    """What a customer put in is neither given out nor erased on the word of the person (GDPR Art. 28(3)(a))."""
    return "the-customer-decides" if facts.customers_decide else None


def _both_addresses_are_proved(facts: WorkFacts) -> str | None:
    """Whoever reads the mail of a changed address opens every other door: the old one and the new one have to say so."""
    return facts.against_address


def _says_what_is_decided(facts: WorkFacts) -> str | None:
    return None if facts.decision is not None else "no-decision"


def _has_a_ground(facts: WorkFacts) -> str | None:
    """A refusal, whole or in part, names its ground (GDPR Art. 12(4))."""
    needs = facts.decision in (Decision.REFUSED, Decision.PARTLY)
    return "refusal-without-ground" if needs and not facts.ground else None


def _work_fits_the_decision(facts: WorkFacts) -> str | None:
    """What is granted needs the proof and the finished work, a refusal neither; who is proved is not closed for want of it."""
    if facts.decision is Decision.NOT_PROVED and facts.identity_suffices:
        return "identity-proved-meanwhile"
    if facts.decision not in GRANTS:
        return None
    proof = _who_asks_is_known(facts) or _both_addresses_are_proved(facts)
    return proof or _tasks_are_done(facts) or _kept_is_stated(facts)


def _data_go_along(facts: WorkFacts) -> str | None:
    """Whoever asked for data gets them, exactly as they were approved (GDPR Art. 15(3), 20(1))."""
    if facts.right not in PACKAGED or facts.decision not in GRANTS:
        return None
    return WITHOUT_DATA.get(facts.enclosure)


def _controller_confirmed(facts: WorkFacts) -> str | None:
    return None if facts.controller_confirmed else "controller-not-confirmed"


def _grants_something(facts: WorkFacts) -> str | None:
    return None if facts.decision in GRANTS else "decision-grants-nothing"


def _is_passed_on(facts: WorkFacts) -> str | None:
    return None if facts.decision is Decision.PASSED_ON else "the-controller-decides"


def _grants_nothing(facts: WorkFacts) -> str | None:
    """Before the work is done only a refusal, or the closing for want of proof, can be written."""
    if facts.decision in (Decision.REFUSED, Decision.NOT_PROVED):
        return None
    return "work-not-done"


def _others_approved(facts: WorkFacts) -> str | None:
    """Nobody approves what they wrote: the author does not count among the approvers."""
    others = facts.approvers - {facts.author}
    return None if len(others) >= max(1, facts.approvals_needed) else "approvals-missing"


def _letter_arrived(facts: WorkFacts) -> str | None:
    return None if facts.letter is LetterFate.ARRIVED else "letter-not-delivered"


def _letter_came_back(facts: WorkFacts) -> str | None:
    return None if facts.letter is LetterFate.CAME_BACK else "letter-did-not-come-back"


def _letter_is_still_here(facts: WorkFacts) -> str | None:
    return None if facts.letter is LetterFate.NONE else "letter-on-its-way"


def _follows_from_decision(facts: WorkFacts) -> ItemState:
    return S.AWAITING_APPROVAL if facts.decision is None else DECIDED_BY_LETTER[facts.decision]


def _where_it_was_drafted(facts: WorkFacts) -> ItemState:
    if facts.decision in GRANTS:
        return S.EXECUTED
    return S.WITH_CONTROLLER if facts.decision is Decision.PASSED_ON else S.PLANNED


S = ItemState
WAITING = frozenset({S.RECEIVED, S.PLANNED, S.COOLING_OFF})
ANSWERED = frozenset({*DECIDED_BY_LETTER.values()})

Target = ItemState | Callable[[WorkFacts], ItemState]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table: a step that exists from these states, where it leads, and what must hold."""

    step: Step
    start: frozenset[ItemState]
    to: Target
    guards: tuple[Guard, ...] = ()


# A step that is in no row does not exist. A lawyer can review the table from top to bottom.
TABLE: tuple[Row, ...] = (
    # Tasks for systems are written down before the proof; none is carried out.
    Row(step=Step.PLAN, start=frozenset({S.RECEIVED}), to=S.PLANNED),
    # What can be undone begins once we know who asks.
    Row(
        step=Step.EXECUTE,
        start=frozenset({S.PLANNED}),
        to=S.EXECUTING,
        guards=(
            _is_no_erasure,
            _who_asks_is_known,
            _is_ours_to_do,
            _both_addresses_are_proved,
        ),
    ),
    # An erasure cannot be undone: two people, what is kept said in full, then a time in which the person can cancel.
    Row(
        step=Step.APPROVE_ERASURE,
        start=frozenset({S.PLANNED}),
        to=S.COOLING_OFF,
        guards=(
            _is_erasure,
            _who_asks_is_known,
            _two_approve_the_erasure,
            _kept_is_stated,
            _is_ours_to_do,
        ),
    ),
    # The proof is looked at again: it may have lapsed while the time ran.
    Row(
        step=Step.EXECUTE,
        start=frozenset({S.COOLING_OFF}),
        to=S.EXECUTING,
        guards=(_who_asks_is_known, _two_approve_the_erasure, _cool_off_is_over),
    ),
    Row(
        step=Step.FINISH_TASKS,
        start=frozenset({S.EXECUTING}),
        to=S.EXECUTED,
        guards=(_tasks_are_done,),
    ),
    # A customer's data: the customer decides (GDPR Art. 28(3)(e)), and we ask again until they confirm.
    Row(step=Step.FORWARD, start=frozenset({S.RECEIVED, S.PLANNED}), to=S.WITH_CONTROLLER),
    # The answer that grants something is written when it has been done, and not before.
    Row(
        step=Step.DRAFT,
        start=frozenset({S.EXECUTED}),
        to=S.AWAITING_APPROVAL,
        guards=(_grants_something, _has_a_ground, _work_fits_the_decision, _data_go_along),
    ),
    Row(
        step=Step.DRAFT,
        start=frozenset({S.WITH_CONTROLLER}),
        to=S.AWAITING_APPROVAL,
        guards=(_is_passed_on, _controller_confirmed),
    ),
    Row(
        step=Step.DRAFT,
        start=WAITING | {S.PARKED},
        to=S.AWAITING_APPROVAL,
        guards=(_grants_nothing, _has_a_ground),
    ),
    Row(step=Step.SEND_BACK, start=frozenset({S.AWAITING_APPROVAL}), to=_where_it_was_drafted),
    # The person answered the notice of an erasure, and nobody can say for sure what: it is approved anew, or ends.
    Row(step=Step.SEND_BACK, start=frozenset({S.COOLING_OFF}), to=S.PLANNED),
    # An approved letter that cannot reach the person is written anew, never on its way.
    Row(
        step=Step.SEND_BACK,
        start=frozenset({S.APPROVED}),
        to=_where_it_was_drafted,
        guards=(_letter_came_back,),
    ),
    Row(
        step=Step.APPROVE,
        start=frozenset({S.AWAITING_APPROVAL}),
        to=S.APPROVED,
        guards=(
            _says_what_is_decided,
            _has_a_ground,
            _work_fits_the_decision,
            _data_go_along,
            _others_approved,
        ),
    ),
    # For some minutes an approval can be taken back: its letter is out of the queue again.
    Row(
        step=Step.UNDO_APPROVAL,
        start=frozenset({S.APPROVED}),
        to=S.AWAITING_APPROVAL,
        guards=(_letter_is_still_here,),
    ),
    # A letter that nobody received ends nothing.
    Row(
        step=Step.COMPLETE,
        start=frozenset({S.APPROVED}),
        to=_follows_from_decision,
        guards=(_says_what_is_decided, _letter_arrived),
    ),
    Row(step=Step.REOPEN, start=ANSWERED, to=S.APPROVED, guards=(_letter_came_back,)),
    # The person may take it back until it is decided; while an erasure waits, that is how it is cancelled.
    Row(step=Step.WITHDRAW, start=WAITING | {S.WITH_CONTROLLER, S.PARKED}, to=S.WITHDRAWN),
    Row(
        step=Step.WITHDRAW,
        start=frozenset({S.EXECUTING, S.EXECUTED, S.AWAITING_APPROVAL}),
        to=S.WITHDRAWN,
        guards=(_nothing_was_erased,),
    ),
    # A person here says that it never was a request.
    Row(step=Step.DISMISS, start=frozenset({S.RECEIVED, S.PLANNED}), to=S.NOT_A_REQUEST),
    # Any later reply resumes what was parked for want of proof, with the history of its clock.
    Row(step=Step.RESUME, start=frozenset({S.PARKED}), to=S.RECEIVED),
)


def move(state: ItemState, step: Step, facts: WorkFacts) -> Move:
    """Return where the step leads from here, or every reason why it may not be made now."""
    row = next((row for row in TABLE if row.step is step and state in row.start), None)
    if row is None:
        return Move(
            to=None, refused=(f"no-{step.replace('_', '-')}-from-{state.replace('_', '-')}",)
        )
    refused = _refusals(row.guards, facts)
    if refused:
        return Move(to=None, refused=refused)
    return Move(to=row.to(facts) if callable(row.to) else row.to)


def may_leave(facts: WorkFacts) -> tuple[str, ...]:
    """Return what speaks against sending an approved letter at this moment: its approval is looked at again."""
    approving = next(row for row in TABLE if row.step is Step.APPROVE)
    return _refusals(approving.guards, facts)


def _refusals(guards: Sequence[Guard], facts: WorkFacts) -> tuple[str, ...]:
    reasons = (guard(facts) for guard in guards)
    return tuple(dict.fromkeys(reason for reason in reasons if reason is not None))
