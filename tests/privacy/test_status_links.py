"""Links to a person's own page: for one case and one address, made by nobody but us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.status_links import PREFIX, read_status_code, status_path
from privacy.tokens import NUMBER_BITS, TokenKey

KEY, OTHER = TokenKey(key_id="1", secret=b"s" * 32), TokenKey(key_id="2", secret=b"o" * 32)
KEYS = {"1": KEY, "2": OTHER}
ANNE = "anne@person.example"


def code_for(number: int, address: str = ANNE, key: TokenKey = KEY) -> str:
    path = status_path(number, address, key=key, language="de")
    assert path.startswith(f"{PREFIX}de/")
    return path.rpartition("/")[2]


@given(number=st.integers(0, (1 << NUMBER_BITS) - 1))
def test_a_link_names_its_case_and_is_for_its_address_in_whatever_case(number: int) -> None:
    link = read_status_code(code_for(number), KEYS)
    assert link is not None
    assert link.number == number
    assert link.is_for("Anne@Person.example")
    assert not link.is_for("mallory@elsewhere.example")


@given(place=st.integers(1, 72), letter=st.sampled_from("Aa0_-"))
def test_a_link_with_one_character_changed_is_none(place: int, letter: str) -> None:
    code = code_for(7)
    changed = code[:place] + letter + code[place + 1 :]
    assert changed == code or read_status_code(changed, KEYS) is None


@given(st.text(max_size=100))
def test_anything_else_is_none(text: str) -> None:
    assert read_status_code(text, KEYS) is None


@pytest.mark.parametrize("keys", [{}, {"1": OTHER}, {"2": OTHER}])
def test_a_key_that_was_taken_away_takes_its_links_along(keys: dict[str, TokenKey]) -> None:
    assert read_status_code(code_for(7), keys) is None


def test_no_address_can_be_read_out_of_a_link_or_its_form() -> None:
    link = read_status_code(code_for(7), KEYS)
    assert "anne" not in code_for(7).lower()
    assert "address" not in repr(link)
