"""What may be a wish and is no right to the rules calls a person; what was understood does not."""

import pytest

from classifier.rules import classify_text

OPEN = "a sentence may ask for something that no rule knows"


@pytest.mark.parametrize(
    "text",
    [
        "Please send me a copy of my personal data. Afterwards freeze it all.",
        "Please delete my account. The surname there ought to be corrected before that.",
        "Could you do the same with my date of birth?",
    ],
)
def test_an_act_whose_right_was_not_found_calls_a_person(text: str) -> None:
    found = classify_text("", text)
    assert found.needs_human


@pytest.mark.parametrize(
    "text",
    [
        "Please delete all personal data that you hold about me.",
        "I request erasure of my personal data. Please confirm the erasure of my data when it is done.",
        "Please send me a copy of my data and then delete my account.",
        "How do I import a list of leads?",
    ],
)
def test_what_was_understood_calls_nobody(text: str) -> None:
    found = classify_text("", text)
    assert OPEN not in found.reasons
    assert not found.needs_human


def test_what_was_done_before_is_no_open_wish() -> None:
    found = classify_text("", "Thank you for deleting my account so quickly.")
    assert OPEN not in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "Vymažte všetky moje osobné údaje.",
        "Παρακαλώ διαγράψτε όλα τα προσωπικά μου δεδομένα.",
        "Прошу удалить все мои персональные данные.",
    ],
)
def test_core_words_are_enough_where_they_account_for_the_whole_mail(text: str) -> None:
    found = classify_text("", text)
    assert [claim.right.value for claim in found.rights] == ["erasure"]
    assert not found.needs_human


@pytest.mark.parametrize(
    "text",
    [
        "Vymažte všetky moje osobné údaje. Ešte opravte.",
        "Прошу удалить все мои персональные данные. Ещё исправьте.",
        "Vymažte všetky moje osobné údaje. Kópiu som nedostal.",
    ],
)
def test_core_words_call_a_person_where_a_word_of_another_right_is_left_over(text: str) -> None:
    assert classify_text("", text).needs_human


def test_what_is_denied_is_not_left_over() -> None:
    text = "Please send me a copy of my personal data. Do not delete anything."
    assert not classify_text("", text).needs_human


def test_a_right_is_not_lost_behind_a_word_of_sellers() -> None:
    text = "I was interested in a demo once. Please delete all my personal data."
    assert classify_text("", text).needs_human


def test_a_support_matter_that_speaks_of_consent_is_seen_by_a_person() -> None:
    text = "The upload fails with an error. By the way, what about my consent?"
    assert classify_text("", text).needs_human
