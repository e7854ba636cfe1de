"""Mails that lie about their sender, and honest ones, really signed; each says what may be believed of it.

Mallory owns evil.example, and the victim is olivia@victim.example; both domains publish p=reject. `address` is the
only sender that may be shown, None for nobody; refusing is always allowed, but not in the family `honest`.
`may_verify` says whether any result may count as evidence for it.
"""

import base64
from dataclasses import dataclass

from sender_keys import MemoryDns, Signer

MALLORY = "mallory@evil.example"
VICTIM = "olivia@victim.example"
A, V = MALLORY.encode(), VICTIM.encode()
OUR_MX = "mx.autocloz.example"
DOMAINS = ("evil.example", "victim.example", "my-bank.example")

HEADERS = (
    b"To: privacy@autocloz.example\r\nSubject: delete my data\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@evil.example>\r\n"
)
BODY = b"\r\nplease\r\n"
CONTROLS = {
    "CR": b"\r", "LF": b"\n", "NUL": b"\0", "BS": b"\b", "VT": b"\v", "FF": b"\f", "FS": b"\x1c",
    "GS": b"\x1d", "RS": b"\x1e", "ESC": b"\x1b", "DEL": b"\x7f", "NEL": "\x85".encode(),
    "LS": "\u2028".encode(), "PS": "\u2029".encode(),
}  # fmt: skip
BREAK_LINES = ("CR", "LF", "NUL")


@dataclass(frozen=True)
class Shape:
    """One mail and what may be believed about its sender."""

    family: str
    name: str
    raw: bytes
    address: str | None
    protected: bool = True

    @property
    def may_verify(self):
        return self.address is not None and self.protected

    @property
    def id(self):
        return f"{self.family}: {self.name}"


def mail(from_lines, headers=HEADERS, body=BODY):
    return from_lines + headers + body


def published():
    """Return a DNS with the policies of the three domains."""
    dns = MemoryDns()
    for domain in DOMAINS:
        dns.publish(f"_dmarc.{domain}", "v=DMARC1; p=reject")
    return dns


def shapes(dns):
    """Yield every shape, signed by the domain that Mallory owns unless the family says otherwise."""
    mallory, bank = Signer("evil.example", dns), Signer("my-bank.example", dns)
    yield from honest_shapes(mallory, bank)
    yield from count_shapes(mallory)
    yield from control_shapes(mallory)
    for family, rows in VALUES.items():
        for name, value, address in rows:
            raw = mallory.sign(mail(b"From: " + value + b"\r\n"))
            yield Shape(family, name, raw, address)
    yield from missing_shapes(mallory)
    yield from other_field_shapes(mallory)
    yield from result_shapes()
    yield from signature_shapes(mallory)


def honest_shapes(mallory, bank):
    for name, value in HONEST.items():
        yield Shape("honest", name, mallory.sign(mail(b"From: " + value + b"\r\n")), MALLORY)
    plain = mallory.sign(mail(b"From: " + A + b"\r\n"))
    yield Shape("honest", "line ends of a Maildir", plain.replace(b"\r\n", b"\n"), MALLORY)
    hyphen = bank.sign(mail(b"From: a@my-bank.example\r\n"))
    yield Shape("honest", "hyphen in the domain", hyphen, "a@my-bank.example")
    plus = mallory.sign(mail(b"From: mallory+x@evil.example\r\n"))
    yield Shape("honest", "plus tag", plus, "mallory+x@evil.example")


HONEST = {
    "bare address": A,
    "angle address": b"<" + A + b">",
    "phrase": b"Mallory M <" + A + b">",
    "quoted phrase with comma": b'"M, Mallory" <' + A + b">",
    "encoded phrase": b"=?utf-8?Q?J=C3=BCrgen?= <" + A + b">",
    "folded after the phrase": b"Mallory\r\n <" + A + b">",
    "name in a comment": A + b" (Mallory M)",
    "upper-case domain": b"mallory@EVIL.EXAMPLE",
}


