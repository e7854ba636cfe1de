"""Which messages lie in the folders that are read, by their numbers alone: nothing is fetched, and nothing changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from intake.imap_client import ImapConnection
from intake.imap_plan import windows
from intake.imap_session import TokenSource, folders_to_read, session
from intake.imap_trouble import CommandRefused
from intake.imap_values import SelectedFolder
from intake.settings import MailboxSettings


@dataclass(frozen=True, kw_only=True)
class FolderOnServer:
    """A folder with the UIDs in it, ascending; `selected` is None for one that cannot be opened."""

    name: str
    selected: SelectedFolder | None
    uids: tuple[int, ...] = ()


def folders_on_server(
    settings: MailboxSettings, tokens: TokenSource | None, now: datetime
) -> list[FolderOnServer]:
    """Return the folders that are read, as they are now. Raises Permanent or Retryable."""
    with session(settings, tokens, now) as connection:
        listed = folders_to_read(settings, connection.list_folders())
        return [_look(connection, folder.name) for folder in listed]


def _look(connection: ImapConnection, name: str) -> FolderOnServer:
    try:
        selected = connection.examine(name)
    except CommandRefused:
        return FolderOnServer(name=name, selected=None)
    uids = [
        uid
        for first, last in windows(1, selected.uidnext, exists=selected.exists)
        for uid in connection.search_range(first, last)
    ]
    return FolderOnServer(name=name, selected=selected, uids=tuple(uids))
