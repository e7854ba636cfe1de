"""`rightsdesk notice`: from two texts to a signed proof, as people type it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from daemon.notice_watch import NoticeWatch
from daemon.settings import load_settings
from daemon.wiring import open_desk

HEADER = "record,workspace,person,address,name,plan,region,locale,cancelled_since\n"
PEOPLE = (
    "workspace,w1,,,Shop,pro,eu-west-1,de,\n"
    "owner,w1,p1,olivia@customer.example,Olivia,,,,\n"
    "owner,w1,p2,otto@customer.example,Otto,,,en,\n"
)
OLD = "# Privacy\n\n## Processors\n\nCalls: Ringhub.\n"
NEW = OLD.replace("Ringhub.", "Ringhub and Voxnet.")
FILE = """
[old]
version = "2026-05"
updated_on = 2026-05-01
texts = { en = "old.md" }

[new]
version = "2099-03"
updated_on = 2099-03-01
texts = { en = "new.md" }

[decision]
material = true
reason = "A new recipient."

[notice]
effective_on = 2099-03-01
zone = "Asia/Kolkata"
new_url = "https://autocloz.example/privacy/2099-03"
old_url = "https://autocloz.example/privacy/2026-05"
choices_url = "https://autocloz.example/settings/privacy"

[words.en]
why = "Ringhub does not reach every country."
[[words.en.changes]]
before = "Calls go through Ringhub."
after = "Calls go through Ringhub and Voxnet."
effect = "Voxnet gets the numbers that you call."
action = "Choose Ringhub alone under Settings."
"""
SAM, DANA, OMAR = (("--actor", f"{name}@autocloz.example") for name in ("sam", "dana", "omar"))


@pytest.fixture
def three_of_us(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ", ".join(f'"{name}@autocloz.example"' for name in ("sam", "dana", "omar"))
    monkeypatch.setenv("RIGHTSDESK_STAFF", f"[{names}]")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "old.md").write_text(OLD)
    (tmp_path / "new.md").write_text(NEW)
    path = tmp_path / "notice.toml"
    path.write_text(FILE)
    return path


def send_all(home: Path) -> None:
    """Do what the daemon does until nothing is due."""
    desk = open_desk(load_settings(home=str(home)))
    watch = NoticeWatch(desk)
    while watch.look():
        pass
    watch.stop()
    watch.close()
    desk.close()


@pytest.mark.usefixtures("file")
def test_two_texts_are_compared_without_a_database(run, tmp_path) -> None:
    done = run("notice", "compare", "old.md", "new.md")
    assert done.code == 1
    assert "+ Calls: Ringhub and Voxnet." in done.out
    assert "looks material (new-recipient)" in done.out
    assert not (tmp_path / "home").exists()
    first, second = run("notice", "compare", "old.md", "new.md", "--json").rows
    assert (first["section"], second["seen"]) == ("Processors", "Voxnet")
    assert run("notice", "compare", "old.md", "old.md").code == 0


def drafted(run, file, tmp_path) -> str:
    """From a directory to a draft; returns its digest."""
    (tmp_path / "people.csv").write_text(HEADER + PEOPLE)
    run("directory", "import", "people.csv")
    done = run("notice", "draft", str(file), *SAM)
    assert done.code == 0, done.err
    assert "2 Owners at 3600 an hour" in done.out
    (shown,) = run("notice", "preview", "2099-03", "--lang", "en", "--json").rows
    return str(shown["digest"])


def approve(run, digest: str) -> list[str]:
    words = ("notice", "approve", "2099-03", "--digest", digest)
    return [run(*words, *actor).out for actor in (DANA, OMAR)]


def test_a_notice_is_shown_as_every_kind_of_owner_gets_it(run, file, tmp_path) -> None:
    digest = drafted(run, file, tmp_path)
    kinds = {
        one["reader"]: one["language"] for one in run("notice", "preview", "2099-03", "--json").rows
    }
    assert (kinds["en"], kinds["fr"]) == ("en", "en")
    (french,) = run("notice", "preview", "2099-03", "--lang", "fr-CA", "--json").rows
    assert "Nous répondons en anglais" in str(french["text"])
    assert french["digest"] == digest
    assert run("notice", "preview", "2099-03", "--html", "--lang", "en").out.startswith("<!")
    assert "Subject: Our privacy policy" in run("notice", "preview", "2099-03", "--lang", "en").out
    assert run("notice", "preview", "2099-03", "--lang", "de").code == 2
    assert digest in run("notice", "preview", "2099-03").out


@pytest.mark.usefixtures("three_of_us")
def test_a_notice_is_approved_sent_and_proved(run, file, tmp_path) -> None:
    """Policy P21."""
    digest = drafted(run, file, tmp_path)
    assert run("notice", "send", "2099-03", *SAM).code == 1
    assert approve(run, digest) == ["approved; needs 1 more\n", "approved\n"]
    sent = run("notice", "send", "2099-03", *SAM)
    assert (sent.code, sent.out[:8]) == (0, "2 Owners")
    assert run("notice", "status", "2099-03").code == 1
    send_all(tmp_path / "home")
    status = run("notice", "status", "2099-03")
    assert (status.code, status.out.splitlines()[-1]) == (0, "may be published")
    (form,) = run("notice", "status", "2099-03", "--json").rows
    assert (form["in_time"], form["may_publish"], form["state"]) == (2, True, "ended")
    proof = ("notice", "proof", "2099-03", "--out", "proof.zip", *SAM)
    proved = run(*proof)
    assert (proved.code, proved.out.splitlines()[0]) == (
        0,
        "2 Owners, 2 in time, 0 hold publication",
    )
    assert (tmp_path / "proof.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile("proof.zip") as archive:
        archive.extract("verify.py")
    key = proved.out.splitlines()[1].rpartition(" ")[2]
    check = [sys.executable, "-I", "-S", "verify.py", "proof.zip", key]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0
    assert (run(*proof).code, run(*proof, "--force").code) == (1, 0)
    on_paper = run(*proof, "--force", "--pdf", "proof.pdf")
    assert on_paper.code == 0, on_paper.err
    assert (tmp_path / "proof.pdf").read_bytes().startswith(b"%PDF-")
    with zipfile.ZipFile("proof.zip") as archive:
        assert archive.read("proof.pdf") == (tmp_path / "proof.pdf").read_bytes()
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0
    nowhere = run(*proof, "--force", "--pdf", "nowhere/proof.pdf")
    assert (nowhere.code, "--pdf: cannot be written" in nowhere.err) == (2, True)


def test_a_change_that_is_not_material_is_decided_and_nobody_is_written_to(run, file) -> None:
    """Policy P22."""
    small = FILE.replace("material = true", "material = false").replace(
        "A new recipient.", "Named twice."
    )
    file.write_text(small.partition("[notice]")[0])
    done = run("notice", "draft", str(file), *SAM)
    assert done.code == 0, done.err
    assert "nobody is written to" in done.out
    (row,) = run("notice", "list", "--json").rows
    assert (row["state"], row["effective_on"], row["proposals"]) == (
        "stamp_only",
        "2099-03-01",
        ["new-recipient"],
    )
    assert run("notice", "status", "2099-03").code == 0
    sent = run("notice", "send", "2099-03", *SAM)
    assert (sent.code, "not material" in sent.err) == (1, True)


@pytest.mark.usefixtures("three_of_us")
def test_who_holds_publication_is_listed_and_decided_about(run, file, tmp_path) -> None:
    approve(run, drafted(run, file, tmp_path))
    run("notice", "send", "2099-03", *SAM)
    holding = run("notice", "status", "2099-03", "--holding", "--json").rows
    assert [one["state"] for one in holding] == ["waiting", "waiting"]
    decided = run(
        "notice", "decide", "2099-03", "--owner", str(holding[0]["owner"]), "--reason", "By letter.", *SAM
    )  # fmt: skip
    assert decided.out == "decided about 1 Owners\n"
    assert len(run("notice", "status", "2099-03", "--holding", "--json").rows) == 1
    moved = ("notice", "decide", "2099-03", "--all", "--reason", "One more.", *SAM)
    assert (run(*moved).code, run(*moved, "--effective", "2099-04-01").code) == (2, 0)
    workspace = ("notice", "decide", "2099-03", "--workspace", "w1", "--effective", "2099-05-01")
    assert run(*workspace, "--reason", "Late.", *SAM).out == "decided about 2 Owners\n"
    stopped = run("notice", "stop", "2099-03", *SAM)
    assert stopped.out == "stopped: stopped\n"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("material = true", "material = 7.5"), "decision.material"),
        (("Asia/Kolkata", "Asia/Nowhere"), "notice.zone: is no time zone"),
        (("new.md", "missing.md"), "missing.md: cannot be read"),
        (("[decision]", "[decisions]"), "decision"),
        (("[old]", "[old"), "FILE:"),
        (("[[words.en.changes]]", "[words.en.changes]"), "words.en.changes"),
        (("effect = ", "effects = "), "effects"),
        (('{ en = "old.md" }', '{ de = "old.md" }'), "leading"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place_and_changes_nothing(
    run, file, change, said
) -> None:
    file.write_text(FILE.replace(*change))
    done = run("notice", "draft", str(file), *SAM)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert run("notice", "list").out == "nothing\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("notice", "status", "7"), 1),
        (("notice", "preview", "7"), 1),
        (("notice", "draft", "no.toml", *SAM), 2),
        (("notice", "compare", "no.md", "no.md"), 2),
        (("notice", "send", "7", "--actor", "mallory@elsewhere.example"), 2),
        (("notice", "decide", "7", "--all", "--effective", "soon", "--reason", "x", *SAM), 2),
    ],
)
def test_what_is_not_there_is_said_in_one_line(run, words, code) -> None:
    done = run(*words)
    assert done.code == code
    assert len(done.err.strip().splitlines()) == 1
