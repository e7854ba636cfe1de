"""Whatever is wrong, the person at the terminal gets one line that names it, and the right exit code."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from daemon.failures import exit_code_of
from daemon.settings import SettingsError, load_settings
from daemon.wiring import load_keys
from privacy.errors import OutcomeUnknown, Permanent, Retryable, WrongSetting

WORDS = "anne@person.example wants to be forgotten"
CLASSIFY = [sys.executable, "-m", "daemon.cli", "classify", "--jsonl"]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nonsense"], "COMMAND"),
        (["cases", "frob"], "ACTION"),
        (["cases", "list", "--limit", "-1"], "--limit"),
        (["cases", "list", "--limit", "many"], "--limit"),
        (["held", "list", "--limit", "0"], "--limit"),
        (["drafts", "show", "17"], "ID"),
        (["import"], "PATH"),
        (["import", "x.eml", "--received-at", "yesterday"], "--received-at"),
        (["import", "x.eml", "--received-at", "2026-11-23T12:00:00"], "--received-at"),
        (["import", "x.eml", "--mailbox", "somebody@elsewhere.example"], "--mailbox"),
        (["explain", "--jsonl"], "PATH"),
        (["classify"], "--jsonl"),
        (["cases", "list", "--config"], "--config"),
        (["held", "release", "01a20b3e-8727-7650-b13f-ce60463a8a57"], "--actor"),
    ],
)
def test_wrong_words_are_named_in_one_line(run, words, named):
    done = run(*words)
    assert done.code == 2
    assert (done.out, len(done.err.splitlines())) == ("", 1)
    assert done.err.startswith("rightsdesk")
    assert named in done.err


def test_a_clock_cannot_be_started_in_the_future(run):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    done = run("import", "x.eml", "--received-at", tomorrow)
    assert (done.code, "future" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Permanent("there is no such case"), 1),
        (SettingsError(["web.port: wrong"]), 2),
        (WrongSetting("web: cannot listen on 127.0.0.1 port 80"), 2),
        (Retryable("database: locked"), 3),
        (OutcomeUnknown("cut"), 3),
        (ValueError(WORDS), 1),
        (UnicodeDecodeError("utf-8", WORDS.encode(), 0, 1, WORDS), 1),
    ],
)
def test_an_error_has_its_exit_code_and_one_line_without_words_of_a_mail(error, code):
    found, line = exit_code_of(error)
    assert found == code
    assert len(line.splitlines()) == 1
    assert "anne" not in line


def test_a_home_that_cannot_be_made_is_a_wrong_setting(run, tmp_path: Path):
    (tmp_path / "home").write_text("this is a file")
    done = run("cases", "list")
    assert done.code == 2
    assert done.err.startswith("rightsdesk: home: ")


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("STORAGE__URL", "nonsense", "storage.url"),
        ("STORAGE__URL", "mysql://a@b/c", "storage.url"),
        ("STORAGE__URL", "sqlite:////proc/nowhere/desk.sqlite3", "storage.url"),
        ("LAW__ZONE", "Mars/Olympus", "law"),
        ("LAW__CALENDAR", "QQ", "law"),
        ("LAW__REGIMES", '["gdrp"]', "law"),
        ("KEYS__FILE", "/proc/nowhere/keys.json", "the key file"),
    ],
)
def test_a_setting_that_cannot_work_is_wrong_configuration_and_not_a_no(
    run, monkeypatch, setting, value, named
):
    """A script takes 1 for an answer about mail; only 2 tells it that the desk was never asked."""
    monkeypatch.setenv(f"RIGHTSDESK_{setting}", value)
    done = run("cases", "list")
    assert done.code == 2
    assert done.err.startswith(f"rightsdesk: {named}")
    assert len(done.err.splitlines()) == 1


def test_a_home_with_a_nul_in_it_is_named():
    with pytest.raises(SettingsError, match="home: is not the name of a folder"):
        load_keys(load_settings(None, home="a\0b", environment={}))


@pytest.mark.parametrize("words", [["--config", "desk.toml"], ["--config=desk.toml"]])
def test_the_common_options_stand_anywhere_on_the_line(run, tmp_path, words):
    (tmp_path / "desk.toml").write_text("[lisstener]\n")
    done = run(*words, "cases", "list")
    assert (done.code, "did you mean listener" in done.err) == (2, True)


def test_a_program_without_open_streams_does_its_work_and_says_so():
    """Some supervisors start programs with closed descriptors: no stream is no reason to say that the work failed."""
    closed = subprocess.run(
        ["/bin/sh", "-c", '"$@" <&- >&-', "sh", *CLASSIFY], stderr=subprocess.PIPE, check=False
    )
    assert (closed.returncode, closed.stderr) == (0, b"")


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("lines", [1, 300])
def test_output_that_cannot_be_written_is_said_in_one_line(unbuffered, lines):
    """The device is a disk without room; what stays in the buffer must not fail a second time at the end."""
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            CLASSIFY,
            input=b'{"id": 1, "text": "x"}\n' * lines,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment,
            check=False,
        )
    said = b"rightsdesk: the output could not be written (No space left on device)\n"
    assert (done.returncode, done.stderr) == (3, said)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_output_that_fails_only_at_the_end_is_said_too(unbuffered, tmp_path):
    environment = os.environ | {"PYTHONUNBUFFERED": unbuffered}
    words = [sys.executable, "-m", "daemon.cli", "db", "upgrade", "--home", str(tmp_path)]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            words, stdout=full, stderr=subprocess.PIPE, env=environment, check=False
        )
    assert done.returncode == 3
    assert done.stderr.startswith(b"rightsdesk: the output could not be written")
    assert done.stderr.count(b"\n") == 1


def test_output_is_utf_8_wherever_it_goes():
    line = '{"id": "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}", "text": "x"}\n'.encode()
    narrow = os.environ | {"PYTHONIOENCODING": "ascii"}
    done = subprocess.run(CLASSIFY, input=line, stdout=subprocess.PIPE, env=narrow, check=True)
    assert json.loads(done.stdout)["id"] == "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS}"


def test_an_environment_that_reaches_into_a_plain_setting_is_named(run, tmp_path, monkeypatch):
    (tmp_path / "rightsdesk.toml").write_text(
        'region = "eu"\n[[mailboxes]]\naddress = "privacy@autocloz.example"\n'
    )
    monkeypatch.setenv("RIGHTSDESK_REGION__X__Y", "hunter2")
    done = run("cases", "list")
    assert done.code == 2
    assert done.err == "rightsdesk: environment RIGHTSDESK_REGION__X__Y: there is no such setting\n"


def test_bytes_that_are_no_text_and_half_characters_cost_one_line_each(run):
    lines = [
        b'{"id": 1, "text": "l\xf6schen"}',
        b'{"id": 2, "text": "delete my data \\ud800"}',
        b'{"id": "\\u009b31m\\ud800", "text": "Please delete my data"}',
        b"[" * 100_000,
    ]
    done = run("classify", "--jsonl", stdin=b"\n".join(lines))
    assert done.code == 0
    assert [row["id"] for row in done.rows] == [1, 2, "\x9b31m\ud800", None]
    assert "\x9b" not in done.out


@pytest.mark.parametrize("number", ["1e999", "-1e999", "Infinity", "-Infinity", "NaN"])
def test_a_number_that_no_json_can_hold_costs_its_line(run, number):
    lines = f'{{"id": {number}, "text": "x"}}\n{{"id": [1.5, {{"a": {number}}}]}}\n{{"id": 1.5}}\n'
    done = run("classify", "--jsonl", stdin=lines.encode())
    assert done.code == 0
    assert [row["id"] for row in done.rows] == [None, None, 1.5]
    assert [row.get("error") for row in done.rows] == [
        "line 1 has a number that is not finite",
        "line 2 has a number that is not finite",
        None,
    ]


def test_a_reader_who_has_enough_is_no_error():
    line = b'{"id": 1, "text": "x"}\n'
    process = subprocess.Popen(
        CLASSIFY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stdin, process.stdout, process.stderr:
        process.stdin.write(line)
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(line * 3)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait(30) == 0
