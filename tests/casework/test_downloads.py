"""The page behind proof: opening it does nothing, a code opens it once, and it tells nobody anything else."""

import threading
from urllib.parse import unquote

import pytest
from starlette.testclient import TestClient

from casework_values import (
    ANNE,
    BOTH_ENGINES,
    DANA,
    OMAR,
    TestDesk,
)
from desk.download_words import all_words
from desk.downloads import DownloadPage
from desk_values import desk_app, sign_in
from package_values import (
    add,
    anne,
    answered,
    begun,
    done_with,
    grant,
    later,
    link_in,
    mailed_code,
    open_with_code,
    packing_profile,
)
from privacy.errors import Retryable
from privacy.identity import Level
from work_values import approve, bounce, prove, send

ASK, OPEN, GET = {"do": "ask"}, {"do": "open"}, {"do": "get", "file": "1"}


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    desk.profile = packing_profile()
    return desk


@pytest.fixture
def waiting(desk: TestDesk) -> str:
    """Give the link of a package that Anne was written about."""
    begun(desk)
    add(desk)
    return link_in(answered(desk))


def test_the_letter_and_its_link_say_nothing_of_the_person(desk, waiting) -> None:
    assert "anne" not in waiting.lower()
    assert desk.case().reference not in waiting
    assert len(waiting.rpartition("/")[2]) == 32  # 160 bits


def test_a_scanner_that_opens_the_link_twenty_times_changes_nothing(desk, waiting) -> None:
    scanner = anne(desk)
    before = desk.kinds_of_events(desk.case().case_id)
    pages = {scanner.get(waiting).text for _ in range(20)}
    assert {scanner.head(waiting).status_code for _ in range(3)} == {200}
    assert pages == {scanner.get(waiting[:-4] + "aaaa").text}
    assert done_with(desk) == []
    assert desk.kinds_of_events(desk.case().case_id) == before
    assert scanner.get(waiting, params=GET).headers["content-type"].startswith("text/html")
    assert scanner.get(waiting, params=ASK).text in pages
    assert send(desk).sent == []


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "%2e%2e%2f" * 20, "%00", "é", "x" * 5000])
def test_a_wrong_link_gets_the_same_answers_and_no_mail(desk, waiting, token) -> None:
    mallory = anne(desk)
    wrong = f"/download/en/{token}"
    for params, data in ((ASK, None), (OPEN, {"code": "RD-00000-00000-00000-00000-00"})):
        real = mallory.post(waiting, params=params, data=data)
        other = mallory.post(wrong, params=params, data=data)
        assert (real.status_code, real.text) == (other.status_code, other.text)
    assert mallory.post(wrong, params=GET).text == mallory.post(waiting, params=GET).text
    assert len([one for one in send(desk).sent if one.letter.kind == "download_code"]) == 1


def test_the_code_goes_to_the_proved_address_and_nowhere_else(desk, waiting) -> None:
    anne(desk).post(waiting, params=ASK)
    (letter,) = send(desk).sent
    assert letter.recipient == ANNE
    assert letter.letter.kind == "download_code"
    assert "data.zip" not in letter.letter.text


def test_a_code_is_good_for_one_opening(desk, waiting) -> None:
    browser, other = anne(desk), anne(desk)
    browser.post(waiting, params=ASK)
    code = mailed_code(desk)
    assert "data.zip" in browser.post(waiting, params=OPEN, data={"code": code}).text
    again = other.post(waiting, params=OPEN, data={"code": code})
    assert "data.zip" not in again.text
    assert "set-cookie" not in again.headers
    assert done_with(desk) == ["code_asked", "opened", "code_refused"]


def test_a_code_works_however_it_is_typed(desk, waiting) -> None:
    browser = anne(desk)
    browser.post(waiting, params=ASK)
    typed = f" {mailed_code(desk).lower().replace('-', ' ')} "
    assert "data.zip" in browser.post(waiting, params=OPEN, data={"code": typed}).text


def test_a_code_that_is_an_hour_old_opens_nothing(desk, waiting) -> None:
    browser = anne(desk)
    browser.post(waiting, params=ASK)
    code = mailed_code(desk)
    later(desk, hours=1)
    assert "data.zip" not in browser.post(waiting, params=OPEN, data={"code": code}).text


