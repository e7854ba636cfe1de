"""The command line: what it says, its JSON, its exit codes."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from casework.importing import import_batch
from daemon.cli import COMMANDS

ERASURE = b"""From: Anne <anne@example.org>
To: privacy@autocloz.example
Subject: My data
Message-ID: <c1@example.org>

Please delete all personal data that you hold about me.
"""
QUESTION = b"""From: Olivia <olivia@customer.example>
To: privacy@autocloz.example
Subject: Leads
Message-ID: <c2@customer.example>

How do I delete a lead from my pipeline?
"""
ARRIVED = ("--received-at", "2026-11-20T10:00:00Z")
IMPORT_FIELDS = ["path", "message_id", "outcome", "case", "reason"]
EXPLAIN_FIELDS = {
    *("path", "message_id", "from", "subject", "received_at", "language", "kind", "kind_reasons"),
    *("text", "new_text", "attachments", "defects", "authenticity", "classification"),
}
CLASSIFICATION_FIELDS = {"laws", "lane", "rights", "primary", "engine", "needs_human", "reasons"}
CLAIM_FIELDS = {"right", "scope", "confidence", "in", "quote", "start", "end", "reason"}


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    """Give a folder with two mails and, between them, a file that is none."""
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1.eml").write_bytes(ERASURE)
    (folder / "2.eml").write_bytes(b"")
    (folder / "3.eml").write_bytes(QUESTION)
    return folder


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_ends_well_and_shows_an_example(run, name: str) -> None:
    done = run(name, "--help")
    assert done.code == 0
    assert "example: rightsdesk" in done.out


@pytest.mark.parametrize("words", [["nonsense"], [], ["cases"], ["cases", "frob"], ["import"]])
def test_wrong_usage_ends_with_2(run, words: list[str]) -> None:
    assert run(*words).code == 2


def test_wrong_configuration_ends_with_2_and_one_line(run, tmp_path: Path) -> None:
    (tmp_path / "wrong.toml").write_text("colour = 'blue'\n")
    done = run("cases", "list", "--config", str(tmp_path / "wrong.toml"))
    assert done.code == 2
    assert done.err.startswith("rightsdesk: ")
    assert "colour: unknown setting" in done.err
    assert len(done.err.splitlines()) == 1


def test_what_is_not_there_ends_with_1_and_one_line(run) -> None:
    done = run("cases", "show", "PR-2026-000000-00")
    assert (done.code, done.err) == (1, "rightsdesk: there is no such case\n")


def test_a_case_tells_how_its_dates_come_about(run, mail: Path) -> None:
    reference = str(run("import", str(mail), *ARRIVED, "--json").rows[0]["case"])
    (form,) = run("cases", "explain", reference, "--json").rows
    clocks = form["clocks"]
    assert isinstance(clocks, list)
    acknowledge, erasure = clocks
    assert (acknowledge["clock"], acknowledge["right"]) == ("acknowledge", None)
    assert (erasure["clock"], erasure["right"]) == ("respond", "erasure")
    (date,) = erasure["dates"]
    assert (date["regime"], date["due_on"], erasure["target"]) == (
        "house",
        "2026-12-20",
        "2026-12-18",
    )
    assert "gdpr: 2026-12-21 is not earlier" in date["trace"]
    for_people = run("cases", "explain", reference.lower()).out
    assert "respond erasure\n  due 2026-12-20 (house, HOUSE), until" in for_people
    assert "    gdpr: 2026-12-21 is not earlier" in for_people
    assert "planned for 2026-12-18" in for_people
    assert run("cases", "explain", "PR-2026-000000-00").code == 1


def test_counting_anew_says_that_nothing_moved(run, mail: Path) -> None:
    run("import", str(mail), *ARRIVED)
    assert run("cases", "recount", "--dry-run").out == "nothing\n"
    assert run("cases", "recount", "--json").rows == []


def test_a_later_date_needs_somebody_of_the_staff_and_leaves_a_draft(run, mail: Path) -> None:
    arrived = datetime.now(UTC).isoformat(timespec="seconds")
    reference = str(run("import", str(mail), "--received-at", arrived, "--json").rows[0]["case"])
    asked = ("cases", "extend", reference, "--right", "erasure", "--ground", "It is a lot.")
    nobody = run(*asked)
    assert nobody.code == 2
    assert "--actor" in nobody.err
    done = run(*asked, "--actor", "sam@autocloz.example")
    assert done.code == 0
    assert "the date moves when the letter has left" in done.out
    assert "extension" in {row["kind"] for row in run("drafts", "list", "--json").rows}
    again = run(*asked, "--actor", "sam@autocloz.example")
    assert (again.code, "no law extends twice" in again.err) == (1, True)


def test_a_clock_is_paused_and_resumed_by_somebody_of_the_staff(run, mail: Path) -> None:
    arrived = datetime.now(UTC).isoformat(timespec="seconds")
    reference = str(run("import", str(mail), "--received-at", arrived, "--json").rows[0]["case"])
    asked = ("cases", "pause", reference, "--ground", "identity")
    assert run(*asked).code == 2
    sam = ("--actor", "sam@autocloz.example")
    refused = run("cases", "pause", reference, "--ground", "clarification", *sam)
    assert refused.code == 1
    assert "uk_gdpr waits for the scope of access only" in refused.err
    assert len(refused.err.splitlines()) == 1
    done = run(*asked, *sam)
    assert done.code == 0
    assert "no letter is named that said so" in done.out
    assert run("cases", "list", "--json").rows[0]["waiting"] is True
    assert "waits for the person since" in run("cases", "show", reference).out
    explained = run("cases", "explain", reference).out
    assert "identity_asked of erasure (identity) by sam@autocloz.example" in explained
    assert "days were left" in explained
    (row,) = run("cases", "resume", reference, "--json", *sam).rows
    assert (row["right"], row["was"]) == ("erasure", row["due_on"])
    assert run("cases", "list", "--json").rows[0]["waiting"] is False
    again = run("cases", "resume", reference, *sam)
    assert (again.code, again.err) == (1, "rightsdesk: nothing waits for such an answer\n")


def test_staff_says_which_law_governs_and_an_earlier_date_binds_at_once(run, mail: Path) -> None:
    reference = str(run("import", str(mail), *ARRIVED, "--json").rows[0]["case"])
    shown = run("cases", "show", reference, "--json").rows[0]
    assert shown["laws"] == ["house", "gdpr", "uk_gdpr"]
    assert shown["law_reasons"] == ["always:house", "candidate:gdpr", "candidate:uk_gdpr"]
    correct = ("cases", "correct", reference, "--regime")
    assert run(*correct, "lgpd").code == 2
    sam = ("--actor", "sam@autocloz.example")
    unknown = run(*correct, "lgdp", *sam)
    assert (unknown.code, "did you mean 'lgpd'?" in unknown.err) == (1, True)
    (moved,) = run(*correct, "lgpd", *sam, "--json").rows
    assert (moved["was"], moved["holds"]) == ("2026-12-20", "2026-12-05")
    assert run("cases", "list", "--json").rows[0]["due_on"] == "2026-12-05"
    (back,) = run(*correct, "gdpr", *sam, "--json").rows
    assert (back["counted"], back["holds"]) == ("2026-12-20", "2026-12-05")
    explained = run("cases", "explain", reference).out
    assert "laws_changed laws house, lgpd by sam@autocloz.example" in explained
    assert "2026-12-05 holds: it was told, and no letter has told a later one" in explained


def test_a_case_is_given_to_somebody_of_the_people(run, mail: Path, tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    people = '\n[[people]]\naddress = "sam@autocloz.example"\nroles = ["handler"]\n'
    (tmp_path / "rightsdesk.toml").write_text(example + people)
    reference = str(run("import", str(mail), *ARRIVED, "--json").rows[0]["case"])
    assign = ("cases", "assign", reference, "--actor", "dpo@autocloz.example", "--to")
    assert "--to: name somebody" in run(*assign, "eve@autocloz.example").err
    assert run(*assign, "sam@autocloz.example").code == 0
    assert run("cases", "explain", reference, "--json").rows[0]["owner"] == "sam@autocloz.example"


def test_a_database_out_of_reach_ends_with_3(run, tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    config = (
        example + '\n[storage]\nurl = "postgresql://nobody@127.0.0.1:1/none"\nbusy_seconds = 1\n'
    )
    (tmp_path / "far.toml").write_text(config)
    done = run("cases", "list", "--config", str(tmp_path / "far.toml"))
    assert done.code == 3
    assert len(done.err.splitlines()) == 1


def test_import_says_what_became_of_each_message_and_goes_on_after_a_bad_file(
    run, mail: Path
) -> None:
    done = run("import", str(mail), "--json", *ARRIVED)
    assert [list(row) for row in done.rows] == [IMPORT_FIELDS] * 3
    assert [row["outcome"] for row in done.rows] == ["case", "quarantined", "held"]
    assert str(done.rows[0]["case"]).startswith("PR-2026-")
    assert done.code == 1  # one file could not be read


def test_a_second_import_is_a_duplicate(run, mail: Path) -> None:
    first = run("import", str(mail / "1.eml"), "--json", *ARRIVED).rows[0]
    second = run("import", str(mail / "1.eml"), "--json", *ARRIVED).rows[0]
    assert second["outcome"] == "duplicate"
    assert second["case"] == first["case"]


def test_import_holds_mail_of_unknown_arrival(run, mail: Path) -> None:
    row = run("import", str(mail / "1.eml"), "--json").rows[0]
    assert (row["outcome"], row["reason"], row["case"]) == ("held", "arrival-unknown", None)


def test_a_message_in_quarantine_is_dismissed_by_a_person_and_its_case_stays(
    run, mail, monkeypatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("a person's words")

    with monkeypatch.context() as broken:
        broken.setattr("casework.processing.complete", fails)
        run("import", str(mail / "1.eml"), "--json", *ARRIVED)
    (row,) = run("quarantine", "list", "--json").rows
    assert run("quarantine", "dismiss", str(row["id"])).code == 2, "it wants to know who decides"
    sam = ("--actor", "sam@autocloz.example")
    done = run("quarantine", "dismiss", str(row["id"]), *sam)
    assert (done.code, done.out) == (0, "dismissed; its case stays open\n")
    assert run("quarantine", "list", "--json").rows == []
    assert run("cases", "show", str(row["case"]), "--json").rows[0]["state"] == "open"
    assert run("quarantine", "dismiss", str(row["id"]), *sam).code == 1


def test_import_says_by_its_code_that_a_message_is_not_finished(run, mail, monkeypatch) -> None:
    monkeypatch.setattr("casework.importing.process_batch", lambda *_: 0)
    monkeypatch.setattr("casework.importing.MOST_PAUSES", 1)
    done = run("import", str(mail / "1.eml"), str(mail / "3.eml"), "--json", *ARRIVED)
    assert [row["reason"] for row in done.rows] == ["worked-by-the-daemon"] * 2
    assert done.code == 3
    assert run("import", str(mail), "--json", *ARRIVED).code == 1, "a file that cannot be read"


def test_import_takes_no_more_at_once_than_memory_can_bear(run, mail, monkeypatch) -> None:
    sizes = []

    def note(services, items, clock):
        sizes.append(len(items))
        return import_batch(services, items, clock)

    monkeypatch.setattr("daemon.commands.import_command.import_batch", note)
    monkeypatch.setattr("daemon.commands.import_command.BATCH_BYTES", 1)
    done = run("import", str(mail / "1.eml"), str(mail / "3.eml"), "--json", *ARRIVED)
    assert (sizes, len(done.rows)) == ([1, 1], 2)


def test_import_takes_one_message_on_standard_input(run) -> None:
    done = run("import", "-", "--json", *ARRIVED, stdin=ERASURE)
    assert [row["path"] for row in done.rows] == ["-"]
    assert done.code == 0


def test_explain_has_the_fields_of_the_contract_and_stores_nothing(
    run, mail: Path, tmp_path: Path
) -> None:
    done = run("explain", str(mail), "--jsonl")
    assert done.code == 0
    asked, unreadable, question = done.rows
    assert set(asked) >= EXPLAIN_FIELDS
    assert set(asked["classification"]) == CLASSIFICATION_FIELDS
    claim = asked["classification"]["rights"][0]
    assert set(claim) == CLAIM_FIELDS
    assert claim["quote"] == asked["new_text"][claim["start"] : claim["end"]]
    assert unreadable["kind"] == "unreadable"
    assert question["classification"]["rights"] == []
    assert not (tmp_path / "home").exists()


def test_classify_answers_in_order_and_survives_a_bad_line(run) -> None:
    given = [
        {"id": "a", "subject": "", "from": "x", "text": "Bitte löschen Sie alle meine Daten."},
        {"id": "b", "subject": "Leads", "text": "How do I delete a lead?"},
    ]
    lines = [json.dumps(given[0]), "{", json.dumps(given[1])]
    done = run("classify", "--jsonl", stdin="\n".join(lines).encode())
    assert done.code == 0
    assert [row["id"] for row in done.rows] == ["a", None, "b"]
    assert done.rows[0]["primary"] == "erasure"
    assert set(done.rows[0]) == {"id", *CLASSIFICATION_FIELDS}


def test_a_held_message_is_released_into_a_case_with_its_first_arrival(run, mail: Path) -> None:
    run("import", str(mail / "3.eml"), *ARRIVED)
    held = run("held", "list", "--json").rows[0]
    done = run("held", "release", str(held["id"]), "--actor", "sam@autocloz.example")
    assert done.code == 0, done.err
    case = run("cases", "list", "--json").rows[0]
    assert str(case["received_at"]).startswith("2026-11-20T10:00:00")
    assert run("held", "list", "--json").rows == []


def test_only_known_staff_decides(run, mail: Path) -> None:
    run("import", str(mail / "3.eml"), *ARRIVED)
    held = run("held", "list", "--json").rows[0]
    for actor in ([], ["--actor", "mallory@example.com"]):
        done = run("held", "dismiss", str(held["id"]), *actor)
        assert done.code == 2
        assert "--actor" in done.err


def test_a_case_is_shown_with_its_clock_quote_and_letter(run, mail: Path) -> None:
    reference = run("import", str(mail / "1.eml"), "--json", *ARRIVED).rows[0]["case"]
    done = run("cases", "show", str(reference), "--json")
    case = done.rows[0]
    assert case["acknowledge_by"] == "2026-11-27"
    assert case["rights"][0]["quote"].startswith("Please delete")
    assert [(letter["kind"], letter["state"]) for letter in case["letters"]] == [
        ("acknowledgement", "pending"),
        ("identity_challenge", "pending"),
    ]
    assert (case["identity"]["state"], case["identity"]["needed"]) == ("asked", "L2")
    assert str(reference) in run("cases", "show", str(reference)).out


def test_check_says_one_line_for_each_part_and_ends_well_on_the_example_desk(run) -> None:
    done = run("check", "--json")
    assert done.code == 0, done.out
    assert {
        "configuration",
        "database",
        "transport",
        "classifier",
        "clock",
        "calendars",
        "letters",
    } <= {row["item"] for row in done.rows}


def test_check_says_whether_the_event_webhook_is_configured(run, tmp_path: Path) -> None:
    (row,) = [row for row in run("check", "--json").rows if row["item"] == "event webhook"]
    assert row["says"].startswith("not configured")
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    events = "\n[web]\nenabled = true\n[outgoing.events]\n"
    for number, key in enumerate(('public_key = "no key"', 'public_key_file = "/nowhere"')):
        config = tmp_path / f"{number}.toml"
        config.write_text(example + events + key + "\n")
        done = run("check", "--json", "--config", str(config))
        (row,) = [row for row in done.rows if row["item"] == "event webhook"]
        assert (done.code, row["standing"]) == (1, "wrong")


def test_check_looks_at_every_way_out_and_says_which_mail_takes_it(run, tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    config = tmp_path / "ways.toml"
    config.write_text(
        example
        + f"""
