"""A contact of a customer, by commands, and the page that the letter names: from the mail to the closed case."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from casework.forwarding import sweep_forwards
from casework.sending import send_next
from daemon.clock import utc_now
from daemon.settings import load_settings
from daemon.web import beside
from daemon.wiring import Desk, build_doors, build_transport, open_desk
from desk.instruction import PREFIX
from storage.outbox import list_letters

SAM, DANA = (f"{name}@autocloz.example" for name in ("sam", "dana"))
PEOPLE = """record,workspace,person,address,name,locale,privacy_contact
workspace,w1,,,Shop,de,
owner,w1,p1,olivia@customer.example,Olivia,en,
lead,w1,,anne@example.org,,,
"""
ERASURE = b"""From: Anne <anne@example.org>
To: privacy@autocloz.example
Subject: My data
Message-ID: <c1@example.org>

Please delete all personal data that you hold about me.
"""
IDS = re.compile(r"[0-9a-f-]{36}")
LINK = re.compile(r"https://desk\.autocloz\.example(/instruct/\S+)")


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people, and a page on which customers instruct."""
    monkeypatch.setenv("RIGHTSDESK_STAFF", json.dumps([SAM, DANA]))
    monkeypatch.setenv("RIGHTSDESK_WEB__ENABLED", "true")
    monkeypatch.setenv("RIGHTSDESK_WORK__UNDO_MINUTES", "0")
    monkeypatch.setenv("RIGHTSDESK_IDENTITY__PAGE_URL", "https://desk.autocloz.example")
    monkeypatch.setenv("RIGHTSDESK_IDENTITY__CHALLENGES", "false")


@pytest.fixture
def opened(tmp_path: Path):
    """Give a function that opens the desk for what the daemon does."""
    return lambda: open_desk(load_settings(None, home=str(tmp_path / "home")))


