"""Who is asking, whole: the real daemon, real mail servers, a real browser without scripts, staff on the command line."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from acceptance.configs import imap_desk, listener_desk
from acceptance.desk_process import DeskProcess, wait_until
from acceptance.letters import send
from servers.dovecot import Dovecot
from servers.ports import free_port
from servers.smtp_sink import CaughtLetter, SmtpSink
from storage.identity import StoredEvidence, evidence_of

ANNE = "anne@example.org"
CODE = re.compile(r"RD-[-0-9A-Z]{26}")
ASKING = """
[identity]
delay_minutes = 0
"""
STAFF = ("--actor", "sam@autocloz.example")


def wish(to: str, text: str, *, number: int, **headers: str) -> bytes:
    lines = [
        f"From: {ANNE}",
        f"To: {to}",
        "Subject: My data",
        f"Message-ID: <{number}@example.org>",
    ]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += ["Content-Type: text/plain; charset=utf-8", "", text, ""]
    return "\r\n".join(lines).encode()


def challenge(sink: SmtpSink) -> CaughtLetter:
    def found() -> list[CaughtLetter]:
        return [
            one
            for one in sink.letters
            if "confirm your privacy request" in str(one.message["Subject"])
        ]

    return wait_until(found, what="a challenge")[0]


def text_of(letter: CaughtLetter) -> str:
    part = letter.message.get_body(("plain",))
    assert part is not None
    return part.get_content()


def identity(desk: DeskProcess) -> dict:
    (case,) = desk.cases()
    shown = desk.command("cases", "show", case.reference, "--json")
    return json.loads(shown.stdout)["identity"]


def evidence(desk: DeskProcess) -> list[StoredEvidence]:
    (case,) = desk.cases()
    with desk.look() as reading:
        return evidence_of(reading, case.case_id)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'rightsdesk.db'}"


def test_a_case_is_proved_by_a_reply_over_imap_and_a_decision_of_staff(
    dovecot: Dovecot, mailbox: str, sink: SmtpSink, database_url: str, tmp_path: Path
) -> None:
    config = imap_desk(dovecot, mailbox, sink, database_url, identity=ASKING)
    desk = DeskProcess(tmp_path / "home", config)
    desk.start()
    try:
        wait_until(lambda: desk.has_met(mailbox), what="the first contact")
        asked = "I object to the use of my data for analytics."
        dovecot.deliver(wish(mailbox, asked, number=1), user=mailbox)
        letter = challenge(sink)
        assert letter.rcpt_tos == (ANNE,)
        reply = "\n".join(["Yes.", "", *(f"> {line}" for line in text_of(letter).splitlines())])
        headers = {"In_Reply_To": letter.message["Message-ID"]}
        raw = wish(letter.message["Reply-To"], reply, number=2, **headers)
        dovecot.deliver(raw, user=mailbox)
        wait_until(lambda: evidence(desk), what="the answer")
        assert identity(desk)["state"] == "answered"
        (case,) = desk.cases()
        words = ("cases", "identity", case.reference, "--level", "L1")
        refused = desk.command(*words, "--reason", "", *STAFF)
        assert (refused.returncode, "reason" in refused.stderr) == (1, True)
        decided = desk.command(*words, "--reason", "The address is in the product.", *STAFF)
        assert decided.stdout == f"{case.reference}: L1, proved\n"
        shown = identity(desk)
        assert (shown["state"], shown["level"], shown["unproved"]) == ("proved", "L1", [])
        kinds = [one["kind"] for one in shown["evidence"]]
        assert kinds == ["challenge_answered", "staff_decision"]
    finally:
        assert desk.stop() == 0
    assert not CODE.search(desk.log)
    assert ANNE not in desk.log


def press(browser: Browser, address: str, *, opened: int, pressed: int) -> str:
    """Open the page so many times, press its button so many times, and return what it says then."""
    page = browser.new_page(java_script_enabled=False)
    for _ in range(opened):
        page.goto(address)
    for _ in range(pressed):
        page.get_by_role("button").click()
    said = page.content()
    page.close()
    return said


def test_a_case_is_answered_on_the_page_by_a_browser_without_scripts(
    sink: SmtpSink, database_url: str, tmp_path: Path, browser: Browser
) -> None:
    smtp, web = free_port(), free_port()
    identity_with_page = ASKING + 'page_url = "https://privacy.autocloz.example"\n'
    served = f"\n[web]\nenabled = true\nport = {web}\n"
    config = listener_desk(smtp, sink, database_url, more=served, identity=identity_with_page)
    desk = DeskProcess(tmp_path / "home", config)
    listed = tmp_path / "people.csv"
    listed.write_text(f"record,workspace,person,address,name\ncontact,,p1,{ANNE},Anne\n")
    assert desk.command("directory", "import", str(listed)).returncode == 0
    desk.start()
    try:
        raw = wish("privacy@autocloz.example", "Please delete my account.", number=1)
        send(smtp, ANNE, "privacy@autocloz.example", raw)
        text = text_of(challenge(sink))
        address = re.search(r"https://privacy\.autocloz\.example(/confirm/en/\S+)", text)
        assert address is not None
        here = f"http://127.0.0.1:{web}{address.group(1)}"
        press(browser, here, opened=20, pressed=0)
        assert identity(desk)["state"] == "asked"
        assert "Thank you" in press(browser, here, opened=1, pressed=1)
        assert "did not work" in press(browser, here, opened=1, pressed=1)
        shown = identity(desk)
        assert (shown["level"], shown["needed"], shown["state"]) == ("L1", "L2", "answered")
        kinds = [one["kind"] for one in shown["evidence"]]
        assert kinds == ["page_confirmed", "address_on_file"]
    finally:
        assert desk.stop() == 0
    assert not CODE.search(desk.log)
