"""A request on its way to customers: which rights, to whom, in which words, by when, and what became of it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import GDPR, asking, case
from privacy.cases import ItemState
from privacy.challenges import StandingState
from privacy.forwarding import (
    FOR_US_TO_DO,
    HIDDEN,
    ForwardState,
    ForwardStep,
    ForwardTerms,
    InstructedTask,
    Instruction,
    ListedOwner,
    Wording,
    advance,
    is_customers,
    is_only_customers,
    is_settled,
    recipients_of,
    referral_wording,
    request_words,
)
from privacy.identity import Level
from privacy.rights import Right, Scope
from privacy.roles import FoundRole

TASKS = tuple(
    InstructedTask(instruction=one, system="product", owner="engineering")
    for one in sorted(FOR_US_TO_DO)
)
TERMS = ForwardTerms(
    within=1,
    carry_out_within=5,
    remind_after=(5, 10),
    silent_after=15,
    link_days=45,
    most_recipients=3,
    per_recipient_per_day=20,
    per_person_per_day=3,
    customers_per_look=50,
    tasks=TASKS,
)
(ERASURE,) = case(asking(Right.ERASURE)).items
MARKETING = replace(ERASURE, right=Right.OBJECTION, scope=Scope.MARKETING)


@pytest.mark.parametrize("said", Instruction)
def test_an_instruction_confirms_at_once_unless_it_is_for_us_to_do(said: Instruction) -> None:
    for start in (ForwardState.OWED, ForwardState.WITH_CUSTOMER):
        to = advance(start, ForwardStep.INSTRUCT, said)
        assert to is (ForwardState.INSTRUCTED if said in FOR_US_TO_DO else ForwardState.CONFIRMED)
    for over in (ForwardState.INSTRUCTED, ForwardState.CONFIRMED):
        assert advance(over, ForwardStep.INSTRUCT, said) is None


STEPS = st.lists(st.tuples(st.sampled_from(ForwardStep), st.sampled_from(Instruction)))


@given(STEPS)
def test_whatever_happens_nothing_is_confirmed_without_an_instruction(steps) -> None:
    state, instructed = ForwardState.OWED, 0
    for step, said in steps:
        to = advance(state, step, said)
        if to is None:
            continue
        instructed += step is ForwardStep.INSTRUCT
        assert state is not ForwardState.CONFIRMED  # the end: no step leads from it
        state = to
    assert instructed == (state in {ForwardState.INSTRUCTED, ForwardState.CONFIRMED})


def test_each_customer_is_asked_again_at_its_days_and_then_no_more() -> None:
    left = date(2026, 11, 23)
    days = [TERMS.next_day(left, number, GDPR.calendar) for number in (0, 1, 2, 7)]
    assert days == [date(2026, 11, 30), date(2026, 12, 7), date(2026, 12, 14), date(2026, 12, 14)]
    assert [one.instruction for one in TERMS.to_do(Instruction.DELETE)] == [Instruction.DELETE]
    assert TERMS.to_do(Instruction.DONE) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"remind_after": (5, 5)}, "each reminder comes after"),
        ({"remind_after": ()}, "each reminder comes after"),
        ({"silent_after": 10}, "silence after the last"),
        ({"within": 0}, "at least 1"),
        ({"per_recipient_per_day": 0}, "at least 1"),
        ({"link_days": 14}, "a link lives"),
        ({"tasks": TASKS[1:]}, "no system carries out correct"),
    ],
)
def test_an_order_that_makes_no_sense_is_refused(changes, said) -> None:
    with pytest.raises(ValueError, match=said):
        replace(TERMS, **changes)


def test_each_owner_and_the_contact_get_one_letter_in_their_language() -> None:
    owners = (
        ListedOwner(locale="de", addresses=("z@customer.example", "a@customer.example")),
        ListedOwner(locale="", addresses=("Privacy@customer.example",)),
        ListedOwner(locale="sv", addresses=()),
    )
    found = recipients_of(owners, "privacy@customer.example", "fr", most=9)
    assert [(one.address, one.locale) for one in found] == [
        ("privacy@customer.example", "fr"),
        ("a@customer.example", "de"),
    ]
    assert len(recipients_of(owners, "", "fr", most=1)) == 1
    assert "customer.example" not in repr((owners, found))


@pytest.mark.parametrize(
    ("role", "one", "hears", "alone"),
    [
        (FoundRole.PROCESSOR, ERASURE, True, True),
        (FoundRole.BOTH, ERASURE, True, False),
        (FoundRole.PROCESSOR, MARKETING, True, False),
        (FoundRole.CONTROLLER, ERASURE, False, False),
        (FoundRole.UNKNOWN, ERASURE, False, False),
        (FoundRole.UNKNOWN, MARKETING, False, False),
    ],
)
def test_a_customer_hears_of_what_is_theirs(role, one, hears, alone) -> None:
    assert (is_customers(role, one), is_only_customers(role, one)) == (hears, alone)


def test_a_forward_keeps_its_case_open_until_it_is_confirmed_or_moot() -> None:
    fulfilled, withdrawn = ItemState.FULFILLED, ItemState.WITHDRAWN
    assert not is_settled([fulfilled, withdrawn], ForwardState.WITH_CUSTOMER)
    assert is_settled([withdrawn, ItemState.NOT_A_REQUEST], ForwardState.OWED)
    assert is_settled([fulfilled], ForwardState.CONFIRMED)


def test_the_words_are_the_persons_own_without_any_other_customer() -> None:
    one = replace(ERASURE, quote="Delete me at Elsewhere GmbH and ELSEWHERE.")
    words = request_words([one, one, replace(one, quote=" ")], ["Elsewhere", "Elsewhere GmbH", ""])
    assert words == f"Delete me at {HIDDEN} and {HIDDEN}."
    odd = replace(ERASURE, quote="İ Elsewhere")  # its small form is longer
    assert request_words([odd], ["Elsewhere"]) == f"İ {HIDDEN}"


FEW = st.text("abAB ", max_size=12)


@given(FEW, FEW.filter(str.strip), FEW)
def test_no_name_survives_however_it_is_written(before: str, name: str, after: str) -> None:
    words = request_words([replace(ERASURE, quote=f"{before}{name.upper()}{after}")], [name])
    assert name.lower() not in words.lower()


LAPSED, PARKED = StandingState.LAPSED, StandingState.PARKED


@pytest.mark.parametrize(
    ("level", "standing", "left", "confirmed", "wording"),
    [
        (Level.MAILBOX, StandingState.PROVED, True, False, Wording.PASSED_ON),
        (Level.MAILBOX, StandingState.ANSWERED, True, True, Wording.PASSED_ON),
        (Level.MAILBOX, StandingState.PROVED, False, False, None),
        (Level.NONE, LAPSED, False, False, Wording.CONDITIONAL),
        (Level.NONE, PARKED, True, False, Wording.CONDITIONAL),
        (Level.NONE, StandingState.ASKED, True, True, None),
        (Level.NONE, StandingState.WANTED, True, True, None),
        (Level.NONE, None, True, True, Wording.CONDITIONAL),
        (Level.NONE, None, True, False, None),
    ],
)
def test_passed_on_is_said_after_proof_alone(level, standing, left, confirmed, wording) -> None:
    found = referral_wording(level, standing, any_left=left, all_confirmed=confirmed)
    assert found is wording


@given(st.sampled_from([LAPSED, PARKED]), st.booleans(), st.booleans())
def test_what_nobody_proved_is_told_to_everybody_alike(standing, left, confirmed) -> None:
    told = referral_wording(Level.NONE, standing, any_left=left, all_confirmed=confirmed)
    assert told is Wording.CONDITIONAL
