"""The second reader of From and Subject: asked where two readers can differ, and nowhere else."""

from base64 import b64encode
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import second_view
from intake.encoded_words import decode_header
from intake.headers import Head, cut_message_head
from intake.second_view import compare, is_plain
from intake.sender import gate_sender


def head_of(sender: bytes, subject: bytes) -> Head:
    return cut_message_head(b"From: " + sender + b"\r\nSubject: " + subject + b"\r\n\r\n")


def word(text: str, kind: str) -> bytes:
    raw = text.encode()
    said = b64encode(raw) if kind in "bB" else b"".join(b"=%02X" % byte for byte in raw)
    return b"=?utf-8?%b?%b?=" % (kind.encode(), said)


WORDS = st.builds(word, st.text(max_size=12), st.sampled_from("bBqQ"))
PIECES = st.sampled_from(
    [b"Re:", b"Anne", b'"', b"(x)", b"[a]", b"=", b"?=", b"=?x", b"a@b.example", b",", b"_", b"=20"]
)
BETWEEN = st.sampled_from([b" ", b" ", b"  ", b"\t", b"\r\n ", b""])
VALUES = st.lists(st.tuples(WORDS | PIECES, BETWEEN), max_size=4).map(
    lambda pairs: b"".join(piece + between for piece, between in pairs)
)


@settings(deadline=None, max_examples=300)
@given(VALUES, VALUES)
def test_where_the_second_reader_is_not_asked_it_would_have_agreed(name, subject):
    head = head_of(name + b" <anne@person.example>", subject)
    if is_plain(head):
        with patch.object(second_view, "is_plain", return_value=False):
            assert not compare(head, gate_sender(head), decode_header(head.first("subject")))


@pytest.mark.parametrize(
    "name", [b"Anne", b"=?utf-8?q?Anne_L=C3=B6w?=", b"=?UTF-8?B?TMO2dw==?= =?utf-8?q?=41?=", b'"Anne"']
)  # fmt: skip
def test_names_by_the_book_need_no_second_reader(name):
    assert is_plain(head_of(name + b" <anne@person.example>", b"Re: =?utf-8?Q?L=C3=B6schung?="))


@pytest.mark.parametrize(
    "value",
    [
        b"=?utf-8?q?x=40evil.example?=",  # an address
        b"=?utf-8?q?=C3?= =?utf-8?q?=B6?=",  # one character in two words
        b"=?utf-8?B?a?=",
        b"=?iso-8859-1?q?=94?=",
        b"=?utf-8?q?a?=b",
        b"=?utf-8?q?=0A?=",
        b"=?utf-8?q?=3D=3Futf-8?=",
        b"=?utf-8?q?e=CC=81?=",  # the accent by itself
        b"\xc3\xb6",
        b'"a\\"b"',
    ],
)
def test_whatever_can_be_read_in_two_ways_is_shown_to_the_second_reader(value):
    assert not is_plain(head_of(value + b" <anne@person.example>", b"hi"))
