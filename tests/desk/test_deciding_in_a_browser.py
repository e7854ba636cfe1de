"""From the most urgent case to the letter that left, by keys alone, with three people and a real mail server."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from browser_values import judge, reach
from casework.processing import process_batch
from casework.sending import send_next
from casework.work_terms import WorkTerms
from daemon.settings import load_settings
from daemon.wiring import open_desk
from desk.cookies import SESSION
from desk_values import desk_app, visitor_with
from notifier.settings import SmtpSettings
from notifier.smtp import SmtpTransport
from privacy.desk_roles import Role
from privacy.messages import ArrivalBasis, RawMessage, Route
from servers.ports import free_port
from servers.smtp_sink import SmtpSink
from storage.messages import keep_raw

EXAMPLE = Path(__file__).parents[2] / "daemon" / "example.toml"
ARRIVED = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACTS = "You asked for the same last week."
MAIL = (
    b"From: Anne <anne@person.example>\r\nTo: privacy@autocloz.example\r\nSubject: My data\r\n"
    b"Message-ID: <anne1@person.example>\r\n\r\n"
    b"Please send me a copy of all personal data you hold about me.\r\n"
    b"And please restrict the processing of my data until then.\r\n"
)


@dataclass
class Served:
    """The desk on loopback, with a clock that a test may turn."""

    base: str
    app: Any
    services: Any
    now: datetime

    def person(
        self, browser: Browser, name: str, *roles: Role, width: int = 1280, scheme: str = "light"
    ) -> Page:
        visitor = visitor_with(roles, address=f"{name}@autocloz.example")
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=self.base
        )
        cookie = self.app.state.sessions.let_in(visitor)
        context.add_cookies([{"name": SESSION, "value": cookie, "url": self.base}])
        return context.new_page()

    def let_letters_leave(self, port: int) -> None:
        """Send what is due; beside the browser, for a transport has a loop of its own."""
        settings = SmtpSettings(host="127.0.0.1", port=port, security="plain")

        def send() -> None:
            transport = SmtpTransport(settings)
            while send_next(
                self.services.database, transport, lambda: self.now, desk=self.services.desk
            ).worked:
                pass
            transport.close()

        sender = threading.Thread(target=send)
        sender.start()
        sender.join()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    desk = open_desk(
        load_settings(str(EXAMPLE), home=str(tmp_path_factory.mktemp("home")), environment={})
    )
    work = WorkTerms(undo=timedelta(minutes=5))
    services = replace(desk.services, desk=replace(desk.services.desk, work=work))
    raw = RawMessage(
        raw=MAIL,
        mailbox="privacy@autocloz.example",
        route=Route.SMTP,
        received_at=ARRIVED,
        arrival_basis=ArrivalBasis.LISTENER,
        envelope_from="anne@person.example",
    )
    with desk.database.transaction() as transaction:
        keep_raw(transaction, [raw], now=ARRIVED)
    while process_batch(services, ARRIVED):
        pass
    port = free_port()
    found = Served(f"http://127.0.0.1:{port}", None, services, ARRIVED + timedelta(days=1))
    found.app = desk_app(services, lambda: found.now)
    server = uvicorn.Server(uvicorn.Config(found.app, port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield found
    server.should_exit = True
    thread.join()
    desk.close()


def test_a_case_is_decided_by_three_people_with_keys_alone(
    browser: Browser, served: Served
) -> None:
    sam = served.person(browser, "sam", Role.CASE_WORKER)
    case = open_the_most_urgent(sam)
    correct_the_second_right(sam)
    refuse_the_first(sam, case)
    draft = change_the_words(sam)
    for name in ("dana", "omar"):
        judge_letter(served, browser, name, draft)
    with SmtpSink() as sink:
        served.let_letters_leave(sink.port)
        assert [one.message["Subject"] for one in sink.letters if FACTS[:-1] in said(one)] == []
        served.now += timedelta(minutes=5)
        served.let_letters_leave(sink.port)
        (letter,) = [one for one in sink.letters if "I am sorry" in said(one)]
    assert letter.rcpt_tos == ("anne@person.example",)
    sam.goto(case)
    assert "sent" in sam.locator(".mail.out").last.inner_text().lower()
    assert "refused" in sam.locator("article.item").first.inner_text().lower()


def said(letter: Any) -> str:
    return " ".join(letter.message.get_body(("plain",)).get_content().split())


def open_the_most_urgent(page: Page) -> str:
    page.goto("/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    return page.url


def correct_the_second_right(page: Page) -> None:
    item = "article.item:nth-of-type(2)"
    reach(page, f"{item} .fix summary")
    page.keyboard.press("Enter")
    reach(page, f"{item} input[value=none] + button")
    page.keyboard.press("Enter")
    page.get_by_text("Corrected. The dates follow.").wait_for()
    assert "not a request" in page.locator(item).inner_text().lower()


def refuse_the_first(page: Page, case: str) -> None:
    reach(page, "a[href$='/acts']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/acts")
    reach(page, "#answer summary")
    page.keyboard.press("Enter")
    for field, keys in (("decision", "refused"), ("basis", "excessive"), ("facts", FACTS)):
        reach(page, f"#answer-{field}")
        page.keyboard.type(keys)
    reach(page, "#answer button")
    page.keyboard.press("Enter")
    page.wait_for_url(case)
    page.get_by_text("Somebody else approves it.").wait_for()


def change_the_words(page: Page) -> str:
    refusal = page.locator(".todo li", has_text="refusal").locator("a")
    reach(page, f".todo a[href='{refusal.get_attribute('href')}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts/*")
    reach(page, "#text")
    page.keyboard.press("Control+Home")
    page.keyboard.press("Control+End")
    page.keyboard.type("\nWithin 5 days we write again.\n")
    page.locator("#findings").get_by_text("date: not written out in full").wait_for()
    for _ in "\nWithin 5 days we write again.\n":
        page.keyboard.press("Backspace")
    page.keyboard.type("\n\nI am sorry.")
    page.locator("#findings").get_by_text("Nothing keeps these words").wait_for()
    reach(page, "form.sheet button")
    page.keyboard.press("Enter")
    page.get_by_text("Saved. It waits for somebody else").wait_for()
    assert page.locator("ins").all_inner_texts()
    assert page.get_by_role("button", name="Approve").count() == 0
    return page.url


def judge_letter(served: Served, browser: Browser, name: str, draft: str) -> None:
    page = served.person(browser, name, Role.APPROVER)
    page.goto("/drafts")
    reach(page, f"tbody a[href='{draft.removeprefix(served.base)}']")
    page.keyboard.press("Enter")
    page.wait_for_url(draft)
    reach(page, "form[action$='/approve'] button")
    page.keyboard.press("Enter")
    page.locator(".flash").get_by_text("Approved.").wait_for()
    page.context.close()


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_pages_of_deciding_at_any_width(
    browser: Browser, served: Served, width: int, scheme: str
) -> None:
    page = served.person(browser, "olga", *Role, width=width, scheme=scheme)
    page.goto("/?show=all")
    case = page.locator("[data-row]").first.get_attribute("href")
    page.goto(f"{case}")
    draft = page.locator("a[href^='/drafts/']").first.get_attribute("href")
    for path in (case, f"{case}/acts", "/drafts?show=all", draft):
        page.goto(f"{path}")
        for summary in page.locator("main summary").all():
            summary.click()
        for inside in page.locator("iframe").all():
            inside.scroll_into_view_if_needed()
            inside.content_frame.locator("main").wait_for()
        judge(page, f"{path}")
        picture(page, f"{path}", f"{width}-{scheme}")
    page.context.close()


def picture(page: Page, path: str, name: str) -> None:
    """For whoever wants to look: the pages as they were judged."""
    folder = os.environ.get("PICTURES")
    if folder:
        kind = "acts" if path.endswith("/acts") else path.split("/")[1].partition("?")[0]
        kind = "draft" if path.startswith("/drafts/") else kind
        page.screenshot(path=f"{folder}/{kind}-{name}.png", full_page=True)
