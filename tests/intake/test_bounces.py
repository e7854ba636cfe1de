"""Delivery reports in the standard form and in the dialects of servers: who, what, why, and which letter."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.bounce_reasons import PHRASES, load_phrases, name_reason, plain, tell_fate
from intake.bounces import read_report
from intake.parse import parse_message
from privacy.deliveries import BounceReason, DeliveryReport, Fate

ANNE, BEA = "anne@person.example", "bea@person.example"
OURS = f"<c.{'0' * 26}.{'1' * 16}@autocloz.example>"
ORIGINAL = (
    "Received: from desk.example by out.example; Mon, 23 Nov 2026 12:00:00 +0000\r\n"
    "From: Autocloz privacy desk <privacy@autocloz.example>\r\n"
    f"To: {ANNE}\r\nSubject: We have your request\r\nMessage-ID: {OURS}\r\n"
)


def read(raw: bytes) -> DeliveryReport:
    return read_report(raw, parse_message(raw))


def words(text: str, **headers: str) -> bytes:
    """A report that is nothing but words."""
    head = {
        "From": "Mail Delivery System <mailer-daemon@mx.person.example>",
        "To": "privacy@autocloz.example",
        "Subject": "Mail could not be delivered",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{name}: {value}" for name, value in head.items()]
    return "\r\n".join([*lines, "", *text.split("\n"), ""]).encode()


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


def told(raw: bytes) -> list[tuple[str | None, Fate, BounceReason]]:
    return [(one.recipient, one.fate, one.reason) for one in read(raw).recipients]


FAILED, DELAYED = Fate.FAILED, Fate.DELAYED
UNKNOWN, FULL, BLOCKED = BounceReason.USERUNKNOWN, BounceReason.MAILBOXFULL, BounceReason.BLOCKED


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


EXIM = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {ANNE}
    host mx.person.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{ANNE}>:
    550 5.1.1 unknown user
  {BEA}
    mailbox is full: retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

{ORIGINAL}
We have your request; nobody's mailbox is full.
"""
QMAIL = f"""Hi. This is the mail program at mx.person.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{ANNE}>:
192.0.2.1 does not like recipient.
Remote host said: 550 no thanks
Giving up on 192.0.2.1.

--- Below this line is a copy of the message.

{ORIGINAL}"""
POSTFIX = f"""This is the mail system at host mx.person.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<{ANNE}>: host mail.person.example[192.0.2.7] said: 552 5.2.2
    the recipient is over quota (in reply to RCPT TO command)
"""
GMAIL = f"""Delivery to the following recipient failed permanently:

     {ANNE}

Technical details of permanent failure:
The other server answered: 550 5.2.1 This account is disabled.

----- Original message -----

{ORIGINAL}"""
EXCHANGE = f"""Delivery has failed to these recipients or groups:

{ANNE}
The email address you entered couldn't be found. Please check it and try again.

Diagnostic information for administrators:
Generating server: mx.person.example
{ANNE}
Remote server returned '550 5.1.10 RESOLVER.ADR.RecipNotFound'

Original message headers:

{ORIGINAL}"""
EXCHANGE_GERMAN = f"""Fehler bei der Nachrichtenzustellung an folgende Empfänger:

{ANNE}<mailto:{ANNE}>
Die eingegebene E-Mail-Adresse wurde nicht gefunden. Die Nachricht konnte nicht zugestellt werden.

Ursprüngliche Nachrichtenkopfzeilen:

{ORIGINAL}"""
EXCHANGE_FRENCH = f"""Échec de la remise pour les destinataires suivants :

{ANNE}
La boîte de réception est pleine et n’accepte plus de messages.

En-têtes de message d'origine :

{ORIGINAL}"""
YAHOO = f"""Sorry, we were unable to deliver your message to the following address.

<{ANNE}>:
554: delivery error: dd This user doesn't have a yahoo.example account ({ANNE}) [0]

--- Below this line is a copy of the message.

{ORIGINAL}"""
SES = f"""An error occurred while trying to deliver the mail to the following recipients:
{ANNE}

The message was rejected: 550 5.7.1 content rejected as spam
"""
DOMINO = f"""Your message

  Subject: We have your request

was not delivered to:

  {ANNE}

because:

  User anne ({ANNE}) not listed in Domino Directory
"""
SENDMAIL = f"""The original message was received at Mon, 23 Nov 2026 12:00:00 GMT

   ----- The following addresses had permanent fatal errors -----
<{ANNE}>
    (reason: 550 Host unknown)

   ----- Transcript of session follows -----
550 5.1.2 Host unknown (Name server: person.example: host not found)
"""
CARRIER = f"""次のあて先へのメッセージは宛先不明のため送信できませんでした。

<{ANNE}>

----- 元のメッセージ -----
{ORIGINAL}"""
CARRIER_FULL = f"""お届けできませんでした。
宛先: {ANNE}
メールボックスの容量を超えています。
"""
GERMAN = f"""Diese Mail konnte nicht zugestellt werden.

Empfänger: {ANNE}
Das Postfach des Empfängers ist voll.

Kopie der Nachricht:
{ORIGINAL}"""
NOTES = f"""------- Failure Reasons  --------

ディレクトリのリストにありません
{ANNE}

------- Returned Message --------
{ORIGINAL}"""
MIXED_NAMES = f"""Your message

  To:      {ANNE}
  Subject: We have your request

did not reach the following recipient(s):

anne@new.example on Mon, 23 Nov 2026 12:00:00 -0000
    The recipient name is not recognized
"""
RUSSIAN = f"""К сожалению, Ваше письмо не может быть доставлено получателям:

  {ANNE}
    host mx.person.example [192.0.2.12]: 550 5.2.2 Mailbox Full
  {BEA}
    host mx.person.example [192.0.2.12]: 550 5.2.1 User Unknown
"""
SPANISH = f"""No se ha podido entregar el mensaje a {ANNE}.
La cuenta: usuario desconocido.
"""
DIALECTS = {
    "exim": (EXIM, [(ANNE, FAILED, UNKNOWN), (BEA, FAILED, FULL)]),
    "qmail": (QMAIL, [(ANNE, FAILED, UNKNOWN)]),
    "postfix": (POSTFIX, [(ANNE, FAILED, FULL)]),
    "gmail": (GMAIL, [(ANNE, FAILED, BounceReason.SUSPEND)]),
    "exchange": (EXCHANGE, [(ANNE, FAILED, UNKNOWN)]),
    "exchange in German": (EXCHANGE_GERMAN, [(ANNE, FAILED, UNKNOWN)]),
    "exchange in French": (EXCHANGE_FRENCH, [(ANNE, FAILED, FULL)]),
    "yahoo": (YAHOO, [(ANNE, FAILED, UNKNOWN)]),
    "ses": (SES, [(ANNE, FAILED, BounceReason.SPAMDETECTED)]),
    "domino": (DOMINO, [(ANNE, FAILED, UNKNOWN)]),
    "sendmail": (SENDMAIL, [(ANNE, FAILED, BounceReason.HOSTUNKNOWN)]),
    "carrier in Japan": (CARRIER, [(ANNE, FAILED, UNKNOWN)]),
    "carrier in Japan, full": (CARRIER_FULL, [(ANNE, FAILED, FULL)]),
    "German": (GERMAN, [(ANNE, FAILED, FULL)]),
    "notes in Japanese": (NOTES, [(ANNE, FAILED, UNKNOWN)]),
    "with the first and the last name": (
        MIXED_NAMES,
        [(ANNE, FAILED, BounceReason.UNDEFINED), ("anne@new.example", FAILED, UNKNOWN)],
    ),
    "Russian": (RUSSIAN, [(ANNE, FAILED, FULL), (BEA, FAILED, UNKNOWN)]),
    "Spanish, in a sentence": (SPANISH, [(None, FAILED, UNKNOWN)]),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_dialects_say_who_and_why(name):
    text, expected = DIALECTS[name]
    assert told(words(text)) == expected


@pytest.mark.parametrize("name", [name for name, (text, _) in DIALECTS.items() if OURS in text])
def test_the_letter_is_known_from_the_copy_below_the_words(name):
    assert read(words(DIALECTS[name][0])).message_ids == (OURS,)


def test_words_in_old_japanese_and_odd_charsets_are_read():
    for charset, codec in (("iso-2022-jp", "iso-2022-jp"), ("unicode-1-1-utf-7", "utf-7")):
        text = CARRIER_FULL if charset == "iso-2022-jp" else GERMAN
        head = words(
            "", Content_Type=f"text/plain; charset={charset}", Content_Transfer_Encoding="7bit"
        )
        raw = head.rstrip() + b"\r\n\r\n" + text.encode(codec)
        assert told(raw) == [(ANNE, FAILED, FULL)], charset


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


@given(st.lists(pieces | st.binary(max_size=40), max_size=40))
def test_any_bytes_are_read(chunks):
    raw = b"".join(chunks)
    found = read(raw)
    assert len(found.recipients) <= 50
    assert len(found.message_ids) <= 20
