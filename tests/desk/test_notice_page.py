"""The page that says whether a notice is genuine: anybody may ask, and learns two days and nothing about anybody."""

from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from casework.notice_announced import Announced
from daemon.web import beside
from desk.confirm_words import all_words
from desk.notice_page import PREFIX, NoticePage, notice_page_words
from privacy.errors import Retryable

DIGEST = "ab" * 32
FOUND = Announced(
    version="<2027-03>", announced_on=date(2026, 11, 27), effective_on=date(2027, 3, 1)
)


def look(digest: str) -> Announced | None:
    """One version was announced; a hash of zeros finds the database away."""
    if digest == "0" * 64:
        raise Retryable("database: away")
    return FOUND if digest == DIGEST else None


@pytest.fixture
def olivia(app: FastAPI) -> TestClient:
    page = NoticePage(look, company="Autocloz & Co <Ltd>")
    return TestClient(beside(page, app, PREFIX), base_url="https://desk.autocloz.example")


@pytest.mark.parametrize("spelled", [DIGEST, DIGEST.upper()])
def test_an_announced_version_is_shown_with_its_days(olivia, spelled) -> None:
    answer = olivia.get(PREFIX + spelled)
    assert answer.status_code == 200
    assert "&lt;2027-03&gt;" in answer.text
    assert "2026-11-27" in answer.text
    assert "2027-03-01" in answer.text
    assert "Autocloz &amp; Co &lt;Ltd&gt;" in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("wrong", ["cd" * 32, "", "ab", DIGEST + "a", "<script>", "../" + DIGEST])
def test_every_other_hash_was_not_announced(olivia, wrong) -> None:
    answer = olivia.get(PREFIX + wrong, follow_redirects=False)
    assert answer.status_code in {303, 404}  # what leads out of this door is a page of the desk
    assert "2027-03" not in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("ja, fr;q=0.5", "fr"),
        ("hi", "hi"),
        ("ja", "en"),
        ("", "en"),
        (";;,,-", "en"),
    ],
)
def test_it_answers_in_the_language_of_the_browser(olivia, accepted, language) -> None:
    answer = olivia.get(PREFIX + DIGEST, headers={"Accept-Language": accepted})
    assert f'<html lang="{language}">' in answer.text
    assert notice_page_words()[language].version in answer.text


def test_it_has_words_in_every_language_of_the_other_pages() -> None:
    assert set(notice_page_words()) == set(all_words())
    assert len(notice_page_words()) == 10


def test_it_can_be_read_and_nothing_else(olivia) -> None:
    assert olivia.post(PREFIX + DIGEST).status_code == 405
    assert olivia.head(PREFIX + DIGEST).status_code == 200


def test_a_database_that_is_away_is_no_answer(olivia) -> None:
    answer = olivia.get(PREFIX + "0" * 64)
    assert answer.status_code == 503
    assert notice_page_words()["en"].failed in answer.text
