"""A right is carried from the mail to a closed case by commands alone, by three members of staff."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from casework.erasing import sweep_erasures
from casework.sending import send_next
from daemon.clock import utc_now
from daemon.settings import load_settings
from daemon.wiring import build_transport, open_desk

SAM, DANA, OMAR = (f"{name}@autocloz.example" for name in ("sam", "dana", "omar"))
ACCESS = b"""From: Anne <anne@example.org>
To: privacy@autocloz.example
Subject: My data
Message-ID: <w1@example.org>

Please send me a copy of all personal data that you hold about me.
"""
ERASURE = ACCESS.replace(b"w1@", b"w2@").replace(
    b"send me a copy of all personal data", b"delete all personal data"
)
BY_POST = ("--without-package", "it lies beside a letter by post")
IDS = re.compile(r"[0-9a-f-]{36}")


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three people, and an authority to which letters can point."""
    monkeypatch.setenv("RIGHTSDESK_STAFF", json.dumps([SAM, DANA, OMAR]))
    monkeypatch.setenv("RIGHTSDESK_IDENTITY__AUTHORITY", "Data Protection Commission")
    monkeypatch.setenv("RIGHTSDESK_IDENTITY__AUTHORITY_URL", "https://authority.example/complain")
    monkeypatch.setenv("RIGHTSDESK_IDENTITY__CHALLENGES", "false")
    monkeypatch.setenv("RIGHTSDESK_IDENTITY__PAGE_URL", "https://privacy.autocloz.example")
    monkeypatch.setenv("RIGHTSDESK_WEB__ENABLED", "true")
    monkeypatch.setenv("RIGHTSDESK_WORK__UNDO_MINUTES", "0")


@pytest.fixture
def desk(tmp_path: Path):
    """Give a desk for what the daemon does: sending, and beginning erasures whose time is over."""

    class Daemon:
        def send(self) -> None:
            settings = load_settings(None, home=str(tmp_path / "home"))
            opened = open_desk(settings)
            transport = build_transport(settings.outgoing, settings.home)
            profile = opened.services.desk
            while send_next(opened.database, transport, utc_now, desk=profile).worked:
                pass
            opened.close()

        def begin_erasures(self) -> int:
            opened = open_desk(load_settings(None, home=str(tmp_path / "home")))
            later = utc_now() + timedelta(days=7, minutes=1)
            begun = sweep_erasures(opened.database, opened.services.desk, later)
            opened.close()
            return begun

    return Daemon()


def taken_in(run, tmp_path: Path, mail: bytes) -> str:
    (tmp_path / "mail.eml").write_bytes(mail)
    arrived = datetime.now(UTC).isoformat(timespec="seconds")
    done = run("import", str(tmp_path / "mail.eml"), "--received-at", arrived, "--json")
    return str(done.rows[0]["case"])


def by(run, actor: str, *words: str):
    done = run(*words, "--actor", actor)
    assert done.code == 0, done.err
    return done


def status(run) -> object:
    return run("cases", "list", "--json").rows[0]["status"]


def carry_out(run) -> None:
    for task in run("tasks", "list", "--json").rows:
        if task["kind"] == "carry_out":
            by(run, SAM, "tasks", "done", str(task["id"]), "--evidence", "ticket 4711")


def approved_by_two(run, written: str) -> None:
    (draft,) = IDS.findall(written)
    assert "1 more has to approve it" in by(run, DANA, "drafts", "approve", draft).out
    assert by(run, OMAR, "drafts", "approve", draft).out == "approve: done\n"


def test_access_from_the_mail_to_the_closed_case(run, desk, tmp_path: Path) -> None:
    case = taken_in(run, tmp_path, ACCESS)
    desk.send()
    assert status(run) == "needs_identity"
    waits = by(run, SAM, "cases", "plan", case, "--json").rows
    assert {row["system"] for row in waits} == {"product", "crm", "payments", "mail_provider"}
    assert waits[0]["waits_for"] == ["identity-not-proved"]
    by(run, SAM, "cases", "identity", case, "--level", "L2", "--reason", "she logged in")
    assert all(row["opened"] for row in by(run, SAM, "cases", "plan", case, "--json").rows)
    carry_out(run)
    written = by(run, SAM, *granting(case), *BY_POST)
    assert status(run) == "needs_decision"
    approved_by_two(run, written.out)
    desk.send()
    (row,) = run("cases", "list", "--json").rows
    assert (row["state"], row["status"]) == ("closed", "done")
    (form,) = run("cases", "show", case, "--json").rows
    (work,) = form["work"]  # type: ignore[misc]
    assert [step["step"] for step in work["steps"]] == [
        *("plan", "execute", "finish_tasks", "draft", "approve", "complete"),
    ]
    assert {task["evidence"] for task in work["tasks"]} == {"ticket 4711"}
    for_people = run("cases", "show", case).out
    assert "work on access: fulfilled" in for_people
    assert "product (engineering)" in for_people
    assert "answered without a package: it lies beside a letter by post" in for_people


