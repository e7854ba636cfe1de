"""The page of a customer: opening it does nothing, its form does, and it shows nothing of the request."""

from dataclasses import dataclass, field

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from daemon.web import beside
from desk.access import HEADERS
from desk.confirm_words import all_words as confirm_words
from desk.instruct_words import all_words, language_of
from desk.instruction import LONGEST_BODY, PREFIX, InstructionPage
from privacy.errors import Retryable
from privacy.forwarding import LONGEST_NOTE, OF_CUSTOMERS, Instruction

GOOD, OTHER = "RD-GOOD0-00000-00000-00000-00", "RD-OTHER-00000-00000-00000-00"


@dataclass
class Heard:
    """Takes one code, once, and remembers what was said."""

    seen: list[tuple[str, Instruction, str, str]] = field(default_factory=list)
    trouble: bool = False

    def __call__(self, code: str, said: Instruction, note: str, client: str) -> bool:
        if self.trouble:
            raise Retryable("database: away")
        self.seen.append((code, said, note, client))
        return code == GOOD and [one[0] for one in self.seen].count(GOOD) == 1


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def olivia(heard: Heard, app: FastAPI) -> TestClient:
    page = InstructionPage(heard, company="Autocloz & Co <Ltd>")
    return TestClient(beside(page, app, PREFIX), base_url="https://desk.autocloz.example")


def test_scanners_may_open_it_twenty_times_and_it_is_unused(olivia, heard) -> None:
    for _ in range(20):
        assert olivia.get(f"/instruct/en/{GOOD}").status_code == 200
        assert olivia.head(f"/instruct/en/{GOOD}").status_code == 200
    assert heard.seen == []
    done = olivia.post(
        f"/instruct/en/{GOOD}", data={"instruction": "delete", "note": " by Friday "}
    )
    assert "Thank you" in done.text
    assert heard.seen == [(GOOD, Instruction.DELETE, "by Friday", "testclient")]


def test_every_code_looks_the_same_and_stands_nowhere_on_the_page(olivia) -> None:
    pages = [olivia.get(f"/instruct/en/{code}") for code in (GOOD, OTHER, "", "x/y", "%F0%9F")]
    assert len({page.text for page in pages}) == 1
    assert {page.status_code for page in pages} == {200}
    assert GOOD not in pages[0].text


def test_a_wrong_and_a_used_code_are_told_the_same(olivia) -> None:
    said = {"instruction": "done"}
    wrong = olivia.post(f"/instruct/en/{OTHER}", data=said)
    olivia.post(f"/instruct/en/{GOOD}", data=said)
    used = olivia.post(f"/instruct/en/{GOOD}", data=said)
    assert wrong.text == used.text
    assert (wrong.status_code, used.status_code) == (200, 200)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "instruction=",
        "instruction=erase_all",
        "instruction=no_answer",
        "instruction=done&instruction=delete",
        "note=only",
        "a=1&b=2&c=3&d=4&instruction=done",
        "instruction=done&note=" + "x" * LONGEST_BODY,
        "instruction=%FF",
        "\u00fc",
    ],
)
def test_what_is_no_choice_of_the_page_is_not_heard(olivia, heard, body) -> None:
    answer = olivia.post(
        f"/instruct/en/{GOOD}",
        content=body.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 400
    assert heard.seen == []


def test_the_longest_note_in_any_script_fits(olivia, heard) -> None:
    note = "ह" * LONGEST_NOTE
    olivia.post(f"/instruct/hi/{GOOD}", data={"instruction": "correct", "note": note})
    assert heard.seen[0][2] == note


@pytest.mark.parametrize("language", sorted(confirm_words()))
def test_it_speaks_the_language_of_the_letter(olivia, language) -> None:
    words = all_words()[language]
    page = olivia.get(f"/instruct/{language}/{GOOD}").text.replace("&#39;", "'")
    assert f'<html lang="{language}">' in page
    for choice in OF_CUSTOMERS:
        assert getattr(words, choice) in page
    done = olivia.post(f"/instruct/{language}/{GOOD}", data={"instruction": "done"})
    assert words.thanks in done.text.replace("&#39;", "'")


def test_all_ten_languages_are_there_and_no_two_say_the_same() -> None:
    assert set(all_words()) == set(confirm_words())
    assert len({words.ask for words in all_words().values()}) == len(all_words())
    assert language_of("xx") == language_of("../..") == "en"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_a_post_is_an_answer(olivia, heard, method) -> None:
    assert olivia.request(method, f"/instruct/en/{GOOD}").status_code == 405
    assert heard.seen == []


@pytest.mark.parametrize(
    "headers", [{"origin": "https://mallory.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_form_on_another_site_instructs_nothing(olivia, heard, headers) -> None:
    answer = olivia.post(f"/instruct/en/{GOOD}", data={"instruction": "delete"}, headers=headers)
    assert answer.status_code == 403
    assert heard.seen == []


def test_a_database_that_is_away_takes_nothing_and_says_so(olivia, heard) -> None:
    heard.trouble = True
    assert olivia.post(f"/instruct/en/{GOOD}", data={"instruction": "done"}).status_code == 503


def test_it_forbids_scripts_frames_and_forms_to_elsewhere_and_leaves_no_trace(olivia) -> None:
    answer = olivia.get(f"/instruct/en/{GOOD}")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    for name, value in HEADERS.items():
        if name != "Content-Security-Policy":
            assert answer.headers[name] == value
    assert "set-cookie" not in answer.headers


def test_the_other_pages_stay_behind_sign_in(olivia) -> None:
    answer = olivia.get("/cases", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
