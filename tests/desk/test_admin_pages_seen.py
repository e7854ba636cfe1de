"""The pages of those who keep the desk, in a real browser: axe finds nothing, and nothing has to be moved sideways."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from casework.directory_reading import read_directory
from daemon.house_wiring import setting_lines
from daemon.web import QuietServer
from desk.cookies import SESSION
from desk.house import DoctorLine, House
from desk_values import desk_app, visitor_with
from directory_values import ListedSource, terms
from privacy.alarms import Observation
from privacy.deciding import Outcome
from privacy.desk_roles import Role
from privacy.directory import PersonRecord, Standing, WorkspaceRecord
from storage.messages import list_messages

from .conftest import ARRIVED

OLIVIA = "olivia@customer.example"
PICTURES = os.environ.get("PICTURES")  # a folder for who wants to look at the pages
SCREENS = ((320, "light"), (320, "dark"), (1280, "light"), (1280, "dark"))


def seen() -> Observation:
    return Observation(
        now=ARRIVED,
        started_at=ARRIVED,
        last_tick_at=ARRIVED,
        mailbox_last_ok={"privacy@autocloz.example": ARRIVED},
        mailbox_trouble={"privacy@autocloz.example": "sign-in refused"},
    )


def doctor() -> list[DoctorLine]:
    return [
        DoctorLine(item="database", standing="ok", says="answers"),
        DoctorLine(item="alarms", standing="warning", says="no way is set"),
        DoctorLine(
            item="transport", standing="wrong", says="nobody answers at mail.autocloz.example"
        ),
    ]


@pytest.fixture
def served(desk, references) -> Iterator[tuple[str, str]]:  # noqa: ARG001 - there is something to see
    """Give the address of the pages, and the cookie of somebody who may see all."""
    shop = WorkspaceRecord(workspace="w1", name="Shop", region="eu", plan="team", locale="en")
    owner = PersonRecord(
        standing=Standing.OWNER, workspace="w1", person="p1", address=OLIVIA, name="Olivia"
    )
    read_directory(
        desk.database, ListedSource([shop, owner]), terms(complete=True), lambda: ARRIVED
    )
    house = House(observe=seen, doctor=doctor, settings=lambda: list(setting_lines(desk.settings)))
    app = desk_app(desk.services, lambda: ARRIVED + timedelta(days=9), house=house)
    listening = socket.create_server(("127.0.0.1", 0))
    server = QuietServer(uvicorn.Config(app, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    secret = app.state.sessions.let_in(visitor_with(Role, name="Sam"))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", secret
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(browser: Browser, served) -> Iterator[Page]:
    base, secret = served
    context = browser.new_context(viewport={"width": 320, "height": 700}, base_url=base)
    context.add_cookies([{"name": SESSION, "value": secret, "url": base}])
    opened = context.new_page()
    errors: list[str] = []
    opened.on("console", lambda told: errors.append(told.text) if told.type == "error" else None)
    yield opened
    context.close()
    assert errors == []


def looks_well(page: Page, name: str) -> None:
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 700})
        page.emulate_media(color_scheme=scheme)
        if PICTURES:
            place = Path(PICTURES) / f"{name}_{width}_{scheme}.png"
            page.screenshot(path=place, full_page=True)
        violations = Axe().run(page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == [], (name, width)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name


def press(page: Page, name: str) -> None:
    """Press a button, and wait for the page that its form leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_every_page_of_the_keepers_is_one_that_everybody_can_use(page: Page, desk) -> None:
    with desk.database.reading() as reading:
        (held,) = list_messages(reading, outcomes=(Outcome.HELD,), limit=2)
    for name in ("held", f"held/{held.inbound_id}", "quarantine", "tasks", "suppression"):
        page.goto(f"/{name}")
        looks_well(page, name.partition("/")[0] + ("_one" if "/" in name else ""))
    for name in ("directory", "reports", "audit", "settings"):
        page.goto(f"/{name}")
        looks_well(page, name)


def test_what_a_button_brings_looks_well_too(page: Page) -> None:
    page.goto("/directory")
    page.get_by_label("Exactly this address").fill(OLIVIA)
    press(page, "Look")
    looks_well(page, "directory_answer")
    page.goto("/suppression")
    page.locator("#check-address").fill(OLIVIA)
    press(page, "Check")
    assert OLIVIA not in page.url
    looks_well(page, "suppression_answer")
    for path, button, told in (
        ("/audit", "Look through every chain", "The trail is whole"),
        ("/settings", "Look at every part", "nobody answers at"),
    ):
        page.goto(path)
        press(page, button)
        while page.get_by_text(told).count() == 0:
            page.reload()
        looks_well(page, f"{path[1:]}_looked")
