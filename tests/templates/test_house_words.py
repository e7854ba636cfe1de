"""An operator's own words stand in the place of ours, and are refused with file, line and reason where they do not fit."""

from pathlib import Path

import pytest

from privacy.errors import Permanent
from templates import OUR_BOOK, Book, write_letter
from templates.declarations import declarations
from templates.proofreading import open_book, proofread
from templates.samples import SAMPLE_FRAME, sample_of


def house(folder: Path, words: str, language: str = "en") -> Path:
    (folder / language).mkdir(parents=True, exist_ok=True)
    (folder / language / "house.toml").write_text(words, encoding="utf-8")
    return folder


def refusal(book: Book, language: str = "en") -> str:
    return write_letter(
        sample_of(declarations()["refusal"]), SAMPLE_FRAME, language, book=book
    ).text


def test_without_a_folder_the_words_are_ours():
    assert open_book(None) is OUR_BOOK


def test_their_sentence_stands_in_the_place_of_ours(tmp_path):
    book = open_book(house(tmp_path, '# ours\n[refusal]\nh_why = "Our **reasons**"\n'))
    assert "\nOur reasons\n" in refusal(book)
    assert "\nWhy\n" in refusal(OUR_BOOK)
    assert refusal(book).replace("Our reasons", "Why") == refusal(OUR_BOOK)
    assert refusal(book, "de") == refusal(OUR_BOOK, "de")


def test_a_sentence_of_the_frame_can_be_theirs_too(tmp_path):
    book = open_book(house(tmp_path, '[frame]\ngreeting = "Grüezi"\n', "de"))
    assert "\nGrüezi\n" in refusal(book, "de")


WRONG = [
    ('[refusal]\n\nh_wy = "Why"\n', "house.toml:3: h_wy is no sentence of this letter"),
    ('[refusal]\ndecision = "No."\n', "house.toml:2: decision has other fields"),
    ('[refusal]\nh_why = "Why, {staff}?"\n', "house.toml:2: h_why has other fields"),
    ('[refusal]\nh_why = "{{ 7*7 }}"\n', "house.toml:2: h_why has a brace that is no field"),
    ('[refusal]\nh_why = "{% raw %}"\n', "house.toml:2: h_why has a brace that is no field"),
    ('[refusal]\nh_why = "**Why"\n', "house.toml:2: h_why has a ** without its partner"),
    ('[poem]\nh_why = "Why"\n', "house.toml:1: no such letter"),
    ('[refusal]\nh_why = "Some reasons"\n', "refusal: vague: some"),
    ("[refusal]\nh_why = 7\n", "house.toml:2: refusal.h_why is not a sentence"),
    ('[refusal]\nh_why = " "\n', "house.toml:2: refusal.h_why is not a sentence"),
    ('h_why = "Why"\n', "h_why stands outside of a letter"),
    ('[refusal]\nh_why = "Why\n', "line 2"),
]


@pytest.mark.parametrize(("words", "reason"), WRONG)
def test_words_that_do_not_fit_are_refused_with_file_line_and_reason(tmp_path, words, reason):
    with pytest.raises(Permanent) as caught:
        open_book(house(tmp_path, words))
    assert reason in str(caught.value)
    assert "house.toml" in str(caught.value) or "refusal" in str(caught.value)


def test_a_folder_of_no_language_is_refused(tmp_path):
    (tmp_path / "tlh").mkdir()
    with pytest.raises(Permanent, match="tlh: no language"):
        open_book(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Permanent, match="no folder"):
        open_book(tmp_path / "missing")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    house(tmp_path, "")
    (tmp_path / "en" / "house.toml").write_bytes(b"\xff")
    with pytest.raises(Permanent, match="UnicodeDecodeError"):
        open_book(tmp_path)


def test_the_check_lists_every_flaw(tmp_path):
    words = '[refusal]\nh_wy = "Why"\n[completion]\nerased = "{x}"\n'
    found = proofread(Book(folder=house(tmp_path, words)))
    assert {(flaw.letter, flaw.language) for flaw in found} >= {
        ("refusal", "en"),
        ("completion", "en"),
    }
    assert all(flaw.reason for flaw in found)
