"""Links to leave a list by: a sealed name of the address and the list, good for ever and for nothing else.

A link holds the keyed hash under which the address is suppressed, so that it works after every erasure and nobody can
read an address out of it. It carries 80 bits of proof that we made it: a list is left, nothing is disclosed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from privacy.suppression import SuppressionList
from privacy.tokens import TokenKey

PREFIX = "/unsubscribe/"
HASH_BYTES = 32
TAG_BYTES = 10
_LINK = re.compile(r"/unsubscribe/[a-z]{2}/([a-z]{1,20})/([0-9a-z][A-Za-z0-9_-]{56})")
_CODE = re.compile(r"([0-9a-z])([A-Za-z0-9_-]{56})")  # key id, base64url of hash and tag


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What a genuine link says: whose address, by its keyed hash, leaves which list."""

    address_key: bytes = field(repr=False)
    on: SuppressionList


def leaving_path(address_key: bytes, on: SuppressionList, *, key: TokenKey, language: str) -> str:
    """Return the path of the link, its language first: the page speaks it."""
    tag = _tag(address_key, on, key)
    code = base64.urlsafe_b64encode(address_key + tag).decode()
    return f"{PREFIX}{language}/{on}/{key.key_id}{code}"


def read_leaving(on: str, code: str, keys: Mapping[str, TokenKey]) -> Leaving | None:
    """Return what a genuine link says, None for anything else; compares in constant time (RFC 8058 section 3.1)."""
    match = _CODE.fullmatch(code)
    key = keys.get(match[1]) if match else None
    if match is None or key is None or on not in list(SuppressionList):
        return None
    sealed = binascii.a2b_base64(match[2].translate(_FROM_URL))
    address_key, tag = sealed[:HASH_BYTES], sealed[HASH_BYTES:]
    if not hmac.compare_digest(tag, _tag(address_key, SuppressionList(on), key)):
        return None
    return Leaving(address_key=address_key, on=SuppressionList(on))


def leaving_in(link: str, keys: Mapping[str, TokenKey]) -> Leaving | None:
    """Return what the first link of ours in these words says, None where none is genuine."""
    found = _LINK.search(link)
    return read_leaving(found[1], found[2], keys) if found else None


_FROM_URL = str.maketrans("-_", "+/")


def _tag(address_key: bytes, on: SuppressionList, key: TokenKey) -> bytes:
    return hmac.digest(key.secret, b"unsubscribe|" + on.encode() + b"|" + address_key, "sha256")[
        :TAG_BYTES
    ]
