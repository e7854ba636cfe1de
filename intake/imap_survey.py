"""What `rightsdesk check` shows of a mailbox before anything is read; it changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from intake.imap_client import ImapConnection
from intake.imap_plan import windows
from intake.imap_session import FolderToRead, TokenSource, folders_to_read, sent_folder, session
from intake.imap_trouble import CommandRefused
from intake.settings import AfterCommit, MailboxSettings

UNDATED = "unknown"
WANTED = ("IDLE", "MOVE", "UIDPLUS", "SPECIAL-USE")


@dataclass(frozen=True, kw_only=True)
class FolderSurvey:
    """One folder: how many messages arrived in which month (`2026-01`), oldest first.

    `missing` says that the folder cannot be opened.
    """

    name: str
    junk: bool
    messages: int = 0
    by_month: Mapping[str, int]
    missing: bool = False


@dataclass(frozen=True, kw_only=True)
class MailboxSurvey:
    """What a login shows: the folders that would be read, and what the server can do."""

    mailbox: str
    capabilities: frozenset[str]
    folders: tuple[FolderSurvey, ...]
    sent_folder: str | None
    processed_folder_missing: bool


def login_check(settings: MailboxSettings, tokens: TokenSource | None, now: datetime) -> str:
    """Log in and say in one line what the server can do. Raises Permanent or Retryable."""
    with session(settings, tokens, now) as connection:
        can = [name for name in WANTED if connection.has(name)]
    return f"login works, server has {', '.join(can) or 'no extension'}"


def survey(settings: MailboxSettings, tokens: TokenSource | None, now: datetime) -> MailboxSurvey:
    """Look into every folder that would be read. Raises Permanent or Retryable."""
    with session(settings, tokens, now) as connection:
        listed = connection.list_folders()
        folders = folders_to_read(settings, listed)
        names = {folder.name for folder in listed}
        moves = settings.after_commit is AfterCommit.MOVE
        return MailboxSurvey(
            mailbox=settings.address,
            capabilities=connection.capabilities(),
            folders=tuple(_survey_folder(connection, folder) for folder in folders),
            sent_folder=sent_folder(settings, listed),
            processed_folder_missing=moves and settings.processed_folder not in names,
        )


def _survey_folder(connection: ImapConnection, folder: FolderToRead) -> FolderSurvey:
    try:
        months = Counter(_months(connection, folder.name))
    except CommandRefused:
        return FolderSurvey(name=folder.name, junk=folder.junk, by_month={}, missing=True)
    return FolderSurvey(
        name=folder.name,
        junk=folder.junk,
        messages=months.total(),
        by_month=dict(sorted(months.items())),
    )


def _months(connection: ImapConnection, folder: str) -> Iterator[str]:
    selected = connection.examine(folder)
    for first, last in windows(1, selected.uidnext, exists=selected.exists):
        for moment in connection.fetch_dates(connection.search_range(first, last)).values():
            yield UNDATED if moment is None else f"{moment:%Y-%m}"
