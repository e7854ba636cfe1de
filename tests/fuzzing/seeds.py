"""What fuzzing begins with: our own sample mails, and from them what a target reads."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

SIGNED = (
    b"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=person.example; i=@person.example; s=s;\r\n"
    b" t=1763900000; h=from:subject; bh=AAAA; b=AAAA\r\n"
    b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=list.example; s=s; b=AAAA\r\n"
    b"ARC-Message-Signature: i=1; a=rsa-sha256; d=list.example; s=s; h=from:subject; bh=AAAA; b=AAAA\r\n"
    b"ARC-Authentication-Results: i=1; x; dmarc=pass header.from=person.example\r\n"
)
RECORDS = (
    b"v=DKIM1; k=rsa; t=s; s=email; h=sha256; p=MA0GCSqGSIb3DQEBAQUAAwA=",
    b"v=spf1 a:%{ir}.%{v}.%{d2} mx/24 include:a.example exists:%{l1r+}.b.example ptr ip4:192.0.2.0/24 ?all",
    b"v=spf1 redirect=%{d} exp=x.example\nv=DMARC1; p=reject; adkim=s; aspf=s",
)
LISTED = (
    (
        b"From: 'Anne' via Talk <talk@lists.example>\r\nX-Original-From: Anne <anne@person.example>\r\n"
        b"List-Id: Talk <talk.lists.example>\r\nList-Post: <mailto:talk@lists.example>"
    ),
    b"From: Anne <anne=40person.example@lists.example>\r\nReply-To: anne@person.example\r\nList-Id: <talk.lists.example>",
)
MAILS = Path(__file__).parents[1] / "mails"
FINDINGS = Path(__file__).with_name("findings")


def seeds_of(target: str) -> Iterator[bytes]:
    """Yield the seeds of a target, what once broke it first."""
    yield from (path.read_bytes() for path in findings_of(target))
    if target == "sender":
        yield from LISTED
    for path in sorted(MAILS.glob("*.eml")):
        yield from pieces(target, path.read_bytes())


def findings_of(target: str) -> list[Path]:
    """Return the inputs that once broke a target, kept as tests."""
    return sorted((FINDINGS / target).glob("*.bin"))


def pieces(target: str, raw: bytes) -> Iterator[bytes]:
    """Yield what of a mail a target reads."""
    if target in {"reading", "files", "reports"}:
        yield raw
    elif target == "checking":
        yield from (SIGNED + raw + b"\0" + records for records in RECORDS)
    elif target in {"sender", "headers"}:
        head = raw.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
        yield head if target == "sender" else head.partition(b":")[2]
    else:
        wanted = "text/html" if target == "markup" else "text/plain"
        for part in message_from_bytes(raw).walk():
            if part.get_content_type() == wanted:
                payload = part.get_payload(decode=True)
                yield payload if isinstance(payload, bytes) else b""
