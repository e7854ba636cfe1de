"""Links to leave a list by: genuine ones for ever, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.suppression import SuppressionList, may_get_updates
from privacy.tokens import TokenKey
from privacy.unsubscribing import Leaving, leaving_in, leaving_path, read_leaving

KEY = TokenKey(key_id="k", secret=b"0123456789abcdef" * 2)
KEYS = {"k": KEY, "o": TokenKey(key_id="o", secret=b"another" * 5)}
HASH = bytes(range(32))
UPDATES, MARKETING = SuppressionList.UPDATES, SuppressionList.MARKETING


def code_of(address_key=HASH, on=UPDATES, key=KEY) -> str:
    path = leaving_path(address_key, on, key=key, language="de")
    assert path.startswith(f"/unsubscribe/de/{on}/")
    return path.rpartition("/")[2]


@given(st.binary(min_size=32, max_size=32), st.sampled_from(SuppressionList))
def test_a_link_says_whose_address_leaves_which_list(address_key, on):
    code = code_of(address_key, on)
    assert read_leaving(on, code, KEYS) == Leaving(address_key=address_key, on=on)
    assert code.replace("-", "").replace("_", "").isalnum()


def test_a_link_is_found_in_the_field_that_a_mail_bears():
    path = leaving_path(bytes(32), UPDATES, key=KEY, language="de")
    field = f"<mailto:leave@autocloz.example>, <https://privacy.autocloz.example{path}>"
    assert leaving_in(field, KEYS) == Leaving(address_key=bytes(32), on=UPDATES)
    assert leaving_in(field, {}) is None
    assert leaving_in("<mailto:leave@autocloz.example>", KEYS) is None


def test_a_link_leaves_its_own_list_alone():
    assert read_leaving(MARKETING, code_of(), KEYS) is None
    assert read_leaving("nothing", code_of(), KEYS) is None


def test_a_link_of_another_key_is_none():
    assert read_leaving(UPDATES, code_of(), {}) is None
    assert read_leaving(UPDATES, "o" + code_of()[1:], KEYS) is None


@pytest.mark.parametrize("place", [0, 1, 20, 43, 44, 56])
def test_no_character_can_be_exchanged(place):
    code = code_of()
    other = "A" if code[place] != "A" else "B"
    assert read_leaving(UPDATES, code[:place] + other + code[place + 1 :], KEYS) is None


@given(st.text(max_size=70))
def test_whatever_stands_there_is_no_link_and_no_error(code):
    assert read_leaving(UPDATES, code, KEYS) is None


def test_a_link_shows_no_address():
    assert "address_key" not in repr(read_leaving(UPDATES, code_of(), KEYS))


@pytest.mark.parametrize(
    ("lists", "may"),
    [
        ([], True),
        ([SuppressionList.ANALYTICS], True),
        ([UPDATES], False),
        ([MARKETING], False),
        ([SuppressionList.ERASURE, SuppressionList.ANALYTICS], False),
    ],
)
def test_updates_reach_nobody_who_left_them_or_objected_to_marketing(lists, may):
    assert may_get_updates(lists) is may
