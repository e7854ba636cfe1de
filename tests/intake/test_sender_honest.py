"""Honest mail in the shapes in which people, programs and mailing services really write it: all of it passes."""

from datetime import UTC, datetime

import pytest

from intake.parse import parse_message
from intake.verification import Arrival, SenderVerifier
from privacy.messages import SmtpClient
from privacy.ports import RecordKind
from sender_keys import MemoryDns, Signer

ANNE = "anne@berg.example"
NAME = b"<anne@berg.example>"
NOW = datetime.now(UTC)
RELAXED = (b"relaxed", b"relaxed")

FROM_VALUES = {
    "bare address": b"anne@berg.example",
    "angles": NAME,
    "name": b"Anne Berg " + NAME,
    "no blank before the angle": b"Anne" + NAME,
    "quoted name": b'"Anne Berg" ' + NAME,
    "comma in a quoted name": b'"Berg, Anne" ' + NAME,
    "dot in a name": b"Anne M. Berg " + NAME,
    "dot in a quoted name": b'"A. M. Berg" ' + NAME,
    "apostrophe": b"Anne O'Berg " + NAME,
    "hyphen and ampersand": b"Berg-Lund & Co " + NAME,
    "umlaut, Q": b"=?utf-8?Q?Anne_B=C3=A9rg?= " + NAME,
    "umlaut, B": b"=?UTF-8?B?QW5uZSBCw6lyZw==?= " + NAME,
    "old charset": b"=?iso-8859-1?Q?J=FCrgen_Berg?= " + NAME,
    "Windows charset": b"=?windows-1252?Q?Ren=E9e?= " + NAME,
    "two words": b"=?utf-8?Q?Anne?= =?utf-8?Q?_B=C3=A9rg?= " + NAME,
    "word in quotes": b'"=?utf-8?B?QW5uZSBCw6lyZw==?=" ' + NAME,
    "Japanese": b"=?iso-2022-jp?B?GyRCOzNFRBsoQg==?= " + NAME,
    "Hindi": b"=?utf-8?B?4KSF4KSo4KWA?= " + NAME,
    "Arabic": b"=?utf-8?B?2KLZhg==?= " + NAME,
    "emoji": b"=?utf-8?B?QW5uZSDwn5iK?= " + NAME,
    "name in a comment": b"anne@berg.example (Anne Berg)",
    "empty quoted name": b'"" ' + NAME,
    "escaped quote": b'"Anne \\"A\\" Berg" ' + NAME,
    "brackets in a quoted name": b'"Berg [sales]" ' + NAME,
    "round brackets in a quoted name": b'"Anne (work)" ' + NAME,
    "at sign in a quoted name": b'"anne at berg" ' + NAME,
    "own address as quoted name": b'"anne@berg.example" ' + NAME,
    "colon in a quoted name": b'"Support: Anne" ' + NAME,
    "slash and bar": b"Anne / Berg | Sales " + NAME,
    "numbers": b"Anne 007 " + NAME,
    "folded after the name": b"Anne Berg\r\n " + NAME,
    "folded at once": b"\r\n Anne Berg " + NAME,
    "folded in a long encoded name": b"=?utf-8?Q?Anne?=\r\n =?utf-8?Q?_B=C3=A9rg?=\r\n " + NAME,
    "long name": b"Anne of the Very Long Name " * 6 + NAME,
    "blanks around": b"  Anne   Berg   " + NAME + b"  ",
    "tab": b"Anne\t" + NAME,
    "exclamation mark": b"Shop! " + NAME,
    "upper-case domain": b"Anne <anne@BERG.Example>",
    "via a list": b"Anne via Announce " + NAME,
    "via a list, quoted": b"\"'Anne' via Announce\" " + NAME,
}
LOCALS = [
    b"anne+tag", b"anne.berg", b"a", b"anne_berg", b"anne-berg", b"o'anne", b"anne=x", b"1234567890",
    b"bounces+12-ab=cd", b"anne!", b"anne/dept", b"x" * 64,
]  # fmt: skip
CUSTOMS = {
    "no Subject": (b"Subject: my data\r\n", b""),
    "empty Subject": (b"Subject: my data", b"Subject:"),
    "encoded Subject": (b"my data", b"=?utf-8?B?TWVpbmUgRGF0ZW4=?="),
    "folded Subject": (b"my data", b"my\r\n data"),
    "Subject in raw UTF-8": (b"my data", "löschen".encode()),
    "Reply-To elsewhere": (b"To: ", b"Reply-To: other@desk.example\r\nTo: "),
    "Sender of the provider": (b"To: ", b"Sender: bounce@mailer.example\r\nTo: "),
    "no Date": (b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n", b""),
    "many trace lines": (b"To: ", b"X-Spam: no\r\n" * 30 + b"To: "),
    "lower-case field names": (b"Subject: my data", b"subject: my data"),
}


def mail(from_value, body=b"Please delete my data.\r\n"):
    return (
        b"From: " + from_value + b"\r\nTo: privacy@autocloz.example\r\nSubject: my data\r\n"
        b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@berg.example>\r\n\r\n" + body
    )


def signed_by(domain, raw, dns, **options):
    return Signer(domain, dns, selector=f"s{len(dns.records)}").sign(raw, **options)


def own_signature():
    """One who signs for himself."""
    for name, value in FROM_VALUES.items():
        dns = MemoryDns()
        yield name, signed_by("berg.example", mail(value), dns, canonicalize=RELAXED), dns
    for local in LOCALS:
        dns = MemoryDns()
        raw = mail(b"Anne <" + local + b"@berg.example>")
        yield f"local part {local.decode()[:20]}", signed_by("berg.example", raw, dns), dns
    for name, (old, new) in CUSTOMS.items():
        dns = MemoryDns()
        raw = mail(NAME).replace(old, new)
        yield name, signed_by("berg.example", raw, dns, canonicalize=RELAXED), dns


def providers():
    """The ways in which big providers and mailing services sign for others."""
    dns = owner("v=DMARC1; p=reject")
    both = signed_by("berg.example", mail(NAME), dns)
    yield "service signs below its customer", signed_by("mailer.example", both, dns), dns
    dns = owner("v=DMARC1; p=none; rua=mailto:x@berg.example")
    yield "signed by a subdomain", signed_by("mail.berg.example", mail(NAME), dns), dns
    dns = owner("v=DMARC1;p=quarantine;sp=none;adkim=r;aspf=r;pct=100")
    sub = mail(b"News <news@letters.berg.example>")
    yield "subdomain under its owner's policy", signed_by("berg.example", sub, dns), dns
    dns = owner("V=dmarc1 ; P=Reject ; adkim=s", "unrelated")
    strict = signed_by("mail.berg.example", mail(NAME), dns)
    yield "strict policy, two signatures", signed_by("berg.example", strict, dns), dns
    dns = owner("v=DMARC1; p=reject")
    stamped = b"X-Received: by x\r\n" + signed_by("berg.example", mail(NAME), dns)
    yield "fields added on the way", b"Received: from a by b; x\r\n" * 20 + stamped, dns
    dns = MemoryDns()
    few = signed_by("berg.example", mail(NAME), dns, include_headers=[b"from", b"subject", b"date"])
    yield "only three fields signed", few, dns
    dns = MemoryDns()
    extra = [b"from", b"from", b"subject", b"subject", b"reply-to", b"to"]
    yield (
        "signed against additions",
        signed_by("berg.example", mail(NAME), dns, include_headers=extra),
        dns,
    )
    dns = MemoryDns()
    html = mail(NAME, b"<p>Bitte   l=F6schen\t\r\n\r\n\r\n<br>=20\r\n\r\n")
    yield "untidy body", signed_by("berg.example", html, dns, canonicalize=RELAXED), dns


def owner(*texts):
    dns = MemoryDns()
    dns.publish("_dmarc.berg.example", *texts)
    return dns


SIGNED = [*own_signature(), *providers()]


def level(raw, dns, client=None, envelope_from=None):
    arrival = Arrival(received_at=NOW, client=client, envelope_from=envelope_from)
    return SenderVerifier(dns=dns).verify(raw, parse_message(raw).sender, arrival).level


@pytest.mark.parametrize(
    ("raw", "dns"), [row[1:] for row in SIGNED], ids=[row[0] for row in SIGNED]
)
def test_honest_signed_mail_passes(raw, dns):
    assert level(raw, dns) == "aligned"


def test_honest_shapes_are_many():
    assert len(SIGNED) >= 60


@pytest.mark.parametrize("bounce", ["anne@berg.example", "b+1=x@mail.berg.example", ""])
def test_unsigned_mail_from_a_server_of_the_domain_passes_where_we_are_the_boundary(bounce):
    dns = owner("v=DMARC1; p=reject")
    for name in ("berg.example", "mail.berg.example"):
        dns.publish(name, "v=spf1 a:out.berg.example -all")
    dns.publish("out.berg.example", "192.0.2.9", kind=RecordKind.A)
    client = SmtpClient(address="192.0.2.9", helo="mail.berg.example")
    assert level(mail(NAME), dns, client, bounce) == "aligned"
    assert level(mail(NAME), dns, None, bounce) == "none"
