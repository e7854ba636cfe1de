"""parse_message: any bytes give an answer, limits hold, and sound mail reads as the standard library reads it."""

import email
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake import parse
from intake.headers import cut_message_head
from intake.parse import parse_message
from intake.structure import walk
from intake.transfer import decode_transfer

MAILS = sorted((Path(__file__).parents[1] / "mails").glob("*.eml"))
HEADERS = b"From: anne@berg.example\r\nSubject: x\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@berg.example>\r\n"


def mail(headers: bytes, body: bytes) -> bytes:
    return HEADERS + headers + b"\r\n" + body


def multipart(*parts: bytes, subtype: bytes = b"mixed") -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return mail(b'Content-Type: multipart/%s; boundary="b"\r\n' % subtype, body + b"--b--\r\n")


def nested(depth: int) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
        for n in range(depth)
    )
    return HEADERS + opened + b"Content-Type: text/plain\r\n\r\nplease erase my data\r\n"


TOKENS = [
    b"\r\n", b"\n", b"\r", b"\0", b"=?utf-8?B?", b"?=", b'"', b"<", b">", b"(", b")", b",", b";", b":", b"@", b"--b",
    b"--", b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: message/rfc822\r\n\r\n", b"From: ",
    b"Content-Type: text/html; charset=", b"Content-Transfer-Encoding: base64\r\n", b"name*0*=utf-8''%", b"\xff\xfe",
    b"filename=", b"\xe2\x80\xae", b"\x1b$B", b"Subject: ", b"Content-Type: text/plain; format=flowed\r\n\r\n", b"> ",
]  # fmt: skip


@settings(max_examples=400)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.lists(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)), max_size=60).map(
            b"".join
        ),
    )
)
def test_any_bytes_are_answered_and_twice_the_same(raw):
    message = parse_message(raw)
    assert message == parse_message(raw)
    assert "unreadable" not in message.defects
    for text in (
        message.text,
        message.new_text,
        message.subject,
        *(value for _, value in message.headers),
    ):
        assert "\0" not in text
        text.encode()
    assert message.new_text in message.text or message.folded
    assert all(0 <= piece.start <= piece.end <= len(message.text) for piece in message.folded)


@given(st.data())
def test_mutants_of_our_own_mails_are_answered(data):
    raw = bytearray(data.draw(st.sampled_from(MAILS)).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 60))] = data.draw(st.sampled_from(TOKENS))
    assert "unreadable" not in parse_message(bytes(raw)).defects


@pytest.mark.parametrize("error", [RecursionError, MemoryError, KeyError])
def test_a_fault_of_the_reader_itself_makes_an_unreadable_message(monkeypatch, error):
    def fail(_raw):
        raise error

    monkeypatch.setattr(parse, "read_message", fail)
    message = parse_message(b"From: anne@berg.example\r\n\r\nhi")
    assert message.unreadable_reason == error.__name__
    assert message.defects == ("unreadable",)
    assert message.sender.address is None


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.name)
def test_it_cuts_sound_mail_into_the_parts_that_the_standard_library_finds(path):
    raw = path.read_bytes()
    head = cut_message_head(raw)
    ours = walk(raw, head)
    if not (ours.defects or head.defects):
        assert [(part.content_type, content_of(raw, part)) for part in ours.parts] == [
            (part.get_content_type(), comparable(part.get_payload(decode=True)))
            for part in leaves_of(email.message_from_bytes(raw))
        ]


def content_of(raw, part):
    if part.content_type.startswith("message/"):
        return None  # the standard library opens those
    return comparable(decode_transfer(raw[part.start : part.end], part.encoding)[0])


def comparable(content):
    return None if content is None else content.replace(b"\r\n", b"\n").rstrip(b"\n")


def leaves_of(message):
    if message.get_content_maintype() != "multipart":
        return [message]
    return [leaf for part in message.get_payload() for leaf in leaves_of(part)]


