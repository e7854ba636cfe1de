"""The queue, a case and hostile mail in a real Chromium: readable, reached by keys, and nothing of a stranger's runs."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page

from browser_values import judge
from casework.processing import process_batch
from daemon.settings import load_settings
from daemon.wiring import Desk, open_desk
from desk.cookies import SESSION
from desk_values import desk_app, visitor_with
from html_attacks import ATTACKS
from privacy.desk_roles import Role
from privacy.messages import ArrivalBasis, RawMessage, Route
from servers.ports import free_port
from storage.messages import keep_raw, list_messages

EXAMPLE = Path(__file__).parents[2] / "daemon" / "example.toml"
ARRIVED = datetime(2026, 11, 23, 12, tzinfo=UTC)
WIDTHS = (1280, 320)
SCHEMES = ("light", "dark")
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


def plain(sender: str, subject: str, text: str, number: int) -> bytes:
    return (
        f"From: {sender}\r\nTo: privacy@autocloz.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <plain{number}@sender.example>\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()


def laid_out(html: str, number: int) -> bytes:
    """A mail of HTML with an image that it names and a file."""
    return (
        f"From: mallory{number}@elsewhere.example\r\nTo: privacy@autocloz.example\r\n"
        f"Subject: Laid out {number}\r\nMessage-ID: <html{number}@elsewhere.example>\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n"
        f"--b\r\nContent-Type: image/png\r\nContent-ID: <pixel>\r\nContent-Transfer-Encoding: base64\r\n\r\n{PIXEL}\r\n"
        "--b\r\nContent-Type: text/html; name=evil.html\r\nContent-Disposition: attachment; filename=evil.html\r\n\r\n"
        "<script>alert(1)</script>\r\n--b--\r\n"
    ).encode()


ASKED = (
    plain(
        "Anne Asks <anne@person.example>",
        "My data",
        "Dear team,\n\nPlease send me a copy of all personal data you hold about me.\n"
        "Then please delete my account and all of my data.\n\nRegards\nAnne",
        1,
    ),
    plain(
        "Olivia <olivia@customer.example>", "Board", "How do I change the colour of my board?", 2
    ),
    plain(
        "Jo <jo@person.example>",
        "Off your list",
        "I object to marketing. Take me off your list.",
        3,
    ),
)


@dataclass(frozen=True)
class Served:
    """The desk on loopback, the cookie of Sam, and the messages of the attacks by their names."""

    base: str
    cookie: str
    attacks: dict[str, str]
    laid_out: str

    def open(self, browser: Browser, width: int = 1280, scheme: str = "light") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=self.base
        )
        context.add_cookies([{"name": SESSION, "value": self.cookie, "url": self.base}])
        return context.new_page()


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    desk = open_desk(
        load_settings(str(EXAMPLE), home=str(tmp_path_factory.mktemp("home")), environment={})
    )
    keep(desk, ASKED)
    while process_batch(desk.services, ARRIVED + timedelta(hours=1)):
        pass
    harmless = '<p style="color: navy">Hello <b>team</b> <a href="https://person.example/x">my page</a><img src="cid:pixel" alt="dot"></p>'
    kept = keep(desk, [laid_out(one, n) for n, one in enumerate([harmless, *ATTACKS.values()])])
    app = desk_app(desk.services, lambda: ARRIVED + timedelta(days=2))
    cookie = app.state.sessions.let_in(visitor_with(Role))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    names = dict(zip(ATTACKS, kept[1:], strict=True))
    yield Served(f"http://127.0.0.1:{port}", cookie, names, kept[0])
    server.should_exit = True
    thread.join()
    desk.close()


def keep(desk: Desk, raws) -> list[str]:
    """Keep these mails and return their ids in their order."""
    with desk.database.reading() as reading:
        before = len(list_messages(reading, outcomes=None, limit=1_000))
    batch = [
        RawMessage(
            raw=raw,
            mailbox="privacy@autocloz.example",
            route=Route.SMTP,
            received_at=ARRIVED + timedelta(seconds=before + index),
            arrival_basis=ArrivalBasis.LISTENER,
            envelope_from="sender@elsewhere.example",
        )
        for index, raw in enumerate(raws)
    ]
    with desk.database.transaction() as transaction:
        keep_raw(transaction, batch, now=ARRIVED)
    with desk.database.reading() as reading:
        rows = list_messages(reading, outcomes=None, limit=1_000)
    return [str(row.inbound_id) for row in rows[before:]]


def test_mail_of_mallory_runs_nothing_and_loads_nothing(browser: Browser, served: Served) -> None:
    page, asked, said = served.open(browser), [], []
    page.context.on("request", lambda request: asked.append(request.url))
    page.context.on("console", lambda message: said.extend(told(message)))
    page.context.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
    page.context.on("page", lambda opened: said.append(opened.url))
    assert len(ATTACKS) >= 60
    for name, message in served.attacks.items():
        address = f"/messages/{message}/as-sent"
        page.goto(address)
        page.mouse.click(640, 300)
        page.keyboard.press("Enter")
        assert page.url == served.base + address, name
        assert page.title() == "As they sent it · rightsdesk", name
        assert said == [], name
        ours = {served.base + address, f"{served.base}{address}/frame"}
        strange = [url for url in asked if url not in ours and "/static/" not in url]
        assert [url for url in strange if not url.startswith("data:image/png")] == [], name
        asked.clear()
    page.context.close()


def told(message: ConsoleMessage) -> list[str]:
    """What a browser complains of, but for the icon that it looks for by itself."""
    return [] if message.location["url"].endswith("/favicon.ico") else [message.text]


def test_a_mail_is_laid_out_as_it_was_sent_with_its_own_image_and_links_as_words(
    browser: Browser, served: Served
) -> None:
    page = served.open(browser)
    page.goto(f"/messages/{served.laid_out}/as-sent")
    inside = page.frame_locator("iframe")
    assert "[https://person.example/x] my page" in inside.locator("main").inner_text()
    assert inside.locator("a").count() == 0
    assert inside.locator("img").get_attribute("src") == f"data:image/png;base64,{PIXEL}"
    page.context.close()


def test_a_file_is_saved_and_never_shown(browser: Browser, served: Served) -> None:
    page = served.open(browser)
    page.goto(f"/messages/{served.laid_out}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="evil.html").click()
    assert waiting.value.suggested_filename == "evil.html"
    answer = page.context.request.get(f"/messages/{served.laid_out}/files/1")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_everybody_can_use_queue_case_and_search_at_any_width(
    browser: Browser, served: Served, width: int, scheme: str
) -> None:
    page = served.open(browser, width, scheme)
    page.goto("/")
    pages = [
        "/",
        "/?show=all&right=erasure",
        page.locator("[data-row]").first.get_attribute("href"),
    ]
    pages += [f"/messages/{served.laid_out}", f"/messages/{served.laid_out}/as-sent"]
    for path in pages:
        page.goto(path)
        judge(page, path)
    page.goto("/")
    page.get_by_role("textbox", name="Search").fill("anne@person.example")
    with page.expect_navigation():
        page.get_by_role("button", name="Search").click()
    assert "anne" not in page.url
    judge(page, "search")
    page.context.close()


def test_a_case_is_found_opened_and_taken_by_keys_alone(browser: Browser, served: Served) -> None:
    page = served.open(browser)
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("[data-row]").first
    assert page.evaluate("document.activeElement.dataset.row !== undefined")
    reference = first.inner_text()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    assert page.url.endswith(reference)
    page.get_by_role("button", name="Take it").press("Enter")
    page.get_by_text("You have this case.").wait_for()
    page.goto("/?show=mine")
    assert page.locator("[data-row]").first.inner_text() == reference
    page.keyboard.press("/")
    page.keyboard.type("@person.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/*")
    assert reference in page.locator("table").inner_text()
    page.context.close()


def test_quotes_are_marked_with_the_right_that_was_found(browser: Browser, served: Served) -> None:
    page = served.open(browser)
    page.goto("/?show=all&right=access")
    page.locator("[data-row]").first.click()
    marks = page.locator("mark").all_inner_texts()
    assert any("copy of all personal data" in mark for mark in marks)
    assert any("delete my account" in mark for mark in marks)
    page.context.close()
