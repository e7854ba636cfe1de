"""Packages, customers, letters and Owners in a real Chromium: a file goes up by a plain form, and every page can be read."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from campaign_values import Campaign, RefusingTransport, owner, workspace
from casework_values import DAY, TestDesk, open_at
from desk.cookies import SESSION
from desk_values import desk_app, visitor_with
from forward_values import list_customers
from package_values import begun, packing_profile
from privacy.desk_roles import Role
from servers.ports import free_port

MORE_THAN_A_PIECE = 2_500_000  # bytes


@dataclass(frozen=True)
class Served:
    """A desk on loopback with a case that is worked and a notice that did not reach everybody."""

    base: str
    cookie: str
    reference: str
    notice: str

    def open(self, browser: Browser) -> Page:
        context = browser.new_context(viewport={"width": 320, "height": 700})
        context.add_cookies([{"name": SESSION, "value": self.cookie, "url": self.base}])
        return context.new_page()


@pytest.fixture
def served(migrated_sqlite: str) -> Iterator[Served]:
    database = open_at(migrated_sqlite)
    desk = TestDesk(database, packing_profile())
    reference = begun(desk)
    notice = unreached(desk)
    list_customers(desk)
    app = desk_app(desk.services, desk.clock)
    cookie = app.state.sessions.let_in(visitor_with(Role))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield Served(f"http://127.0.0.1:{port}", cookie, reference, notice)
    server.should_exit = True
    thread.join()
    database.close()


def unreached(desk: TestDesk) -> str:
    """A campaign whose only Owner no server knows; returns the address of the notice."""
    began, campaign = desk.now, Campaign(desk, RefusingTransport(unknown={"otto@customer.example"}))
    campaign.begin(workspace(), owner("otto"))
    for _ in range(10):
        campaign.send()
        desk.now += DAY
    desk.now = began + timedelta(days=1)
    return f"/notices/{campaign.notice().notice_id}"


def looks_well(page: Page) -> None:
    """Nothing that axe finds in light and dark, and nothing to be moved sideways on a narrow screen."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_file_goes_up_by_a_plain_form_and_the_pages_of_a_case_can_be_read(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    page = served.open(browser)
    file = tmp_path / 'data "of" Änne.zip'
    file.write_bytes(b"PK\x03\x04" + bytes(MORE_THAN_A_PIECE))
    page.goto(f"{served.base}/cases/{served.reference}/packages")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Seal it in the package").click()
    page.get_by_text("data _of_ Änne.zip").wait_for()
    assert hashlib.sha256(file.read_bytes()).hexdigest() in page.content()
    looks_well(page)
    page.goto(f"{served.base}/cases/{served.reference}/customers")
    page.get_by_role("button", name="Write the letters").click()
    page.get_by_text("Customer 1: ").wait_for()
    looks_well(page)
    page.context.close()


@pytest.mark.parametrize("part", ["", "/owners", "owner"])
def test_the_pages_of_whoever_was_not_told_can_be_read(
    browser: Browser, served: Served, part: str
) -> None:
    page = served.open(browser)
    page.goto(f"{served.base}{served.notice}{'' if part == 'owner' else part}")
    if part == "owner":
        page.get_by_role("link", name="otto").click()
        page.get_by_role("button", name="Decide").wait_for()
    looks_well(page)
    page.context.close()


def test_letters_can_be_read_by_kind_and_language(browser: Browser, served: Served) -> None:
    page = served.open(browser)
    page.goto(f"{served.base}/letters/kinds")
    looks_well(page)
    page.goto(f"{served.base}/letters/kinds/policy_notice/hi")
    looks_well(page)
    page.frame_locator("iframe").first.locator("body").wait_for()
    page.context.close()
