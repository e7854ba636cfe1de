"""The pages of people in a real Chromium: readable by everybody, on a telephone, in the dark, and without JavaScript."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import axe_playwright_python
import pytest
import uvicorn
from playwright.sync_api import Browser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from casework.notice_announced import Announced
from daemon.web import beside
from desk.confirm_words import CANCEL_FILE
from desk.confirmation import CANCEL_PREFIX, ConfirmationPage
from desk.confirmation import PREFIX as CONFIRM_PREFIX
from desk.downloads import COOKIE, DownloadPage
from desk.downloads import PREFIX as DOWNLOAD_PREFIX
from desk.instruction import PREFIX as INSTRUCT_PREFIX
from desk.instruction import InstructionPage
from desk.notice_page import PREFIX as NOTICE_PREFIX
from desk.notice_page import NoticePage
from desk.rendering import PAGES, direction
from desk.status_page import StatusPage
from desk.unsubscribing import UnsubscribePage
from privacy.status_links import PREFIX as STATUS_PREFIX
from privacy.unsubscribing import PREFIX as UNSUBSCRIBE_PREFIX
from servers.ports import free_port
from status_values import everything

COMPANY = "Autocloz Technologies OÜ"
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
AUDIT = "async () => (await axe.run()).violations.map(v => v.id + ': ' + v.nodes[0].html)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDTHS, SCHEMES = (1280, 320), ("light", "dark")
SHOWN = {
    "status": "/status/en/code",
    "status-hi": "/status/hi/code",
    "status-gone": "/status/de/gone",
    "confirm": "/confirm/en/code",
    "cancel": "/cancel/pl/code",
    "download": "/download/en/code",
    "download-files": "/download/de/files",
    "instruct": "/instruct/en/code",
    "unsubscribe": "/unsubscribe/fr/updates/code",
    "notice": f"/notices/{'a' * 64}",
    "notice-unknown": "/notices/none",
}


@dataclass(frozen=True)
class File:
    """A file in the list of a package."""

    number: int = 1
    name: str = "profile-and-boards.zip"
    size: int = 48_200


class Package:
    """A package behind its page: opened already where the link says so."""

    def ask(self, token: str) -> None:
        del token

    def open(self, token: str, code: str) -> str | None:
        return code or token

    def files(self, token: str, session: str) -> tuple[File, ...] | None:
        return (File(),) if token == session else None

    def fetch(self, token: str, session: str, number: int) -> None:
        del token, session, number


async def style(scope: object, receive: object, send: object) -> None:
    """The one stylesheet that the pages name."""
    answer = PlainTextResponse((PAGES / "style.css").read_text("utf-8"), media_type="text/css")
    await answer(scope, receive, send)  # type: ignore[arg-type] # a plain ASGI application


def doors() -> ASGIApp:
    """Every page of people, each at its path."""
    announced = Announced(
        version="2027-03", announced_on=date(2027, 2, 1), effective_on=date(2027, 3, 3)
    )
    pages: dict[str, ASGIApp] = {
        STATUS_PREFIX: StatusPage(
            lambda code: everything() if code == "code" else None,
            company=COMPANY,
            clock=lambda: datetime(2027, 3, 2, tzinfo=UTC),
        ),
        CONFIRM_PREFIX: ConfirmationPage(lambda *_: True, company=COMPANY),
        CANCEL_PREFIX: ConfirmationPage(
            lambda *_: True, company=COMPANY, prefix=CANCEL_PREFIX, words=CANCEL_FILE
        ),
        DOWNLOAD_PREFIX: DownloadPage(Package(), company=COMPANY, session_seconds=60),
        INSTRUCT_PREFIX: InstructionPage(lambda *_: True, company=COMPANY),
        UNSUBSCRIBE_PREFIX: UnsubscribePage(lambda *_: True, company=COMPANY),
        NOTICE_PREFIX: NoticePage(lambda _: announced, company=COMPANY),
    }
    app: ASGIApp = style  # type: ignore[assignment] # a plain ASGI application
    for path, door in pages.items():
        app = beside(door, app, path)
    return app


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(doors(), port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_is_for_everybody_on_every_screen(
    browser: Browser, base: str, width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, base_url=base
    )
    context.add_cookies([{"name": COOKIE, "value": "files", "url": base}])
    page = context.new_page()
    for name, path in SHOWN.items():
        page.goto(path)
        assert page.evaluate(OVERFLOW) == 0, name
        # Through the tools of the browser: the policy of the page lets no script in, ours neither.
        page.evaluate(AXE.read_text("utf-8"))
        assert page.evaluate(AUDIT) == [], name
    context.close()


def test_every_page_works_without_javascript(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=base)
    page = context.new_page()
    for name in ("confirm", "cancel", "unsubscribe"):
        page.goto(SHOWN[name])
        page.locator("button").click()
        assert page.locator("[role=status]").inner_text()
    page.goto(SHOWN["instruct"])
    page.locator("input[type=radio]").first.check()
    page.locator("button").click()
    assert page.locator("[role=status]").inner_text()
    page.goto(SHOWN["download"])
    page.locator("button").first.click()
    assert page.locator("[role=status]").inner_text()
    page.goto(SHOWN["status"])
    page.get_by_role("link", name="Deutsch").click()
    assert page.locator("html").get_attribute("lang") == "de"
    context.close()


def test_a_language_that_is_written_from_the_right_is_laid_out_from_the_right(
    browser: Browser, base: str
) -> None:
    page = browser.new_page(base_url=base)
    page.goto(SHOWN["status"])
    edge = "getComputedStyle(document.querySelector('.told li')).border{}Width"
    assert page.evaluate(edge.format("Left")) == "4px"
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(edge.format("Right")) == "4px"
    assert (direction("ar"), direction("he-IL"), direction("hi")) == ("rtl", "rtl", "ltr")
    page.close()
