"""The proof on paper: the same bytes every time, every page sealed, and nothing drawn that the font has not."""

import io
import re
import zlib
from base64 import a85decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import Permanent
from templates.notice_paper import COLUMNS, MOST_ROWS, ROWS, Paper, drawable, write_paper

ROW = [
    "0191f5e0",
    "owner",
    "p1",
    "w1",
    "en",
    "accepted",
    "mail",
    "2027-01-15",
    "44",
    "yes",
    "250 ok",
]


def paper(rows, **changes):
    values = {
        "title": "Notice of policy version 2",
        "verdict": "Publication is free.",
        "summary": [("Owners to be told", "3"), ("", ""), ("Publication", "free")],
        "notes": ["Lines are cut."],
        "seals": ["SHA-256 of notice.json ab", "Fingerprint cd"],
        "rows": rows,
    }
    return Paper(**(values | changes))


def written(rows, count=None, **changes):
    file = io.BytesIO()
    pages = write_paper(file, paper(len(rows) if count is None else count, **changes), rows)
    return file.getvalue(), pages


def pages_in(pdf):
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


def test_the_same_proof_is_the_same_bytes_and_bears_no_date_of_now():
    first, _ = written([ROW] * 3)
    again, _ = written([ROW] * 3)
    assert first == again
    assert first.startswith(b"%PDF-")
    assert b"D:2000" in first


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 2), (ROWS, 2), (ROWS + 1, 3)])
def test_a_page_for_the_summary_and_as_many_as_the_lines_need(rows, pages):
    pdf, told = written([ROW] * rows)
    assert told == pages == pages_in(pdf)


def streams(pdf):
    """What is drawn, a page each."""
    found = re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL)
    texts = (_inflated(one.strip()) for one in found)
    return [text for text in texts if b" Tf" in text]


def _inflated(stream):
    """Pages are in base 85; what is not (a font) is no page."""
    try:
        return zlib.decompress(a85decode(b"<~" + stream, adobe=True))
    except (ValueError, zlib.error):
        return b""


def test_every_page_has_its_seals_and_its_number():
    pdf, pages = written([ROW] * (ROWS + 1))
    drawn = streams(pdf)
    assert len(drawn) == pages == 3
    other, _ = written([ROW] * (ROWS + 1), seals=["SHA-256 of notice.json ff", "Fingerprint cd"])
    assert all(mine != theirs for mine, theirs in zip(drawn, streams(other), strict=True))


def test_a_row_has_a_cell_for_each_column_after_its_number():
    assert len(ROW) + 1 == len(COLUMNS)
    with pytest.raises(ValueError, match="zip"):
        written([ROW[:-1]])


def test_more_lines_than_anybody_reads_are_refused_by_name():
    with pytest.raises(Permanent, match=r"owners\.csv has all 100001"):
        written([], count=MOST_ROWS + 1)


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Zoë Müller", "Zoë Müller"),
        ("अनु", "{0905}{0928}{0941}"),
        ("a\x1b[31m\u202eb", "a{001B}[31m{202E}b"),
        ("two\nlines", "two lines"),
        ("😀", "{1F600}"),
    ],
)
def test_what_the_font_has_not_stands_as_its_number(text, drawn):
    assert drawable(text) == drawn


@given(st.text(max_size=60))
def test_any_text_can_be_drawn_and_is_cut_to_its_column(text):
    _, pages = written([[*ROW[:-1], text * 10]])
    assert pages == 2