@pytest.fixture
def case(run, tmp_path: Path) -> str:
    """Give the reference of Anne's case; she is a contact of one customer."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    assert run("directory", "import", str(tmp_path / "people.csv")).code == 0
    (tmp_path / "mail.eml").write_bytes(ERASURE)
    arrived = datetime.now(UTC).isoformat(timespec="seconds")
    done = run("import", str(tmp_path / "mail.eml"), "--received-at", arrived, "--json")
    return str(done.rows[0]["case"])


def by(run, actor: str, *words: str):
    done = run(*words, "--actor", actor)
    assert done.code == 0, done.err
    return done


def daemon_works(desk: Desk) -> None:
    sweep_forwards(desk.database, desk.services.desk, utc_now())
    transport = build_transport(desk.settings.outgoing, desk.settings.home)
    while send_next(desk.database, transport, utc_now, desk=desk.services.desk).worked:
        pass
    desk.close()


def approve(run, kind: str) -> None:
    for draft in run("drafts", "list", "--json").rows:
        if draft["kind"] == kind:
            by(run, DANA, "drafts", "approve", str(draft["id"]))


def link_of(desk: Desk) -> str:
    with desk.database.reading() as reading:
        letters = list_letters(reading, limit=10)
    (found,) = [one for one in letters if one.kind == "customer_request"]
    desk.close()
    return LINK.findall(found.message.letter.text)[0]


def shown(run, case: str) -> dict:
    (form,) = run("cases", "show", case, "--json").rows
    return form


def test_the_code_of_a_letter_is_shown_to_no_staff(run, opened, case: str) -> None:
    daemon_works(opened())
    (draft,) = [
        one for one in run("drafts", "list", "--json").rows if one["kind"] == "customer_request"
    ]
    assert draft["reasons"] == ["to-customer-1"]
    for words in (("drafts", "show"), ("drafts", "show", "--json")):
        out = run(*words, str(draft["id"])).out
        assert "/instruct/en/[code]" in out
        assert "RD-" not in out
    assert shown(run, case)["customers"][0]["letters"] == ["draft"]


def test_from_the_mail_over_the_page_to_the_closed_case(run, opened, case: str, tmp_path) -> None:
    daemon_works(opened())
    approve(run, "customer_request")
    daemon_works(opened())
    (customer,) = shown(run, case)["customers"]
    assert (customer["workspace"], customer["state"]) == ("w1", "with_customer")
    link, desk = link_of(opened()), opened()
    olivia = TestClient(beside(build_doors(desk)[PREFIX], PlainTextResponse(""), PREFIX))
    for _ in range(20):
        assert olivia.get(link).status_code == 200
    assert shown(run, case)["customers"][0]["instruction"] is None
    said = {"instruction": "delete", "note": "all of it"}
    assert "Thank you" in olivia.post(link, data=said).text
    assert "did not work" in olivia.post(link, data=said).text
    desk.close()
    for task in run("tasks", "list", "--json").rows:
        if task["kind"] == "carry_out":
            by(run, SAM, "tasks", "done", str(task["id"]), "--evidence", "ticket 4711")
    by(run, SAM, "cases", "identity", case, "--level", "L1", "--reason", "answered")
    daemon_works(opened())
    approve(run, "referral")
    daemon_works(opened())
    form = shown(run, case)
    assert (form["state"], form["rights"][0]["state"]) == ("closed", "passed_to_controller")
    text = run("cases", "show", case).out
    for line in ("customer 1: w1 Shop: confirmed", "delete by olivia@customer.example (page)"):
        assert line in text
    for line in ("“all of it”", "ticket 4711", "told the person (passed_on, sent)"):
        assert line in text
    exported_tells_it(run, case, tmp_path)


def exported_tells_it(run, case: str, tmp_path: Path) -> None:
    for name, words in (("whole", ()), ("redacted", ("--redacted",))):
        out = tmp_path / f"{name}.zip"
        by(run, SAM, "cases", "export", case, "--out", str(out), *words)
        with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as archive:
            files = {one: archive.read(one).decode() for one in archive.namelist()}
        (customer,) = json.loads(files["case.json"])["customers"]
        assert customer["instruction"] == "delete"
        assert ("Shop" in files["case.txt"]) is (name == "whole")
        assert not [one for one, text in files.items() if "/instruct/en/RD-" in text]


def test_what_a_customer_says_on_the_phone_is_written_down(run, opened, case: str) -> None:
    daemon_works(opened())
    words = ("cases", "instruct", case, "--workspace", "w1", "--instruction", "refuse")
    done = by(run, SAM, *words, "--from", "Olivia", "--note", "not in our list any more")
    assert done.out == "customer 1: confirmed\n"
    (customer,) = shown(run, case)["customers"]
    assert (customer["by"], customer["channel"]) == ("Olivia", "staff")
    again = run(*words, "--actor", SAM)
    assert (again.code, again.err) == (
        1,
        "rightsdesk: this workspace has answered already: refuse\n",
    )


def test_staff_pass_on_what_the_directory_does_not_know(run, opened, case: str, tmp_path) -> None:
    (tmp_path / "more.csv").write_text(PEOPLE.replace("w1", "w2").replace("lead", "contact"))
    run("directory", "import", str(tmp_path / "more.csv"))
    done = by(run, SAM, "cases", "forward", case, "--workspace", "w2")
    assert "customer 1: its letters wait for approval" in done.out
    unknown = run("cases", "forward", case, "--workspace", "w9", "--actor", SAM)
    assert (unknown.code, "no such workspace" in unknown.err) == (1, True)
    assert opened


def test_a_customer_is_named_with_a_ground_or_not_at_all(run, case: str) -> None:
    words = ("cases", "refer", case, "--name-workspace", "w1")
    nobody = run(*words, "--actor", SAM)
    assert (nobody.code, "named with a ground" in nobody.err) == (1, True)
    early = run(*words, "--ground", "she named them", "--actor", SAM)
    assert (early.code, "before the person has shown" in early.err) == (1, True)
    assert IDS.search(by(run, SAM, "cases", "refer", case).out)


def test_what_a_customer_suppressed_is_refused_to_this_customer_alone(
    run, opened, case: str, tmp_path
) -> None:
    (tmp_path / "more.csv").write_text(PEOPLE.replace("w1", "w2").replace("lead", "contact"))
    run("directory", "import", str(tmp_path / "more.csv"))
    daemon_works(opened())
    words = ("cases", "instruct", case, "--workspace", "w1", "--instruction", "suppress")
    by(run, SAM, *words, "--from", "Olivia", "--note", "on the phone")
    asked = ("suppress", "check", "anne@example.org")
    refused = run(*asked, "--workspace", "w1")
    assert (refused.code, refused.out) == (1, "anne@example.org  suppressed: customer\n")
    assert run(*asked, "--workspace", "w2").code == 0
    assert run(*asked).code == 0
    unknown = run(*asked, "--workspace", "w9")
    assert (unknown.code, unknown.err) == (1, "rightsdesk: there is no such workspace\n")
    assert run(*asked, "--workspace", "w1", "--list", "erasure").code == 2
