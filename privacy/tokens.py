"""Unguessable case tokens: the only thing that ties a mail to a case.

A token is 26 characters of Crockford base32: key id 1, case number 8 (40 bits), HMAC-SHA256 tag 16 (80 bits),
check 1. It travels in the reply address, the bounce address and our Message-IDs. Case and the look-alikes
of l/1, i/1 and o/0 do not matter, because people retype addresses.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from operator import mul

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
TOKEN_LENGTH = 26
NUMBER_BITS = 40
LOCAL_PART = 64  # octets before the @
_LOOK_ALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})
BITS = 5  # of one character
_CROCKFORD = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_TOKEN = re.compile(r"[0-9a-z]{26}")
_OUR_MESSAGE_ID = re.compile(r"<c\.([0-9a-z]{26})\.([0-9a-z]{16})@([0-9a-z.-]{1,190})>")


@dataclass(frozen=True, kw_only=True)
class TokenKey:
    """A secret for tokens; `key_id` is one character of ALPHABET, so that keys can be rotated."""

    key_id: str
    secret: bytes = field(repr=False)


def make_token(number: int, key: TokenKey) -> str:
    """Return the token of the case with this number (0 <= number < 2**40)."""
    if not 0 <= number < 1 << NUMBER_BITS:
        raise ValueError("a case number has 40 bits")
    head = key.key_id + _encode(number, 8)
    body = head + _tag(head, key.secret)
    return body + _check_character(body)


def read_token(text: str, keys: Mapping[str, TokenKey]) -> int | None:
    """Return the case number of a genuine token, None for anything else; compares in constant time."""
    token = text.strip().lower().translate(_LOOK_ALIKES)
    if not _TOKEN.fullmatch(token) or any(c not in _VALUES for c in token):
        return None
    key = keys.get(token[0])
    if key is None or _check_character(token[:-1]) != token[-1]:
        return None
    if not hmac.compare_digest(_tag(token[:9], key.secret), token[9:25]):
        return None
    return _decode(token[1:9])


def make_message_id(number: int, purpose: str, *, key: TokenKey, domain: str) -> str:
    """Return the Message-ID, for life, of the letter `purpose` of a case: the same on every attempt."""
    token = make_token(number, key)
    digest = hmac.digest(key.secret, f"letter|{number}|{purpose}".encode(), "sha256")
    return f"<c.{token}.{_encode(int.from_bytes(digest[:10]), 16)}@{domain.lower()}>"


def is_our_message_id(message_id: str, keys: Mapping[str, TokenKey]) -> bool:
    """Say whether we made this Message-ID: its form is ours and its token is genuine."""
    match = _OUR_MESSAGE_ID.fullmatch(message_id.lower())
    return match is not None and read_token(match.group(1), keys) is not None


def numbers_in_message_ids(
    message_ids: Iterable[str], keys: Mapping[str, TokenKey]
) -> tuple[int, ...]:
    """Return the case numbers of those ids that are ours, in the given order, each once."""
    found: dict[int, None] = {}
    for message_id in message_ids:
        match = _OUR_MESSAGE_ID.fullmatch(message_id.lower())
        number = read_token(match.group(1), keys) if match else None
        if number is not None:
            found[number] = None
    return tuple(found)


def tagged_address(mailbox: str, purpose: str, token: str) -> str:
    """Return `local+purpose.token@domain`; purpose `c` answers to the case, `b` takes bounces."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{purpose}.{token}@{domain}"


def bounce_address(mailbox: str, message_id: str) -> str:
    """Return `local+b.letter.token@domain`: the return path of one letter, which says its Message-ID again.

    Where that would be longer than a local part may be (RFC 5321 section 4.5.3.1.1), it names the case alone.
    """
    match = _OUR_MESSAGE_ID.fullmatch(message_id)
    if match is None:
        raise ValueError("only a letter of ours has a return path")
    token, letter = match.group(1), match.group(2)
    exact = tagged_address(mailbox, f"b.{letter}", token)
    return exact if exact.rindex("@") <= LOCAL_PART else tagged_address(mailbox, "b", token)


def message_ids_in_addresses(
    addresses: Iterable[str], keys: Mapping[str, TokenKey]
) -> tuple[str, ...]:
    """Return the Message-IDs of the letters whose return paths these are, in the given order, each once."""
    found: dict[str, None] = {}
    for address in addresses:
        local, _, domain = address.lower().rpartition("@")
        parts = local.partition("+")[2].split(".")
        if len(parts) == 3 and parts[0] == "b":  # noqa: PLR2004 - purpose, letter, token
            message_id = f"<c.{parts[2]}.{parts[1]}@{domain}>"
            if is_our_message_id(message_id, keys):
                found[message_id] = None
    return tuple(found)


def numbers_in_addresses(addresses: Iterable[str], keys: Mapping[str, TokenKey]) -> tuple[int, ...]:
    """Return the case numbers of genuine tokens in plus-addresses, in the given order, each once."""
    found: dict[int, None] = {}
    for address in addresses:
        local = address.rpartition("@")[0]
        detail = local.partition("+")[2]
        number = read_token(detail.rpartition(".")[2], keys) if detail else None
        if number is not None:
            found[number] = None
    return tuple(found)


def _tag(head: str, secret: bytes) -> str:
    digest = hmac.digest(secret, f"case|{head}".encode(), "sha256")
    return _encode(int.from_bytes(digest[:10]), 16)


def _check_character(body: str) -> str:
    """Weighted sum modulo 31 (prime): finds every single wrong character and every swap of neighbours but 31/0."""
    total = sum(map(mul, count(1), map(_VALUES.__getitem__, body)))
    return ALPHABET[total % 31]


def _encode(number: int, length: int) -> str:
    octets = number.to_bytes(length * BITS // 8)
    return base64.b32encode(octets).translate(_CROCKFORD).decode()


def _decode(text: str) -> int:
    number = 0
    for character in text:
        number = number * 32 + _VALUES[character]
    return number
