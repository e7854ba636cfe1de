"""Codes survive what mail programs do to a line, and ordinary words are no codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.identity_codes import (
    DRAWN_BYTES,
    HIDDEN,
    MOST_FOUND,
    MOST_SEARCHED,
    code_from,
    codes_in,
    core_of,
    without_codes,
)

CODE = code_from(bytes(range(7, 7 + DRAWN_BYTES)))
CORE = core_of(CODE)
OTHER = code_from(b"\xff" * DRAWN_BYTES)
NBSP = "\u00a0"
# How programs introduce what they quote, in every language that we write in.
QUOTED_BY = {
    "en": "On Mon, 23 Nov 2026 at 13:00, Autocloz <privacy@autocloz.example> wrote:",
    "de": "Am Mo., 23. Nov. 2026 um 13:00 Uhr schrieb Autocloz <privacy@autocloz.example>:",
    "fr": f"Le lun. 23 nov. 2026 à 13:00, Autocloz <privacy@autocloz.example> a écrit{NBSP}:",
    "es": "El lun, 23 nov 2026 a las 13:00, Autocloz (<privacy@autocloz.example>) escribió:",
    "it": "Il giorno lun 23 nov 2026 alle 13:00 Autocloz <privacy@autocloz.example> ha scritto:",
    "nl": "Op ma 23 nov 2026 om 13:00 schreef Autocloz <privacy@autocloz.example>:",
    "pt": "Em seg., 23 de nov. de 2026 às 13:00, Autocloz <privacy@autocloz.example> escreveu:",
    "pl": "pon., 23 lis 2026 o 13:00 Autocloz <privacy@autocloz.example> napisał(a):",
    "sv": "Den mån 23 nov. 2026 kl 13:00 skrev Autocloz <privacy@autocloz.example>:",
    "hi": "सोम, 23 नव॰ 2026 को 13:00 बजे Autocloz <privacy@autocloz.example> ने लिखा:",
}
STYLES = {
    "as it is": CODE,
    "lower case": CODE.lower(),
    "quoted": f"> {CODE}",
    "quoted deeply": f"> > >> | {CODE}",
    "wrapped and quoted": CODE.replace("-", "-\r\n> "),
    "wrapped anywhere": f"> {CODE[:9]}\n> {CODE[9:]}",
    "hard blanks": CODE.replace("-", NBSP),
    "hard blanks beside": f"{NBSP}{CODE}{NBSP}",
    "hyphens of another kind": CODE.replace("-", "\u2011"),
    "soft hyphens": CODE.replace("-", "-\u00ad"),
    "no hyphens": CODE.replace("-", ""),
    "emphasised": f"*{CODE}*",
    "in a link": f"https://desk.autocloz.example/confirm/en/{CODE}",
    "in brackets": f"[{CODE}]",
    "o for 0 and l for 1": CODE.replace("0", "O").replace("1", "l"),
    "zero-width": CODE.replace("-", "-\u200b"),
}


def test_a_code_has_a_hundred_bits_in_groups_that_can_be_read_aloud() -> None:
    assert CODE.startswith("RD-")
    assert [len(group) for group in CODE.split("-")] == [2, 5, 5, 5, 5, 2]
    assert code_from(b"\x00" * DRAWN_BYTES) != code_from(b"\x00" * (DRAWN_BYTES - 1) + b"\x01")
    with pytest.raises(ValueError, match="13 bytes"):
        code_from(b"short")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", QUOTED_BY)
def test_it_is_found_as_mail_programs_quote_it(language: str, style: str) -> None:
    text = f"✓\n\n{QUOTED_BY[language]}\n> Code:\n{STYLES[style]}\n> Bye\n"
    assert codes_in(text) == (CORE,)


@given(st.binary(min_size=DRAWN_BYTES, max_size=DRAWN_BYTES))
def test_every_code_is_found_and_means_itself(drawn: bytes) -> None:
    code = code_from(drawn)
    core = core_of(code)
    assert core is not None
    assert codes_in(f"Hello {code} bye") == (core,)


@given(st.integers(0, 19), st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz"))
def test_a_slip_of_the_pen_is_no_code(place: int, letter: str) -> None:
    wrong = CORE[:place] + letter + CORE[place + 1 :]
    assert codes_in(f"RD {wrong}") == ((CORE,) if wrong == CORE else ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RD-",
        CODE[:-1],
        f"{CODE}X",
        f"X{CODE}",
        "RD-UUUUU-UUUUU-UUUUU-UUUUU-UU",
        "12 Rd Street, then many more words that follow each other for long",
        CODE.replace("-", "-" + " " * 40),
        CODE.replace("-", "."),
    ],
)
def test_what_is_no_code_is_not_found(text: str) -> None:
    assert codes_in(text) == ()


def test_several_are_found_once_each_and_not_without_end() -> None:
    assert codes_in(f"{OTHER} {CODE} {CODE}") == (core_of(OTHER), CORE)
    many = " ".join(code_from(bytes([n]) * DRAWN_BYTES) for n in range(20))
    assert len(codes_in(many)) == MOST_FOUND


def test_a_long_mail_is_searched_at_both_ends() -> None:
    fill = "x " * MOST_SEARCHED
    assert codes_in(f"{CODE} {fill}") == codes_in(f"{fill} {CODE}") == (CORE,)
    assert codes_in(f"{fill} {CODE} {fill}") == ()


@pytest.mark.parametrize("word", ["", f"{CODE} {OTHER}", CODE + " " * 100, "../../etc/passwd"])
def test_one_word_is_one_code_or_none(word: str) -> None:
    assert core_of(word) is None


@given(st.text(alphabet="rd-> 0ax\n\u00a0", max_size=400))
def test_no_text_breaks_the_search(text: str) -> None:
    assert len(codes_in(text)) <= MOST_FOUND


@pytest.mark.parametrize(
    "piece", ["rd", "rd-", "rd" + " " * 16, "rd-" + "a>" * 21, "rd" + "a" * 22 + " "]
)
def test_a_text_that_was_made_to_be_slow_is_read_to_its_end(piece: str) -> None:
    assert codes_in(piece * (MOST_SEARCHED // len(piece)) + f"\n{CODE}")[-1:] in {(CORE,), ()}


def test_whoever_reads_a_letter_over_our_shoulder_sees_no_code() -> None:
    code = code_from(bytes(range(13)))
    letter = f"Your code: {code}\nhttps://desk.example/confirm/fr/{code.lower()}\nRD-AB12 is none."
    hidden = without_codes(letter)
    assert codes_in(hidden) == ()
    assert hidden == (
        "Your code: [code]\nhttps://desk.example/confirm/fr/[code]\nRD-AB12 is none."
    ).replace("[code]", HIDDEN)


def test_the_secret_of_a_link_to_a_package_is_hidden_and_nothing_else_of_it() -> None:
    link = "https://desk.example/download/fr/"
    assert without_codes(f'<a href="{link}{"a2" * 16}">') == f'<a href="{link}{HIDDEN}">'
    assert without_codes(f"{link}{'a' * 33}") == f"{link}{'a' * 33}"
