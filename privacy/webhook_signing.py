"""Standard Webhooks signatures: HMAC-SHA256 over id, time and body, on what we send and on what comes back."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
LONGEST_TIMESTAMP = 12  # digits
SECRET_PREFIX = "whsec_"  # noqa: S105 - as Standard Webhooks writes secrets
LEAST_SECRET = 24  # octets (Standard Webhooks, section "Signature scheme")
_NAME = re.compile(r"[!-~]{1,100}")


def secret_octets(text: str) -> bytes:
    """Return the octets of a secret, `whsec_` and base64. Raises ValueError for a weak one, or none."""
    try:
        octets = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    if len(octets) < LEAST_SECRET:
        raise ValueError(f"has less than {LEAST_SECRET} octets")
    return octets


def name_in(headers: Mapping[str, str]) -> str | None:
    """Return the id that a message bears, None where it is none that could be stored."""
    name = headers.get(ID, "")
    return name if _NAME.fullmatch(name) else None


def is_fresh(headers: Mapping[str, str], now: datetime) -> bool:
    """Say whether the headers were written within five minutes of now; nothing is proved by it yet."""
    return _is_recent(headers.get(TIMESTAMP, ""), now)


def signed_headers(key: bytes, name: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the three headers that sign the body under this id."""
    seconds = str(int(now.timestamp()))
    return {ID: name, TIMESTAMP: seconds, SIGNATURE: f"v1,{_signature(key, name, seconds, body)}"}


def is_signed(
    key: bytes, name: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> bool:
    """Say whether the headers sign the body under this very id, not long ago.

    The id is the one that was asked with, so an old answer cannot be played again.
    """
    seconds = headers.get(TIMESTAMP, "")
    if headers.get(ID) != name or not _is_recent(seconds, now):
        return False
    wanted = f"v1,{_signature(key, name, seconds, body)}".encode()
    given = headers.get(SIGNATURE, "").encode("utf-8", "replace").split()
    return any(hmac.compare_digest(wanted, one) for one in given)


def _is_recent(seconds: str, now: datetime) -> bool:
    usable = seconds.isascii() and seconds.isdigit() and len(seconds) <= LONGEST_TIMESTAMP
    return usable and abs(int(seconds) - now.timestamp()) <= TOLERANCE.total_seconds()


def _signature(key: bytes, name: str, seconds: str, body: bytes) -> str:
    signed = hmac.digest(key, f"{name}.{seconds}.".encode() + body, "sha256")
    return base64.b64encode(signed).decode()
