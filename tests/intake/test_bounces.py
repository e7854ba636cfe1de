"""Delivery reports in the standard form and in the dialects of servers: who, what, why, and which letter."""

import base64
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bounce_reports import (
    ANNE,
    BEA,
    DELAYED,
    FAILED,
    FULL,
    ORIGINAL,
    OURS,
    UNKNOWN,
    read,
    told,
    words,
)
from intake.bounce_reasons import PHRASES, load_phrases, name_reason, plain, tell_fate
from privacy.deliveries import BounceReason, Fate


def report(
    *groups: str, returned: str = "", kind: str = "message/rfc822", text: str = "See below."
) -> bytes:
    """A report of the standard form (RFC 3462, RFC 3464)."""
    status = "\r\n\r\n".join(["Reporting-MTA: dns; mx.person.example", *groups])
    parts = [
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}",
        f"Content-Type: message/delivery-status\r\n\r\n{status}\r\n",
    ]
    if returned:
        parts.append(f"Content-Type: {kind}\r\n\r\n{returned}")
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    kinds = {"Content_Type": "multipart/report; report-type=delivery-status; boundary=b"}
    return words("", **kinds).rstrip() + b"\r\n\r\n" + body.encode()


def group(recipient: str, action="failed", status="5.1.1", said="550 5.1.1 no such user") -> str:
    return (
        f"Final-Recipient: rfc822; {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}"
    )


def test_where_the_fields_give_no_reason_the_words_about_the_same_recipient_do():
    vague = {"status": "5.0.0", "said": ""}
    text = f"<{BEA}>: 550 user unknown\r\n<{ANNE}>: the mailbox is full"
    raw = report(
        group(ANNE, **vague), group(BEA, **vague), group("cleo@x.example", **vague), text=text
    )
    assert [reason for _, _, reason in told(raw)] == [FULL, UNKNOWN, BounceReason.UNDEFINED]
    raw = report(group("anne@new.example", **vague), text="送信できませんでした。\r\n宛先不明")
    assert told(raw) == [("anne@new.example", FAILED, UNKNOWN)]


def test_the_standard_form_says_who_what_why_and_which():
    found = read(report(group(ANNE), returned=ORIGINAL + "\r\nWe have your request.\r\n"))
    (one,) = found.recipients
    assert (one.recipient, one.fate, one.reason, one.status) == (ANNE, FAILED, UNKNOWN, "5.1.1")
    assert found.message_ids == (OURS,)


def test_each_recipient_has_its_own_code_and_no_other():
    raw = report(
        group(BEA, status="5.2.2", said="552 mailbox full"),
        group(ANNE, action="delivered", status="2.0.0", said="250 ok"),
        group("cleo@person.example", action="delayed", status="4.4.1", said="connection refused"),
    )
    assert told(raw) == [
        (BEA, FAILED, FULL),
        (ANNE, Fate.DELIVERED, BounceReason.UNDEFINED),
        ("cleo@person.example", DELAYED, BounceReason.EXPIRED),
    ]


def test_recipients_are_told_apart_when_the_blank_line_between_them_is_missing():
    raw = report(group(BEA, status="5.2.2", said="full mailbox") + "\r\n" + group(ANNE))
    assert told(raw) == [(BEA, FAILED, FULL), (ANNE, FAILED, UNKNOWN)]


def test_a_part_that_names_nobody_is_no_recipient_and_gives_nobody_its_code():
    raw = report(group(ANNE), "X-Postfix-Queue-ID: 4T0038")
    assert told(raw) == [(ANNE, FAILED, UNKNOWN)]


def test_whom_we_wrote_to_counts_before_where_it_was_forwarded():
    raw = report(f"Original-Recipient: rfc822;{ANNE}\r\n" + group("anne@new.example"))
    assert told(raw) == [(ANNE, FAILED, UNKNOWN)]


def test_fields_may_be_folded_and_encoded():
    raw = report(
        f"Final-Recipient: rfc822;\r\n {ANNE}\r\nAction: failed\r\nStatus: 5.0.0\r\n"
        "Diagnostic-Code: smtp; 550\r\n =?utf-8?q?Empf=C3=A4nger_unbekannt?="
    )
    assert told(raw) == [(ANNE, FAILED, UNKNOWN)]


