"""Mails that are too deep, too long, too wide or too broken, made on demand and always the same; and their mutants."""

import base64
import random
from collections.abc import Callable, Iterator

SEED = 20261127
HEAD = b"From: mallory@elsewhere.example\r\nSubject: data\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
TEXT = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def nested(depth: int) -> bytes:
    opened = [
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(depth)
    ]
    closed = [b"--b%d--\r\n" % level for level in reversed(range(depth))]
    return HEAD + b"".join([*opened, b"Content-Type: text/plain\r\n\r\nhi\r\n", *closed])


def messages_in_messages(depth: int) -> bytes:
    return HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: z\r\n\r\nhi\r\n"


def parts(count: int) -> bytes:
    return MIXED + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


def attachments(names: list[bytes]) -> bytes:
    part = b'--b\r\nContent-Disposition: attachment; filename="%s"\r\n\r\nx\r\n'
    return MIXED + b"".join(part % name for name in names) + b"--b--\r\n"


def encoded(content: bytes, subtype: bytes = b"octet-stream") -> bytes:
    lines = base64.encodebytes(content).replace(b"\n", b"\r\n")
    head = (
        b"Content-Type: application/" + subtype + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return HEAD + b"Content-Disposition: attachment; filename=a.bin\r\n" + head + lines


def noise(size: int) -> bytes:
    return random.Random(SEED).randbytes(size)  # noqa: S311 - the same every time


def with_field(name: bytes, value: bytes) -> bytes:
    return HEAD + name + b": " + value + b"\r\n\r\nhi"


def in_charset(charset: bytes, body: bytes) -> bytes:
    return HEAD + b"Content-Type: text/plain; charset=" + charset + b"\r\n\r\n" + body


def table(rows: int) -> bytes:
    return HTML + b"<table>" + b"<tr><td>a<td>b<table><tr><td>" * rows + b"</table>"


# Shapes that a pattern almost matches: each of them has been the end of somebody's regular expression.
NEAR_MISSES = (
    b"a" * 200_000 + b"!",
    b"> " * 100_000 + b"x",
    b"On " + b"a " * 100_000 + b"wrote",
    b" " * 200_000 + b"x",
    b"\n" * 200_000,
    b"-" * 200_000 + b"\nFrom: ",
    b"anne@" * 40_000,
    b"<" * 200_000,
    b"http://" * 30_000,
    b"article " * 25_000,
    b"delete my " * 20_000,
)

HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one line end": lambda: b"\n",
    "noise of 1 MB": lambda: noise(1_000_000),
    "1 MB of NUL": lambda: b"\0" * 1_000_000,
    "no colon anywhere": lambda: b"hello there\r\nand bye",
    "UTF-16 throughout": lambda: "Subject: x\r\n\r\ndelete my data".encode("utf-16"),
    "byte order mark first": lambda: b"\xef\xbb\xbf" + TEXT + b"hi",
    "multipart in multipart, 100": lambda: nested(100),
    "multipart in multipart, 10,000": lambda: nested(10_000),
    "message in message, 500": lambda: messages_in_messages(500),
    "message in message, 20,000": lambda: messages_in_messages(20_000),
    "one boundary on 200 levels": lambda: MIXED * 200 + b"\r\nhi\r\n" + b"--b--\r\n" * 200,
    "500,000 parts": lambda: parts(500_000),
    "20,000 attachments": lambda: attachments([b"f%d.txt" % n for n in range(20_000)]),
    "names that lead elsewhere": lambda: attachments(
        [b"../../etc/passwd", b"..\\x.exe", b"a\0.pdf", b".", b"CON", b"x" * 400]
    ),
    "boundary of 100,000 characters": lambda: with_field(
        b"Content-Type", b'multipart/mixed; boundary="' + b"x" * 100_000 + b'"'
    ),
    "50,000 parameters": lambda: with_field(
        b"Content-Type", b"text/plain" + b"".join(b"; p%d=v" % n for n in range(50_000))
    ),
    "20,000 continuations of a parameter": lambda: with_field(
        b"Content-Type", b"text/plain" + b"".join(b";\r\n n*%d*=a" % n for n in range(20_000))
    ),
    "header line of 20 MB": lambda: with_field(b"X-A", b"A" * 20_000_000),
    "100,000 headers": lambda: b"".join(b"X-%d: v\r\n" % n for n in range(100_000)) + TEXT,
    "subject of encoded words, 1 MB": lambda: with_field(b"Subject", b"=?utf-8?B?YQ==?= " * 60_000),
    "subject of =?, 1 MB": lambda: with_field(b"Subject", b"=?" * 500_000),
    "From of quotes": lambda: with_field(b"From", b'"' * 100_000 + b" <a@b.example>"),
    "From of comments": lambda: with_field(b"From", b"(" * 10_000 + b")" * 10_000),
    "To 100,000 addresses": lambda: with_field(b"To", b"a@b.example, " * 100_000),
    "50,000 trace lines": lambda: b"Received: from a by b; today\r\n" * 50_000 + TEXT + b"hi",
    "100,000 references": lambda: with_field(b"References", b"<a@b.example> " * 100_000),
    "date of 100,000 digits": lambda: with_field(b"Date", b"9" * 100_000),
    "charset that is none": lambda: in_charset(b"x-none", b"\xff\xfehi"),
    "charset zlib": lambda: in_charset(b"zlib", b"\xff\xfehi"),
    "charset with NUL": lambda: in_charset(b'"ut\0f-8"', b"hi"),
    "punycode of 1 MB": lambda: in_charset(b"punycode", b"a" * 1_000_000 + b"-" + b"z" * 200_000),
    "surrogates": lambda: in_charset(b"unicode_escape", b"\\ud800 \\udc00 \\x00 \\u202e"),
    "text of 25 MB in one line": lambda: TEXT + b"A" * 25_000_000,
    "25 MB of line ends": lambda: TEXT + b"\n" * 25_000_000,
    "attachment of 18 MB": lambda: encoded(noise(18_000_000)),
    "something like a zip bomb": lambda: encoded(b"PK\x03\x04" + b"\0" * 5_000_000, b"zip"),
    "quoted-printable of 10 MB": lambda: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * 10_000_000
    ),
    "HTML of 20,000 comments": lambda: HTML + b"<!--" * 20_000,
    "HTML of open tags": lambda: HTML + b"<a" * 150_000,
    "HTML 50,000 deep": lambda: HTML + b"<div>" * 50_000,
    "HTML blockquotes": lambda: HTML + b"<blockquote>" * 20_000 + b"hi",
    "HTML tables in tables": lambda: table(20_000),
    "HTML of entities": lambda: HTML + b"&#" * 150_000,
    "HTML with a long attribute": lambda: HTML + b'<p style="' + b"color:red;" * 100_000 + b'">hi',
    "delivery report of 20,000 groups": lambda: (
        with_field(b"Content-Type", b"message/delivery-status")
        + b"\r\nFinal-Recipient: rfc822; a@b.example\r\n\r\n" * 20_000
    ),
    **{
        f"almost a match, {number}": lambda body=body: TEXT + body  # type: ignore[misc]
        for number, body in enumerate(NEAR_MISSES, start=1)
    },
}

