"""One-time codes of an authenticator app (RFC 6238, six digits, steps of 30 seconds, SHA-1 as every app speaks)."""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime

STEP_SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20  # RFC 4226 section 4 R6
NEIGHBOURS = (0, -1, 1)  # clocks differ, and people type slowly (RFC 6238 section 5.2)


def step_at(at: datetime) -> int:
    """Return the number of the step of this instant."""
    return int(at.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """Return the code of this step (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def matching_step(secret: bytes, code: str, *, at: datetime, after: int | None) -> int | None:
    """Return the step whose code this is, None for another code.

    `after` is the last step whose code was taken: that one and those before it are not taken again.
    """
    typed = "".join(code.split())
    for neighbour in NEIGHBOURS:
        step = step_at(at) + neighbour
        fresh = after is None or step > after
        if fresh and hmac.compare_digest(code_at(secret, step).encode(), typed.encode()):
            return step
    return None


def spelled(secret: bytes) -> str:
    """Return the secret as people type it into an app."""
    return base64.b32encode(secret).decode()


def read_secret(text: str) -> bytes | None:
    """Return the secret that was spelled so, None for what is none."""
    try:
        secret = base64.b32decode("".join(text.split()).upper())
    except (binascii.Error, ValueError):
        return None
    return secret if len(secret) == SECRET_BYTES else None
