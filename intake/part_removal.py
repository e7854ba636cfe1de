"""Takes parts out of the raw bytes of a mail: their content is gone, everything else stays as it came."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from intake.headers import cut_message_head
from intake.structure import walk
from intake.transfer import decode_transfer

NOTHING = b"\r\n"


def without_parts(raw: bytes, is_meant: Callable[[str], bool]) -> bytes:
    """Return the mail without the content of the parts that are meant, told by the SHA-256 (hex) of their content.

    What lies in another file, such as an archive, is not reached: then the bytes come back as they were.
    """
    kept, at = [], 0
    parts = walk(raw, cut_message_head(raw)).parts
    for part in sorted(parts, key=lambda part: part.start):
        content, _ = decode_transfer(raw[part.start : part.end], part.encoding)
        if part.start >= at and is_meant(sha256(content).hexdigest()):
            kept += [raw[at : part.start], NOTHING]
            at = part.end
    return b"".join((*kept, raw[at:]))
