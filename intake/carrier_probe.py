"""Finds a tagged mail that we sent to ourselves and says which of its tags survived the journey."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser

from intake.imap_session import TokenSource, folders_to_read, session
from intake.settings import MailboxSettings

NEWEST_MESSAGES = 50
LOOK_BACK = timedelta(days=1)  # SEARCH SINCE knows days only, in the server's zone


@dataclass(frozen=True, kw_only=True)
class SurvivingTags:
    """Which carriers of a case token came through."""

    plus_address: bool
    envelope_sender: bool
    message_id: bool


def find_tagged_mail(
    settings: MailboxSettings, tokens: TokenSource | None, tag: str, now: datetime
) -> SurvivingTags | None:
    """Return what survived of the newest mail that carries the tag anywhere in its header, None before it arrives.

    The tag stays here: headers of recent mail are fetched and compared, none is asked for.
    Raises Permanent or Retryable.
    """
    with session(settings, tokens, now) as connection:
        for folder in folders_to_read(settings, connection.list_folders()):
            connection.examine(folder.name)
            uids = connection.search_since((now - LOOK_BACK).date())[-NEWEST_MESSAGES:]
            for uid in reversed(uids):
                fetched = connection.fetch_header(uid)
                if fetched is not None and tag.encode("ascii") in fetched.raw.lower():
                    return _surviving(fetched.raw, tag)
    return None


def _surviving(header: bytes, tag: str) -> SurvivingTags:
    fields = BytesHeaderParser().parsebytes(header)

    def tagged(name: str, prefix: str) -> bool:
        return any(f"{prefix}{tag}" in str(value).lower() for value in fields.get_all(name, []))

    return SurvivingTags(
        plus_address=tagged("to", "+c."),
        envelope_sender=tagged("return-path", "+b."),
        message_id=tagged("message-id", "<c."),
    )