def test_two_text_parts_are_read_in_order_and_a_file_between_them_is_kept():
    message = parse_message(
        multipart(
            b"Content-Type: text/plain\r\n\r\nfirst words here",
            b'Content-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=',
            b"Content-Type: text/html\r\n\r\n<p>second</p>",
            b"Content-Type: text/plain\r\n\r\nthird",
        )
    )
    assert message.text == "first words here\n\nsecond\n\nthird"
    assert [(a.name, a.content_type, a.size) for a in message.attachments] == [
        ("a.png", "image/png", 8)
    ]
    assert message.part_types == (
        "multipart/mixed",
        "text/plain",
        "image/png",
        "text/html",
        "text/plain",
    )


def test_html_is_read_only_where_the_plain_alternative_is_blank():
    html = b"Content-Type: text/html\r\n\r\n<p>from html</p>"
    plain = b"Content-Type: text/plain\r\n\r\n"
    assert (
        parse_message(multipart(plain + b"from plain", html, subtype=b"alternative")).text
        == "from plain"
    )
    assert (
        parse_message(multipart(plain + b" \r\n", html, subtype=b"alternative")).text == "from html"
    )


def test_nesting_beyond_the_limit_is_kept_unread():
    assert "please erase" in parse_message(nested(99)).text
    deep = parse_message(nested(10_000))
    assert "nested-too-deep" in deep.defects


def test_embedded_messages_are_never_the_senders_words():
    inner = b"Content-Type: message/rfc822\r\n\r\nFrom: bea@thorn.example\r\nSubject: in\r\n\r\nerase me"
    message = parse_message(multipart(b"\r\nplease see below", inner, inner))
    assert message.text == "please see below"
    assert [(f.subject, f.text, f.sender.address) for f in message.forwarded] == [
        ("in", "erase me", "bea@thorn.example")
    ] * 2


def test_embedded_messages_in_a_chain_are_bounded():
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 10_000 + b"Subject: z\r\n\r\nhi"
    assert 0 < len(parse_message(raw).forwarded) <= 20


@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (mail(b"X-A: v\r\n" * 2_000, b"hi"), "too-many-headers"),
        (mail(b"X-A: " + b"v" * 200_000 + b"\r\n", b"hi"), "header-block-too-long"),
        (mail(b"X-A: " + b"v" * 20_000 + b"\r\n", b"hi"), "header-too-long"),
        (mail(b"", b"word " * 60_000), "text-too-long"),
        (multipart(*[b"\r\nx"] * 600), "too-many-parts"),
        (multipart(*[b"Content-Type: a/b\r\n\r\nx"] * 120), "too-many-attachments"),
        (mail(b"Content-Type: multipart/mixed\r\n", b"please erase my data"), "multipart-without-boundary"),
        (mail(b"Content-Transfer-Encoding: 6bit\r\n", b"please erase my data"), "transfer-encoding-unknown"),
        (mail(b"Content-Transfer-Encoding: base64\r\n", b"cGxlYXNl\r\nc"), "transfer-encoding-broken"),
        (mail(b"Content-Transfer-Encoding: base64\r\n", b"cGxlYXNl\r\nZXI=\r\nA line of advertising below\r\n"), "transfer-encoding-trailing-data"),
        (b"\r\n" + mail(b"", b"hi"), "leading-blank-line"),
        (b" folded\r\n" + mail(b"", b"hi"), "leading-continuation"),
        (b"From anne@berg.example Mon Nov  2 10:00:00 2026\r\n" + mail(b"", b"hi"), "mbox-line"),
        (b"\xef\xbb\xbf" + mail(b"", b"hi"), "byte-order-mark"),
        (mail(b"junk without colon\r\nMIME-Version: 1.0\r\n", b"hi"), "junk-header-line"),
        (mail(b"References: see my mail of Monday\r\n", b"hi"), "references-malformed"),
        (HEADERS.replace(b"<1@berg.example>", b"<1@berg.example> <2@berg.example>") + b"\r\nhi", "message-id-malformed"),
        (multipart(b"Content-Type: image/png; name=a.png\r\n\r\nMZ\x90\x00"), "attachment-type-differs"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_name_and_nothing_is_lost(raw, defect):
    message = parse_message(raw)
    assert defect in message.defects
    assert message.subject == "x"


@pytest.mark.parametrize("raw", [b"", b"\0" * 100_000, bytes(range(256)) * 400])
def test_mail_without_words_says_so(raw):
    assert parse_message(raw).unreadable_reason in {"empty", "binary"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('filename="../../etc/passwd"', "passwd"),
        ('filename="..\\\\..\\\\x.exe"', "x.exe"),
        ("filename*=utf-8''Ausweis%20gr%C3%B6%C3%9Fe.pdf", "Ausweis größe.pdf"),
        ("filename*0*=utf-8''L%C3%B6; filename*1=sch.pdf", "Lösch.pdf"),
        ('filename="=?utf-8?Q?L=C3=B6sch.pdf?="', "Lösch.pdf"),
        ('filename="inv\u202efdp.exe"', "invfdp.exe"),
        ('filename="CON"', "_CON"),
        ('filename=".."', "attachment-1.bin"),
        (f'filename="{"x" * 300}.pdf"', f"{'x' * 108}.pdf"),
    ],
)
def test_names_of_attachments_are_safe_to_show(name, shown):
    raw = multipart(
        f"Content-Type: a/b\r\nContent-Disposition: attachment; {name}\r\n\r\nx".encode()
    )
    assert parse_message(raw).attachments[0].name == shown