def count_shapes(mallory):
    a, v = b"From: " + A + b"\r\n", b"From: " + V + b"\r\n"
    rows = {
        "two, own first": mallory.sign(mail(a + v)),
        "two, victim first": mallory.sign(mail(v + a)),
        "the same twice": mallory.sign(mail(a + a)),
        "three": mallory.sign(mail(a + v + a)),
        "second in upper case": mallory.sign(mail(a + v.replace(b"From", b"FROM"))),
        "second at the end": mallory.sign(mail(a, HEADERS + v)),
        "second on top, after signing": v + mallory.sign(mail(a)),
        "second folded before its colon": mallory.sign(mail(a + b"From\r\n : " + V + b"\r\n")),
        "a hundred": mallory.sign(mail(a + v * 99)),
    }
    for name, raw in rows.items():
        yield Shape("count", name, raw, None)


def control_shapes(mallory):
    a = b"From: " + A + b"\r\n"
    for label, char in CONTROLS.items():
        hidden = b"X-Note: hi" + char + b"From: " + V + b"\r\n"
        elsewhere = None if label in BREAK_LINES else MALLORY
        name = b'From: "' + V + char + b'" <' + A + b">\r\n"
        local = b"From: " + A.replace(b"@", char + b"@") + b"\r\n"
        yield Shape("control", f"{label} before", mallory.sign(mail(hidden + a)), elsewhere)
        yield Shape("control", f"{label} after", mallory.sign(mail(a + hidden)), elsewhere)
        yield Shape("control", f"{label} in the name", mallory.sign(mail(name)), None)
        yield Shape("control", f"{label} in the address", mallory.sign(mail(local)), None)
    ends = mallory.sign(mail(a + b"X-Note: hi\r\rFrom: " + V + b"\r\n"))
    yield Shape("control", "CR CR looks like the end", ends, None)
    early = mallory.sign(mail(b"X-Note: hi\n\nFrom: " + A + b"\r\n"))
    yield Shape("control", "LF LF ends the headers before From", early, None)


