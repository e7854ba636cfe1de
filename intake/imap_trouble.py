"""Why a mailbox could not be read: a closed list of reasons, without a word of the server."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from privacy.errors import Permanent, Retryable


class Reason(StrEnum):
    """Stable codes that health and alarms show."""

    AUTH = "auth"
    BUSY = "busy"
    CERTIFICATE = "certificate"
    CONNECTION = "connection"
    DEADLINE = "deadline"
    FETCH = "fetch"
    FOLDER = "folder"
    MOVE = "move"
    PREAUTH = "preauth"
    PROTOCOL = "protocol"
    REFUSED = "refused"
    RENUMBERING = "renumbering"
    STORAGE = "storage"
    TOKEN = "token"  # noqa: S105 - a reason, not a token
    UNEXPECTED = "unexpected"
    UNKEEPABLE = "unkeepable"
    VANISHED = "vanished"


class MailboxTrouble(Retryable):
    """The mailbox could not be read now. `reason` is a code of the closed list."""

    def __init__(self, reason: Reason, *, after: timedelta | None = None) -> None:
        super().__init__(f"mailbox trouble: {reason}", after=after)
        self.reason = reason


class CommandRefused(MailboxTrouble):
    """The server said NO or BAD to one command; the connection is still good."""


class LoginRefused(Permanent):
    """The server does not accept the name with its password or token, or no token is given out."""

    reason = Reason.AUTH
