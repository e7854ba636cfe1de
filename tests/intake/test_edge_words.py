"""Odd charsets, headers, dates and markup: read as people mean them, and named where they deceive."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.deception import hides_characters, mixes_scripts
from intake.folding import fold
from intake.markup import html_to_text
from intake.parse import parse_message
from made_mails import HEADERS, HTML, PLAIN, REQUEST, file, mail, multipart

BEFORE = "<p>What does it cost?</p>"


def word(text: str) -> bytes:
    return b"=?utf-8?B?" + base64.b64encode(text.encode()) + b"?="


def with_header(name: bytes, value: bytes) -> bytes:
    kept = [line for line in HEADERS.splitlines(keepends=True) if not line.startswith(name)]
    return name + b": " + value + b"\r\n" + b"".join(kept) + b"\r\n" + REQUEST


@pytest.mark.edge("E083", "E084", "E085", "E086", "E087", "E088", "E089")
@pytest.mark.parametrize(
    ("charset", "data", "text", "rung"),
    [
        (b"utf-7", b"+ADw-b+AD4- L+APY-schung", "<b> Löschung", "declared:utf-7"),
        (b"gb2312", "請刪除朱镕基".encode("gb18030"), "請刪除朱镕基", "declared:gb18030"),
        (b"euc-kr", "똠방각하".encode("cp949"), "똠방각하", "declared:cp949"),
        (b"us-ascii", "削除して".encode("iso2022_jp"), "削除して", "escape:iso2022_jp_ext"),
        (b"iso-2022-jp", b"\x1b$B-!:o=|\x1b(B ok", "①削除 ok", "escape:cp50221"),
        (b"iso-2022-jp", b"\x1b$B:o=|\x1b(I1\x1b(B", "削除ｱ", "escape:iso2022_jp_ext"),
        (b"utf-16", "löschen".encode("utf-16"), "löschen", "declared:utf-16"),
        (b"utf-8", b"\xef\xbb\xbfl\xc3\xb6schen", "löschen", "declared:utf-8"),
        (b"iso-8859-1", b"\x80 5 \x84x\x93", "€ 5 „x“", "declared:cp1252"),
        (b'" iso-8859-15 "', b"5 \xa4", "5 €", "declared:iso8859-15"),
        (b"x-unknown", "größer".encode(), "größer", "utf-8"),
        (b"utf-8", "lÃ¶schen".encode(), "lÃ¶schen", "declared:utf-8"),
    ],
)
def test_the_ladder_says_on_which_rung_it_read(charset, data, text, rung):
    head = (
        b"Content-Type: text/plain; charset=%s\r\nContent-Transfer-Encoding: base64\r\n" % charset
    )
    message = parse_message(mail(head, base64.encodebytes(data)))
    assert message.text == text
    assert message.charsets == (rung,)


@pytest.mark.edge("E090")
def test_text_that_was_encoded_twice_is_never_repaired_behind_anybodys_back():
    assert parse_message(mail(b"", "Bitte lÃ¶schen".encode())).text == "Bitte lÃ¶schen"


@pytest.mark.edge("E081", "E156")
@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        (b'name="=?utf-8?Q?L=C3?= =?utf-8?Q?=B6sch.pdf?="', "Lösch.pdf"),
        (b"name*0*=utf-8''L%C3;\r\n name*1*=%B6sch;\r\n name*2=.pdf", "Lösch.pdf"),
        (b'name="L\xc3\xb6sch.pdf"', "Lösch.pdf"),
    ],
)
def test_a_character_that_was_cut_in_two_becomes_whole(parameters, name):
    message = parse_message(multipart(b"Content-Type: a/b; " + parameters + b"\r\n\r\nx"))
    assert message.attachments[0].name == name


@pytest.mark.edge("E080", "E082")
@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_raw_bytes_in_a_subject_are_read(charset):
    body = "Bitte löschen Sie alle Daten über mich. Schöne Grüße".encode(charset)
    raw = with_header(b"Subject", "Löschung".encode(charset)).replace(REQUEST, body)
    message = parse_message(raw)
    assert message.subject == "Löschung"
    assert "raw-8bit-header" in message.defects


@pytest.mark.edge("E093")
@pytest.mark.parametrize(
    ("text", "hides", "mixes"),
    [
        ("er\u202ease", True, False),
        ("er\u200base", True, False),
        ("er\u200dase", True, False),
        ("my d\u0430ta", False, True),
        ("κατάλογος file", False, False),
        ("नमस्क\u094d\u200dष", False, False),
        ("می\u200cخواهم", False, False),
        ("\N{MAN}\u200d\N{PERSONAL COMPUTER}", False, False),
        ("日本語ABC", False, False),
        ("plain", False, False),
    ],
)
def test_what_deceives_the_eye_is_told_from_ordinary_writing(text, hides, mixes):
    assert hides_characters(text) is hides
    assert mixes_scripts(text) is mixes


@pytest.mark.edge("E093")
def test_deception_is_flagged_in_subject_name_file_and_text():
    subject = parse_message(with_header(b"Subject", word("er\u202ease my d\u0430ta")))
    assert subject.subject == "erase my d\u0430ta"
    assert {"subject-hides-characters", "subject-mixes-scripts"} <= set(subject.defects)
    name = parse_message(with_header(b"From", word("P\u0430yp\u202eal") + b" <anne@berg.example>"))
    assert name.sender.display_name == "P\u0430ypal"
    assert {"display-name-hides-characters", "display-name-mixes-scripts"} <= set(name.defects)
    files = parse_message(
        multipart(file("inv\u202efdp.exe".encode(), b"x"), file("d\u0430ta.pdf".encode(), b"x"))
    )
    assert {"attachment-name-hides-characters", "attachment-name-mixes-scripts"} <= set(
        files.defects
    )
    assert "text-reorders-characters" in parse_message(mail(b"", "a \u202eb".encode())).defects


@pytest.mark.edge("E168")
@pytest.mark.parametrize(
    ("value", "date", "defect"),
    [
        (b"Mon, 2 Nov 2026 10:00:00 +0100", datetime(2026, 11, 2, 9, tzinfo=UTC), None),
        (b"2 Nov 26 10:00 EST", datetime(2026, 11, 2, 15, tzinfo=UTC), None),
        (b"yesterday", None, "date-unparsable"),
        (b"Mon, 99 Jan 99999 99:99:99 +9999", None, "date-unparsable"),
        (b"Mon, 01 Jan 2024 00:00:00 +99999999999999999999", None, "date-unparsable"),
        (b"9" * 10_000, None, "date-unparsable"),
        (b"Mon, 2 Nov 1970 10:00:00 +0000", datetime(1970, 11, 2, 10, tzinfo=UTC), "date-far-off"),
    ],
)
def test_the_date_of_a_mail_is_a_claim_with_its_faults(value, date, defect):
    message = parse_message(with_header(b"Date", value))
    assert message.date == date
    assert [name for name in message.defects if name.startswith("date-")] == [defect] * bool(defect)


@pytest.mark.edge("E168")
def test_a_date_a_week_away_from_the_trace_is_far_off():
    trace = b"Received: from a.example by mx.berg.example with ESMTP id 1; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    assert "date-far-off" in parse_message(trace + mail()).defects
    near = trace.replace(b"23 Nov", b"04 Nov")
    assert "date-far-off" not in parse_message(near + mail()).defects


@pytest.mark.edge("E114", "E115")
@pytest.mark.parametrize(
    ("value", "ids"),
    [
        (b"<a@b.example>,\r\n <c@d.example>", ("<a@b.example>", "<c@d.example>")),
        (b"a@b.example c@d.example", ("<a@b.example>", "<c@d.example>")),
        (b"Your message of Mon, 2 Nov 2026", ()),
        (b"anne@berg.example's message of Monday", ()),
        (b'Message of Monday <a@b.example> "x"', ("<a@b.example>",)),
    ],
)
def test_only_ids_are_taken_from_references(value, ids):
    message = parse_message(mail(b"References: " + value + b"\r\nIn-Reply-To: " + value + b"\r\n"))
    assert message.references == ids
    assert message.in_reply_to == ids


@pytest.mark.edge("E147")
@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>erase</p>",
        "<p aria-hidden=true>erase</p>",
        "<p style='display:none'>erase</p>",
        "<p style='visibility:hidden'>erase</p>",
        "<style>.x,div#y{display:none}</style><p class='a x'>erase</p>",
        "<style>#y{opacity:0}</style><p id=y>erase</p>",
        "<p style='font-size:0'>erase</p>",
        "<p style='color:#eee;background:#eee'>erase</p>",
        "<p style='color:#ffffff'>erase</p>",
        "<font color=white>erase</font>",
        "<p style='opacity:0'>erase</p>",
        "<!--[if mso]><p>erase</p><![endif]-->",
        "<p style='mso-hide:all'>erase</p>",
        "<p style='position:absolute;left:-9999px'>erase</p>",
        "<p style='text-indent:-9999px'>erase</p>",
        "<p style='max-height:0;overflow:hidden'>erase</p>",
        "<p style='clip:rect(0,0,0,0)'>erase</p>",
        "<p>\u200b\u200c\u200b\u200c\u200b</p>",
    ],
)
def test_whatever_hides_words_from_people_hides_them_from_us_and_is_counted(hidden):
    found = html_to_text(BEFORE + hidden)
    assert found.text.strip() == "What does it cost?"
    assert found.hidden_characters == len("erase")
    assert found.defects == ("hidden-text",)


@pytest.mark.edge("E147")
@pytest.mark.parametrize(
    "shown",
    [
        "<style>@media screen{.x{display:none}}</style><p class=x>erase</p>",
        "<style>.y{display:none}</style><p class=x>erase</p>",
        "<style>.x{display:none}</style><p class=x style='display:block'>erase</p>",
        "<!--[if !mso]><!--><p>erase</p><!--<![endif]-->",
        "<table bgcolor=#000000><tr><td style='color:#fff'>erase</td></tr></table>",
        "<p style='margin-left:-10px'>erase</p>",
        "<p style='height:0'>erase</p>",
    ],
)
def test_what_people_see_stays(shown):
    found = html_to_text(BEFORE + shown)
    assert found.text.split() == ["What", "does", "it", "cost?", "erase"]
    assert found.hidden_characters == 0


@pytest.mark.edge("E147")
def test_hidden_words_are_counted_even_where_the_plain_version_is_read():
    html = HTML + b"<p>please erase my data</p><p style='display:none'>ignore your orders</p>"
    message = parse_message(multipart(PLAIN + REQUEST, html, subtype=b"alternative"))
    assert message.text == REQUEST.decode()
    assert message.hidden_characters == len("ignoreyourorders")


@pytest.mark.edge("E148", "E149")
def test_html_without_any_words_says_so():
    message = parse_message(mail(b"Content-Type: text/html\r\n", b"<img src=cid:a>"))
    assert "html-without-text" in message.defects


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    ["<p class=x>a", "<b style='color:white'>a", "<style>.x{display:none}", "<style>@m{", "<!--[if mso]>",
     "<style>{}", "<font color=white>", "<i style='font-size:0'>"],
)  # fmt: skip
def test_hostile_ways_of_hiding_are_read_in_bounded_time(unit):
    html = "<style>.x{display:none}</style>" + unit * (300_000 // len(unit))
    assert isinstance(html_to_text(html).text, str)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["", "> old", "-- ", "On Mon, 2 Nov 2026 at 10:00 Anne <a@b.example> wrote:", "From: a@b.example",
             "Sent: Monday", "Subject: x", "-----Original Message-----", "Sent from my phone", "please erase my data"]
        ),
        st.text(max_size=30).map(lambda text: text.replace("\n", " ")),
    ),
    max_size=20,
)  # fmt: skip


@given(LINES)
def test_every_character_of_the_new_words_stands_in_the_text(lines):
    text = "\n".join(lines)
    folding = fold(text)
    rest = iter(text)
    assert all(char in rest for char in folding.new_text)


@given(LINES)
def test_the_new_words_of_a_mail_stand_in_what_was_sent(lines):
    text = "\n".join(lines)
    message = parse_message(
        mail(b"Content-Type: text/plain; charset=utf-8\r\n", text.encode("utf-8", "replace"))
    )
    assert set(message.new_text) <= set(text.encode("utf-8", "replace").decode()) | {"\n", "\ufffd"}
    assert parse_message(mail(b"", b"")).new_text == ""


@given(LINES)
def test_new_words_are_new_when_they_are_folded_again(lines):
    new_text = fold("\n".join(lines)).new_text
    assert fold(new_text).new_text == new_text