VALUES = {
    "list": [
        ("own first", A + b", " + V, None),
        ("victim first", V + b", " + A, None),
        ("semicolon", A + b"; " + V, None),
        ("empty element first", b", " + A, None),
        ("empty element last", A + b",", None),
        ("group, then victim", b"g:" + A + b";, " + V, None),
        ("group only", b"g:" + V + b";", None),
        ("empty group", b"undisclosed:;", None),
    ],
    "quoting": [
        ("victim as quoted local part", b'"' + V + b'"@evil.example', None),
        ("own as quoted local part at the victim", b'"mallory@evil.example"@victim.example', None),
        ("blank in a quoted local part", b'"olivia victim.example "@evil.example', None),
        ("escaped quote", b'"a\\"@victim.example"@evil.example', None),
        ("name closes early", b'"x" <' + V + b'> "y" <' + A + b">", None),
        ("name never closed", b'"' + V + b" <" + A + b">", None),
        ("angle inside a quoted name", b'"<' + V + b'>" <' + A + b">", MALLORY),
        ("escaped quote in the name, then victim", b'"\\" <' + V + b'>" <' + A + b">", MALLORY),
    ],
    "mismatch": [
        ("victim as quoted name", b'"' + V + b'" <' + A + b">", MALLORY),
        ("victim as bare name", V + b" <" + A + b">", None),
        ("victim and comma in a quoted name", b'"' + V + b'," <' + A + b">", MALLORY),
        ("victim after the address", b"<" + A + b"> " + V, None),
        ("two at signs", b"olivia@victim.example@evil.example", None),
        ("two at signs, reversed", b"mallory@evil.example@victim.example", None),
        ("percent route", b"olivia%victim.example@evil.example", "olivia%victim.example@evil.example"),
    ],
    "structure": [
        ("two angle addresses", b"<" + V + b"><" + A + b">", None),
        ("two angle addresses with a blank", b"<" + A + b"> <" + V + b">", None),
        ("double angle", b"<<" + V + b">>", None),
        ("angle never closed", b"x <" + A, None),
        ("angle never opened", A + b">", None),
        ("nothing between the angles", b"Mallory <>", None),
        ("route", b"<@evil.example:" + V + b">", None),
        ("address in a comment after", V + b" (<" + A + b">)", None),
        ("address in a comment before", b"(" + V + b") " + A, None),
        ("comment inside the local part", b"olivia(x)@evil.example", None),
        ("comment that looks like more domain", b"olivia@victim.example(.evil.example)", VICTIM),
        ("nested comments", b"(" * 10 + V + b")" * 10 + b" " + A, None),
        ("ten thousand nested comments", b"(" * 10_000 + b")" * 10_000 + b" " + A, None),
        ("comment never closed", A + b" (x", None),
        ("blanks around the at sign", b"olivia @ victim.example", None),
        ("junk after the angle", b"<" + A + b">x", None),
    ],
    "encoded": [
        ("Q: victim and comma as name", b"=?utf-8?Q?olivia@victim.example=2C?= <" + A + b">", MALLORY),
        ("Q: victim in angles as name", b"=?utf-8?Q?=3Colivia@victim.example=3E?= <" + A + b">", MALLORY),
        ("B: victim in angles as name",
         b"=?utf-8?B?" + base64.b64encode(b"<" + V + b">") + b"?= <" + A + b">", MALLORY),
        ("Q: CR LF From in the name",
         b"=?utf-8?Q?x=0D=0AFrom:_olivia=40victim.example?= <" + A + b">", MALLORY),
        ("Q: NUL in the name", b"=?utf-8?Q?olivia=40victim.example=00?= <" + A + b">", MALLORY),
        ("Q: quote in the name", b"=?utf-8?Q?=22olivia=40victim.example=22?= <" + A + b">", MALLORY),
        ("whole value encoded", b"=?utf-8?B?" + base64.b64encode(b"<" + V + b">") + b"?=", None),
        ("local part encoded", b"=?utf-8?Q?olivia?=@victim.example", None),
        ("domain encoded", b"olivia@=?utf-8?Q?victim.example?=", None),
        ("inside the angles", b"<=?utf-8?Q?olivia=40victim.example?=>", None),
        ("unknown charset", b"=?x-none?Q?olivia=40victim.example?= <" + A + b">", MALLORY),
        ("word never closed", b"=?utf-8?Q?olivia=40victim.example <" + A + b">", MALLORY),
    ],
    "display": [
        ("right-to-left override in the name", "\u202eelpmaxe.mitciv@aivilo".encode() + b" <" + A + b">", None),
        ("zero width in the name", "o\u200blivia@victim.example".encode() + b" <" + A + b">", None),
        ("raw UTF-8 name", "Jürgen".encode() + b" <" + A + b">", None),
        ("Latin-1 name", "Jürgen".encode("latin-1") + b" <" + A + b">", None),
        ("encoded override in the name", b"=?utf-8?B?4oCuZWxwbWF4ZQ==?= <" + A + b">", MALLORY),
        ("four thousand characters of name", b"x" * 4_000 + b" <" + A + b">", None),
    ],
    "address": [
        ("homoglyph domain", "olivia@v\u0456ctim.example".encode(), None),
        ("homoglyph local part", "\u043elivia@victim.example".encode(), None),
        ("domain in its own script", "olivia@vìctim.example".encode(), None),
        ("full-width letters", "olivia@\uff56ictim.example".encode(), None),
        ("zero width at the end", "olivia@victim.example\u200b".encode(), None),
        ("A-label", b"olivia@xn--vctim-4va.example", "olivia@xn--vctim-4va.example"),
        ("trailing dot", b"olivia@victim.example.", None),
        ("leading dot in the domain", b"olivia@.victim.example", None),
        ("double dot in the domain", b"olivia@victim..example", None),
        ("leading dot in the local part", b".olivia@victim.example", None),
        ("underscore in the domain", b"olivia@victim.example_x.evil.example", None),
        ("leading hyphen in a label", b"olivia@-victim.example", None),
        ("label of 64", b"olivia@" + b"a" * 64 + b".example", None),
        ("address literal", b"olivia@[127.0.0.1]", None),
        ("top-level domain only", b"olivia@example", None),
        ("no domain", b"olivia", None),
        ("no local part", b"@victim.example", None),
    ],
}  # fmt: skip


