from dataclasses import replace

import pytest
from pydantic import ValidationError

from acknowledgements import (
    AUTOCLOZ,
    case_asking,
    case_asking_more,
    letter_for,
    unreadable_case,
)
from privacy.cases import Role, added_items
from privacy.errors import Permanent
from privacy.rights import Right, Scope
from responders.acknowledgement import draft_acknowledgement
from responders.settings import DeskIdentity

ERASURE = (Right.ERASURE, None)
MARKETING = (Right.OBJECTION, Scope.MARKETING)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_it_names_what_was_asked_and_the_stored_date_in_full():
    case = case_asking(ERASURE)
    letter = draft_acknowledgement(case, case.items, AUTOCLOZ)
    assert case.items[0].due.on.isoformat() == "2027-03-30"
    assert "You ask us to delete data about you." in flat(letter.text)
    assert "by 30 March 2027" in flat(letter.text)
    assert letter.kind == "acknowledgement"


def test_it_names_the_day_of_receipt_where_the_clock_runs():
    case = case_asking(ERASURE)
    (item,) = case.items
    in_berlin = replace(item, due=replace(item.due, zone="Europe/Berlin"))
    letter = draft_acknowledgement(replace(case, items=(in_berlin,)), (in_berlin,), AUTOCLOZ)
    assert "received it on 1 March 2027 (Berlin time)" in flat(letter.text)  # 00:30 there


def test_it_carries_the_frame():
    text = flat(letter_for("one-right", "en").text)
    for words in (
        AUTOCLOZ.legal_name,
        AUTOCLOZ.postal_address,
        AUTOCLOZ.dpo_name_or_function,
        AUTOCLOZ.dpo_contact,
        AUTOCLOZ.policy_url,
        "PR-2026-000007-00",
        "no form",
        "you pay nothing",
        "We do not want a copy of an identity card",
        "If we misunderstood you",
        "withdraw what you asked for",
        "If you did not write to us",
    ):
        assert words in text


def test_its_subject_ends_with_the_reference_so_that_an_answer_finds_back():
    for name in ("one-right", "added-later", "unreadable", "no-right"):
        for language in ("en", "de"):
            assert letter_for(name, language).subject.endswith("[PR-2026-000007-00]")


def test_it_answers_in_german():
    letter = letter_for("one-right", "de")
    assert letter.language == "de"
    assert "bis zum 30. März 2027" in flat(letter.text)


@pytest.mark.parametrize("language", ["fi", "fi-FI", "FI"])
def test_it_tells_other_languages_in_their_own_words_that_it_answers_in_english(language):
    letter = letter_for("one-right", language)
    assert letter.language == "en"
    assert "Vastaamme englanniksi." in flat(letter.text)
    assert '<p lang="fi">' in letter.html


@pytest.mark.parametrize("language", ["", "und", "tlh"])
def test_it_answers_in_english_when_the_language_is_not_known(language):
    letter = letter_for("one-right", language)
    assert letter == letter_for("one-right", "en")


def test_it_says_that_a_person_stops_marketing_and_by_when():
    text = flat(letter_for("marketing-and-more", "en").text)
    assert "A person here stops marketing messages to you, by 2 March 2027 at the latest." in text
    assert "to delete data about you by 30 March 2027" in text
    assert "have stopped" not in text
    assert "at once" not in text
    assert "stops marketing" not in flat(letter_for("one-right", "en").text)


def test_it_answers_only_what_a_later_mail_added():
    before, after = case_asking_more("en")
    letter = draft_acknowledgement(after, added_items(before, after), AUTOCLOZ)
    assert "in addition to delete data about you" in flat(letter.text)
    assert "copy of it" not in letter.text
    assert "by 9 April 2027" in flat(letter.text)


def test_it_asks_for_plain_words_when_a_mail_could_not_be_read():
    text = flat(draft_acknowledgement(unreadable_case("en"), (), AUTOCLOZ).text)
    assert "We could not read what you wrote" in text
    assert "by 5 March 2027" in text


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        (Role.UNKNOWN, "whether we ourselves or one of our customers"),
        (Role.CONTROLLER, "We are responsible for this request ourselves."),
        (Role.PROCESSOR, "We run a service for one of our customers"),
    ],
)
def test_it_says_whose_task_the_request_is(role, sentence):
    case = replace(case_asking(ERASURE), role=role)
    assert sentence in flat(draft_acknowledgement(case, case.items, AUTOCLOZ).text)


@pytest.mark.parametrize(
    "name", ["{{7*7}}", "{% raw %}", "Anne Asks", "Call +99 now", "<b>x</b>", "x\r\nBcc: y"]
)
def test_nothing_that_the_writer_typed_comes_back(name):
    case = replace(case_asking(ERASURE), requester_name=name)
    assert draft_acknowledgement(case, case.items, AUTOCLOZ) == letter_for("one-right", "en")


def test_two_strangers_get_the_same_letter_but_for_the_reference():
    case = case_asking(ERASURE)
    other = replace(case, requester="mallory@elsewhere.example", reference="PR-2026-000008-00")
    letters = [draft_acknowledgement(each, each.items, AUTOCLOZ) for each in (case, other)]
    assert letters[1].text.replace("000008", "000007") == letters[0].text


@pytest.mark.parametrize("field", list(DeskIdentity.model_fields))
def test_no_letter_is_written_by_a_desk_that_does_not_say_who_it_is(field):
    nameless = AUTOCLOZ.model_copy(update={field: ""})
    assert nameless.missing == (field,)
    case = case_asking(ERASURE)
    with pytest.raises(Permanent, match=f"desk.{field}"):
        draft_acknowledgement(case, case.items, nameless)


def test_a_fresh_desk_says_all_that_it_lacks():
    assert DeskIdentity().missing == tuple(DeskIdentity.model_fields)


@pytest.mark.parametrize(
    "wrong",
    [
        {"legal_name": "two\nlines"},
        {"policy_url": "http://autocloz.example"},
        {"policy_url": "javascript:alert(1)"},
        {"colour": "blue"},
    ],
)
def test_settings_that_cannot_stand_in_a_letter_are_refused(wrong):
    with pytest.raises(ValidationError):
        DeskIdentity(**wrong)
