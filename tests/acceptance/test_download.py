"""A copy of somebody's data, whole: the real daemon, real mail, staff on the command line, a real browser without scripts."""

import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from acceptance.configs import listener_desk
from acceptance.desk_process import DeskProcess, wait_until
from acceptance.letters import send
from casework.actors import Actor
from casework.identity_decisions import IdentityDecision, decide_identity
from casework.planning import plan_case
from casework.tasks import finish
from daemon.clock import utc_now
from daemon.settings import load_settings
from daemon.wiring import open_desk
from privacy.identity import Level
from servers.ports import free_port
from servers.smtp_sink import SmtpSink

ANNE = "anne@example.org"
SAM = Actor(address="sam@autocloz.example", os_user="sam")
STAFF = ("--actor", SAM.address)
ALONE = '\n[work]\nfour_eyes_off = ["access"]\nundo_minutes = 0\n'
PAGE = "\n[identity]\nchallenges = false\n" + 'page_url = "https://privacy.autocloz.example"\n'
LINK = re.compile(r"https://privacy\.autocloz\.example(/download/en/\S+)")
CODE = re.compile(r"RD-[-0-9A-Z]{26}")
ASKS = f"""From: {ANNE}
To: privacy@autocloz.example
Subject: My data
Message-ID: <1@example.org>

Please send me a copy of all personal data that you hold about me.
""".replace("\n", "\r\n").encode()


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'rightsdesk.db'}"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Give a file of several pieces."""
    path = tmp_path / "data of Anne.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.json", json.dumps(list(range(500_000))))
    return path


def done(desk: DeskProcess, *words: str) -> str:
    ran = desk.command(*words, *STAFF)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def carry_out(desk: DeskProcess, case: str) -> None:
    """Prove and do the work beside the daemon: other tests do this by commands, each a process of its own."""
    settings = load_settings(str(desk.config_file), home=str(desk.home), environment={})
    opened = open_desk(settings)
    profile, now = opened.services.desk, utc_now()
    assert profile.challenges is not None
    proof = IdentityDecision(reference=case, level=Level.ACCOUNT, reason="she logged in")
    decide_identity(opened.database, profile.challenges, proof, actor=SAM, now=now)
    (planned,) = plan_case(opened.database, profile, case, right=None, actor=SAM, now=now)
    for task in planned.tasks:
        finish(opened.database, task.task_id, actor=SAM, now=now, evidence="ticket 4711")
    opened.close()


def answer(desk: DeskProcess, case: str, package: Path) -> None:
    """Do what staff do between the mail and the letter."""
    right = ("--right", "access")
    carry_out(desk, case)
    done(desk, "cases", "package", "add", case, *right, "--file", str(package))
    today = datetime.now(UTC).date().isoformat()
    lines = ("--decision", "granted", "--done", f"A copy of your data|product|{today}")
    written = done(desk, "cases", "answer", case, *right, *lines)
    done(desk, "drafts", "approve", written.split()[1])


def found(sink: SmtpSink, pattern: re.Pattern[str]) -> list[str]:
    texts = [one.message.get_body(("plain",)) for one in sink.letters]
    hits = [pattern.search(part.get_content()) for part in texts if part is not None]
    return [hit.group(hit.lastindex or 0) for hit in hits if hit is not None]


def open_page(page: Page, sink: SmtpSink, link: str) -> None:
    for _ in range(20):
        page.goto(link)
    assert found(sink, CODE) == []
    page.get_by_role("button", name="Send me a code").click()
    code = wait_until(lambda: found(sink, CODE), what="the code")[-1]
    page.get_by_label("Code from our e-mail").fill(code.lower())
    page.get_by_role("button", name="Open").click()


def test_data_go_from_a_file_to_the_person_and_staff_see_that_they_arrived(
    sink: SmtpSink, database_url: str, tmp_path: Path, browser: Browser, package: Path
) -> None:
    smtp, web = free_port(), free_port()
    served = f"\n[web]\nenabled = true\nport = {web}\n"
    config = listener_desk(smtp, sink, database_url, more=served + ALONE, identity=PAGE)
    desk = DeskProcess(tmp_path / "home", config)
    desk.start()
    try:
        send(smtp, ANNE, "privacy@autocloz.example", ASKS)
        (case,) = wait_until(desk.cases, what="the case")
        answer(desk, case.reference, package)
        link = wait_until(lambda: found(sink, LINK), what="the link")[0]
        page = browser.new_context(java_script_enabled=False, accept_downloads=True).new_page()
        open_page(page, sink, f"http://127.0.0.1:{web}{link}")
        with page.expect_download() as fetched:
            page.get_by_role("button", name="Download").click()
        assert Path(fetched.value.path()).read_bytes() == package.read_bytes()
        assert fetched.value.suggested_filename == package.name
        page.context.close()
        shown = wait_until(lambda: receipts(desk, case.reference), what="the receipt")
        assert shown == ["code_asked", "opened", "fetched"]
    finally:
        assert desk.stop() == 0
    for secret in (ANNE, link.rpartition("/")[2], package.name):
        assert secret not in desk.log
    assert not CODE.search(desk.log)


def receipts(desk: DeskProcess, case: str) -> list[str]:
    """Return what was done with the package once all of it was handed over."""
    (form,) = desk.command("cases", "package", "list", case, "--json").stdout.splitlines()
    done_with = json.loads(form)["receipts"]
    return [one["what"] for one in done_with] if done_with and done_with[-1]["whole"] else []
