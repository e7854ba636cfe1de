"""Tokens tie a mail to a case: only a genuine one reads, however it was retyped."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from privacy.tokens import (
    ALPHABET,
    TOKEN_LENGTH,
    TokenKey,
    bounce_address,
    is_our_message_id,
    make_message_id,
    make_token,
    message_ids_in_addresses,
    numbers_in_addresses,
    numbers_in_message_ids,
    read_token,
    tagged_address,
)

KEY = TokenKey(key_id="a", secret=b"0123456789abcdef0123456789abcdef")
KEYS = {KEY.key_id: KEY}
DOMAIN = "autocloz.example"
MAILBOX = f"privacy@{DOMAIN}"
TOKEN = make_token(482915, KEY)
MESSAGE_ID = make_message_id(482915, "acknowledgement|1", key=KEY, domain=DOMAIN)

numbers = st.integers(min_value=0, max_value=2**40 - 1)
tokens = numbers.map(lambda number: make_token(number, KEY))
places = st.integers(min_value=0, max_value=TOKEN_LENGTH - 1)


@given(numbers)
def test_a_token_reads_as_the_number_it_was_made_for(number: int) -> None:
    token = make_token(number, KEY)
    assert len(token) == TOKEN_LENGTH
    assert read_token(token, KEYS) == number


@given(tokens, places, st.sampled_from(ALPHABET))
def test_a_token_with_one_wrong_character_never_reads(token: str, place: int, wrong: str) -> None:
    assume(token[place] != wrong)
    assert read_token(token[:place] + wrong + token[place + 1 :], KEYS) is None


@given(tokens, places, places)
def test_a_token_with_two_characters_swapped_never_reads(token: str, one: int, other: int) -> None:
    assume(token[one] != token[other])
    swapped = list(token)
    swapped[one], swapped[other] = token[other], token[one]
    assert read_token("".join(swapped), KEYS) is None


@given(numbers, st.sampled_from(ALPHABET), st.binary(min_size=16, max_size=64))
def test_a_token_of_another_key_never_reads(number: int, key_id: str, secret: bytes) -> None:
    assume(secret != KEY.secret)
    forged = make_token(number, TokenKey(key_id=key_id, secret=secret))
    assert read_token(forged, KEYS) is None


def test_a_token_is_bound_to_the_name_of_its_key_even_if_two_names_share_a_secret() -> None:
    twin = TokenKey(key_id="b", secret=KEY.secret)
    renamed = "b" + TOKEN[1:-1]
    keys = KEYS | {"b": twin}
    assert all(read_token(renamed + check, keys) is None for check in ALPHABET)


def test_a_rotated_key_still_reads_what_it_made() -> None:
    new = TokenKey(key_id="b", secret=b"another secret of 32 bytes......")
    assert read_token(TOKEN, KEYS | {"b": new}) == 482915


@given(numbers, st.data())
def test_look_alikes_and_capitals_do_not_matter(number: int, data: st.DataObject) -> None:
    token = make_token(number, KEY)
    looks = {"0": "0oO", "1": "1iIlL"}
    retyped = [data.draw(st.sampled_from(looks.get(c, c + c.upper()))) for c in token]
    assert read_token("".join(retyped), KEYS) == number


@given(st.text(max_size=60))
def test_no_text_of_a_stranger_reads(text: str) -> None:
    assert read_token(text, KEYS) is None


@pytest.mark.parametrize(
    "text",
    ["", TOKEN[:-1], TOKEN + "0", TOKEN[:-1] + "u", TOKEN[:-1] + "é", TOKEN.replace(TOKEN[5], "-")],
)
def test_what_does_not_have_the_form_of_a_token_does_not_read(text: str) -> None:
    assert read_token(text, KEYS) is None


@pytest.mark.parametrize("number", [-1, 2**40])
def test_a_number_that_does_not_fit_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="40 bits"):
        make_token(number, KEY)


def test_what_was_sent_years_ago_still_reads_in_every_later_release() -> None:
    assert TOKEN == "a0000eqk3kmcd90trn3c340x49"
    assert MESSAGE_ID == "<c.a0000eqk3kmcd90trn3c340x49.t3dv3swwgg8dbj02@autocloz.example>"


def test_the_secret_is_not_shown() -> None:
    assert "0123456789" not in repr(KEY)


@given(numbers, st.text(max_size=40))
def test_a_message_id_is_the_same_on_every_attempt_and_known_as_ours(
    number: int, purpose: str
) -> None:
    first = make_message_id(number, purpose, key=KEY, domain="Autocloz.Example")
    assert first == make_message_id(number, purpose, key=KEY, domain=DOMAIN)
    assert is_our_message_id(first, KEYS)
    assert numbers_in_message_ids([first.upper(), first], KEYS) == (number,)


@given(numbers, st.text(max_size=20), st.text(max_size=20))
def test_two_letters_of_a_case_have_two_message_ids(number: int, one: str, other: str) -> None:
    assume(one != other)
    made = {make_message_id(number, purpose, key=KEY, domain=DOMAIN) for purpose in (one, other)}
    assert len(made) == 2


@pytest.mark.parametrize(
    "foreign",
    [
        "<17.abc@mail.example>",
        "<c.00000000000000000000000000.0000000000000000@autocloz.example>",
        MESSAGE_ID.strip("<>"),
        MESSAGE_ID + MESSAGE_ID,
        MESSAGE_ID.replace("@", "@\r\n"),
        "",
    ],
)
def test_a_message_id_that_is_not_ours_is_not_taken_for_ours(foreign: str) -> None:
    assert not is_our_message_id(foreign, KEYS)
    assert numbers_in_message_ids([foreign], KEYS) == ()


def test_a_tagged_address_leads_back_to_its_case() -> None:
    address = tagged_address(MAILBOX, "c", TOKEN)
    assert address == f"privacy+c.{TOKEN}@{DOMAIN}"
    assert numbers_in_addresses([address], KEYS) == (482915,)


def test_several_carriers_of_one_case_count_once_and_keep_their_order() -> None:
    second = tagged_address(MAILBOX, "b", make_token(2, KEY))
    first = tagged_address(MAILBOX, "c", TOKEN)
    assert numbers_in_addresses([second, first, second.upper()], KEYS) == (2, 482915)


@pytest.mark.parametrize(
    "address",
    [MAILBOX, "", "privacy+news@autocloz.example", f"{TOKEN}@autocloz.example", "a+@b.example"],
)
def test_an_address_without_a_token_names_no_case(address: str) -> None:
    assert numbers_in_addresses([address], KEYS) == ()


def test_a_return_path_names_its_letter_and_its_case() -> None:
    address = bounce_address(MAILBOX, MESSAGE_ID)
    assert address.startswith("privacy+b.")
    assert message_ids_in_addresses([address.upper(), address], KEYS) == (MESSAGE_ID,)
    assert numbers_in_addresses([address], KEYS) == (482915,)


def test_a_return_path_that_would_be_too_long_names_the_case_alone() -> None:
    longest = bounce_address(f"{'p' * 18}@{DOMAIN}", MESSAGE_ID)
    assert longest.rindex("@") == 64
    address = bounce_address(f"{'p' * 19}@{DOMAIN}", MESSAGE_ID)
    assert address.rindex("@") < 64
    assert message_ids_in_addresses([address], KEYS) == ()
    assert numbers_in_addresses([address], KEYS) == (482915,)


def test_only_a_letter_of_ours_has_a_return_path() -> None:
    with pytest.raises(ValueError):
        bounce_address(MAILBOX, "<1@elsewhere.example>")


@pytest.mark.parametrize(
    "detail", ["b", "b.x.y", f"c.{'0' * 16}.{TOKEN}", f"b.{'0' * 16}.{'0' * 26}"]
)
def test_a_forged_return_path_names_no_letter(detail: str) -> None:
    assert message_ids_in_addresses([f"privacy+{detail}@{DOMAIN}", "no address"], KEYS) == ()
