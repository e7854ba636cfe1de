"""Values of header fields: one line each, or no mail at all."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator

from notifier.addresses import wire_address
from privacy.errors import Permanent

# Anything that some program takes for a line end or a command, and what UTF-8 cannot carry.
NOT_ONE_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
PRINTABLE = re.compile(r"[ -~]*")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
MESSAGE_ID = re.compile(r"<[!-;=?-~]{3,900}>")
TOKEN = re.compile(r"[!-~]{1,200}")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")
LONGEST_PLAIN = 900  # octets; a whole line may have 998 (RFC 5322 section 2.1.1)
WORD_BYTES = (
    42  # as base64 with its frame 68 characters: an encoded word may have 75 (RFC 2047 section 2)
)
FOLD = "\r\n "


def one_line(name: str, value: str) -> str:
    """Return the value unchanged; raises Permanent, naming the field, when it is not one line of text."""
    if NOT_ONE_LINE.search(value):
        raise Permanent(f"compose: {name} holds a control character or is not text")
    return value


def text(name: str, value: str) -> str:
    """Return an unstructured value: as it is when it is plain, else as encoded words."""
    one_line(name, value)
    plain = PRINTABLE.fullmatch(value) and "=?" not in value and value == value.strip()
    return value if plain and len(value) <= LONGEST_PLAIN else encoded_words(value)


def named_address(name: str, display_name: str, address: str) -> str:
    """Return `name <address>`, the name quoted or encoded as it needs, or the address alone."""
    one_line(name, display_name)
    bare = wire_address(address)
    if not display_name:
        return bare
    if not display_name.isascii() or "=?" in display_name or len(display_name) > LONGEST_PLAIN:
        phrase = encoded_words(display_name)
    elif ATOMS.fullmatch(display_name):
        phrase = display_name
    else:
        phrase = '"' + re.sub(r'(["\\])', r"\\\1", display_name) + '"'
    return f"{phrase}{FOLD if FOLD in phrase else ' '}<{bare}>"


def message_ids(name: str, values: Iterable[str]) -> str:
    """Return message ids, one a line and never encoded, which would break threading."""
    return FOLD.join(_checked(MESSAGE_ID, name, value) for value in values)


def token(name: str, value: str) -> str:
    """Return a short value of printable ASCII without spaces."""
    return _checked(TOKEN, name, value)


def language(name: str, value: str) -> str:
    """Return a language tag (RFC 5646)."""
    return _checked(LANGUAGE, name, value)


def encoded_words(value: str) -> str:
    """Return text as encoded words of UTF-8 in base64, one a line, no character cut in two."""
    return FOLD.join(
        f"=?utf-8?b?{binascii.b2a_base64(piece, newline=False).decode('ascii')}?="
        for piece in _pieces(value)
    )


def _pieces(value: str) -> Iterator[bytes]:
    piece = b""
    for character in value:
        encoded = character.encode()
        if len(piece) + len(encoded) > WORD_BYTES:
            yield piece
            piece = b""
        piece += encoded
    yield piece


def _checked(pattern: re.Pattern[str], name: str, value: str) -> str:
    if not pattern.fullmatch(value):
        raise Permanent(f"compose: {name} is not of its form")
    return value