PIECES = (
    *(b"\r\n", b"\n", b"\r", b"\0", b"=?utf-8?B?", b"?=", b'"', b"<", b">", b"(", b")", b",", b";"),
    *(b":", b"@", b"--b", b"boundary=", b"charset=", b"filename*0*=", b"utf-8''%", b"\xff", b"\\"),
    *(b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Transfer-Encoding: base64\r\n"),
    *(b"From: ", b"Date: ", b"Received: from ", b"message/rfc822", b"\xe2\x80\xae", b"<!--", b"&#"),
)


def mutants(count: int, *, of: list[bytes], seed: int = SEED) -> Iterator[bytes]:
    """Yield mails with random edits: bytes changed, pieces put in, cut out, repeated, taken from others."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    for _ in range(count):
        mail = bytearray(chance.choice(of))
        for _ in range(chance.choice((1, 2, 4, 8, 20))):
            edit(mail, chance.choice(of), chance)
        yield bytes(mail)


def edit(mail: bytearray, other: bytes, chance: random.Random) -> None:
    at = chance.randrange(len(mail) + 1)
    kind = chance.randrange(5)
    if kind == 0 and mail:
        mail[at % len(mail)] = chance.randrange(256)
    elif kind == 1:
        mail[at:at] = chance.choice(PIECES)
    elif kind == 2:
        del mail[at : at + chance.randrange(1, 60)]
    elif kind == 3:
        mail[at:at] = mail[at : at + chance.randrange(1, 200)] * chance.randrange(1, 4)
    else:
        start = chance.randrange(len(other) + 1)
        mail[at:at] = other[start : start + chance.randrange(1, 400)]
