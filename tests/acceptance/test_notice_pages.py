"""A notice from two texts to its proof, by three people in a real browser: the real daemon, real SMTP, nothing on a terminal."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from acceptance.configs import listener_desk
from acceptance.desk_process import DeskProcess
from campaign_values import NEW_TEXT, OLD_TEXT, owner, workspace
from casework.directory_reading import read_directory
from casework.signing_in import make_link
from daemon.clock import utc_now
from daemon.page_wiring import session_terms
from daemon.settings import load_settings
from daemon.wiring import open_desk
from desk_values import an_account
from directory_values import ListedSource, terms
from privacy.desk_roles import Role
from servers.ports import free_port
from servers.smtp_sink import SmtpSink

URL = "https://desk.autocloz.example"
REFUSED = "status of 422"  # a day that is too early, which the page says itself
NAMES = ("sam", "dana", "omar")
OWNERS = 3
TERMS = {
    "Takes effect on": "2099-03-01",
    "at 00:00 in the time zone": "Asia/Kolkata",
    "Where the new policy stands": "https://autocloz.example/privacy/2",
    "Where the old policy stands": "https://autocloz.example/privacy/1",
    "Where Owners act": "https://autocloz.example/settings/privacy",
}
GERMAN = {
    "Warum": "Why the policy changes",
    "Anrufe gehen über Ringhub.": "Before",
    "Anrufe gehen über Ringhub und Voxnet.": "After",
    "Voxnet erhält die Nummern, die Sie anrufen.": "What that does",
    "Wählen Sie unter Einstellungen nur Ringhub.": "What you can do",
}
ENGLISH = {
    "Ringhub does not reach every country.": "Why the policy changes",
    "Calls go through Ringhub.": "Before",
    "Calls go through Ringhub and Voxnet.": "After",
    "Voxnet gets the numbers that you call.": "What that does",
    "Choose Ringhub alone under Settings.": "What you can do",
}


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'rightsdesk.db'}"


@pytest.fixture
def web() -> int:
    return free_port()


@pytest.fixture
def links(sink: SmtpSink, database_url: str, tmp_path: Path, web: int) -> Iterator[dict[str, str]]:
    """Give the links of three approvers at a running desk, whose Owners are told one a second."""
    served = f'\n[web]\nenabled = true\nport = {web}\nurl = "{URL}"\n'
    pace = "\n[notices]\nper_hour = 3600\n"
    config = listener_desk(free_port(), sink, database_url, more=served + pace)
    process = DeskProcess(tmp_path / "home", config)
    made = prepare(process)
    process.start()
    yield {name: f"http://127.0.0.1:{web}/sign-in/link/{token}" for name, token in made.items()}
    process.close()


def prepare(process: DeskProcess) -> dict[str, str]:
    """Three accounts and a directory; returns for each name what signs it in once."""
    settings = load_settings(str(process.config_file), home=str(process.home), environment={})
    desk, made = open_desk(settings), dict[str, str]()
    for name in NAMES:
        address = f"{name}@autocloz.example"
        an_account(desk.database, Role.APPROVER, address=address)
        link = make_link(desk.database, address, session_terms(settings.web), now=utc_now())
        assert link is not None
        made[name] = link.token
    people = [owner(f"p{number}", locale="de") for number in range(OWNERS)]
    source = ListedSource([workspace(), *people])
    read_directory(desk.database, source, terms(complete=True), utc_now)
    desk.close()
    return made


@pytest.fixture
def pages(browser: Browser, links: dict[str, str]) -> Iterator[dict[str, Page]]:
    """Give the browsers of three people on narrow screens, in which nothing that they need is forbidden."""
    errors: list[str] = []
    opened = {name: narrow(browser, errors) for name in links}
    for name, page in opened.items():
        page.goto(links[name])
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Notices").wait_for()
    yield opened
    for page in opened.values():
        page.context.close()
    assert [told for told in errors if REFUSED not in told] == []


def narrow(browser: Browser, errors: list[str]) -> Page:
    page = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    page.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    return page


def looks_well(page: Page) -> None:
    """Nothing that axe finds, and nothing that needs to be moved sideways on a narrow screen."""
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=button, exact=True).click()
    looks_well(page)


def follow(page: Page, link: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=link, exact=True).first.click()
    looks_well(page)


def bring(page: Page, version: str, day: str, text: str) -> None:
    page.get_by_label("Name of the version").fill(version)
    page.get_by_label("Its “Last updated” day").fill(day)
    page.get_by_label("Text in Markdown").fill(text)
    press(page, "Keep the version")


def say(page: Page, language: str, words: dict[str, str]) -> None:
    follow(page, language)
    for text, label in words.items():
        page.get_by_label(label, exact=True).first.fill(text)
    press(page, "Keep")
    page.get_by_role("link", name="Notice of 2027-03").click()


def write(sam: Page, base: str) -> str:
    """Bring both versions, decide, and write in two languages; returns the address of the draft."""
    sam.goto(f"{base}/notices")
    looks_well(sam)
    follow(sam, "Bring a version of the policy")
    bring(sam, "2026-05", "2026-05-01", OLD_TEXT)
    follow(sam, "Versions of the policy")
    bring(sam, "2027-03", "2099-03-01", NEW_TEXT)
    press(sam, "Show what differs")
    sam.get_by_label("material: every Owner is told", exact=True).check()
    sam.get_by_label("Why", exact=True).fill("A new recipient.")
    press(sam, "Decide")
    say(sam, "en", ENGLISH)
    say(sam, "de", GERMAN)
    for label, value in TERMS.items():
        sam.get_by_label(label).fill(value)
    sam.get_by_label("Takes effect on").fill("2026-12-01")
    press(sam, "Keep")
    assert "is too early" in sam.locator("#wrong-effective_on").inner_text()
    sam.get_by_label("Takes effect on").fill(TERMS["Takes effect on"])
    press(sam, "Keep")
    press(sam, "Draft the notice")
    return sam.url


def read(page: Page, address: str) -> None:
    """Read it as a German Owner gets it; nothing of it runs."""
    page.goto(address)
    follow(page, "Readers of de")
    letter = page.frame_locator("iframe").first
    letter.get_by_text("Anrufe gehen über Ringhub und Voxnet.").wait_for()
    page.goto(address)


def test_three_people_bring_a_notice_from_its_texts_to_its_proof(
    pages: dict[str, Page], sink: SmtpSink, web: int, tmp_path: Path
) -> None:
    """Policy P21."""
    sam = pages["sam"]
    address = write(sam, f"http://127.0.0.1:{web}")
    assert "You cannot approve it" in sam.content()
    for name in ("dana", "omar"):
        read(pages[name], address)
        press(pages[name], "Approve what I read")
    sam.reload()
    press(sam, "Tell every Owner")
    sam.get_by_text("may be published").wait_for()  # without a reload
    looks_well(sam)
    assert len(sink.letters) == OWNERS
    sam.reload()
    looks_well(sam)
    with sam.expect_download() as downloading:
        sam.get_by_role("button", name="Download the proof").click()
    proof = tmp_path / "proof.zip"
    downloading.value.save_as(proof)
    with zipfile.ZipFile(proof) as archive:
        archive.extract("verify.py", tmp_path)
    key = sam.locator("pre").inner_text().rpartition(" ")[2].strip()
    words = [sys.executable, "verify.py", proof.name, key]
    checked = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert "Checked:" in checked.stdout
