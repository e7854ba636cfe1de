"""The page of one button: opening it does nothing, pressing it is an answer, and it tells nobody anything else."""

from dataclasses import dataclass, field
from html import unescape

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from daemon.web import beside
from desk.access import HEADERS
from desk.confirm_words import CANCEL_FILE, all_words, language_of
from desk.confirmation import CANCEL_PREFIX, PREFIX, ConfirmationPage
from privacy.errors import Retryable

GOOD, OTHER = "RD-GOOD0-00000-00000-00000-00", "RD-OTHER-00000-00000-00000-00"
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "hi")


@dataclass
class Pressed:
    """Takes one code, once, and remembers who pressed."""

    seen: list[tuple[str, str]] = field(default_factory=list)
    trouble: bool = False

    def __call__(self, code: str, client: str) -> bool:
        if self.trouble:
            raise Retryable("database: away")
        self.seen.append((code, client))
        return code == GOOD and [one for one, _ in self.seen].count(GOOD) == 1


@pytest.fixture
def pressed() -> Pressed:
    return Pressed()


@pytest.fixture
def anne(pressed: Pressed, app: FastAPI) -> TestClient:
    page = ConfirmationPage(pressed, company="Autocloz & Co <Ltd>")
    return TestClient(beside(page, app, PREFIX), base_url="https://desk.autocloz.example")


def test_scanners_may_open_it_twenty_times_and_it_is_unused(anne, pressed) -> None:
    for _ in range(20):
        assert anne.get(f"/confirm/en/{GOOD}").status_code == 200
        assert anne.head(f"/confirm/en/{GOOD}").status_code == 200
    assert pressed.seen == []
    assert "Thank you" in anne.post(f"/confirm/en/{GOOD}").text


def test_until_it_is_pressed_every_code_looks_the_same(anne) -> None:
    pages = [anne.get(f"/confirm/en/{code}") for code in (GOOD, OTHER, "", "x/y", "%F0%9F")]
    assert len({page.text for page in pages}) == 1
    assert {page.status_code for page in pages} == {200}
    assert len({str(sorted(page.headers.items())) for page in pages}) == 1


def test_a_code_that_is_not_taken_is_told_without_a_reason(anne) -> None:
    first = anne.post(f"/confirm/en/{OTHER}")
    anne.post(f"/confirm/en/{GOOD}")
    again = anne.post(f"/confirm/en/{GOOD}")
    assert first.text == again.text
    assert (first.status_code, again.status_code) == (200, 200)


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_language_of_the_letter(anne, language) -> None:
    words = all_words()[language]
    page = anne.get(f"/confirm/{language}/{GOOD}").text
    assert f'<html lang="{language}">' in page
    assert words.button in page.replace("&#39;", "'")
    done = anne.post(f"/confirm/{language}/{GOOD}").text
    assert words.thanks in done.replace("&#39;", "'")


def test_another_language_is_told_in_english() -> None:
    assert language_of("xx") == language_of("../..") == "en"
    assert set(all_words()) == set(LANGUAGES)


def test_no_two_languages_say_the_same() -> None:
    assert len({words.ask for words in all_words().values()}) == len(LANGUAGES)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_a_post_is_an_answer(anne, pressed, method) -> None:
    assert anne.request(method, f"/confirm/en/{GOOD}").status_code == 405
    assert pressed.seen == []


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://mallory.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://mallory.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_a_form_on_another_site_presses_nothing(anne, pressed, headers) -> None:
    assert anne.post(f"/confirm/en/{GOOD}", headers=headers).status_code == 403
    assert pressed.seen == []


def test_the_form_of_this_page_is_heard_with_the_headers_that_browsers_send(anne) -> None:
    headers = {"origin": "https://desk.autocloz.example", "sec-fetch-site": "same-origin"}
    assert "Thank you" in anne.post(f"/confirm/en/{GOOD}", headers=headers).text


def test_it_forbids_scripts_frames_and_forms_to_elsewhere_and_leaves_no_trace(anne) -> None:
    answer = anne.get(f"/confirm/en/{GOOD}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    for name, value in HEADERS.items():
        if name != "Content-Security-Policy":
            assert answer.headers[name] == value
    assert "set-cookie" not in answer.headers
    assert GOOD not in answer.text
    assert "<script" not in answer.text
    assert "Autocloz &amp; Co &lt;Ltd&gt;" in answer.text


def test_the_other_pages_stay_behind_their_gate(anne) -> None:
    assert anne.get("/", follow_redirects=False).headers["location"] == "/sign-in"
    assert anne.get("/confirmed", follow_redirects=False).status_code == 303
    assert anne.post("/").status_code == 403
    assert anne.get("/style.css").status_code == 200


def test_while_the_database_is_away_nothing_is_said_to_be_done(anne, pressed) -> None:
    pressed.trouble = True
    answer = anne.post(f"/confirm/en/{GOOD}")
    assert answer.status_code == 503
    assert "Thank you" not in answer.text


def test_an_address_without_end_is_cut(anne, pressed) -> None:
    assert anne.post("/confirm/en/" + "x" * 5000).status_code == 200
    assert len(pressed.seen[0][0]) < 120


@pytest.fixture
def stopping(pressed: Pressed, app: FastAPI) -> TestClient:
    page = ConfirmationPage(pressed, company="Autocloz", prefix=CANCEL_PREFIX, words=CANCEL_FILE)
    return TestClient(beside(page, app, CANCEL_PREFIX), base_url="https://desk.autocloz.example")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_that_stops_an_erasure_speaks_every_language_and_acts_on_its_button_alone(
    stopping, pressed, language
) -> None:
    words = all_words(CANCEL_FILE)[language]
    page = stopping.get(f"/cancel/{language}/{GOOD}")
    assert words.button in unescape(page.text)
    assert pressed.seen == []
    assert words.thanks in unescape(stopping.post(f"/cancel/{language}/{GOOD}").text)
    assert words.failed in unescape(stopping.post(f"/cancel/{language}/{GOOD}").text)