def test_a_package_is_added_shown_renewed_and_withdrawn(run, desk, tmp_path: Path) -> None:
    case = carried_out(run, desk, tmp_path)
    assert "no-package" in run(*granting(case), "--actor", SAM).err
    (tmp_path / "data.csv").write_text("name,mail\nAnne,anne@example.org\n")
    of_access = (case, "--right", "access")
    added = ("cases", "package", "add", *of_access, "--file")
    said = by(run, SAM, *added, str(tmp_path / "data.csv")).out
    assert said.startswith("data.csv: 32 bytes, sha256 ")
    assert "--file: is not a file" in run(*added, str(tmp_path), "--actor", SAM).err
    assert run(*added, str(tmp_path / "none.csv"), "--actor", SAM).code == 2
    approved_by_two(run, by(run, SAM, *granting(case)).out)
    desk.send()
    for_people = run("cases", "show", case).out
    assert "package for access: ready, waits until" in for_people
    assert "data.csv, 32 bytes" in for_people
    (listed,) = run("cases", "package", "list", case, "--json").rows
    assert (listed["right"], listed["state"], listed["fetched_at"]) == ("access", "ready", None)
    assert "data.csv" in run("cases", "package", "list", case).out
    assert "waits for approval" in by(run, SAM, "cases", "package", "renew", *of_access).out
    assert by(run, SAM, "cases", "package", "withdraw", *of_access).out == "withdrawn\n"
    assert (
        "there is no package" in run("cases", "package", "withdraw", *of_access, "--actor", SAM).err
    )


def carried_out(run, desk, tmp_path: Path) -> str:
    case = taken_in(run, tmp_path, ACCESS)
    desk.send()
    by(run, SAM, "cases", "identity", case, "--level", "L2", "--reason", "she logged in")
    by(run, SAM, "cases", "plan", case)
    carry_out(run)
    return case


def granting(case: str) -> tuple[str, ...]:
    today = datetime.now(UTC).date().isoformat()
    return (
        *("cases", "answer", case, "--right", "access", "--decision", "granted"),
        *("--done", f"A copy of your data|product|{today}"),
    )


def test_erasure_from_the_mail_to_the_closed_case(run, desk, tmp_path: Path) -> None:
    case = taken_in(run, tmp_path, ERASURE)
    desk.send()
    by(run, SAM, "cases", "identity", case, "--level", "L2", "--reason", "she logged in")
    by(run, SAM, "cases", "plan", case)
    refused = run("cases", "approve-erasure", case, "--actor", DANA)
    assert (refused.code, len(refused.err.splitlines())) == (1, 1)
    assert "kept-data-not-stated" in refused.err
    record = ("--record", "accounts=2026-03-01")
    shown = run("cases", "keep", case, *record, "--json").rows
    assert shown[0]["until"] == "2032-12-31"
    assert run("cases", "approve-erasure", case, "--actor", DANA).code == 1  # only shown
    by(run, SAM, "cases", "keep", case, *record, "--confirm")
    assert "another member of staff" in by(run, DANA, "cases", "approve-erasure", case).out
    assert "can cancel until" in by(run, OMAR, "cases", "approve-erasure", case).out
    assert status(run) == "waiting_on_person"
    assert desk.begin_erasures() == 1
    carry_out(run)
    today = datetime.now(UTC).date().isoformat()
    written = by(
        run,
        SAM,
        *("cases", "answer", case, "--right", "erasure", "--decision", "partly"),
        *("--done", f"Account and messages|product|{today}"),
    )
    approved_by_two(run, written.out)
    desk.send()
    (form,) = run("cases", "show", case, "--json").rows
    (work,) = form["work"]  # type: ignore[misc]
    assert (form["state"], work["state"], work["decision"]) == ("closed", "partly", "partly")
    assert "Taxes Consolidation Act" in work["ground"]


