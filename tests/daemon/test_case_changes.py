"""What staff do to cases on the command line: enter, correct, hold, export, merge, split."""

import json

import pytest

ACTOR = ("--actor", "sam@autocloz.example")
ENTRY = (
    *("cases", "add", "--channel", "post", "--received", "2026-11-20", "--zone", "Europe/Dublin"),
    *("--name", "Anne", "--postal-address", "1 Sample Street", *ACTOR),
)
ERASE = "Please delete all personal data that you hold about me."


def entered(run, *words: str, text: str = ERASE) -> str:
    (row,) = run(*ENTRY, "--note", text, *words, "--json").rows
    return str(row["case"])


def shown(run, reference: str) -> dict[str, object]:
    (row,) = run("cases", "show", reference, "--json").rows
    return row


def test_a_letter_from_stdin_becomes_one_case_however_often(run) -> None:
    words = (*ENTRY, "--text", "-", "--key", "letter-17", "--json")
    (first,) = run(*words, stdin=ERASE.encode()).rows
    (again,) = run(*words, stdin=ERASE.encode()).rows
    assert (first["added"], again["added"]) == (True, False)
    assert first["case"] == again["case"]
    assert (first["rights"], first["received_at"]) == (["erasure"], "2026-11-20T00:00:00Z")
    assert (first["acknowledge_by"], first["due_on"]) == ("2026-11-27", "2026-12-20")
    assert len(run("cases", "list", "--json").rows) == 1
    assert run("tasks", "list", "--json").rows[0]["kind"] == "acknowledge_by_post"


def test_a_letter_from_a_file_and_what_staff_say_it_asks(run, tmp_path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text(ERASE)
    done = run(
        *(*ENTRY, "--text", str(letter), "--right", "objection", "--scope", "marketing"),
        *("--right", "access", "--language", "de"),
    )
    assert done.code == 0
    assert done.out.startswith("PR-")
    (row,) = run("cases", "list", "--json").rows
    assert row["rights"] == ["objection:marketing", "access"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--right", "frobnication"), "no such right; known are access"),
        (("--right", "erasure:marketing"), "only an objection has a scope"),
        (("--right", "objection:everything"), "no such scope"),
        (("--scope", "marketing"), "--scope: belongs to --right objection"),
        (("--language", "Klingon"), "a language such as de"),
        (("--received", "2126-01-01"), "cannot arrive in the future"),
        (("--received", "0001-01-01", "--zone", "Asia/Kolkata"), "calendars know"),
        (("--received", "yesterday"), "a date such as"),
        (("--zone", "Mars/Olympus"), "no such time zone"),
        (("--actor", "mallory@elsewhere.example"), "--actor: name a staff member"),
        (("--lane", "fast"), "invalid choice"),
        (("--mailbox", "sales@autocloz.example"), "--mailbox: this is no mailbox"),
    ],
)
def test_bad_input_is_one_clear_line(run, words: tuple[str, ...], told: str) -> None:
    done = run(*ENTRY, "--note", ERASE, *words)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert told in done.err
    assert run("cases", "list").out == "nothing\n"


def test_an_instant_in_the_future_and_words_that_are_none_are_refused(run, tmp_path) -> None:
    entry = ("cases", "add", "--channel", "phone", "--name", "Anne", *ACTOR)
    later = run(*entry, "--note", "x", "--received-at", "2126-01-01T00:00:00Z")
    assert (later.code, "cannot arrive in the future" in later.err) == (2, True)
    for path in (str(tmp_path / "missing"), str(tmp_path), "a\0b"):
        done = run(*ENTRY, "--text", path)
        assert (done.code, "--text: " in done.err) == (2, True)
    for stdin, told in ((b"\xff\xfe\x00", "no UTF-8"), (b"x" * 1_048_577, "more than")):
        done = run(*ENTRY, "--text", "-", stdin=stdin)
        assert (done.code, told in done.err) == (2, True)
    assert json.loads(run("cases", "list", "--json").out or "[]") == []