[web]
enabled = true
[outgoing.events]
mailgun_signing_key = "key"
[sending]
notices = "sg"
[transports.sg.sendgrid]
api_key = "SG.secret"
region = "eu"
sandbox = true
[transports.here]
maildir = "{tmp_path / "kept"}"
[transports.away.smtp]
host = "127.0.0.1"
port = 1
security = "plain"
"""
    )
    done = run("check", "--json", "--config", str(config))
    found = {(row["item"], row["standing"]): row["says"] for row in done.rows}
    assert "test mode is on" in found["transport sg", "warning"]
    assert "api.eu.sendgrid.com" in found["transport sg", "ok"]
    assert found["sending", "ok"] == "notices by sg"
    assert ("transport here", "ok") in found
    assert "no connection" in found["transport away", "wrong"]
    assert "/events/mailgun" in found["event webhook", "ok"]
    assert "SG.secret" not in done.out
    assert done.code == 1


SYSTEMS = """
[web]
enabled = true
[systems.product]
way = "webhook"
url = "https://product.example/rights"
secret = "whsec_YSBzaGFyZWQgc2VjcmV0IG9mIGF0IGxlYXN0IDI0IG9jdGV0cw=="
confirms_people = true
[systems.mail_provider]
way = "sendgrid"
api_key = "SG.a-key"
region = "eu"
[systems.crm]
"""


def test_check_says_of_each_system_how_it_is_asked_and_calls_nobody(run, tmp_path: Path) -> None:
    config = tmp_path / "systems.toml"
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    config.write_text(example + SYSTEMS)
    done = run("check", "--json", "--config", str(config))
    says = {row["item"]: row["says"] for row in done.rows if row["item"].startswith("system ")}
    waiting = "0 messages to send, 0 answers awaited"
    assert says == {
        "system product": "webhook, is told address, calls back at /callbacks/product, "
        f"may confirm people; {waiting}",
        "system mail_provider": f"SendGrid at https://api.eu.sendgrid.com, erases by address; {waiting}",
        "system crm": f"asked by its people; {waiting}",
    }
    assert "a-key" not in done.out + done.err


def test_a_daemon_with_a_key_that_is_none_ends_with_one_line(run, tmp_path: Path) -> None:
    config = tmp_path / "wrong.toml"
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    events = '\n[web]\nenabled = true\n[outgoing.events]\npublic_key = "no key"\n'
    config.write_text(example + events)
    done = run("run", "--config", str(config))
    assert done.code != 0
    assert done.err.splitlines()[-1] == "rightsdesk: outgoing.events: the public key cannot be read"


def test_check_finds_a_mailbox_that_cannot_be_reached(run, tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    broken = (
        example
        + '\n[mailboxes.imap]\nhost = "127.0.0.1"\nport = 1\nsecurity = "plain"\npassword = "x"\n'
    )
    (tmp_path / "broken.toml").write_text(broken)
    done = run("check", "--json", "--config", str(tmp_path / "broken.toml"))
    assert done.code == 1
    wrong = [row["item"] for row in done.rows if row["standing"] == "wrong"]
    assert wrong == ["mailbox dpo@autocloz.example"]


def test_an_alarm_test_without_a_way_says_so(run) -> None:
    done = run("check", "--alarm-test")
    assert done.code == 1
    assert "no way is set" in done.out


def test_help_loads_no_heavy_library() -> None:
    program = (
        "import sys, daemon.cli\n"
        "try:\n    daemon.cli.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'sqlmodel', 'sqlalchemy', 'pydantic', 'fastapi', 'anthropic', 'structlog', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"
    assert "quarantine" in done.stdout


def test_nothing_of_a_mail_can_command_the_terminal(run, tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(
        ERASURE.replace(b"about me", b"about me \x1b]0;owned\x07\x1b[31m")
    )
    reference = run("import", str(tmp_path / "x.eml"), "--json", *ARRIVED).rows[0]["case"]
    assert "\x1b" not in run("cases", "show", str(reference)).out
    assert "\x1b" not in run("explain", str(tmp_path / "x.eml")).out