def test_a_refusal_names_its_sort_and_its_facts(run, desk, tmp_path: Path) -> None:
    case = taken_in(run, tmp_path, ACCESS)
    desk.send()
    asked = ("cases", "answer", case, "--right", "access", "--decision", "refused", "--actor", SAM)
    assert "refusal-without-ground" in run(*asked).err
    assert "--basis" in run(*asked, "--ground", "You asked yesterday.").err
    assert run(*asked, "--ground", "You asked yesterday.", "--basis", "mood").code == 2
    written = run(*asked, "--ground", "You asked yesterday.", "--basis", "excessive")
    (draft,) = IDS.findall(written.out)
    letter = run("drafts", "show", draft).out
    assert "In your case: You asked yesterday." in letter
    assert "GDPR Art. 12(5)" in letter


def test_a_letter_is_sent_back_and_an_approval_is_taken_back_while_it_waits(
    run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGHTSDESK_WORK__UNDO_MINUTES", "7")
    case = taken_in(run, tmp_path, ACCESS)
    asked = ("cases", "answer", case, "--right", "access", "--decision", "refused")
    written = by(run, SAM, *asked, "--ground", "You asked yesterday.", "--basis", "excessive")
    (draft,) = IDS.findall(written.out)
    assert (
        by(run, OMAR, "drafts", "opinion", draft, "--reason", "Grant it.").out == "opinion: done\n"
    )
    by(run, DANA, "drafts", "approve", draft)
    assert "it leaves in 7 minutes" in by(run, OMAR, "drafts", "approve", draft).out
    assert by(run, DANA, "drafts", "undo", draft).out == "undo: done\n"
    assert run("drafts", "undo", draft, "--actor", DANA).code == 1
    assert by(run, DANA, "drafts", "back", draft, "--reason", "Kinder.").out == "back: done\n"
    assert "sent back" in run("drafts", "approve", draft, "--actor", OMAR).err


@pytest.mark.parametrize("line", ["no bars", "a|b", "a|b|tomorrow", "|b|2026-12-01", "a|b|c|d"])
def test_a_line_of_what_was_done_has_three_parts(run, line: str) -> None:
    asked = ("cases", "answer", "PR-1", "--right", "access", "--decision", "granted")
    done = run(*asked, "--done", line, "--actor", SAM)
    assert (done.code, "is wanted" in done.err or "are wanted" in done.err) == (2, True)


def test_a_case_ends_by_hand_only_when_nothing_is_owed(run, desk, tmp_path: Path) -> None:
    case = taken_in(run, tmp_path, ACCESS)
    refused = run("cases", "close", case, "--reason", "nothing_asked", "--actor", SAM)
    assert refused.code == 1
    assert "access-is-received" in refused.err
    desk.send()
    done = by(
        run, SAM, "cases", "withdraw", case, "--right", "access", "--reason", "she wrote so today"
    )
    assert done.out == "withdraw: done, the case is closed\n"
    again = run("cases", "close", case, "--reason", "nothing_asked", "--actor", SAM)
    assert again.err == "rightsdesk: the case is closed already\n"


def test_four_eyes_can_be_switched_off_for_rows_that_there_are(
    run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGHTSDESK_WORK__FOUR_EYES_OFF", '["postcards"]')
    done = run("cases", "list")
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert "work.four_eyes_off: " in done.err


RECORD = """
[use.letters]
about = ["anybody"]
category = { en = "Your letters" }
purpose = { en = "to answer you" }
source = { en = "you" }
recipients = { en = "nobody" }
kept = { en = "three years" }
"""


def test_what_a_copy_is_told_with_is_seen_before_the_letter_is_written(
    run, desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = taken_in(run, tmp_path, ACCESS)
    nothing = run("cases", "annex", case)
    assert (nothing.code, "work.annex_file is not set" in nothing.err) == (1, True)
    (tmp_path / "record.toml").write_text(RECORD)
    monkeypatch.setenv("RIGHTSDESK_WORK__ANNEX_FILE", str(tmp_path / "record.toml"))
    shown = run("cases", "annex", case)
    assert shown.out == "Your letters\n  to answer you\n  you\n  nobody\n  three years\n"
    (form,) = run("cases", "annex", case, "--json").rows
    assert form["lines"][0]["kept"] == "three years"  # type: ignore[index]
    (line,) = [one for one in run("check", "--json").rows if one.get("item") == "record of use"]
    assert "told in English in" in str(line["says"])
    (tmp_path / "record.toml").write_text("[use.letters]\n")
    wrong = run("cases", "annex", case)
    assert (wrong.code, "work.annex_file: record.toml:1: has exactly" in wrong.err) == (2, True)
    assert desk
