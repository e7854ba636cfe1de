"""Signing in as a person does: the first administrator by command, the mailed link, a real browser without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from acceptance.configs import listener_desk
from acceptance.desk_process import DeskProcess, wait_until
from servers.ports import free_port
from servers.smtp_sink import SmtpSink

SAM = "sam@autocloz.example"
URL = "https://desk.autocloz.example"
LINK = re.compile(r"https://desk\.autocloz\.example(/sign-in/link/\S+)")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'rightsdesk.db'}"


def links(sink: SmtpSink) -> list[str]:
    texts = [one.message.get_body(("plain",)) for one in sink.letters]
    hits = [LINK.search(part.get_content()) for part in texts if part is not None]
    return [hit.group(1) for hit in hits if hit is not None]


def looks_well(page: Page) -> None:
    """Nothing that axe finds, and nothing that needs to be moved sideways on a narrow screen."""
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture
def web() -> int:
    return free_port()


@pytest.fixture
def desk(sink: SmtpSink, database_url: str, tmp_path: Path, web: int) -> Iterator[DeskProcess]:
    """Give a running desk with one administrator, whom a command made."""
    served = f'\n[web]\nenabled = true\nport = {web}\nurl = "{URL}"\n'
    config = listener_desk(free_port(), sink, database_url, more=served)
    process = DeskProcess(tmp_path / "home", config)
    added = process.command("users", "add", SAM, "--name", "Sam", "--role", "administrator")
    assert added.returncode == 0, added.stderr
    process.start()
    yield process
    process.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a page on a narrow screen, on which nothing may be forbidden that it needs."""
    opened = browser.new_context(viewport={"width": 320, "height": 640}).new_page()
    errors: list[str] = []
    opened.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    yield opened
    opened.context.close()
    assert errors == []


def ask_for_link(page: Page, sink: SmtpSink, address: str) -> str:
    """Ask on the page, and return the path of the link that came by mail."""
    page.goto(address)
    looks_well(page)
    page.get_by_label("Your work address").fill(SAM)
    page.get_by_role("button", name="Mail me a link").click()
    looks_well(page)
    (link,) = wait_until(lambda: links(sink), what="the link")
    return link


def test_the_first_administrator_signs_in_by_a_link_that_works_once(
    desk: DeskProcess, sink: SmtpSink, page: Page, web: int, browser: Browser
) -> None:
    address = f"http://127.0.0.1:{web}"
    link = address + ask_for_link(page, sink, f"{address}/users")
    for _ in range(3):  # as mail scanners do
        page.goto(link)
    looks_well(page)
    page.get_by_role("button", name="Sign in").click()
    assert page.url == f"{address}/users"
    looks_well(page)
    page.get_by_role("rowheader").get_by_role("link", name="Sam").click()
    looks_well(page)
    assert "was used already" in used_again(browser, link)
    page.goto(f"{address}/account")
    looks_well(page)
    page.get_by_role("button", name="Sign out here").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.goto(f"{address}/users")
    assert "/sign-in" in page.url
    assert desk.stop() == 0
    assert SAM not in desk.log
    assert link.rpartition("/")[2] not in desk.log


def used_again(browser: Browser, link: str) -> str:
    """Return what somebody else sees who presses the button behind the link."""
    page = browser.new_context().new_page()
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    content = page.content()
    page.context.close()
    return content
