"""`rightsdesk explain`: the whole reading of a message, for programs and for people."""

import json

import pytest

from daemon.cli import main
from made_mails import HTML, PLAIN, file, multipart

RAW = multipart(
    PLAIN + b"see attached",
    HTML + b"<p style='display:none'>sixteen letters x</p>",
    file(b"letter.txt", b"Please erase all my personal data.", b"text/plain"),
    file(b"scan.pdf", b"%PDF-1" + b"x" * 2_000, b"application/octet-stream"),
    b"Content-Type: message/rfc822\r\n\r\nFrom: bea@thorn.example\r\nSubject: in\r\n\r\nhello",
)


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "letter.eml"
    found.write_bytes(RAW)
    return str(found)


def test_it_says_everything_that_was_read_to_programs(path, tmp_path, capsys):
    assert main(["explain", path, "--jsonl", "--home", str(tmp_path / "home")]) == 0
    form = json.loads(capsys.readouterr().out)
    assert form["hidden_characters"] == len("sixteenlettersx")
    assert form["charsets"] == ["ascii", "ascii"]
    assert form["forwarded"] == [{"from": "bea@thorn.example", "subject": "in", "text": "hello"}]
    letter, scan = form["attachments"]
    assert (letter["name"], letter["type"], letter["size"]) == ("letter.txt", "text/plain", 34)
    assert letter["text"] == "Please erase all my personal data."
    assert (scan["type"], scan["declared_type"]) == ("application/pdf", "application/octet-stream")
    (claim,) = form["classification"]["rights"]
    assert (claim["in"], claim["right"]) == ("attachment:1", "erasure")
    assert form["classification"]["needs_human"]
    assert form["language"] == "en"


def test_it_says_everything_that_was_read_to_people(path, tmp_path, capsys):
    assert main(["explain", path, "--home", str(tmp_path / "home")]) == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    for expected in (
        "from: anne@berg.example",
        "file: letter.txt (text/plain, 34 bytes)",
        "file: scan.pdf (application/pdf, 2.0 kB)",
        "forwarded: in, from bea@thorn.example",
        "hidden from people: 15 characters",
        "asks for erasure in attachment:1 (en.erasure.data): Please erase all my personal data.",
        "new text:",
        "see attached",
    ):
        assert expected in lines, lines


def test_people_read_why_nobody_is_believed_and_only_the_beginning_of_a_long_text(tmp_path, capsys):
    path = tmp_path / "long.eml"
    path.write_bytes(b"Subject: x\r\n\r\n" + b"please erase my data\r\n" * 60)
    assert main(["explain", str(path), "--home", str(tmp_path / "home")]) == 0
    shown = capsys.readouterr().out
    assert "from: nobody who can be believed (no-from)" in shown
    assert "(20 more lines)" in shown
    assert shown.count("    please erase my data\n") == 40
