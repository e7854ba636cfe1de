"""To which case a mail belongs: token and sender together, nothing less."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import ANNE, MALLORY, PRIVACY
from privacy.cases import CaseState
from privacy.messages import ParsedMessage, Sender
from privacy.references import make_reference
from privacy.threads import (
    FIRST_AND_LAST_REFERENCES,
    Carriers,
    KnownCase,
    Match,
    match_case,
    read_carriers,
)
from privacy.tokens import TokenKey, make_message_id, make_token, tagged_address

KEY = TokenKey(key_id="a", secret=b"0123456789abcdef0123456789abcdef")
KEYS = {KEY.key_id: KEY}
NOBODY = Sender()


def known(number: int, *parties: str, state: CaseState = CaseState.OPEN) -> KnownCase:
    return KnownCase(
        case_id=UUID(int=number),
        number=number,
        reference=make_reference(2026, number),
        state=state,
        parties=frozenset(parties),
    )


def reply_address(number: int) -> str:
    return tagged_address(PRIVACY, "c", make_token(number, KEY))


def our_id(number: int) -> str:
    return make_message_id(number, "acknowledgement", key=KEY, domain="autocloz.example")


OPEN = known(1, ANNE)
CLOSED = known(2, ANNE, state=CaseState.CLOSED)
cases = st.lists(
    st.builds(
        known,
        st.integers(1, 5),
        st.sampled_from([ANNE, MALLORY]),
        state=st.sampled_from(CaseState),
    ),
    max_size=4,
)
carriers = st.builds(
    Carriers,
    numbers=st.lists(st.integers(1, 6), max_size=3).map(tuple),
    references=st.lists(
        st.integers(1, 6).map(lambda number: make_reference(2026, number)), max_size=3
    ).map(tuple),
)
senders = st.none() | st.sampled_from([ANNE, MALLORY, "olivia@owner.example"])


def test_a_token_and_its_person_prove_the_case() -> None:
    match = match_case(Carriers(numbers=(1,)), ANNE, [OPEN])
    assert (match.match, match.case_id, match.reason) == (
        Match.PROVED,
        OPEN.case_id,
        "token-and-sender",
    )


def test_capitals_in_the_sender_do_not_matter() -> None:
    assert match_case(Carriers(numbers=(1,)), "Anne@Person.Example", [OPEN]).match is Match.PROVED


@pytest.mark.parametrize("sender", [MALLORY, None, "", "anne@person.example.elsewhere.example"])
def test_a_token_in_other_hands_proves_nothing(sender: str | None) -> None:
    match = match_case(Carriers(numbers=(1,)), sender, [OPEN])
    assert (match.match, match.reason) == (Match.SUGGESTED, "token-from-other-sender")


@given(senders, cases, st.lists(st.integers(1, 5), max_size=3))
def test_a_reference_in_the_subject_alone_never_proves(
    sender: str | None, candidates: list[KnownCase], quoted: list[int]
) -> None:
    references = tuple(make_reference(2026, number) for number in quoted)
    assert match_case(Carriers(references=references), sender, candidates).match is not Match.PROVED


@given(carriers, senders, cases)
def test_nothing_is_proved_without_both_token_and_sender(
    found: Carriers, sender: str | None, candidates: list[KnownCase]
) -> None:
    match = match_case(found, sender, candidates)
    if match.match is Match.PROVED:
        (case,) = {c for c in candidates if c.case_id == match.case_id and sender in c.parties}
        assert case.number in found.numbers
        assert case.state is CaseState.OPEN


@given(carriers, senders, cases)
def test_a_case_is_named_exactly_when_there_is_a_match(
    found: Carriers, sender: str | None, candidates: list[KnownCase]
) -> None:
    match = match_case(found, sender, candidates)
    assert (match.case_id is None) == (match.match is Match.NONE)
    assert match.case_id in {None, *(case.case_id for case in candidates)}


def test_a_reference_suggests_its_case_to_a_person() -> None:
    match = match_case(Carriers(references=(OPEN.reference,)), ANNE, [CLOSED, OPEN])
    assert (match.match, match.case_id) == (Match.SUGGESTED, OPEN.case_id)


def test_a_closed_case_is_suggested_and_never_reopened_by_a_mail() -> None:
    match = match_case(Carriers(numbers=(2,)), ANNE, [CLOSED])
    assert (match.match, match.reason) == (Match.SUGGESTED, "case-is-closed")


def test_an_open_case_beats_a_closed_one_that_is_named_first() -> None:
    assert match_case(Carriers(numbers=(2, 1)), ANNE, [CLOSED, OPEN]).case_id == OPEN.case_id


def test_a_token_of_nobody_s_case_names_none() -> None:
    match = match_case(Carriers(numbers=(99,)), ANNE, [OPEN])
    assert (match.match, match.reason) == (Match.NONE, "no-carrier")


def test_the_reply_address_and_our_message_ids_and_the_subject_are_read() -> None:
    message = ParsedMessage(
        sender=NOBODY,
        subject=f"Re: {OPEN.reference}",
        in_reply_to=(our_id(3),),
        references=(our_id(5), our_id(4)),
        recipients=(reply_address(2),),
    )
    found = read_carriers(message, [reply_address(1)], KEYS)
    assert found == Carriers(numbers=(1, 2, 3, 4, 5), references=(OPEN.reference,))


def test_a_case_that_is_carried_twice_is_named_once() -> None:
    message = ParsedMessage(sender=NOBODY, in_reply_to=(our_id(1),), recipients=(reply_address(1),))
    assert read_carriers(message, [], KEYS).numbers == (1,)


def test_in_a_very_long_thread_the_ends_are_read_and_the_middle_is_not() -> None:
    message = ParsedMessage(sender=NOBODY, references=tuple(our_id(n) for n in range(1000)))
    newest = tuple(range(999, 999 - FIRST_AND_LAST_REFERENCES, -1))
    oldest = tuple(range(FIRST_AND_LAST_REFERENCES))
    assert read_carriers(message, [], KEYS).numbers == newest + oldest


@given(st.text(max_size=80), st.lists(st.text(max_size=40), max_size=5))
def test_what_strangers_write_carries_nothing(subject: str, ids: list[str]) -> None:
    message = ParsedMessage(
        sender=NOBODY,
        subject=subject,
        in_reply_to=tuple(ids),
        references=tuple(ids),
        recipients=tuple(ids),
    )
    assert read_carriers(message, ids, KEYS).numbers == ()


def test_who_takes_part_in_a_case_is_not_shown() -> None:
    assert ANNE not in repr(OPEN)


def test_the_letter_that_a_report_returns_names_its_case_before_all_that_it_answers():
    message = ParsedMessage(sender=NOBODY, in_reply_to=(our_id(2),))
    found = read_carriers(message, (), KEYS, returned=("<1@elsewhere.example>", our_id(1)))
    assert found.numbers == (1, 2)