@pytest.mark.parametrize(
    ("kind", "returned"),
    [
        ("message/rfc822", ORIGINAL + "\r\nWe have your request.\r\n"),
        ("text/rfc822-headers", ORIGINAL),
        ("message/rfc822-headers", ORIGINAL),
        ("message/rfc822", ORIGINAL + "\r\nWe have your req"),  # cut off in its text
        ("message/rfc822", ORIGINAL.rstrip()),  # cut off in its header
        (
            "message/rfc822\r\nContent-Transfer-Encoding: base64",
            base64.b64encode(ORIGINAL.encode()).decode(),
        ),
    ],
)
def test_the_letter_is_known_from_what_is_returned_of_it(kind, returned):
    assert read(report(group(ANNE), returned=returned, kind=kind)).message_ids == (OURS,)


def test_an_id_that_was_cut_off_is_none():
    cut = ORIGINAL[: ORIGINAL.index("Message-ID") + 30]
    assert read(report(group(ANNE), returned=cut)).message_ids == ()


def test_the_returned_header_counts_before_what_the_report_answers():
    other = "<other@elsewhere.example>"
    raw = b"In-Reply-To: " + other.encode() + b"\r\n" + report(group(ANNE), returned=ORIGINAL)
    assert read(raw).message_ids == (OURS, other)


def test_ids_in_the_references_of_a_returned_letter_are_not_its_own():
    returned = ORIGINAL.replace("Message-ID:", "References:")
    assert read(report(group(ANNE), returned=returned)).message_ids == ()


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [
        ("5.1.1", "", "userunknown"),
        ("5.1.2", "", "hostunknown"),
        ("5.1.10", "", "hostunknown"),
        ("5.2.1", "", "suspend"),
        ("5.2.2", "", "mailboxfull"),
        ("5.3.4", "", "mesgtoobig"),
        ("5.4.7", "", "expired"),
        ("5.7.26", "", "authfailure"),
        ("5.0.0", "", "undefined"),
        ("5.7.1", "550 5.7.1 message looks like spam", "spamdetected"),
        ("5.7.1", "554 5.7.1 relay access denied", "norelaying"),
        ("5.7.1", "550 5.7.1 client host 192.0.2.1 is on a blocklist", "blocked"),
        ("5.7.1", "", "policyviolation"),
        ("5.7.1", "550 5.7.1 this mail fails the DMARC policy of its domain", "authfailure"),
        ("4.7.0", "421 4.7.0 too many connections from your host", "toomanyconn"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "userunknown"),
        ("5.4.6", "554 5.4.6 too many hops", "systemerror"),
        (None, "551 not here", "userunknown"),
        (None, "550 no", "undefined"),
        (None, "blocked by 5.1.2.2, which is an address", "blocked"),
        (None, "Spam Reporting Address", "feedback"),
    ],
)
def test_reasons_have_one_name_whatever_the_server_calls_them(status, said, reason):
    assert name_reason(status, said) is BounceReason(reason)


@pytest.mark.parametrize(
    ("action", "status", "said", "fate"),
    [
        ("failed", "4.4.7", "delivery time expired", "failed"),
        ("Delayed", "5.0.0", "", "delayed"),
        ("relayed", None, "", "left"),
        ("", "5.1.1", "delivery was delayed", "failed"),
        ("", "4.4.1", "will be retried for two days", "delayed"),
        ("", "4.4.1", "giving up on 192.0.2.1", "failed"),
        ("", None, "Warning message only: you do not need to resend", "delayed"),
        ("", None, "could not be delivered for four hours, will be retried", "unclear"),
        ("", "2.1.5", "delivered", "delivered"),
        ("word of next year", None, "", "unclear"),
    ],
)
def test_late_is_not_lost(action, status, said, fate):
    assert tell_fate(action, status, said) is Fate(fate)


def test_a_report_in_html_alone_is_read():
    page = f"<p>Your message wasn't delivered to <b>it</b></p><p>{ANNE}</p><p>Address not found</p>"
    assert told(words(page, Content_Type="text/html; charset=utf-8")) == [(ANNE, FAILED, UNKNOWN)]


def test_a_header_names_the_recipient_where_the_words_do_not():
    raw = words("Your mail could not be delivered: no such user.", X_Failed_Recipients=f"<{ANNE}>")
    assert told(raw) == [(ANNE, FAILED, UNKNOWN)]


