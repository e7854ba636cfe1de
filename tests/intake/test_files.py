"""Mail from files: what is found, when it arrived, and what cannot be read."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake import files
from intake.files import iter_files
from intake.files_arrival import date_header
from intake.files_mbox import separator_time
from privacy.messages import ArrivalBasis, Route

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LAST_WEEK = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
PRIVACY = "privacy@autocloz.example"
MAIL = b"From: anne@person.example\nSubject: my data\n\nPlease delete it.\n"


def read(*paths, **choices):
    return list(iter_files(map(str, paths), mailbox=PRIVACY, now=NOW, **choices))


def raws(items):
    return [item.message.raw for item in items if item.message]


def put(path, content=MAIL, *, modified=LAST_WEEK):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (modified.timestamp(), modified.timestamp()))
    return path


def test_a_message_file_comes_in_byte_for_byte(tmp_path):
    ugly = b"Subject: \xff\x00\r\n\r\nbare \r and \n"
    (item,) = read(put(tmp_path / "a.eml", ugly))
    assert item.message.raw == ugly
    assert (item.message.route, item.message.mailbox) == (Route.FILE, PRIVACY)
    assert item.message.envelope_from is None


def test_a_folder_is_read_to_its_bottom_in_the_order_of_names(tmp_path):
    for name in ("b/2.eml", "b/10.eml", "a.EML", "c.eml"):
        put(tmp_path / name, b"Subject: " + name.encode())
    assert [item.path for item in read(tmp_path)] == [
        str(tmp_path / name) for name in ("a.EML", "b/10.eml", "b/2.eml", "c.eml")
    ]


def test_what_cannot_be_read_is_said_and_the_rest_goes_on(tmp_path):
    put(tmp_path / "a.eml")
    put(tmp_path / "b.pdf", b"%PDF-1.7")
    put(tmp_path / "c.eml", b"")
    put(tmp_path / "d.mbox", b"no separator")
    (tmp_path / "e.eml").symlink_to(tmp_path / "a.eml")
    os.mkfifo(tmp_path / "f.eml")
    put(tmp_path / ".hidden.eml")
    put(tmp_path / "z.eml")
    errors = {item.path[-5:]: item.error for item in read(tmp_path)}
    assert errors == {
        "a.eml": None,
        "b.pdf": "not-mail",
        "c.eml": "empty",
        ".mbox": "not-an-mbox",
        "e.eml": "symbolic-link",
        "f.eml": "not-a-file",
        "z.eml": None,
    }


def test_a_missing_path_is_an_item_of_its_own(tmp_path):
    missing, found = read(tmp_path / "nothing.eml", put(tmp_path / "a.eml"))
    assert (missing.error, found.error) == ("cannot-read", None)


def test_a_message_that_is_too_large_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_MESSAGE_BYTES", len(MAIL))
    put(tmp_path / "a.eml", MAIL + b"x")
    put(tmp_path / "b.eml")
    put(tmp_path / "c.mbox", mbox((LAST_WEEK, b"X: y\n" + MAIL), (LAST_WEEK, MAIL)))
    assert [item.error for item in read(tmp_path)] == ["too-large", None, "too-large", None]


def test_mail_without_a_suffix_is_known_by_its_first_line(tmp_path):
    put(tmp_path / "1", b"Received: from x\n\nhello")
    put(tmp_path / "2", b"Dear diary: today")
    assert [item.error for item in read(tmp_path)] == [None, "not-mail"]


def test_one_message_comes_from_standard_input():
    (item,) = read("-", standard_input=MAIL)
    assert (item.path, item.message.raw) == ("-", MAIL)
    (nothing,) = read("-")
    assert nothing.error == "empty"


def mbox(*mails):
    """Return an mbox file of (instant, mail) pairs."""
    return b"".join(
        b"From anne@person.example %s\n%s\n" % (at.strftime("%a %b %d %H:%M:%S %Y").encode(), raw)
        for at, raw in mails
    )


def test_an_mbox_is_cut_into_its_messages_with_their_times(tmp_path):
    second = MAIL + b"\nFrom here on it is text.\n\nFrom me\n"
    path = put(tmp_path / "box", mbox((LAST_WEEK, MAIL), (NOW, second)))
    items = read(path)
    assert raws(items) == [MAIL, second]
    assert [item.message.received_at for item in items] == [LAST_WEEK, NOW]
    assert {item.message.arrival_basis for item in items} == {ArrivalBasis.FILE_TIME}
    assert [item.path for item in items] == [f"{path}#1", f"{path}#2"]


def test_quoted_separators_of_an_mbox_lose_their_quote(tmp_path):
    body = b"Subject: x\n\n>From me\n>>From you\n> From nobody\na >From b\n"
    path = put(tmp_path / "a.mbox", mbox((LAST_WEEK, body)))
    assert raws(read(path)) == [b"Subject: x\n\nFrom me\n>From you\n> From nobody\na >From b\n"]


def test_an_mbox_keeps_line_ends_and_long_lines(tmp_path):
    mail = b"Subject: x\r\n\r\n" + b"y" * 200_000 + b"\r\n"
    content = mbox((LAST_WEEK, mail)).replace(b"\n", b"\r\n").replace(b"\r\r", b"\r")
    assert raws(read(put(tmp_path / "a.mbox", content))) == [mail]


def test_a_separator_in_the_middle_of_a_paragraph_is_text(tmp_path):
    text = b"Subject: x\n\nhe wrote\nFrom anne Mon Nov 16 09:30:00 2026\nand more\n"
    assert raws(read(put(tmp_path / "a.mbox", mbox((LAST_WEEK, text))))) == [text]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_any_bytes_survive_an_mbox_that_quotes_them(tmp_path_factory, bodies):
    mails = [b"Subject: x\n\n" + body.replace(b"From ", b"from ") + b"\n" for body in bodies]
    path = put(tmp_path_factory.mktemp("box") / "a.mbox", mbox(*((LAST_WEEK, m) for m in mails)))
    found = raws(read(path))
    assert [mail.rstrip(b"\r\n") for mail in found] == [mail.rstrip(b"\r\n") for mail in mails]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"From anne@person.example Mon Nov 16 09:30:00 2026\n", LAST_WEEK),
        (b"From - Mon Nov 16 09:30:00 2026\r\n", LAST_WEEK),
        (b"From 17@xxx Mon Nov 16 11:30:00 +0200 2026\n", LAST_WEEK),
        (b"From anne Mon Nov 16 04:30 2026 -0500\n", LAST_WEEK),
        (b"From anne Mon Nov 36 09:30:00 2026\n", None),
        (b"From anne Mon Nov 16 09:30:00 twenty\n", None),
        (b"From anne Mon Nov 16 09:30:00 2026 +9999\n", None),
        (b"From me to you\n", None),
    ],
)
def test_the_time_on_a_separator(line, expected):
    assert separator_time(line) == expected


def test_a_maildir_is_known_by_its_folders(tmp_path):
    seconds = int(LAST_WEEK.timestamp())
    put(tmp_path / f"cur/{seconds}.M1P1.host:2,S", b"Subject: named")
    put(tmp_path / "new/odd-name", b"Subject: odd", modified=LAST_WEEK + timedelta(days=1))
    put(tmp_path / f"tmp/{seconds}.unfinished", b"Subject: half")
    put(tmp_path / f".Archive/cur/{seconds}.M2P1.host:2,S", b"Subject: deep")
    (tmp_path / ".Archive/new").mkdir()
    put(tmp_path / "dovecot.index", b"noise")
    items = read(tmp_path)
    assert raws(items) == [b"Subject: odd", b"Subject: named", b"Subject: deep"]
    assert [item.message.received_at for item in items] == [
        LAST_WEEK + timedelta(days=1),
        LAST_WEEK,
        LAST_WEEK,
    ]
    assert {item.message.arrival_basis for item in items} == {ArrivalBasis.FILE_TIME}


def arrival(path, **choices):
    (item,) = read(path, **choices)
    return item.message.received_at, item.message.arrival_basis, item.message.quiet_reason


def test_a_given_instant_wins(tmp_path):
    path = put(tmp_path / "a.mbox", mbox((NOW, MAIL)))
    given_at = datetime(2026, 10, 1, tzinfo=UTC)
    assert arrival(path, received_at=given_at, boundary_received_at=lambda _: NOW) == (
        given_at,
        ArrivalBasis.GIVEN,
        None,
    )


def test_our_boundary_wins_over_the_time_of_the_file(tmp_path):
    path = put(tmp_path / "a.mbox", mbox((NOW, MAIL)))
    assert arrival(path, boundary_received_at=lambda _: LAST_WEEK) == (
        LAST_WEEK,
        ArrivalBasis.RECEIVED,
        None,
    )


@pytest.mark.parametrize(
    ("date", "modified", "expected"),
    [
        (b"Mon, 16 Nov 2026 10:30:00 +0100", NOW, LAST_WEEK),
        (b"Sat, 21 Nov 2026 10:30:00 +0100", LAST_WEEK, LAST_WEEK),
        (b"Mon, 16 Nov 2099 10:30:00 +0100", LAST_WEEK, LAST_WEEK),
        (b"Thu, 01 Jan 1970 00:00:00 +0000", LAST_WEEK, LAST_WEEK),
        (b"yesterday evening", LAST_WEEK, LAST_WEEK),
        (b"Mon, 16 Nov 2099 10:30:00 +0100", NOW + timedelta(days=400), NOW),
    ],
)
def test_an_unknown_arrival_counts_from_the_oldest_plausible_time_and_waits_for_a_person(
    tmp_path, date, modified, expected
):
    path = put(tmp_path / "a.eml", b"Date: " + date + b"\n" + MAIL, modified=modified)
    assert arrival(path) == (expected, ArrivalBasis.UNKNOWN, "arrival-unknown")


def test_standard_input_without_any_date_counts_from_now():
    assert arrival("-", standard_input=MAIL)[:2] == (NOW, ArrivalBasis.UNKNOWN)


def test_a_time_that_lies_ahead_is_cut_to_now(tmp_path):
    path = put(tmp_path / "a.mbox", mbox((NOW + timedelta(days=9), MAIL)))
    assert arrival(path)[:2] == (NOW, ArrivalBasis.FILE_TIME)


@pytest.mark.parametrize(
    "field",
    [b"Date: 31 Dec 9999 23:59:00 -2359", b"Date: 1 Jan 99999999999", b"Date: " + b"9" * 70],
)
def test_a_hostile_date_is_no_date(field):
    assert date_header(field + b"\n\nDate: Mon, 16 Nov 2026 09:30:00 +0000") is None


@given(st.binary(max_size=2_000))
def test_any_bytes_are_a_message_or_an_error(raw):
    (item,) = read("-", standard_input=raw)
    assert (item.message is None) == (item.error is not None)
