"""Content-Transfer-Encoding: bytes of a part as they were before transport (RFC 2045 section 6)."""

from __future__ import annotations

import binascii

from intake.defects import Defect

AS_IT_IS = frozenset(("", "7bit", "8bit", "binary", "7-bit", "8-bit", "8 bit", "7 bit", "none"))
UUENCODE = frozenset(("x-uuencode", "uuencode", "x-uue", "uue"))
TRAILING_TOLERATED = 8  # bytes after the padding that are only line ends or dashes


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, Defect | None]:
    """Return the decoded bytes and what was wrong; data that cannot be decoded comes back as it is."""
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data), None
    if encoding == "base64":
        return decode_base64(data)
    if encoding in UUENCODE:
        return decode_uu(data)
    return data, None if encoding in AS_IT_IS else Defect.TRANSFER_ENCODING_UNKNOWN


def decode_base64(data: bytes) -> tuple[bytes, Defect | None]:
    """Return base64 content up to its first padding; adverts that gateways add below it are not part of it."""
    padding = data.find(b"=")
    rest = data[padding:].strip(b"= \t\r\n-") if padding >= 0 else b""
    kept = data[:padding] if padding >= 0 else data
    fault = Defect.TRANSFER_ENCODING_TRAILING if len(rest) > TRAILING_TOLERATED else None
    try:
        return binascii.a2b_base64(kept + b"=="), fault
    except binascii.Error:
        return decode_base64_cut(kept)


def decode_base64_cut(kept: bytes) -> tuple[bytes, Defect]:
    """Return the content of base64 whose last quadruple is incomplete (a message cut in transport)."""
    letters = b"".join(kept.split())
    whole = letters[: len(letters) // 4 * 4]
    try:
        return binascii.a2b_base64(whole), Defect.TRANSFER_ENCODING_BROKEN
    except binascii.Error:
        return kept, Defect.TRANSFER_ENCODING_BROKEN


def decode_uu(data: bytes) -> tuple[bytes, Defect | None]:
    """Return the content between `begin` and `end`; a line that does not decode ends it."""
    out: list[bytes] = []
    lines = iter(data.splitlines())
    if not any(line.startswith(b"begin ") for line in lines):
        return data, Defect.TRANSFER_ENCODING_BROKEN
    for line in lines:
        if line.strip() in (b"end", b"`", b""):
            return b"".join(out), None
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            break
    return b"".join(out), Defect.TRANSFER_ENCODING_BROKEN
