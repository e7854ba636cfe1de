"""Mails of machines without any telling header, and mails of people that look alike: which is which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import machine_data
from classifier.machine_text import SIGNS, read_subject, read_text
from machine_corpus import KINDS, read, screened
from privacy.messages import ParsedMessage
from privacy.screening import Kind

EVERY = [(name, before, message) for name in KINDS for before, message in read(name)]


@pytest.mark.parametrize(
    ("name", "message"),
    [(name, message) for name, _, message in EVERY],
    ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(EVERY)],
)
def test_it_tells_machines_from_people_by_their_words(name: str, message: ParsedMessage) -> None:
    result = screened(message)
    assert result.kind is KINDS[name], result.reasons


def test_it_knows_the_automatic_replies_of_more_than_thirty_languages() -> None:
    assert len(machine_data.language_codes()) >= 30
    assert {language for language, _ in read("auto_replies")} == set(machine_data.language_codes())


@pytest.mark.parametrize("code", machine_data.language_codes())
def test_the_words_of_every_language_have_a_sign_and_a_way_to_be_said(code: str) -> None:
    raw = machine_data.file_of(code)
    assert {*raw["subject"], *raw["text"]} <= set(SIGNS)
    assert {"automatic", "away", "back", "received", "wants", "failed"} <= set(raw["text"])


def test_a_person_who_writes_like_a_machine_stays_a_person_whose_letter_waits() -> None:
    (message,) = [m for _, m in read("people") if m.text.startswith("I am out of office")]
    result = screened(message)
    assert result.kind is Kind.PERSON
    assert "text: says that they are away" in result.no_automatic_letter


def test_one_word_of_many_meanings_opens_no_automatic_reply() -> None:
    assert read_subject("Vacation rental") == set()
    assert read_subject("Vacation") == {"auto_reply"}
    assert read_subject("Re: [External] Vacation: back on Monday") == {"auto_reply"}


def test_it_says_that_it_is_automatic_only_where_a_sentence_begins() -> None:
    assert "automatic" in read_text("Hello.\nThis is an automated message.")
    assert "automatic" not in read_text("I got this: you wrote that this is an automated message")


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert read_text(text) | read_subject(text) <= set(SIGNS)


def test_only_the_beginning_and_the_end_of_a_long_text_are_read() -> None:
    away = "I am out of the office."
    assert "away" in read_text(f"{away}{' x' * 50_000}")
    assert "away" in read_text(f"{'x ' * 50_000}{away}")
    assert "away" not in read_text(f"{'x ' * 50_000}{away}{' x' * 50_000}")
