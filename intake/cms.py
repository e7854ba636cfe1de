"""Looks into a CMS envelope (S/MIME, RFC 8551) for the words of a signed message; verifies and decrypts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

MAX_DEPTH = 12  # constructed values inside each other on the way to the content
MAX_VALUES = (
    400_000  # values looked at; streaming senders cut 25 MB into small pieces, on several levels
)
CONSTRUCTED = 0x20
SEQUENCE, OCTET_STRING, OBJECT_IDENTIFIER = 0x30, 0x04, 0x06
CONTENT = 0xA0  # [0] EXPLICIT
END_OF_CONTENTS = b"\0\0"
# RFC 5652 and RFC 5083, 3274: content types in their encoded form.
SIGNED = bytes.fromhex("2a864886f70d010702")
SECRET = (
    bytes.fromhex("2a864886f70d010703"),  # enveloped
    bytes.fromhex("2a864886f70d010706"),  # encrypted
    bytes.fromhex("2a864886f70d0109100117"),  # authenticated and enveloped
)


class Envelope(Enum):
    """What a CMS envelope is: signed and readable, encrypted, or none that we can read."""

    SIGNED = auto()
    ENCRYPTED = auto()
    UNKNOWN = auto()


class Value(NamedTuple):
    """One BER value: its tag, the span of its content, the offset after it (ITU-T X.690 section 8.1)."""

    tag: int
    start: int
    end: int
    after: int


class Malformed(Exception):
    """The bytes are no BER, or too deep or too many for a message."""


def open_cms(data: bytes) -> tuple[Envelope, bytes]:
    """Return what the envelope is, and the signed content where there is one. Never raises, on any bytes."""
    try:
        return Walker(data).open()
    except (Malformed, IndexError):
        return Envelope.UNKNOWN, b""


class Walker:
    """One bounded walk over one envelope."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.seen = 0

    def open(self) -> tuple[Envelope, bytes]:
        kind, content = self.content_info(self.value(0, len(self.data)))
        if kind in SECRET:
            return Envelope.ENCRYPTED, b""
        if kind != SIGNED or content is None:
            return Envelope.UNKNOWN, b""
        return self.signed(content)

    def signed(self, signed_data: Value) -> tuple[Envelope, bytes]:
        """Return the content that SignedData wraps (RFC 5652 section 5.1): its third value."""
        for number, value in enumerate(self.children(signed_data)):
            if number == 2 and value.tag == SEQUENCE:  # noqa: PLR2004 version, digest algorithms, content
                _, content = self.content_info(value)
                if content is not None:
                    return Envelope.SIGNED, b"".join(self.octets(content, 0))
        return Envelope.UNKNOWN, b""

    def content_info(self, value: Value) -> tuple[bytes, Value | None]:
        """Return type and content of a ContentInfo (RFC 5652 section 3)."""
        kind, content = b"", None
        for child in self.children(value):
            if child.tag == OBJECT_IDENTIFIER:
                kind = self.data[child.start : child.end]
            elif child.tag == CONTENT:
                content = next(self.children(child), None)
                break
        return kind, content

    def octets(self, value: Value, depth: int) -> Iterator[bytes]:
        """Yield the pieces of an octet string, which may be cut into octet strings."""
        if depth > MAX_DEPTH:
            raise Malformed
        if value.tag == OCTET_STRING:
            yield self.data[value.start : value.end]
        elif value.tag == OCTET_STRING | CONSTRUCTED:
            for child in self.children(value):
                yield from self.octets(child, depth + 1)

    def children(self, value: Value) -> Iterator[Value]:
        at = value.start
        while at < value.end and self.data[at : at + 2] != END_OF_CONTENTS:
            child = self.value(at, value.end)
            yield child
            at = child.after

    def value(self, at: int, limit: int) -> Value:
        """Return the value that begins at `at`. One of indefinite length ends with its surroundings at the latest."""
        self.seen += 1
        if self.seen > MAX_VALUES:
            raise Malformed
        tag, first = self.data[at], self.data[at + 1]
        if tag & 0x1F == 0x1F or first > 0x84:  # noqa: PLR2004 no long tags, no lengths beyond four bytes
            raise Malformed
        if first == 0x80:  # noqa: PLR2004 indefinite
            return self.indefinite(tag, at + 2, limit)
        start = at + 2 + (first & 0x7F if first > 0x80 else 0)  # noqa: PLR2004 long form
        size = first if first < 0x80 else int.from_bytes(self.data[at + 2 : start], "big")  # noqa: PLR2004
        return Value(tag, start, min(start + size, limit), min(start + size, limit))

    def indefinite(self, tag: int, start: int, limit: int) -> Value:
        """Return a value whose length nobody wrote: walked child by child to its end mark, without recursion."""
        at, opened = start, 1
        while opened and at < limit:
            if self.data[at : at + 2] == END_OF_CONTENTS:
                opened -= 1
                at += 2
                continue
            if self.data[at + 1] == 0x80:  # noqa: PLR2004
                self.seen += 1
                opened += 1
                at += 2
            else:
                at = self.value(at, limit).after
        return Value(tag, start, at if opened else at - 2, at)
