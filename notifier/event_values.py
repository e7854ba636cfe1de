"""Values in what providers tell: each is of its form or not there, and nothing raises but for a body that is no JSON."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from privacy.errors import Permanent

MAX_SAID = 2_000  # characters
MAX_ADDRESS = 254
EVENT_ID = re.compile(r"[!-~]{1,100}")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
MESSAGE_ID = re.compile(r"<?([!-;=?-~]{1,400})>?")


def json_in(body: bytes) -> object:
    """Return what the body holds. Raises Permanent when it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Permanent("events: the body is not JSON") from None


def text_in(entry: Mapping[str, object], name: str) -> str:
    """Return a text of an entry, the empty one when it has none."""
    value = entry.get(name)
    return value if isinstance(value, str) else ""


def table_in(entry: Mapping[str, object], name: str) -> Mapping[str, object]:
    """Return a table of an entry, the empty one when it has none."""
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def message_id(text: str) -> str | None:
    """Return a Message-ID in brackets, None for what is none."""
    named = MESSAGE_ID.fullmatch(text.strip())
    return f"<{named[1]}>" if named else None


def event_id(text: str) -> str | None:
    """Return the provider's id of an event, None for what is none."""
    return text if EVENT_ID.fullmatch(text) else None


def status(text: str) -> str | None:
    """Return a code of RFC 3463, None for what is none."""
    return text if STATUS.fullmatch(text) else None


def instant(value: object) -> datetime | None:
    """Return the instant of a number of seconds since 1970, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    try:
        return datetime.fromtimestamp(value, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None
