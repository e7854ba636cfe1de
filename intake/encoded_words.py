"""Header values as text: RFC 2047 words, raw 8-bit bytes, one line, no control characters, a limited length."""

from __future__ import annotations

import binascii
import re

from intake.charset import decode_strictly, decode_text, detect
from intake.headers import unfold

MAX_SHOWN = 1_000  # characters of one header value

# RFC 2047 section 2, with the language suffix of RFC 2231; blanks inside the text are wrong and common.
WORD = re.compile(r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]*)?\?([bBqQ])\?([^?]*)\?=")
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Characters that reorder or hide what a person sees.
DECEIVING = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")


def decode_header(value: bytes, sample: bytes = b"") -> str:
    """Return a header value as one clean line of at most 1,000 characters.

    `sample` is some of the body: it helps to guess the charset of raw 8-bit bytes.
    """
    value = unfold(value)
    if value.isascii():
        text = value.decode("ascii")
        text = decode_words(text) if "=?" in text else text
    else:
        text = decode_words(decode_raw(value, sample))
    return one_line(text)


def decode_raw(value: bytes, sample: bytes) -> str:
    """Return 8-bit bytes as text: utf-8, else what header and body together look like, else cp1252."""
    text = decode_strictly(value, "utf-8")
    if text is None:
        text = decode_strictly(value, detect(value + b"\n" + sample))
    return value.decode("cp1252", "replace") if text is None else text


def one_line(text: str, limit: int = MAX_SHOWN) -> str:
    """Return the text on one line: control characters and line separators become blanks."""
    if not text.isprintable():
        text = CONTROLS.sub(" ", text)
        text = text.encode("utf-8", "replace").decode()
    return text.strip()[:limit]


def decode_words(text: str) -> str:
    """Return the text with its encoded words decoded; what does not decode stays as it is."""
    out: list[str] = []
    pending: list[tuple[str, bytes]] = []
    at = size = 0
    for word in WORD.finditer(text):
        between = text[at : word.start()]
        if (
            between.strip() or not pending
        ):  # blanks between two words are not shown (RFC 2047 section 6.2)
            out.append(flush(pending) + between)
        charset, kind, data = word.groups()
        pending.append((charset.lower(), decode_word(kind, data)))
        at = word.end()
        size += len(data)
        if size > 4 * MAX_SHOWN:
            break
    return "".join((*out, flush(pending), text[at : at + MAX_SHOWN]))


def decode_word(kind: str, data: str) -> bytes:
    """Return the bytes of one encoded word (RFC 2047 section 4)."""
    raw = data.encode("utf-8", "replace")
    if kind in "qQ":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    kept = raw.replace(b" ", b"").rstrip(b"=")
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    try:
        return binascii.a2b_base64(kept + b"==")
    except binascii.Error:
        return raw


def flush(pending: list[tuple[str, bytes]]) -> str:
    """Return the text of neighbouring words and empty the list.

    Words of one charset are joined before decoding: many mailers split inside a character.
    """
    out: list[str] = []
    while pending:
        charset, data = pending.pop(0)
        while pending and pending[0][0] == charset:
            data += pending.pop(0)[1]
        out.append(decode_text(data, charset)[0])
    return "".join(out)


def without_deception(text: str) -> str:
    """Return the text without characters that reorder or hide other characters."""
    return text if text.isascii() else DECEIVING.sub("", text)
