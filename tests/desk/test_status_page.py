"""A person's own page: it shows where a request stands, tells nobody anything else, and does nothing."""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta

import pytest
from starlette.testclient import TestClient

from desk.access import HEADERS
from desk.status_page import MOST_OPENED, WINDOW, StatusPage
from desk.status_words import OWN_NAMES, StatusWords, status_words
from privacy.errors import Retryable
from privacy.person_status import (
    SENT_KINDS,
    PersonStatus,
    ToldRight,
    WaitsFor,
)
from privacy.rights import Right, Scope
from privacy.stands import Stand
from status_values import DAY, everything
from templates import available, languages
from templates.declarations import declarations

CODE = "1" + "k" * 72
LINK = f"/status/en/{CODE}"
LARGEST = 20_000  # octets of a page with everything on it


@dataclass
class Requests:
    """Knows one code, and counts how often it was asked."""

    shown: PersonStatus = field(default_factory=everything)
    asked: int = 0
    trouble: bool = False
    now: datetime = datetime(2027, 3, 2, tzinfo=UTC)

    def __call__(self, code: str) -> PersonStatus | None:
        self.asked += 1
        if self.trouble:
            raise Retryable("database: away")
        return self.shown if code == CODE else None


@pytest.fixture
def requests() -> Requests:
    return Requests()


@pytest.fixture
def anne(requests: Requests) -> TestClient:
    page = StatusPage(requests, company="Autocloz & Co <Ltd>", clock=lambda: requests.now)
    return TestClient(page, base_url="https://desk.autocloz.example", follow_redirects=False)


def test_wrong_over_and_foreign_codes_look_the_same_in_every_octet(anne, requests) -> None:
    answers = [anne.get(f"/status/en/{code}") for code in ("", "x", "1" + "z" * 72, CODE[:-1])]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({str(sorted(answer.headers.items())) for answer in answers}) == 1
    assert requests.asked == len(answers)  # each was looked up


@pytest.mark.parametrize("language", languages())
def test_it_speaks_every_language_of_the_letters_and_leads_to_the_others(anne, language) -> None:
    words, shown = status_words()[language], anne.get(f"/status/{language}/{CODE}")
    assert shown.status_code == 200
    assert f'<html lang="{language}">' in shown.text
    text = shown.text.replace("&#39;", "'")
    for said in (words.title, words.us, words.you, words.resting, words.customer, words.system):
        assert said in text
    for other in set(languages()) - {language}:
        assert f'href="/status/{other}/{CODE}" lang="{other}"' in text
    assert len(shown.content) < LARGEST


def test_the_words_are_whole_and_stand_in_the_ten_languages_of_the_letter_with_the_link() -> None:
    assert set(status_words()) == set(OWN_NAMES) == set(available("acknowledgement"))
    for words in status_words().values():
        assert all(getattr(words, one.name).strip() for one in fields(StatusWords))


def test_every_letter_to_a_person_has_a_name_on_the_page_and_no_other_has() -> None:
    to_people = {kind for kind, one in declarations().items() if one.to == "person"}
    assert set(SENT_KINDS) == to_people


def test_a_right_bears_the_name_that_the_letters_give_it(anne, requests) -> None:
    told = ToldRight(
        right=Right.OBJECTION,
        scope=Scope.MARKETING,
        stand=Stand.WORKING,
        waits_for=WaitsFor.US,
        answer_by=DAY,
    )
    requests.shown = PersonStatus(
        reference="PR-2027-KXWQ4T", received_on=DAY, rights=(told,), sent=()
    )
    text = anne.get(f"/status/de/{CODE}").text
    assert "Ihnen keine Werbung mehr zu senden" in text
    assert "31. März 2027" in text


def test_while_no_right_is_known_it_says_by_when_we_write(anne, requests) -> None:
    requests.shown = PersonStatus(
        reference="PR-2027-KXWQ4T", received_on=DAY, rights=(), sent=(), hear_by=DAY
    )
    text = anne.get(LINK).text
    assert status_words()["en"].reads in text
    assert "31 March 2027" in text


def test_it_is_inert_without_script_form_cookie_or_anything_from_elsewhere(anne) -> None:
    answer = anne.get(LINK)
    assert "set-cookie" not in answer.headers
    for part in ("<script", "<form", "<img", "<iframe", "http://", "https://", "style="):
        assert part not in answer.text
    assert anne.head(LINK).status_code == 200
    assert anne.post(LINK).status_code == anne.delete(LINK).status_code == 405


@pytest.mark.parametrize("path", [LINK, "/status/en/none"])
def test_no_search_engine_keeps_it_and_no_other_site_hears_of_it(anne, path) -> None:
    answer = anne.get(path)
    assert answer.headers["x-robots-tag"] == "noindex"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert '<meta name="robots" content="noindex">' in answer.text


def test_whoever_opens_it_too_often_is_told_to_come_later_before_anything_is_looked_up(
    anne, requests
) -> None:
    for _ in range(MOST_OPENED):
        assert anne.get("/status/en/guess").status_code == 404
    assert anne.get(LINK).status_code == anne.get("/status/en/guess").status_code == 429
    assert requests.asked == MOST_OPENED
    requests.now += WINDOW + timedelta(seconds=1)
    assert anne.get(LINK).status_code == 200


def test_when_the_database_is_away_it_says_to_come_again(anne, requests) -> None:
    requests.trouble = True
    answer = anne.get(LINK)
    assert (answer.status_code, status_words()["en"].later in answer.text) == (503, True)


def test_an_unknown_language_is_told_in_english(anne) -> None:
    assert '<html lang="en">' in anne.get(f"/status/xx/{CODE}").text
