"""The page on which product updates end: opening it does nothing, one click or its button does all."""

from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from daemon.web import beside
from desk.access import HEADERS
from desk.confirm_words import UNSUBSCRIBE_FILE, all_words
from desk.unsubscribing import UnsubscribePage
from privacy.errors import Retryable
from privacy.unsubscribing import PREFIX

LINK = "/unsubscribe/de/updates/kCODE"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class Left:
    """Takes one link, and remembers what was pressed."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    trouble: bool = False

    def __call__(self, on: str, code: str) -> bool:
        if self.trouble:
            raise Retryable("database: away")
        self.seen.append((on, code))
        return (on, code) == ("updates", "kCODE")


@pytest.fixture
def left() -> Left:
    return Left()


@pytest.fixture
def olivia(left: Left, app: FastAPI) -> TestClient:
    page = UnsubscribePage(left, company="Autocloz & Co <Ltd>")
    return TestClient(
        beside(page, app, PREFIX), base_url="https://desk.autocloz.example", follow_redirects=False
    )


def test_scanners_may_open_it_and_nothing_happens(olivia, left) -> None:
    for _ in range(3):
        assert olivia.get(LINK).status_code == 200
        assert olivia.head(LINK).status_code == 200
    assert left.seen == []


def test_one_click_of_a_mail_program_is_enough_without_cookie_page_or_question(
    olivia, left
) -> None:
    answer = olivia.post(LINK, data=ONE_CLICK)
    assert (answer.status_code, left.seen) == (200, [("updates", "kCODE")])
    assert "set-cookie" not in answer.headers


def test_a_mail_program_may_post_it_as_a_form_of_parts_from_anywhere(olivia, left) -> None:
    answer = olivia.post(
        LINK,
        files={"List-Unsubscribe": (None, "One-Click")},
        headers={"Origin": "https://mail.person.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert (answer.status_code, len(left.seen)) == (200, 1)


def test_the_button_of_the_page_does_the_same(olivia, left) -> None:
    page = olivia.get(LINK)
    assert '<form method="post">' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    assert all_words(UNSUBSCRIBE_FILE)["de"].thanks in olivia.post(LINK).text
    assert left.seen == [("updates", "kCODE")]


@pytest.mark.parametrize("language", sorted(all_words()))
def test_it_speaks_the_language_of_the_mail(olivia, language) -> None:
    words = all_words(UNSUBSCRIBE_FILE)[language]
    page = olivia.get(f"/unsubscribe/{language}/updates/kCODE").text.replace("&#39;", "'")
    assert f'<html lang="{language}">' in page
    for said in (words.title, words.ask, words.button, words.not_you):
        assert said in page


def test_both_pages_speak_the_same_languages() -> None:
    assert set(all_words(UNSUBSCRIBE_FILE)) == set(all_words())


@pytest.mark.parametrize(
    "path", ["/unsubscribe/", "/unsubscribe/xx/updates/other", LINK + "x" * 500]
)
def test_a_link_that_is_not_ours_is_told_in_english_or_its_language(olivia, path) -> None:
    assert olivia.post(path, data=ONE_CLICK).status_code == 404
    assert olivia.get(path).status_code == 200


def test_when_the_database_is_away_the_mail_program_is_told_to_come_again(olivia, left) -> None:
    left.trouble = True
    assert olivia.post(LINK, data=ONE_CLICK).status_code == 503


def test_nothing_but_get_and_post_is_answered(olivia, left) -> None:
    assert olivia.delete(LINK).status_code == 405
    assert left.seen == []


def test_it_carries_the_headers_of_all_pages_and_lets_the_others_be(olivia) -> None:
    answer = olivia.get(LINK)
    for name in HEADERS.keys() - {"Content-Security-Policy"}:
        assert answer.headers[name] == HEADERS[name]
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "Autocloz &amp; Co &lt;Ltd&gt;" in answer.text
    assert olivia.get("/").status_code != 200 or "kCODE" not in olivia.get("/").text
