"""`rightsdesk letters`, as a person at the keyboard uses it."""

import json

import pytest

from daemon.cli import main


def out(capsys, *words: str) -> str:
    assert main(["letters", *words]) == 0
    return capsys.readouterr().out


def test_list_names_every_letter_with_its_languages(capsys):
    rows = [json.loads(line) for line in out(capsys, "list", "--json").splitlines()]
    names = {row["letter"] for row in rows}
    assert {"acknowledgement", "identity_challenge", "refusal", "staff_sign_in"} <= names
    assert all("en" in row["languages"] and row["when"] and row["fields"] for row in rows)
    assert "refusal" in out(capsys, "list")


def test_preview_shows_a_sample_in_the_language_asked_for(capsys):
    shown = out(capsys, "preview", "refusal", "--lang", "de")
    assert shown.startswith("subject: Unsere Entscheidung über Ihr Datenschutz-Anliegen [PR-")
    assert "sample" in shown
    assert out(capsys, "preview", "refusal", "--html").startswith("<!DOCTYPE html>")
    assert out(capsys, "preview", "refusal", "--text").startswith("--- Reply above this line ---")
    told = json.loads(out(capsys, "preview", "refusal", "--lang", "hi", "--json"))
    assert (told["language"], told["sample"]) == ("hi", True)


def test_preview_in_another_language_is_english_with_one_line_in_it(capsys):
    shown = out(capsys, "preview", "child_writer", "--lang", "da")
    assert "Vi svarer på engelsk." in shown
    assert "Thank you for writing to us." in shown


def test_preview_writes_a_file(capsys, tmp_path):
    file = tmp_path / "letter.html"
    assert out(capsys, "preview", "extension", "--html", "--out", str(file)) == ""
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_preview_of_no_letter_says_so_in_one_line(capsys):
    assert main(["letters", "preview", "poem"]) != 0
    assert capsys.readouterr().err.strip().count("\n") == 0


def test_check_finds_nothing_in_ours_and_all_in_theirs(capsys, tmp_path, monkeypatch):
    assert "nothing is wrong" in out(capsys, "check")
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "own.toml").write_text('[refusal]\nh_wy = "Why"\ndecision = "No."\n')
    monkeypatch.setenv("RIGHTSDESK_LETTERS__FOLDER", str(tmp_path))
    assert main(["letters", "check"]) == 1
    shown = capsys.readouterr().out
    assert "h_wy is no sentence of this letter" in shown
    assert "decision has other fields" in shown


@pytest.mark.parametrize("words", [("preview", "refusal"), ("list",)])
def test_wrong_words_of_the_operator_stop_what_would_use_them(capsys, tmp_path, monkeypatch, words):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "own.toml").write_text('[refusal]\nh_wy = "Why"\n')
    monkeypatch.setenv("RIGHTSDESK_LETTERS__FOLDER", str(tmp_path))
    code = main(["letters", *words])
    assert code == (2 if words[0] == "preview" else 0)
    assert ("own.toml:2" in capsys.readouterr().err) is (words[0] == "preview")
