"""Reads from an Amazon Bedrock account whether it keeps what models are sent (GET /data-retention, per Region)."""

from __future__ import annotations

import json
from datetime import datetime

import httpx2

from privacy.errors import Permanent, Retryable
from privacy.zero_retention import RetentionProof

SECONDS = 10.0
MOST_OCTETS = 4096
_LONGEST_MODE = 40
_SERVER_ERROR = 500
_OK = 200
_BUSY = frozenset({408, 429})


def read_retention(
    region: str, api_key: str, now: datetime, *, url: str | None = None
) -> RetentionProof:
    """Return the account's mode in this Region, as it says itself; `url` takes the place of the account's own address.

    The mode is the account's: a project of the account may have one of its own, which is not read here (docs/model.md).
    Raises Retryable when the account is out of reach, Permanent when it does not let us read.
    """
    base = url or f"https://bedrock.{region}.amazonaws.com"
    headers = {"authorization": f"Bearer {api_key}", "accept-encoding": "identity"}
    try:
        with httpx2.Client(timeout=SECONDS, trust_env=False, follow_redirects=False) as client:
            answer = client.get(f"{base}/data-retention", headers=headers)
            body = answer.content
    except (httpx2.HTTPError, OSError) as error:
        reason = f"the account's data retention cannot be read, {type(error).__name__}"
        raise Retryable(reason) from None
    if answer.status_code != _OK:
        raise _trouble(answer.status_code)
    return RetentionProof(mode=_mode(body), read_at=now)


def _trouble(status: int) -> Retryable | Permanent:
    reason = f"the account answers {status} to the question for its data retention"
    passing = status in _BUSY or status >= _SERVER_ERROR
    return Retryable(reason) if passing else Permanent(reason)


def _mode(body: bytes) -> str:
    """Return the mode; whatever is not surely one is `unknown`, which proves nothing."""
    try:
        mode = json.loads(body)["mode"] if len(body) <= MOST_OCTETS else None
    except (ValueError, KeyError, TypeError, RecursionError):
        mode = None
    if not isinstance(mode, str) or len(mode) > _LONGEST_MODE:
        return "unknown"
    return mode if mode.isascii() and mode.replace("_", "").isalnum() else "unknown"
