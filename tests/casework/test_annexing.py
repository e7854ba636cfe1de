"""The letter with a copy tells what is done with the data: about this person, in the language of the letter."""

from dataclasses import replace

import pytest

from casework.annexing import annex_of
from casework_values import COPY, DANA, OMAR, TestDesk
from forward_values import ANNE, W1, list_customers
from package_values import add, answered, begun, packing_profile
from privacy.annex import TEXTS, RecordedUse, RecordOfUse
from templates import available
from work_values import answer, approve, send


def use(name: str, *about: str) -> RecordedUse:
    languages = available("completion")
    texts = {one: {language: f"{name}-{one}-{language}" for language in languages} for one in TEXTS}
    return RecordedUse(name=name, about=frozenset(about), texts=texts)


RECORD = RecordOfUse(
    uses=(use("account", "member"), use("news", "contact"), use("letters", "anybody")),
    safeguards={"en": "standard clauses"},
)


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    """A desk whose house keeps a record of use, and where Anne is a member of a workspace."""
    profile = packing_profile()
    desk.profile = replace(profile, work=replace(profile.work, annex=RECORD))
    list_customers(desk, leads=(), members=((W1, ANNE),))
    return desk


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_letter_with_the_copy_tells_purpose_source_recipients_and_period(desk) -> None:
    begun(desk)
    add(desk)
    text = words(answered(desk).letter.text)
    for told in ("account", "letters"):
        assert f"{told}-category-en" in text
        assert f"Purpose: {told}-purpose-en" in text
        assert f"From: {told}-source-en" in text
        assert f"Who received it: {told}-recipients-en" in text
        assert f"Kept: {told}-kept-en" in text
    assert "news" not in text
    assert "this protects it: standard clauses" in text
    assert "No computer makes decisions about you by itself." in text
    assert "complain to a data protection authority" in text


def test_a_letter_in_another_language_tells_it_in_that_one(desk) -> None:
    begun(desk, "Bitte senden Sie mir eine Kopie meiner personenbezogenen Daten.")
    add(desk)
    letter = answered(desk).letter
    assert letter.language == "de"
    assert "account-category-de" in letter.text
    assert "-en" not in letter.text


def test_where_nothing_was_found_nothing_is_told_of_its_use(desk) -> None:
    begun(desk)
    approve(desk, answer(desk), DANA, OMAR)
    assert "account" not in send(desk).sent[-1].letter.text


def test_whoever_is_listed_nowhere_is_told_what_holds_for_anybody(desk) -> None:
    begun(desk, COPY)
    of_bob = replace(desk.case(), requester="bob@visitor.example")
    with desk.database.reading() as reading:
        annex = annex_of(reading, of_bob, desk.profile)
    assert annex is not None
    assert [one.category for one in annex.lines] == ["letters-category-en"]


def test_a_house_without_a_record_tells_none(desk) -> None:
    desk.profile = packing_profile()
    begun(desk)
    add(desk)
    assert "Kept:" not in answered(desk).letter.text