@BOTH_ENGINES
def test_two_people_who_race_with_one_code_open_it_once(desk, waiting) -> None:
    anne(desk).post(waiting, params=ASK)
    code = mailed_code(desk)
    found: list[bool] = []
    start = threading.Barrier(4)

    def race() -> None:
        browser = anne(desk)
        start.wait()
        page = browser.post(waiting, params=OPEN, data={"code": code})
        found.append("data.zip" in page.text)

    racers = [threading.Thread(target=race) for _ in range(4)]
    for one in racers:
        one.start()
    for one in racers:
        one.join()
    assert sorted(found) == [False, False, False, True]
    assert done_with(desk).count("opened") == 1


@BOTH_ENGINES
def test_wrong_codes_lock_the_link_once_and_staff_are_told(desk, waiting) -> None:
    mallory = anne(desk)
    mallory.post(waiting, params=ASK)
    code = mailed_code(desk)
    for _ in range(7):
        mallory.post(waiting, params=OPEN, data={"code": "RD-11111-11111-11111-11111-11"})
    assert done_with(desk) == ["code_asked", *["code_refused"] * 5, "locked"]
    (task,) = [one for one in desk.tasks() if one.kind == "download_locked"]
    assert task.urgent
    assert "data.zip" not in anne(desk).post(waiting, params=OPEN, data={"code": code}).text
    anne(desk).post(waiting, params=ASK)
    assert send(desk).sent == []


def test_codes_of_a_day_are_counted_and_the_answer_stays_the_same(desk, waiting) -> None:
    mallory = anne(desk)
    answers = {mallory.post(waiting, params=ASK).text for _ in range(9)}
    assert len(answers) == 1
    assert len(send(desk).sent) == 5
    later(desk, days=1)
    mallory.post(waiting, params=ASK)
    assert len(send(desk).sent) == 1


def test_nobody_fetches_without_a_session_or_with_that_of_another_link(desk, waiting) -> None:
    assert anne(desk).post(waiting, params=GET).headers["content-type"].startswith("text/html")
    for cookie in ("", "x", "=", "A" * 60, "é"):
        mallory = anne(desk)
        header = f"rightsdesk-download={cookie}".encode()
        asked = mallory.post(waiting, params=GET, headers=[(b"cookie", header)])
        assert "content-disposition" not in asked.headers
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    other = browser.post(waiting[:-4] + "aaaa", params=GET)
    assert "content-disposition" not in other.headers


def test_a_session_is_short_and_its_cookie_is_for_this_page_alone(desk, waiting) -> None:
    browser = anne(desk)
    browser.post(waiting, params=ASK)
    data = {"code": mailed_code(desk)}
    opened = browser.post(waiting, params=OPEN, data=data, follow_redirects=False)
    assert opened.status_code == 303
    cookie = opened.headers["set-cookie"].lower()
    for word in ("httponly", "samesite=strict", "secure", "path=/download/", "max-age=1800"):
        assert word in cookie
    assert "data.zip" in browser.get(waiting).text
    later(desk, minutes=31)
    assert "data.zip" not in browser.get(waiting).text
    assert "content-disposition" not in browser.post(waiting, params=GET).headers


def test_without_tls_the_cookie_is_not_marked_as_secure(desk, waiting) -> None:
    browser = anne(desk, base="http://127.0.0.1:8080")
    browser.post(waiting, params=ASK)
    data = {"code": mailed_code(desk)}
    opened = browser.post(waiting, params=OPEN, data=data, follow_redirects=False)
    assert "secure" not in opened.headers["set-cookie"].lower()


def test_files_are_fetched_so_often_and_no_more(desk) -> None:
    desk.profile = packing_profile(fetches=2)
    begun(desk)
    add(desk)
    link, browser = link_in(answered(desk)), anne(desk)
    open_with_code(desk, browser, link)
    kinds = ["content-disposition" in browser.post(link, params=GET).headers for _ in range(4)]
    assert kinds == [True, True, False, False]
    assert done_with(desk).count("fetched") == 2


@pytest.mark.parametrize("number", ["0", "2", "-1", "1e1", "٣", "99999999", "", "1;"])
def test_a_file_that_is_not_in_the_list_is_not_there(desk, waiting, number) -> None:
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    got = browser.post(waiting, params={"do": "get", "file": number})
    assert "content-disposition" not in got.headers


