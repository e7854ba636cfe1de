"""A logged-in connection, and which folders of the mailbox are read."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from intake.imap_client import ImapConnection
from intake.imap_trouble import LoginRefused
from intake.imap_values import ListedFolder
from intake.settings import Auth, MailboxSettings


class TokenSource(Protocol):
    """Gives access tokens for a mailbox."""

    def token(self, now: datetime) -> str:
        """Return a token that is good now. Raises Permanent or Retryable."""

    def renew_if_due(self, now: datetime) -> None:
        """Renew the token when it is time. Raises like `token`, also while the old one works."""

    def refused(self) -> None:
        """Take note that the mail server did not accept the last token."""


@dataclass(frozen=True, kw_only=True)
class FolderToRead:
    """A folder, and whether what lies in it is suspected spam."""

    name: str
    junk: bool = False


@contextlib.contextmanager
def session(
    settings: MailboxSettings, tokens: TokenSource | None, now: datetime
) -> Iterator[ImapConnection]:
    """Give a logged-in connection for one short errand. Raises as `log_in`."""
    connection = ImapConnection(settings)
    try:
        log_in(connection, tokens, now)
        yield connection
    finally:
        connection.close()


def log_in(connection: ImapConnection, tokens: TokenSource | None, now: datetime) -> None:
    """Connect and log in. The token is fetched first, so that no connection waits for it.

    Raises LoginRefused, MailboxTrouble, and what the token source raises.
    """
    if connection.settings.auth is Auth.PASSWORD:
        connection.open()
        connection.login_with_password()
        return
    if tokens is None:
        raise LoginRefused("auth oauth2 without a source of tokens")
    token = tokens.token(now)
    connection.open()
    try:
        connection.login_with_token(token)
    except LoginRefused:
        tokens.refused()
        raise


def folders_to_read(
    settings: MailboxSettings, listed: Sequence[ListedFolder]
) -> list[FolderToRead]:
    """Return all folders to be read; the one that is watched live comes last."""
    junk = settings.junk_folders
    if junk is None:
        found = special_folder(listed, "\\junk", "Junk")
        junk = () if found is None else (found,)
    suspected = [
        FolderToRead(name=name, junk=True) for name in junk if name not in settings.folders
    ]
    ordinary = [FolderToRead(name=name) for name in settings.folders]
    return [*ordinary[1:], *suspected, ordinary[0]]


def sent_folder(settings: MailboxSettings, listed: Sequence[ListedFolder]) -> str | None:
    """Return the folder with sent mail, None when the server has none."""
    return settings.sent_folder or special_folder(listed, "\\sent", "Sent")


def special_folder(listed: Sequence[ListedFolder], flag: str, usual_name: str) -> str | None:
    """Return the folder with the special use (RFC 6154), else the one with the usual name."""
    flagged = [folder.name for folder in listed if flag in folder.flags]
    named = [folder.name for folder in listed if folder.name.lower() == usual_name.lower()]
    return next(iter([*flagged, *named]), None)
