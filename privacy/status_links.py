"""Links to the page that says where a request stands: a signed name of the case and of the address that was told.

A link works as often as somebody opens it, and for the address alone to which its letter went: the name of that address
in it is a keyed hash, so that nobody reads one out of it. It carries 256 bits of proof that we made it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from privacy.tokens import TokenKey

PREFIX = "/status/"
LIFE = timedelta(days=90)  # after the end of the case
NUMBER_BYTES = 6
ADDRESS_BYTES = 16
_CODE = re.compile(r"([0-9a-z])([A-Za-z0-9_-]{72})")  # key id, base64url of number, address, tag
_FROM_URL = str.maketrans("-_", "+/")


@dataclass(frozen=True, kw_only=True)
class StatusLink:
    """What a genuine link says: which case, and the keyed hash of the address that was told."""

    number: int
    key: TokenKey = field(repr=False)
    address_hash: bytes = field(repr=False)

    def is_for(self, address: str) -> bool:
        """Say whether the link was made for this address; compares in constant time."""
        named = _address_hash(self.number, address, self.key)
        return hmac.compare_digest(named, self.address_hash)


def status_path(number: int, address: str, *, key: TokenKey, language: str) -> str:
    """Return the path of the link to the case with this number, its language first: the page speaks it."""
    named = number.to_bytes(NUMBER_BYTES) + _address_hash(number, address, key)
    code = base64.urlsafe_b64encode(named + _tag(named, key)).decode()
    return f"{PREFIX}{language}/{key.key_id}{code}"


def read_status_code(code: str, keys: Mapping[str, TokenKey]) -> StatusLink | None:
    """Return what a genuine code says, None for anything else; compares in constant time."""
    match = _CODE.fullmatch(code)
    key = keys.get(match[1]) if match else None
    if match is None or key is None:
        return None
    sealed = binascii.a2b_base64(match[2].translate(_FROM_URL))
    named, tag = sealed[: NUMBER_BYTES + ADDRESS_BYTES], sealed[NUMBER_BYTES + ADDRESS_BYTES :]
    if not hmac.compare_digest(tag, _tag(named, key)):
        return None
    number = int.from_bytes(named[:NUMBER_BYTES])
    return StatusLink(number=number, key=key, address_hash=named[NUMBER_BYTES:])


def _address_hash(number: int, address: str, key: TokenKey) -> bytes:
    words = f"status-address|{number}|{address.lower()}".encode()
    return hmac.digest(key.secret, words, "sha256")[:ADDRESS_BYTES]


def _tag(named: bytes, key: TokenKey) -> bytes:
    return hmac.digest(key.secret, b"status|" + named, "sha256")
