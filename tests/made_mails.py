"""Makes mails of odd shapes: the generators behind docs/edge-cases.md."""

import base64
import struct

HEADERS = b"From: anne@berg.example\r\nSubject: x\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@berg.example>\r\n"
REQUEST = b"please erase my data"
PLAIN = b"Content-Type: text/plain\r\n\r\n"
HTML = b"Content-Type: text/html\r\n\r\n"


def mail(headers: bytes = b"", body: bytes = REQUEST) -> bytes:
    return HEADERS + headers + b"\r\n" + body


def multipart(*parts: bytes, subtype: bytes = b"mixed", end: bytes = b"--b--\r\n") -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return mail(b'Content-Type: multipart/%s; boundary="b"\r\n' % subtype, body + end)


def file(name: bytes, content: bytes, content_type: bytes = b"application/octet-stream") -> bytes:
    head = b'Content-Type: %s\r\nContent-Disposition: attachment; filename="%s"\r\n' % (
        content_type,
        name,
    )
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)


def der(tag: int, *contents: bytes) -> bytes:
    """Return a value of definite length (X.690 section 8.1.3)."""
    content = b"".join(contents)
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    return bytes((tag, 0x84)) + size.to_bytes(4, "big") + content


def ber(tag: int, *contents: bytes) -> bytes:
    """Return a value of indefinite length, as streaming senders write it."""
    return bytes((tag, 0x80)) + b"".join(contents) + b"\0\0"


def oid(number: int) -> bytes:
    return der(0x06, bytes.fromhex("2a864886f70d0107") + bytes((number,)))


def signed(content: bytes, make=der) -> bytes:
    """Return CMS SignedData without signers around the content (RFC 5652 section 5.1)."""
    pieces = [der(0x04, content[at : at + 20]) for at in range(0, len(content), 20)]
    octets = der(0x04, content) if make is der else ber(0x24, *pieces)
    inner = make(0x30, oid(1), make(0xA0, octets))
    data = make(0x30, der(0x02, b"\x01"), der(0x31), inner, der(0x31))
    return make(0x30, oid(2), make(0xA0, data))


def tnef_attribute(level: int, number: int, content: bytes) -> bytes:
    return struct.pack("<BII", level, number, len(content)) + content + b"\0\0"


def tnef_property(kind: int, name: int, content: bytes) -> bytes:
    padding = b"\0" * (-len(content) % 4)
    return struct.pack("<HHII", kind, name, 1, len(content)) + content + padding


def winmail(*properties: bytes, files: dict[str, bytes] | None = None) -> bytes:
    """Return a winmail.dat with message properties and files (MS-OXTNEF section 2.1.3)."""
    whole = tnef_attribute(1, 0x00069007, struct.pack("<II", 1252, 0))
    named = struct.pack("<HH", 0x0003, 0x8001) + b"g" * 16 + struct.pack("<III", 0, 7, 9)
    listed = struct.pack("<I", len(properties) + 1) + named + b"".join(properties)
    whole += tnef_attribute(1, 0x00069003, listed)
    for name, content in (files or {}).items():
        long_name = tnef_property(0x001F, 0x3707, name.encode("utf-16-le") + b"\0\0")
        whole += tnef_attribute(2, 0x00069002, b"\0" * 14)
        whole += tnef_attribute(2, 0x00018010, b"SHORT.TXT\0")
        whole += tnef_attribute(2, 0x0006800F, content)
        whole += tnef_attribute(2, 0x00069005, struct.pack("<I", 1) + long_name)
    return b"\x78\x9f\x3e\x22\x01\x00" + whole
