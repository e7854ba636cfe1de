"""Approval is bound to the letter that was seen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core_values import MALLORY, NOON, letter_out
from privacy.approval import letter_digest
from privacy.rights import Right
from privacy.stands import CaseStand, RightStand, Stand

WORDS = st.text(max_size=10)


@pytest.mark.parametrize("field", ["recipient", "sender", "message_id"])
def test_a_letter_to_or_from_another_address_is_another_letter(field: str) -> None:
    assert letter_digest(letter_out(**{field: MALLORY})) != letter_digest(letter_out())


@pytest.mark.parametrize("field", ["kind", "language", "subject", "text", "html"])
def test_a_letter_with_other_words_is_another_letter(field: str) -> None:
    seen = letter_out()
    changed = replace(seen, letter=replace(seen.letter, **{field: "changed"}))
    assert letter_digest(changed) != letter_digest(seen)


@given(WORDS, WORDS, WORDS, WORDS)
def test_words_cannot_move_from_one_part_to_the_next_unseen(
    subject: str, text: str, other_subject: str, other_text: str
) -> None:
    assume((subject, text) != (other_subject, other_text))
    one, other = letter_out(), letter_out()
    one = replace(one, letter=replace(one.letter, subject=subject, text=text))
    other = replace(other, letter=replace(other.letter, subject=other_subject, text=other_text))
    assert letter_digest(one) != letter_digest(other)


def test_an_approval_outlasts_a_later_hour_of_sending() -> None:
    assert letter_digest(letter_out(date=NOON + timedelta(hours=3))) == letter_digest(letter_out())


def test_what_is_enclosed_counts_and_nothing_enclosed_changes_no_digest() -> None:
    bare = letter_digest(letter_out())
    assert letter_digest(letter_out(), enclosed="") == bare
    assert len({bare, *(letter_digest(letter_out(), enclosed=one) for one in ("a", "b"))}) == 3


def test_what_programs_read_is_approved_with_the_words() -> None:
    refused = RightStand(right=Right.ACCESS, scope=None, stand=Stand.REFUSED)
    told = CaseStand(received_on=NOON.date(), rights=(refused,))
    other = CaseStand(received_on=NOON.date(), rights=(replace(refused, stand=Stand.FULFILLED),))
    digests = {letter_digest(letter_out(stand=stand)) for stand in (None, told, other)}
    assert len(digests) == 3
