"""References that people read and retype: a wrong one is noticed."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from privacy.references import (
    make_reference,
    references_in,
    references_of_others,
    without_references,
)

years = st.integers(min_value=2020, max_value=2099)
six_digits = st.integers(min_value=0, max_value=999_999)
DIGITS = [3, 4, 5, 6, 8, 9, 10, 11, 12, 13]  # where the digits stand in PR-2026-482915-K7


@given(years, six_digits)
def test_a_reference_is_found_in_a_subject(year: int, number: int) -> None:
    reference = make_reference(year, number)
    assert references_in(f"AW: Ihre Anfrage [{reference}]") == (reference,)


def test_a_reference_is_the_same_in_every_release() -> None:
    assert make_reference(2026, 482915) == "PR-2026-482915-29"


@given(years, six_digits)
def test_small_letters_do_not_matter(year: int, number: int) -> None:
    reference = make_reference(year, number)
    assert references_in(f"re: {reference.lower()}?") == (reference,)


@given(years, six_digits, st.sampled_from(DIGITS), st.sampled_from("0123456789"))
def test_a_single_wrong_digit_is_noticed(year: int, number: int, place: int, digit: str) -> None:
    reference = make_reference(year, number)
    assume(reference[place] != digit)
    assert references_in(reference[:place] + digit + reference[place + 1 :]) == ()


@given(years, six_digits)
def test_every_swap_of_two_digits_is_noticed(year: int, number: int) -> None:
    reference = make_reference(year, number)
    for one, other in combinations(DIGITS, 2):
        swapped = list(reference)
        swapped[one], swapped[other] = reference[other], reference[one]
        assert references_in("".join(swapped)) in {(), (reference,)}


@given(
    years,
    six_digits,
    st.sampled_from([15, 16]),
    st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"),
)
def test_a_wrong_check_character_is_noticed(year: int, number: int, place: int, wrong: str) -> None:
    reference = make_reference(year, number)
    assume(reference[place] != wrong)
    assert references_in(reference[:place] + wrong + reference[place + 1 :]) == ()


def test_each_reference_is_given_once_in_the_order_of_the_text() -> None:
    first, second = make_reference(2026, 482915), make_reference(2026, 17)
    assert references_in(f"{second} and {first}, {second}") == (second, first)


@pytest.mark.parametrize(
    "text", ["", "PR-2026-482915", "XPR-2026-482915-K7", "PR-26-482915-K7", "INV-2026-000001-AA"]
)
def test_other_numbers_are_not_taken_for_a_reference(text: str) -> None:
    assert references_in(text) == ()


@given(st.text())
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(references_in(text), tuple)


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_a_number_without_six_digits_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="six digits"):
        make_reference(2026, number)


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("Erase my account", "Erase my account"),
        ("two  spaces stay", "two  spaces stay"),
        ("Re: Erase me [PR-2026-111111-AA]", "Re: Erase me"),
        ("(pr-2026-482915-29) Re: Erase me", "Re: Erase me"),
        ("Erase PR-2026-482915-29, please", "Erase , please"),
        ("PR-2026-482915-29", ""),
        ("PR-2026-482915-29X", ""),
        ("PR-2026-482915-PR-2026-482915-29", "-2026-482915-29"),
        ("PR-2026-48PR-2026-482915-292915-29", "PR-2026-48PR-2026-482915-292915-29"),
        ("XPR-2026-482915-29 and PR-2026-482915", "XPR-2026-482915-29 and PR-2026-482915"),
    ],
)
def test_what_looks_like_a_reference_can_be_dropped(subject: str, kept: str) -> None:
    assert without_references(subject) == kept


pieces = st.sampled_from(
    [
        "PR-2026-482915-29",
        "PR-2026-",
        "482915-",
        "29",
        "pr-",
        "-",
        " ",
        "[",
        "]",
        "X",
        "\N{LATIN SMALL LETTER SHARP S}",
    ]
)


@given(st.lists(pieces | st.characters()).map("".join))
def test_no_reference_is_read_from_what_is_kept(text: str) -> None:
    assert references_in(without_references(text)) == ()


def test_a_reference_whose_letters_grow_when_they_are_made_large_is_dropped_too() -> None:
    text = "PR-2026-000734-\N{LATIN SMALL LETTER SHARP S}"
    assert references_in(text) == (make_reference(2026, 734),)
    assert without_references(text) == ""


@pytest.mark.parametrize(
    ("subject", "names"),
    [
        ("[PRIV-2041] Your request", ("PRIV-2041",)),
        ("RE: Ticket #48213 has been updated", ("48213",)),
        ("AW: Vorgang Nr. 2026118 - Löschung", ("2026118",)),
        ("INC0012345: my data", ("INC0012345",)),
        ("Re: data [ ref:_00D10abc._500XYZ:ref ]", ("_00D10ABC._500XYZ",)),
        ("Delete my data from 2025", ()),
        ("Invoice 7", ()),
        ("[PRIV-1] [PRIV-2] [PRIV-3] [PRIV-4]", ("PRIV-1", "PRIV-2", "PRIV-3")),
    ],
)
@pytest.mark.edge("E112")
def test_the_number_of_another_system_is_read_from_a_subject(
    subject: str, names: tuple[str, ...]
) -> None:
    assert references_of_others(subject) == names


@given(st.integers(2020, 2099), st.integers(0, 999_999))
def test_our_own_reference_is_nobody_else_s_number(year: int, number: int) -> None:
    assert references_of_others(f"Re: [{make_reference(year, number)}] my data") == ()


@given(st.text(max_size=300))
def test_any_subject_names_at_most_three_of_others(text: str) -> None:
    assert len(references_of_others(text)) <= 3
