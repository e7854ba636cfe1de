"""What fuzzing begins with: our own sample mails, and from them what a target reads."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

MAILS = Path(__file__).parents[1] / "mails"
FINDINGS = Path(__file__).with_name("findings")


def seeds_of(target: str) -> Iterator[bytes]:
    """Yield the seeds of a target, what once broke it first."""
    yield from (path.read_bytes() for path in findings_of(target))
    for path in sorted(MAILS.glob("*.eml")):
        yield from pieces(target, path.read_bytes())


def findings_of(target: str) -> list[Path]:
    """Return the inputs that once broke a target, kept as tests."""
    return sorted((FINDINGS / target).glob("*.bin"))


def pieces(target: str, raw: bytes) -> Iterator[bytes]:
    """Yield what of a mail a target reads."""
    if target in {"reading", "files", "reports"}:
        yield raw
    elif target in {"sender", "headers"}:
        head = raw.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
        yield head if target == "sender" else head.partition(b":")[2]
    else:
        wanted = "text/html" if target == "markup" else "text/plain"
        for part in message_from_bytes(raw).walk():
            if part.get_content_type() == wanted:
                payload = part.get_payload(decode=True)
                yield payload if isinstance(payload, bytes) else b""