def missing_shapes(mallory):
    rows = {
        "no From": b"",
        "empty From": b"From: \r\n",
        "folded empty From": b"From:\r\n \r\n",
        "blank before the colon": b"From : " + V + b"\r\n",
        "quoted by a mail store": b">From: " + V + b"\r\n",
        "line of an mbox": b"From olivia@victim.example Mon Nov  2 10:00:00 2026\r\n",
        "byte order mark first": b"\xef\xbb\xbfFrom: " + V + b"\r\n",
        "colon missing": b"From " + V + b"\r\n",
    }
    for name, lines in rows.items():
        yield Shape("missing", name, mallory.sign(mail(lines)), None)


def other_field_shapes(mallory):
    own = b"From: " + A + b"\r\n"
    for field in (
        *("Sender", "Reply-To", "Return-Path", "X-Original-From", "Resent-From"),
        "Disposition-Notification-To",
    ):
        lines = own + field.encode() + b": " + V + b"\r\n"
        yield Shape("other-field", field, mallory.sign(mail(lines)), MALLORY)
    twice = own + b"Reply-To: " + A + b"\r\nReply-To: " + V + b"\r\n"
    yield Shape("other-field", "two Reply-To", mallory.sign(mail(twice)), None)


def result_shapes():
    """Unsigned mails that bring their own Authentication-Results, below or above our trace line."""
    ours = OUR_MX.encode()
    trace = b"Received: from x by " + ours + b"; Mon, 02 Nov 2026 10:00:00 +0000\r\n"
    from_victim = b"From: " + V + b"\r\n"
    passed = b"dmarc=pass header.from=victim.example"
    failed = b"dmarc=fail header.from=victim.example"

    def results(value, *, trusted=True):
        line = b"Authentication-Results: " + value + b"\r\n"
        return mail((line + trace if trusted else trace + line) + from_victim)

    yield Shape("results", "own id on top", results(ours + b"; " + passed), VICTIM)
    rows = {
        "own id below our trace line": results(ours + b"; " + passed, trusted=False),
        "foreign id": results(b"mx.evil.example; " + passed),
        "foreign id that begins like ours": results(ours + b".evil.example; " + passed),
        "pass in a comment": results(ours + b"; dmarc=fail (dmarc=pass) header.from=victim.example"),
        "pass in a reason": results(ours + b'; spf=fail reason="; ' + passed + b'"'),
        "two results": results(ours + b"; " + failed + b"; " + passed),
        "pass for another domain": results(ours + b"; dmarc=pass header.from=evil.example"),
        "pass without a domain": results(ours + b"; dmarc=pass"),
        "ARC form": results(b"i=1; " + ours + b"; " + passed),
        "unknown version": results(ours + b" 2; " + passed),
        "folded in the middle": results(
            ours + b"; dmarc\r\n =pass header.from=victim.example;" + failed
        ),
    }  # fmt: skip
    for name, raw in rows.items():
        yield Shape("results", name, raw, VICTIM, protected=False)


def signature_shapes(mallory):
    """Well-formed sender, but no signature covers what a reader would believe."""
    plain = mail(b"From: " + A + b"\r\n")
    signed = mallory.sign(plain)
    field = signed.split(b"From: ")[0]
    unsigned_subject = mallory.sign(plain, include_headers=[b"from", b"to"])
    own = {
        "l= and text appended": mallory.sign(plain, length=True) + b"added by somebody else\r\n",
        "subject unsigned and changed": unsigned_subject.replace(b"delete my", b"send all"),
        "body changed": signed.replace(b"please", b"at once"),
        "two hundred signatures": field * 200 + plain,
    }
    victims = {
        "signature of another mail": field + mail(b"From: " + V + b"\r\n"),
        "good signature of the wrong domain": mallory.sign(mail(b"From: " + V + b"\r\n")),
    }
    for rows, address in ((own, MALLORY), (victims, VICTIM)):
        for name, raw in rows.items():
            yield Shape("signature", name, raw, address, protected=False)