def test_of_several_recipients_in_the_header_none_gets_what_is_said_of_one():
    raw = words("Undeliverable: one mailbox is full.", X_Failed_Recipients=f"{ANNE}, {BEA}")
    undefined = BounceReason.UNDEFINED
    assert told(raw) == [(ANNE, FAILED, undefined), (BEA, FAILED, undefined)]


def test_what_the_returned_letter_says_is_no_reason():
    assert told(
        words(
            f"<{ANNE}>: could not be delivered\n\nOriginal message follows\nmailbox full, user unknown"
        )
    ) == [(ANNE, FAILED, BounceReason.UNDEFINED)]


def test_a_returned_letter_without_a_mark_before_it_is_no_reason_either():
    text = f"<{ANNE}>: could not be delivered\n\n{ORIGINAL}\nThe mailbox is full of access denied."
    found = read(words(text))
    assert [one.reason for one in found.recipients if one.recipient == ANNE] == [
        BounceReason.UNDEFINED
    ]
    assert found.message_ids == (OURS,)


def test_a_read_receipt_says_that_it_arrived():
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message was deleted without being read.\r\n"
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        f"Final-Recipient: rfc822; {ANNE}\r\nOriginal-Message-ID: {OURS}\r\n"
        "Disposition: manual-action/MDN-sent-manually; deleted\r\n\r\n--b--\r\n"
    )
    kinds = {"Content_Type": "multipart/report; report-type=disposition-notification; boundary=b"}
    raw = words("", **kinds).rstrip() + b"\r\n\r\n" + body.encode()
    assert told(raw) == [(ANNE, Fate.DELIVERED, BounceReason.UNDEFINED)]


@pytest.mark.parametrize("hidden", ["\x1b", "\u200b", "\u202e"])
def test_an_address_that_cannot_be_shown_is_none(hidden):
    odd = ANNE.replace("n", hidden, 1)
    assert [name for name, _, _ in told(words(f"<{odd}>: no such user"))] == [None]
    assert [name for name, _, _ in told(report(group(odd)))] == [None]


def test_a_challenge_or_any_other_words_are_for_a_person():
    (one,) = read(words("Click here to have your mail delivered after all.")).recipients
    assert one.fate is Fate.UNCLEAR


def test_a_complaint_names_the_letter_that_it_is_about():
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n"
        f"Original-Rcpt-To: <{ANNE}>\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n--b--\r\n"
    )
    kinds = {"Content_Type": "multipart/report; report-type=feedback-report; boundary=b"}
    raw = words("", **kinds).rstrip() + b"\r\n\r\n" + body.encode()
    assert told(raw) == [(ANNE, Fate.COMPLAINED, BounceReason.FEEDBACK)]
    assert read(raw).message_ids == (OURS,)


def test_every_reason_but_the_last_has_words_and_no_phrase_is_there_twice():
    phrases = load_phrases()
    named = [reason for reason, _ in phrases.reasons]
    assert set(named) == set(BounceReason) - {BounceReason.UNDEFINED}
    assert len(named) == len(set(named))
    every = [phrase for _, known in phrases.reasons for phrase in known]
    assert sorted(every) == sorted(set(every))
    assert all(phrase == plain(phrase) and len(phrase) > 2 for phrase in every)


def test_the_words_are_a_file_that_a_person_can_edit():
    assert Path(PHRASES).suffix == ".toml"


pieces = st.sampled_from(
    [
        b"--b\r\n", b"--b--\r\n", b"Content-Type: message/delivery-status\r\n\r\n", b"Content-Type: message/rfc822\r\n\r\n",
        b"Final-Recipient: rfc822; anne@person.example\r\n", b"Action: failed\r\n", b"Status: 5.1.1\r\n", b"\r\n",
        b"Diagnostic-Code: ", b"Message-ID: <", b"X-Failed-Recipients: ", b"Content-Type: multipart/report; boundary=b\r\n",
        b" " * 300, b"<" * 300, b"anne@person.example" * 20, "宛先不明".encode(), b"5." * 200, b"message-id:" * 50,
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(pieces | st.binary(max_size=40), max_size=40))
def test_any_bytes_are_read(chunks):
    raw = b"".join(chunks)
    found = read(raw)
    assert len(found.recipients) <= 50
    assert len(found.message_ids) <= 20