def test_a_correction_is_printed_as_it_is_stored(run) -> None:
    reference = entered(run)
    done = run(
        *("cases", "correct", reference.lower(), "--add", "access", "--note", "On the phone."),
        *("--lane", "complaint", "--language", "fr", *ACTOR, "--json"),
    )
    changes = {(row["what"], row["before"], row["after"]) for row in done.rows}
    assert changes >= {
        ("lane", "rights", "complaint"),
        ("language", "en", "fr"),
        ("right", None, "access"),
    }
    case = shown(run, reference)
    assert (case["lane"], case["language"], case["for"]) == ("complaint", "fr", "dpo and handler")
    assert run("cases", "correct", reference, "--not-asked", "erasure", *ACTOR).code == 0
    rights = shown(run, reference)["rights"]
    assert isinstance(rights, list)
    assert [(right["right"], right["state"]) for right in rights] == [
        ("erasure", "not_a_request"),
        ("access", "received"),
    ]


def test_a_new_address_is_named_alone_and_shown_to_staff_only_in_its_case(run) -> None:
    wrong = "Please correct my e-mail address, it is wrong."
    reference = entered(run, "--address", "anne@person.example", text=wrong)
    named = ("cases", "correct", reference, "--new-address", "anne.new@home.example", *ACTOR)
    beside = run(*named, "--lane", "complaint")
    assert (beside.code, "--new-address: stands alone" in beside.err) == (2, True)
    done = run(*named, "--json")
    assert done.rows == [{"what": "new address", "before": None, "after": "named"}]
    page = run("cases", "show", reference).out
    told = "address to be changed from anne@person.example to anne.new@home.example: wanted"
    assert told in page
    assert "new one proved not yet, letters move not yet" in page


def test_nobody_without_an_address_on_file_gets_another_one(run) -> None:
    reference = entered(run, text="Please correct my e-mail address, it is wrong.")
    done = run("cases", "correct", reference, "--new-address", "anne.new@home.example", *ACTOR)
    assert (done.code, "nobody knows the old address" in done.err) == (1, True)


def test_an_objection_gets_its_scope(run) -> None:
    reference = entered(run, "--right", "objection")
    words = ("cases", "correct", reference, "--rescope", "objection", *ACTOR)
    assert run(*words, "--scope", "marketing").code == 0
    assert run("cases", "list", "--json").rows[0]["rights"] == ["objection:marketing"]
    assert run(*words, "--scope", "none").code == 0
    assert run("cases", "list", "--json").rows[0]["rights"] == ["objection"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 1, "nothing would change"),
        (("--add", "access"), 1, "with a quote of the case"),
        (("--add", "erasure", "--note", "x"), 1, "asks for erasure already"),
        (("--scope", "marketing"), 2, "--scope: belongs to --rescope"),
        (("--rescope", "objection"), 2, "--scope: belongs to --rescope"),
        (("--rescope", "erasure", "--scope", "none"), 2, "only an objection has a scope"),
        (("--add", "everything"), 2, "no such right"),
        (("--not-asked", "access"), 1, "asks for no access"),
    ],
)
def test_a_correction_that_is_none_is_one_clear_line(run, words, code: int, told: str) -> None:
    done = run("cases", "correct", entered(run), *words, *ACTOR)
    assert (done.code, len(done.err.splitlines())) == (code, 1)
    assert told in done.err


def test_a_hold_is_shown_in_the_list_and_in_the_case(run) -> None:
    reference = entered(run)
    assert run("cases", "list", "--json").rows[0]["on_hold"] is False
    words = ("cases", "hold", reference, "--reason", "A lawsuit.", *ACTOR)
    assert run(*words).out == "on hold\n"
    assert run("cases", "list", "--json").rows[0]["on_hold"] is True
    assert "A lawsuit." in run("cases", "show", reference).out
    again = run(*words)
    assert (again.code, again.err) == (1, "rightsdesk: the case is on hold already\n")
    assert run(*words, "--release").out == "released\n"
    assert run("cases", "list", "--json").rows[0]["on_hold"] is False
    assert run(*words[:-2], "--actor", "mallory@elsewhere.example").code == 2


