"""Every letter in every language, as it was last read by a person, and as a machine can check it."""

import re
from dataclasses import replace
from datetime import date

import pytest

from acknowledgements import (
    AUTOCLOZ,
    EVERY_REQUEST,
    GOLDEN,
    NAMES,
    RECEIVED,
    case_asking,
    dates_for,
    letter_for,
)
from intake.folding import fold
from privacy.letter_review import Expected, visible_text
from responders.acknowledgement import draft_acknowledgement
from templates import available, languages, words_of
from templates.reviewing import review

NEW = "Please stop it, thank you all."
GOLDEN_LETTERS = sorted(path.stem for path in GOLDEN.glob("*.txt"))


def expected(name: str) -> Expected:
    due, received = dates_for(name)
    return Expected(reference="PR-2026-000007-00", dates=due, past=received, today=RECEIVED.date())


@pytest.mark.parametrize("file", GOLDEN_LETTERS)
def test_the_letter_is_the_one_that_was_read(file):
    name, _, language = file.rpartition(".")
    letter = letter_for(name, language)
    text = (GOLDEN / f"{file}.txt").read_text(encoding="utf-8")
    assert f"Subject: {letter.subject}\n\n{letter.text}" == text
    assert letter.html == (GOLDEN / f"{file}.html").read_text(encoding="utf-8")


def test_every_situation_was_read_in_every_language():
    assert available("acknowledgement") == languages()
    read = {f"{name}.{language}" for name in NAMES for language in ("en", "de")}
    assert read | {f"one-right.{language}" for language in languages()} <= set(GOLDEN_LETTERS)


@pytest.mark.parametrize("language", [*languages(), "fi"])
@pytest.mark.parametrize("name", NAMES)
def test_every_letter_passes_the_check(name, language):
    assert review(letter_for(name, language), expected(name)) == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("asked", EVERY_REQUEST)
def test_every_right_and_scope_has_its_words(asked, language):
    case = case_asking(asked, language=language)
    letter = draft_acknowledgement(case, case.items, AUTOCLOZ)
    due = frozenset(item.due.on for item in case.items)
    wanted = Expected(reference=case.reference, dates=due, past=frozenset({RECEIVED.date()}))
    assert review(letter, wanted) == []


def test_no_two_requests_sound_the_same():
    for language in languages():
        cases = [case_asking(asked, language=language) for asked in EVERY_REQUEST]
        texts = {draft_acknowledgement(case, case.items, AUTOCLOZ).text for case in cases}
        assert len(texts) == len(EVERY_REQUEST)


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("html", [False, True])
def test_a_letter_of_ours_below_an_answer_asks_for_nothing_again(language, html):
    """Without any mark of quoting: the line to reply above is enough, in every language."""
    letter = letter_for("several-rights", language)
    ours = visible_text(letter.html).strip() if html else letter.text
    marker = words_of(language).reply_marker
    assert ours.startswith(marker)
    below = f"{marker}\n{ours.removeprefix(marker)}"
    assert fold(f"{NEW}\n\n{below}").new_text == NEW


FAULTS = [
    ("placeholder", lambda letter: replace(letter, text=letter.text + "{{ due_on }}\n")),
    ("placeholder", lambda letter: replace(letter, text=letter.text + "None\n")),
    ("list", lambda letter: replace(letter, text=letter.text + "These rights:\n\nGood bye\n")),
    ("subject", lambda letter: replace(letter, subject="Hello")),
    ("marker", lambda letter: replace(letter, text=letter.text.replace("Reply above", "Answer"))),
    ("text: a line", lambda letter: replace(letter, text=letter.text.replace("\n", " "))),
    ("not stored", lambda letter: replace(letter, text=letter.text + "By 1 April 2031.\n")),
    ("missing", lambda letter: replace(letter, text=letter.text.replace("March", "Maerz"))),
    ("in full", lambda letter: replace(letter, text=letter.text + "Until 2027-03-30.\n")),
    ("in full", lambda letter: replace(letter, text=letter.text + "Within 30 days.\n")),
    ("vague: might", lambda letter: replace(letter, text=letter.text + "We might help.\n")),
    ("vague: may", lambda letter: replace(letter, text=letter.text + "We may help.\n")),
    ("law: art.", lambda letter: replace(letter, text=letter.text + "See Art. 17.\n")),
    ("promise", lambda letter: replace(letter, text=letter.text + "We will\ndelete it.\n")),
    ("confirmation", lambda letter: replace(letter, text=letter.text + "Your account is ours.\n")),
    ("promotion", lambda letter: replace(letter, text=letter.text + "Upgrade today!\n")),
    ("loads", lambda letter: replace(letter, html=letter.html + '<img src="https://x.example/p">')),
    ("loads", lambda letter: replace(letter, html=letter.html + "<p onclick='x()'>")),
    ("language", lambda letter: replace(letter, html=letter.html.replace('lang="en"', ""))),
    ("the same", lambda letter: replace(letter, html=letter.html.replace("identity card", "card"))),
]


@pytest.mark.parametrize(("finding", "spoil"), FAULTS)
def test_the_check_finds_the_fault(finding, spoil):
    found = review(spoil(letter_for("one-right", "en")), expected("one-right"))
    assert any(finding in line for line in found), found


def test_the_check_finds_a_date_that_has_passed():
    late = replace(expected("one-right"), today=date(2028, 1, 1))
    assert "date: in the past" in review(letter_for("one-right", "en"), late)


def test_the_month_of_may_is_not_a_vague_word():
    letter = letter_for("one-right", "en")
    letter = replace(letter, text=letter.text.replace("March", "May"))
    assert not [found for found in review(letter, expected("one-right")) if "vague" in found]


@pytest.mark.parametrize("name", NAMES)
def test_the_text_part_fits_into_72_columns(name):
    for language in (*languages(), "fi"):
        lines = letter_for(name, language).text.splitlines()
        assert not [line for line in lines if len(line) > 72]


@pytest.mark.parametrize("name", NAMES)
def test_the_html_part_needs_no_second_request_and_no_wide_screen(name):
    html = letter_for(name, "en").html
    assert set(re.findall(r"https?://[^\s\"<]+", html)) == {"https://autocloz.example/privacy"}
    assert not re.search(r"(?<!max-)\bwidth\s*:|<table|<img", html)
    assert 'name="viewport"' in html