def test_after_its_last_day_nothing_is_handed_out(desk, waiting) -> None:
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    later(desk, days=20)
    assert "content-disposition" not in browser.post(waiting, params=GET).headers
    browser.post(waiting, params=ASK)
    assert send(desk).sent == []


def test_a_proof_that_lapsed_closes_the_page_in_the_middle_of_a_session(desk, waiting) -> None:
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    prove(desk, Level.NONE)
    assert "data.zip" not in browser.get(waiting).text
    assert "content-disposition" not in browser.post(waiting, params=GET).headers


def test_a_letter_that_came_back_takes_its_link_with_it(desk, waiting) -> None:
    bounce(desk)
    anne(desk).post(waiting, params=ASK)
    assert send(desk).sent == []


def test_before_its_letter_left_a_link_opens_nothing(desk) -> None:
    begun(desk)
    add(desk)
    draft_id = grant(desk)
    link = link_in(desk.draft().message)
    anne(desk).post(link, params=ASK)
    approve(desk, draft_id, DANA, OMAR)
    anne(desk).post(link, params=ASK)
    assert [one.letter.kind for one in send(desk).sent] == ["completion"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://mallory.example"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "https://mallory.example", "sec-fetch-site": "same-origin"},
    ],
)
def test_a_form_on_another_site_asks_for_no_code(desk, waiting, headers) -> None:
    assert anne(desk).post(waiting, params=ASK, headers=headers).status_code == 403
    assert done_with(desk) == []


def test_a_body_without_end_is_not_read(desk, waiting) -> None:
    page = anne(desk).post(waiting, params=OPEN, content=b"code=" + b"x" * 100_000)
    assert page.status_code == 200
    assert done_with(desk) == []


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.zip", "passwd.zip"),
        ("C:\\x\\..\\CON.zip", "data_CON.zip"),
        ("inv\u202egpj.zip", "inv_gpj.zip"),
        ('a";\r\nSet-Cookie: x=1.zip', "a____Set-Cookie_ x=1.zip"),
        ("Größe.zip", "Größe.zip"),
        ("n" * 400 + ".zip", "n" * 96 + ".zip"),
    ],
)
def test_a_name_is_made_safe_and_reaches_the_browser_whole(desk, name, safe) -> None:
    begun(desk)
    assert add(desk, name=name).name == safe
    link, browser = link_in(answered(desk)), anne(desk)
    open_with_code(desk, browser, link)
    header = browser.post(link, params=GET).headers["content-disposition"]
    assert unquote(header.partition("UTF-8''")[2]) == safe
    assert header.isascii()
    assert "set-cookie" not in browser.post(link, params=GET).headers


def test_the_page_speaks_the_language_of_the_letter_and_runs_nothing(desk, waiting) -> None:
    browser = anne(desk)
    token = waiting.rpartition("/")[2]
    for language, words in all_words().items():
        page = browser.get(f"/download/{language}/{token}")
        assert f'<html lang="{language}">' in page.text
        assert words.send in page.text.replace("&#39;", "'")
        assert "<script" not in page.text
        assert "form-action 'self'" in page.headers["content-security-policy"]
    assert len({words.ask for words in all_words().values()}) == 10
    assert browser.get(f"/download/xx/{token}").text == browser.get(waiting).text
    assert browser.request("DELETE", waiting).status_code == 405


def test_while_the_database_is_away_the_page_says_later(desk, waiting) -> None:
    class Away:
        def ask(self, _token: str) -> None:
            raise Retryable("database: away")

    page = DownloadPage(Away(), company="Autocloz", session_seconds=60)  # type: ignore[arg-type]
    answer = TestClient(page).post(waiting, params=ASK)
    assert answer.status_code == 503
    assert "try again in a few minutes" in answer.text
    assert desk


def test_colleagues_see_on_the_page_of_a_case_what_was_fetched(desk, waiting) -> None:
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    browser.post(waiting, params={"do": "get", "file": "1"})
    sam = sign_in(desk_app(desk.services, desk.clock))
    page = sam.get(f"/cases/{desk.case().reference}/packages").text
    assert "data.zip" in page
    assert "not fetched" not in page
    assert "code asked" in page
    assert "RD-" not in page