def test_a_case_file_is_written_for_its_owner_and_over_no_other_file(run, tmp_path) -> None:
    reference, out = entered(run), tmp_path / "case.zip"
    words = ("cases", "export", reference.lower(), "--out", str(out), *ACTOR)
    done = run(*words)
    assert done.code == 0
    first = out.read_bytes()
    assert (out.stat().st_mode & 0o777, len(first)) == (0o600, int(done.out.split()[0]))
    again = run(*words, "--redacted")
    assert (again.code, "--force writes over it" in again.err) == (1, True)
    assert out.read_bytes() == first
    assert run(*words, "--redacted", "--force").code == 0
    assert out.read_bytes() != first
    assert out.stat().st_mode & 0o777 == 0o600
    assert run(*words, "--force").code == 0
    assert out.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".case")] == []


def test_a_case_file_is_checked_with_and_without_the_desk(run, tmp_path) -> None:
    reference, out = entered(run), tmp_path / "case.zip"
    key = run("cases", "export", reference, "--out", str(out), *ACTOR).out.split()[-1]
    assert run("cases", "verify-export", str(out)).out == f"{reference}: whole, and signed\n"
    alone = ("cases", "verify-export", str(out), "--public-key")
    (form,) = run(*alone, key, "--json").rows
    assert (form["whole"], form["case"], form["public_key"]) == (True, reference, key)
    other = run(*alone, "00" * 32)
    assert (other.code, other.out) == (1, "signed by nobody whom we know\n")
    assert run(*alone, "00").code == 2


def test_a_file_that_cannot_be_written_or_read_is_one_clear_line(run, tmp_path) -> None:
    reference = entered(run)
    for path in (str(tmp_path / "missing" / "case.zip"), "a\0b", str(tmp_path)):
        done = run("cases", "export", reference, "--out", path, *ACTOR)
        assert done.code in {1, 2}
        assert done.err.startswith("rightsdesk: --out: ")
        assert len(done.err.splitlines()) == 1
    (tmp_path / "no.zip").write_bytes(b"no zip")
    for path, code in ((str(tmp_path / "none"), 2), ("a\0b", 2), (str(tmp_path / "no.zip"), 1)):
        done = run("cases", "verify-export", path)
        assert (done.code, len(done.err.splitlines())) == (code, 1)


def test_cases_are_merged_split_and_related_on_the_command_line(run) -> None:
    one = entered(run, "--right", "access")
    other = entered(run, "--right", "erasure")
    done = run("cases", "merge", one.lower(), other.lower(), *ACTOR)
    assert (done.code, done.out) == (0, f"{one}: access, erasure, answer by 2026-12-20\n")
    assert (shown(run, one)["parts"], shown(run, other)["part_of"]) == ([other], one)
    assert f"{other} is duplicate_of {one}" in run("cases", "show", one).out
    assert run("cases", "split", other, *ACTOR).out.startswith(f"{other}: erasure")
    again = run("cases", "split", other, *ACTOR)
    assert (again.code, "--item" in again.err, len(again.err.splitlines())) == (1, True, 1)
    assert run("cases", "merge", one, other, *ACTOR).code == 0
    new = run("cases", "split", one, "--item", "erasure", *ACTOR).out.split(":")[0]
    assert new not in {one, other}
    related = ("cases", "relate", one, "superseded_by", new, *ACTOR)
    assert run(*related).out == "related\n"
    assert run(*related, "--remove").out == "removed\n"
    assert run("cases", "relate", one, "cousin_of", new, *ACTOR).code == 2