def test_ids_are_clean_and_of_a_long_thread_the_ends_are_kept():
    thread = b" ".join(b"<%d@berg.example>" % n for n in range(40))
    message = parse_message(
        mail(b"In-Reply-To: <a@b.example>\r\nReferences: " + thread + b"\r\n", b"hi")
    )
    assert message.message_id == "<1@berg.example>"
    assert message.in_reply_to == ("<a@b.example>",)
    assert message.references[:2] == ("<0@berg.example>", "<1@berg.example>")
    assert message.references[-1] == "<39@berg.example>"
    assert len(message.references) == 20


def test_headers_keep_order_and_duplicates_and_leave_out_seals():
    raw = mail(
        b"X-Loop: a\r\nDKIM-Signature: v=1\r\nX-Loop: b\r\nReceived: 1\r\n"
        + b"Received: 2\r\n" * 9,
        b"hi",
    )
    message = parse_message(raw)
    assert message.header_values("x-loop") == ("a", "b")
    assert message.header("dkim-signature") is None
    assert len(message.header_values("received")) == 5


def test_the_digest_sees_the_content_and_not_the_way_it_came():
    text = b"Content-Type: text/plain; charset=utf-8\r\n"
    plain = parse_message(mail(text, "erase für mich\r\n".encode()))
    coded = parse_message(
        b"Received: x\r\n"
        + mail(
            text + b"Content-Transfer-Encoding: quoted-printable\r\n", b"erase f=C3=BCr mich\r\n"
        )
    )
    assert plain.body_digest == coded.body_digest
    assert plain.body_digest == parse_message(mail(text, "erase für mich\n".encode())).body_digest
    other = parse_message(mail(text, b"access for me\r\n"))
    renamed = parse_message(
        mail(text, "erase für mich\r\n".encode()).replace(b"Subject: x", b"Subject: y")
    )
    assert len({plain.body_digest, other.body_digest, renamed.body_digest}) == 3


def test_the_second_view_is_asked_about_encoded_headers_and_logs_nothing(caplog):
    raw = b"From: =?utf-8?B?a?= <anne@berg.example>\r\nSubject: =?utf-8?Q?L=C3=B6schung?=\r\n\r\nhi"
    message = parse_message(raw)
    assert message.sender.address == "anne@berg.example"
    assert not caplog.records
    assert "mailparser" in sys.modules
