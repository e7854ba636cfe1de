"""Odd structures of mail: nothing is lost, and each is named."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.rules import RulesClassifier
from intake.cms import Envelope, open_cms
from intake.parse import parse_message
from intake.tnef import read_tnef
from made_mails import (
    HTML,
    PLAIN,
    REQUEST,
    ber,
    der,
    file,
    mail,
    multipart,
    oid,
    signed,
    tnef_property,
    winmail,
)  # fmt: skip
from privacy.rights import Right

WORDS = REQUEST.decode()
CMS = b"application/pkcs7-mime"


@pytest.mark.edge("E051")
def test_a_multipart_whose_boundary_never_comes_is_read_as_text():
    message = parse_message(mail(b"Content-Type: multipart/mixed; boundary=zz\r\n"))
    assert message.text == WORDS
    assert {"boundary-never-found", "second-view-disagrees-parts"} <= set(message.defects)


@pytest.mark.edge("E052")
@pytest.mark.parametrize(
    ("raw", "defect"),
    [
        (multipart(PLAIN + REQUEST, end=b""), "multipart-not-closed"),
        (mail(b"Content-Type: multipart/mixed\r\n"), "multipart-without-boundary"),
        (multipart(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + PLAIN + REQUEST), "boundary-never-found"),
    ],
)  # fmt: skip
def test_what_a_broken_multipart_still_shows_is_kept(raw, defect):
    message = parse_message(raw)
    assert WORDS in message.text
    assert defect in message.defects


@pytest.mark.edge("E054")
@pytest.mark.parametrize("content_type", [b"application/octet-stream", b"text/plain"])
def test_a_mail_that_was_saved_and_attached_is_a_forwarded_message(content_type):
    inner = b"From: bea@thorn.example\r\nSubject: in\r\n\r\n" + REQUEST
    message = parse_message(multipart(PLAIN + b"see below", file(b"in.eml", inner, content_type)))
    assert [(f.subject, f.text) for f in message.forwarded] == [("in", WORDS)]
    assert message.text == "see below"


@pytest.mark.edge("E059", "E060")
def test_a_blank_before_the_colon_costs_no_field_and_no_trust_is_given():
    message = parse_message(b"From : anne@berg.example\r\nSubject : t\r\n\r\n" + REQUEST)
    assert (message.subject, message.text) == ("t", WORDS)
    assert "no-from" not in message.defects
    assert message.sender.address is None


@pytest.mark.edge("E064", "E065")
@pytest.mark.parametrize("encoding", [b"7-bit", b"8 bit", b"6bit", b"utf-8", b"x-none"])
def test_an_unknown_transfer_encoding_is_read_as_it_stands(encoding):
    raw = mail(b"Content-Transfer-Encoding: " + encoding + b"\r\n")
    assert parse_message(raw).text == WORDS


@pytest.mark.edge("E065")
@pytest.mark.parametrize("encode", [bytes, base64.encodebytes])
def test_a_multipart_that_says_base64_is_read_whether_or_not_it_is(encode):
    body = encode(b"--b\r\n" + PLAIN + REQUEST + b"\r\n--b--\r\n")
    head = b"Content-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: base64\r\n"
    message = parse_message(mail(head, body))
    assert message.text == WORDS
    assert "multipart-encoded" in message.defects
    assert "text/plain" in message.part_types


@pytest.mark.edge("E066")
def test_a_uuencoded_file_in_the_text_is_an_attachment():
    block = b"\r\nbegin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\nthank you"
    message = parse_message(mail(b"", REQUEST + block))
    assert message.text == f"{WORDS}\nthank you"
    assert [(a.name, a.size, a.text) for a in message.attachments] == [("cat.txt", 3, "Cat")]
    assert "uuencoded-file" in message.defects


@pytest.mark.edge("E066")
@pytest.mark.parametrize(
    "tail", [b"", b"\r\n#0V%T", b"\r\nno such line\r\nend", b"\r\nbegin 644 b\r\n"]
)
def test_words_that_only_look_like_a_uuencoded_file_stay(tail):
    text = b"begin 644 times and end never" + tail
    message = parse_message(mail(b"", text))
    assert message.text == text.decode().replace("\r\n", "\n")
    assert not message.attachments


@pytest.mark.edge("E067")
def test_winmail_dat_gives_its_words_and_its_files():
    data = winmail(
        tnef_property(0x001F, 0x1000, WORDS.encode("utf-16-le") + b"\0\0"),
        files={"Vollmacht größe.pdf": b"%PDF-1"},
    )
    message = parse_message(multipart(file(b"winmail.dat", data, b"application/ms-tnef")))
    assert message.text == WORDS
    assert ("Vollmacht größe.pdf", "application/pdf", 6) in [
        (a.name, a.content_type, a.size) for a in message.attachments
    ]
    assert "tnef" in message.defects


@pytest.mark.edge("E067")
@pytest.mark.parametrize(
    ("data", "defect", "text"),
    [
        (b"no tnef", "tnef-unread", ""),
        (winmail(tnef_property(0x0102, 0x1009, b"LZFu")), "tnef-unread", ""),
        (winmail(tnef_property(0x0102, 0x1013, b"<p>please erase my data</p>\0")), "tnef", WORDS),
        (winmail(tnef_property(0x001E, 0x1000, REQUEST + b"\0"))[:-3], "tnef-unread", ""),
    ],
)
def test_a_winmail_dat_that_cannot_be_read_says_so_and_stays_a_file(data, defect, text):
    message = parse_message(multipart(file(b"winmail.dat", data)))
    assert message.text == text
    assert message.attachments[-1].name == "winmail.dat"
    assert defect in message.defects


@pytest.mark.edge("E068")
@pytest.mark.parametrize("make", [der, ber])
def test_a_signed_letter_is_read_and_its_signature_believed_by_nobody(make):
    letter = PLAIN + REQUEST + b" and all of my other records"
    head = b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\nContent-Transfer-Encoding: base64\r\n"
    message = parse_message(mail(head, base64.encodebytes(signed(letter, make))))
    assert message.text == f"{WORDS} and all of my other records"
    assert message.defects == ("smime-signed-unverified",)
    assert [a.name for a in message.attachments] == ["smime.p7m"]


@pytest.mark.edge("E068")
def test_an_encrypted_letter_cannot_be_read_and_says_so():
    enveloped = der(0x30, oid(3), der(0xA0, der(0x30)))
    message = parse_message(multipart(file(b"smime.p7m", enveloped, CMS)))
    assert "encrypted" in message.defects
    assert message.unreadable_reason == "encrypted"


@pytest.mark.edge("E068", "E069")
@pytest.mark.parametrize(
    ("seal", "defect"),
    [
        (b"application/pkcs7-signature", "smime-signed-unverified"),
        (b"application/pgp-signature", "pgp-signed-unverified"),
    ],
)
def test_a_clear_signed_letter_is_marked_as_unverified(seal, defect):
    raw = multipart(PLAIN + REQUEST, b"Content-Type: " + seal + b"\r\n\r\nx", subtype=b"signed")
    message = parse_message(raw)
    assert message.text == WORDS
    assert message.defects == (defect,)


@pytest.mark.edge("E069")
def test_pgp_armour_in_the_text_is_a_file_and_the_mail_is_encrypted():
    armour = b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"
    message = parse_message(mail(b"", armour))
    assert message.text.strip() == ""
    assert "encrypted" in message.defects
    assert message.unreadable_reason == "encrypted"


@pytest.mark.edge("E069")
def test_of_a_clear_signed_pgp_text_only_the_frame_goes():
    text = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\n" + REQUEST + b"\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQ\r\n-----END PGP SIGNATURE-----\r\n"
    )
    message = parse_message(mail(b"", text))
    assert message.text.strip() == WORDS
    assert message.defects == ("pgp-signed-unverified",)
    assert [a.name for a in message.attachments] == ["signature.asc"]


@pytest.mark.edge("E072")
@pytest.mark.parametrize("longer_is_html", [True, False])
def test_of_two_versions_that_differ_the_longer_is_read_and_both_are_kept(longer_is_html):
    long, short = WORDS + ", all of it, and confirm that in writing", "view this in your browser"
    plain, html = (short, long) if longer_is_html else (long, short)
    raw = multipart(
        PLAIN + plain.encode(), HTML + b"<p>%b</p>" % html.encode(), subtype=b"alternative"
    )
    message = parse_message(raw)
    assert message.new_text == long
    assert short in message.text
    assert "alternatives-differ" in message.defects
    (other,) = (piece for piece in message.folded if piece.kind == "other_version")
    assert message.text[other.start : other.end] == short


@pytest.mark.edge("E072")
def test_two_versions_of_the_same_words_are_one_text():
    html = b"<p>Please <b>erase</b> my data, see <a href='https://berg.example/x'>here</a></p>"
    plain = b"Please erase my data, see here <https://berg.example/x>"
    message = parse_message(multipart(PLAIN + plain, HTML + html, subtype=b"alternative"))
    assert message.text == plain.decode()
    assert not message.defects
    assert not message.folded


@pytest.mark.edge("E073")
def test_html_source_in_plain_text_is_read_as_html():
    message = parse_message(
        mail(b"", b"<html><body><p>Please <b>erase</b> my data</p></body></html>")
    )
    assert message.text == "Please erase my data"
    assert "html-in-plain-text" in message.defects


@pytest.mark.edge("E074")
@pytest.mark.parametrize(
    ("name", "content_type", "content"),
    [
        (b"letter.txt", b"text/plain; charset=iso-8859-1", b"Please erase all my personal data. Gr\xfc\xdfe"),
        (b"letter.txt", b"application/octet-stream", b"Please erase all my personal data."),
        (b"letter.html", b"text/html", b"<p>Please erase all my personal data.</p>"),
    ],
)  # fmt: skip
def test_what_a_small_attached_text_asks_for_is_seen_and_a_person_decides(
    name, content_type, content
):
    message = parse_message(multipart(PLAIN + b"see attached", file(name, content, content_type)))
    found = RulesClassifier().classify(message)
    (claim,) = found.rights
    assert (claim.right, claim.part) == (Right.ERASURE, "attachment:1")
    assert (message.attachments[0].text or "")[claim.start : claim.end] == claim.quote
    assert found.needs_human


@pytest.mark.edge("E074")
def test_large_binary_and_disguised_files_are_not_read():
    large = file(b"a.txt", b"please erase my data " * 10_000, b"text/plain")
    binary = file(b"b.txt", bytes(range(256)), b"text/plain")
    disguised = file(b"c.txt", b"%PDF-1 please erase my data", b"text/plain")
    message = parse_message(multipart(PLAIN + b"see attached", large, binary, disguised))
    assert [a.text for a in message.attachments] == [None, None, None]


@pytest.mark.edge("E077")
def test_every_duplicate_is_kept_and_flagged():
    extra = b"To: a@b.example\r\nTo: c@d.example\r\nCc: a@b.example\r\nCc: b@b.example\r\nSender: a@b.example\r\nSender: b@b.example\r\n"
    message = parse_message(
        mail(extra + b"Subject: y\r\nContent-Type: text/plain\r\nContent-Type: text/html\r\n")
    )
    assert message.header_values("subject") == ("x", "y")
    assert message.recipients == ("a@b.example", "c@d.example", "b@b.example")
    assert {
        "duplicate-to",
        "duplicate-cc",
        "duplicate-sender",
        "duplicate-subject",
        "duplicate-content-type",
    } <= set(message.defects)
    assert message.sender.address is None


@pytest.mark.edge("E078")
def test_a_calendar_entry_shows_its_words_and_asks_for_nothing():
    entry = b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nSUMMARY:Please erase\r\n  my data\r\nCOMMENT:late\\, sorry\r\nEND:VCALENDAR"
    message = parse_message(
        multipart(PLAIN + b"Accepted", b"Content-Type: text/calendar; method=REPLY\r\n\r\n" + entry)
    )
    assert message.attachments[0].text == "Please erase my data\nlate, sorry"
    assert "calendar" in message.defects
    assert not RulesClassifier().classify(message).rights


@pytest.mark.edge("E079")
def test_a_piece_of_a_message_is_shown_and_nothing_is_fetched():
    piece = parse_message(
        mail(
            b'Content-Type: message/partial; id="a"; number=1; total=3\r\n',
            b"Subject: in\r\n\r\n" + REQUEST,
        )
    )
    assert piece.forwarded[0].text == WORDS
    assert "message-partial" in piece.defects
    outside = parse_message(
        mail(
            b'Content-Type: message/external-body; access-type=URL; URL="http://127.0.0.1:1/"\r\n',
            PLAIN,
        )
    )
    assert "external-body" in outside.defects
    assert not outside.text


@pytest.mark.edge("E047")
def test_a_redirected_mail_keeps_its_sender_and_says_that_it_was_redirected():
    message = parse_message(
        mail(b"Resent-From: sam@autocloz.example\r\nResent-To: p@autocloz.example\r\n")
    )
    assert message.sender.address == "anne@berg.example"
    assert "resent" in message.defects


@pytest.mark.edge("E155", "E161")
def test_names_are_unlike_each_other_and_short_enough_for_every_file_system():
    emoji = ("\N{PILE OF POO}" * 150 + ".pdf").encode()
    names = [
        b"a.pdf",
        b"A.PDF",
        b"a.pdf",
        b"COM1.txt",
        "lpt\N{SUPERSCRIPT ONE}".encode(),
        b"x" * 400,
        emoji,
    ]
    message = parse_message(multipart(*(file(name, b"x") for name in names)))
    shown = [a.name for a in message.attachments]
    assert shown[:5] == ["a.pdf", "A (2).PDF", "a (3).pdf", "_COM1.txt", "_lpt\N{SUPERSCRIPT ONE}"]
    assert len({name.casefold() for name in shown}) == len(shown)
    assert all(len(name.encode()) <= 255 for name in shown)
    assert shown[-1].endswith(".pdf")


@settings(max_examples=300)
@given(st.data())
def test_any_bytes_are_an_envelope_and_a_winmail_or_none(data):
    seeds = [signed(PLAIN + REQUEST), signed(REQUEST * 9, ber), winmail(files={"a": b"b"})]
    raw = bytearray(data.draw(st.sampled_from(seeds)))
    for _ in range(data.draw(st.integers(0, 5))):
        at = data.draw(st.integers(0, len(raw)))
        raw[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    kind, content = open_cms(bytes(raw))
    assert kind is Envelope.SIGNED or content == b""
    found = read_tnef(bytes(raw))
    assert found is None or all(len(one.content) <= len(raw) for one in found.files)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit", [b"\x30\x80", b"\x24\x80", b"\x30\x84\x00\x00\x10\x00", b"\x04\x01a"]
)
def test_a_hostile_envelope_is_given_up(unit):
    start = (
        b"\x30\x80"
        + oid(2)
        + b"\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80"
        + oid(1)
        + b"\xa0\x80\x24\x80"
    )
    assert open_cms(unit * 200_000)[0] is Envelope.UNKNOWN
    assert open_cms(start + unit * 200_000)[0] in Envelope
