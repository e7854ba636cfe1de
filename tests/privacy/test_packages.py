"""Packages: which files may go out under which names, what a link needs, and what becomes of a package with time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.packages import (
    FORMATS,
    LONGEST_NAME,
    LinkFacts,
    PackageFacts,
    PackageStep,
    PackedFile,
    against_content,
    against_link,
    format_of,
    look_at_package,
    package_digest,
    safe_name,
)

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
BEGINNINGS = {
    "zip": b"PK\x03\x04rest",
    "xlsx": b"PK\x03\x04rest",
    "pdf": b"%PDF-1.7",
    "gz": b"\x1f\x8b\x08",
    "json": b'\xef\xbb\xbf {"a": 1}',
    "csv": b"name,mail\n",
    "txt": "Größe".encode("latin-1"),
}


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("data.zip", "data.zip"),
        ("../../etc/passwd", "passwd"),
        ("..\\x.csv", "x.csv"),
        ("/etc/x", "x"),
        (".", "data"),
        ("..", "data"),
        ("", "data"),
        ("a\0.pdf", "a_.pdf"),
        ("CON", "data_CON"),
        ("nul.tar.gz", "data_nul.tar.gz"),
        ("inv\u202efdp.exe", "inv_fdp.exe"),
        (".htaccess", "htaccess"),
        ("x. .zip", "x.zip"),
        ("a<b>:c|d?e*f;g%h.zip", "a_b__c_d_e_f_g_h.zip"),
        ("n" * 400 + ".zip", "n" * 96 + ".zip"),
        ("n" * 400, "n" * 100),
        ("a.sentence that is no ending", "a.sentence that is no ending"),
    ],
)
def test_a_name_is_one_that_can_be_saved_anywhere(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=300))
def test_whatever_a_name_was_it_is_short_plain_and_stays_as_it_is(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= LONGEST_NAME
    assert safe.isprintable()
    assert not set(safe) & set('/\\<>:"|?*%;')
    assert safe not in {".", ".."}


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_a_file_is_what_its_name_says(ending: str) -> None:
    assert against_content(f"data.{ending.upper()}", BEGINNINGS[ending]) is None
    assert against_content(f"data.{ending}", b"<html><body>\0") == f"the content is no {ending}"
    assert format_of(f"my.data.{ending}") == ending.upper()


def test_a_file_that_runs_somewhere_is_none_of_a_package() -> None:
    for name in ("page.html", "run.exe", "macro.docm", "data", "picture.svg"):
        assert "a file ends with one of csv, gz" in (against_content(name, b"<") or "")


def test_json_is_no_bare_word_and_a_table_no_page() -> None:
    assert against_content("a.json", b"hello") is not None
    assert against_content("a.csv", b" \n <script>") is not None
    assert against_content("a.csv", b"mail text,\n<p>quoted</p>") is None


def test_the_digest_binds_names_contents_and_their_order() -> None:
    one = PackedFile(name="a.csv", size=3, sha256="00")
    other = replace(one, name="b.csv")
    digests = {
        package_digest(files)
        for files in (
            [],
            [one],
            [one, other],
            [other, one],
            [replace(one, size=4)],
            [replace(one, sha256="01")],
        )
    }
    assert len(digests) == 6
    assert "a.csv" not in repr(one)


GOOD = LinkFacts(
    letter_left=True, unchanged=True, identity_suffices=True, expires_at=NOW + timedelta(seconds=1)
)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (GOOD, None),
        (replace(GOOD, letter_left=False), "letter-has-not-left"),
        (replace(GOOD, unchanged=False), "package-changed"),
        (replace(GOOD, taken_back=True), "right-was-taken-back"),
        (replace(GOOD, locked=True), "locked"),
        (replace(GOOD, expires_at=NOW), "expired"),
        (replace(GOOD, identity_suffices=False), "identity-not-proved"),
    ],
)
def test_a_link_is_good_while_everything_that_was_approved_holds(
    facts: LinkFacts, reason: str | None
) -> None:
    assert against_link(facts, NOW) == reason


SENT = PackageFacts(ended=False, is_owed=False, expires_at=NOW)
WAIT, TELL, ERASE = PackageStep.WAIT, PackageStep.TELL, PackageStep.ERASE


@pytest.mark.parametrize(
    ("facts", "now", "step", "again_at"),
    [
        (replace(SENT, expires_at=None, is_owed=True), NOW, WAIT, NOW + DAY),
        (replace(SENT, expires_at=None), NOW, ERASE, None),
        (replace(SENT, ended=True, is_owed=True), NOW - 9 * DAY, ERASE, None),
        (replace(SENT, ended=True, on_hold=True), NOW, WAIT, NOW + DAY),
        (SENT, NOW - 4 * DAY, WAIT, NOW - 3 * DAY),
        (SENT, NOW - 3 * DAY, TELL, NOW),
        (replace(SENT, fetched=True), NOW - 3 * DAY, WAIT, NOW - 2 * DAY),
        (SENT, NOW, WAIT, NOW + DAY),
        (SENT, NOW + 14 * DAY - DAY / 2, WAIT, NOW + 14 * DAY),
        (SENT, NOW + 14 * DAY, ERASE, None),
        (replace(SENT, on_hold=True), NOW + 15 * DAY, WAIT, NOW + 16 * DAY),
    ],
)
def test_a_package_is_told_and_erased_in_time(
    facts: PackageFacts, now: datetime, step: PackageStep, again_at: datetime | None
) -> None:
    look = look_at_package(facts, now, tell_before=3 * DAY, grace=14 * DAY)
    assert (look.step, look.again_at) == (step, again_at)
