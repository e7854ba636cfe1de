"""Short sessions of a page, sealed with the key of their case: the browser keeps them, and can neither read nor make one."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from uuid import UUID

from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.transactions import Reading

SESSION = "download-session"
SECOND_BYTES = 8


def seal_session(reading: Reading, case_id: UUID, link_id: UUID, *, until: datetime) -> str:
    """Return the session of this link until this instant, as a cookie carries it."""
    load_keys(reading, [case_id])
    ends = int(until.timestamp()).to_bytes(SECOND_BYTES)
    return urlsafe_b64encode(reading.vault.seal(case_id, _place(link_id), ends)).decode()


def read_session(reading: Reading, case_id: UUID, link_id: UUID, session: str) -> datetime:
    """Return until when the session of this link lasts. Raises CannotUnseal for what is none, or of another link."""
    load_keys(reading, [case_id])
    try:
        sealed = urlsafe_b64decode(session.encode("ascii"))
    except (binascii.Error, ValueError):
        raise CannotUnseal("no session") from None
    ends = reading.vault.unseal(case_id, _place(link_id), sealed)
    return datetime.fromtimestamp(int.from_bytes(ends), tz=UTC)


def _place(link_id: UUID) -> str:
    return f"{SESSION}|{link_id}"
