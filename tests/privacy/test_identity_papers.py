"""Which attachments look like identity papers."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.identity_papers import LARGEST, SMALLEST, PaperWords, find_papers
from privacy.messages import Attachment

WORDS = PaperWords(
    papers=("passport", "carte d'identité", "führerschein", "पहचान पत्र", "id card"),
    sent=("attached", "ci-joint", "anbei", "संलग्न"),
)
SCAN = Attachment(name="scan.jpg", content_type="image/jpeg", size=200_000, sha256="aa")


def found(text: str, *attachments: Attachment) -> list[str]:
    return [one.sha256 for one in find_papers(attachments or (SCAN,), text, WORDS)]


@pytest.mark.parametrize(
    "name",
    [
        "passport.jpg",
        "My_Passport-2019.PDF",
        "Carte_d'identite.png",
        "Fuhrerschein vorne.jpg",
        "ID-Card.jpeg",
    ],
)
def test_a_file_that_is_called_so_is_one(name: str) -> None:
    papers = find_papers([replace(SCAN, name=name)], "", WORDS)
    assert [one.reasons for one in papers] == [("name-says-so",)]


@pytest.mark.parametrize(
    "text",
    ["Please find attached my passport.", "Ci-joint ma carte d’identité.", "Anbei mein FÜHRERSCHEIN",
     "मेरा पहचान पत्र संलग्न है"],
)  # fmt: skip
def test_a_picture_that_the_writer_calls_so_is_one(text: str) -> None:
    assert found(text) == ["aa"]


@pytest.mark.parametrize(
    "text",
    ["", "Do you need my passport?", "Attached is my letter.", "The passportless attached thing."],
)
def test_a_mere_word_makes_no_paper_of_a_picture(text: str) -> None:
    assert found(text) == []


def test_where_a_file_is_called_so_the_other_pictures_are_none() -> None:
    named = replace(SCAN, name="passport.png", sha256="bb")
    assert found("Attached my passport.", SCAN, named) == ["bb"]


@pytest.mark.parametrize(
    "changes",
    [{"size": SMALLEST - 1}, {"size": LARGEST + 1}, {"content_type": "text/plain"}],
)
def test_what_cannot_be_a_copy_is_none(changes: dict) -> None:
    assert found("", replace(SCAN, name="passport.jpg", **changes)) == []


def test_a_picture_that_calls_itself_something_else_is_one_all_the_same() -> None:
    other = replace(SCAN, content_type="application/octet-stream", declared_type="image/heic")
    assert found("attached: passport", other) == ["aa"]


@given(st.text(max_size=300), st.text(max_size=40))
def test_no_text_and_no_name_breaks_it(text: str, name: str) -> None:
    assert len(found(text, replace(SCAN, name=name))) <= 1
