"""Watches one mailbox for ever: reads, idles, reads again, and comes back after every trouble."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from intake.imap_backoff import connection_pause, login_pause
from intake.imap_client import ImapConnection
from intake.imap_folder import MailboxDoor, read_folder, recheck_folder
from intake.imap_moving import move_kept
from intake.imap_session import FolderToRead, TokenSource, folders_to_read, log_in
from intake.imap_trouble import CommandRefused, LoginRefused, MailboxTrouble, Reason
from intake.settings import AfterCommit
from privacy.errors import PrivacyError, Retryable

RECHECK_SECONDS = 3600.0
MOST_REMEMBERED = 10  # refused logins: the pause no longer grows

log = logging.getLogger(__name__)


class MailboxWatcher:
    """The work of one thread: `run` returns only after `stop` was called from another."""

    def __init__(
        self,
        door: MailboxDoor,
        tokens: TokenSource | None = None,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._door, self._tokens, self._jitter = door, tokens, jitter
        self._settings = door.settings
        self._stopping = threading.Event()
        self._connection: ImapConnection | None = None
        self._failures = 0
        self._refused_at: list[datetime] = []
        self._recheck_at = time.monotonic() + RECHECK_SECONDS

    def run(self) -> None:
        """Read the mailbox until stopped. Nothing that goes wrong ends it."""
        while not self._stopping.is_set():
            try:
                self._live_through_one_connection()
            except Exception as error:  # noqa: BLE001 - the one broad except, at the loop's top
                if not self._stopping.is_set():
                    self._wait(self._take_note(error))

    def stop(self) -> None:
        """End `run` within moments, also in the middle of a download. For any thread."""
        self._stopping.set()
        connection = self._connection
        if connection is not None:
            connection.cut()

    def _live_through_one_connection(self) -> None:
        connection = self._connection = ImapConnection(self._settings)
        try:
            if not self._stopping.is_set():  # else stop() came before there was anything to cut
                log_in(connection, self._tokens, self._door.clock())
                self._refused_at.clear()
                self._watch(connection)
        finally:
            self._connection = None
            connection.close()

    def _watch(self, connection: ImapConnection) -> None:
        folders = folders_to_read(self._settings, connection.list_folders())
        can_idle = connection.has("IDLE")
        while not self._stopping.is_set():
            self._keep_token_fresh()
            recheck = self._is_recheck_due()
            for folder in folders:
                self._read(connection, folder, recheck=recheck)
            self._failures = 0
            self._wait_for_poll(connection, folders[-1], can_idle=can_idle)

    def _wait_for_poll(
        self, connection: ImapConnection, live: FolderToRead, *, can_idle: bool
    ) -> None:
        """Wait until all folders are due, and meanwhile read the live one when it has news."""
        end = time.monotonic() + self._settings.poll_seconds
        while not self._stopping.is_set() and (left := end - time.monotonic()) > 0:
            if not can_idle:
                self._stopping.wait(left)
            elif connection.wait_for_news(min(left, self._settings.idle_renew_seconds)):
                self._read(connection, live)

    def _read(
        self, connection: ImapConnection, folder: FolderToRead, *, recheck: bool = False
    ) -> None:
        """Read one folder; while the ledger is out of reach, wait with the connection open."""
        failures = 0
        while not self._stopping.is_set():
            try:
                self._read_and_move(connection, folder)
                if recheck:
                    recheck_folder(connection, folder.name, self._door, junk=folder.junk)
                    self._read_and_move(connection, folder)  # what came during the recheck
            except MailboxTrouble as trouble:
                if not self._is_only_this_folder(trouble, folder):
                    raise
                self._door.report(folder.name, Reason.FOLDER)
            except Retryable as error:
                failures += 1
                self._door.report(folder.name, Reason.STORAGE)
                self._wait(error.after or connection_pause(failures, self._jitter()))
                continue
            return

    def _read_and_move(self, connection: ImapConnection, folder: FolderToRead) -> None:
        read_folder(connection, folder.name, self._door, junk=folder.junk)
        if self._settings.after_commit is AfterCommit.LEAVE or folder.junk:
            return
        move_kept(connection, folder.name, self._door)
        while read_folder(connection, folder.name, self._door):  # it came during the move
            move_kept(connection, folder.name, self._door)

    def _is_only_this_folder(self, trouble: MailboxTrouble, folder: FolderToRead) -> bool:
        """Return whether the others can be read on: one folder is missing, not the watched one."""
        refused = isinstance(trouble, CommandRefused) and trouble.reason is Reason.FOLDER
        return refused and folder.name != self._settings.folders[0]

    def _is_recheck_due(self) -> bool:
        due = time.monotonic() >= self._recheck_at
        if due:
            self._recheck_at = time.monotonic() + RECHECK_SECONDS
        return due

    def _keep_token_fresh(self) -> None:
        """Renew the token while the old one still works: a revoked consent shows days earlier."""
        if self._tokens is None:
            return
        try:
            self._tokens.renew_if_due(self._door.clock())
        except PrivacyError:
            self._door.report(self._settings.folders[0], Reason.TOKEN)

    def _take_note(self, error: Exception) -> timedelta:
        """Report what happened and return how long to wait before the next attempt."""
        reason = _reason(error)
        self._door.report(self._settings.folders[0], reason)
        log.warning("mailbox trouble: %s (%s)", reason, type(error).__name__)
        if isinstance(error, LoginRefused):
            now = self._door.clock()
            self._refused_at = [*self._refused_at[-MOST_REMEMBERED:], now]
            return login_pause(self._refused_at, now, self._jitter())
        self._failures += 1
        pause = connection_pause(self._failures, self._jitter())
        asked = error.after if isinstance(error, Retryable) else None
        return max(pause, asked or pause)

    def _wait(self, pause: timedelta) -> None:
        self._stopping.wait(pause.total_seconds())


def _reason(error: Exception) -> Reason:
    if isinstance(error, MailboxTrouble | LoginRefused):
        return error.reason
    return Reason.STORAGE if isinstance(error, Retryable) else Reason.UNEXPECTED
