"""Keep first, answer after: what arrives is committed byte for byte before anything else happens to it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privacy.errors import PrivacyError, Retryable
from privacy.messages import RawMessage
from privacy.ports import Clock, FolderCursor
from storage.cursors import load_cursor, save_cursor, unknown_uids
from storage.database import Database
from storage.messages import keep_raw

COMMIT_AT_MOST = 50  # more in one transaction gains nothing and loses more in a crash
LONGEST_PATIENCE_SECONDS = (
    0.05  # a commit that stood behind a lock for seconds says nothing of the next one
)


class DatabaseLedger:
    """The ledger of the mail doors: every batch is one transaction, with the cursor that it moves."""

    def __init__(self, database: Database, *, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self._wake = wake

    def cursor(self, mailbox: str, folder: str) -> FolderCursor | None:
        """Return how far the folder has been read."""
        with self._database.reading() as reading:
            return load_cursor(reading, mailbox, folder)

    def keep(self, batch: Sequence[RawMessage], cursor: FolderCursor | None = None) -> None:
        """Commit the batch and the cursor, then wake the worker."""
        with self._database.transaction() as transaction:
            keep_raw(transaction, batch, now=self._clock())
            if cursor is not None:
                save_cursor(transaction, cursor)
        if batch:
            self._wake()

    def unknown_uids(
        self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]
    ) -> list[int]:
        """Return the UIDs of which the ledger holds nothing."""
        with self._database.reading() as reading:
            return unknown_uids(reading, mailbox, folder, uidvalidity, uids)


@dataclass(frozen=True)
class _Waiting:
    message: RawMessage
    done: asyncio.Future[None]


class GroupWriter:
    """Commits what several SMTP sessions wait for together: one thread, one transaction per group.

    A session is told 250 only after the commit of its message (RFC 5321 section 6.1).
    """

    def __init__(self, ledger: DatabaseLedger) -> None:
        self._ledger = ledger
        self._thread = threading.Thread(target=self._write_groups, name="group-writer", daemon=True)
        self._arrivals = threading.Condition()  # holds what follows
        self._waiting: deque[_Waiting] = deque()
        self._wanted = 1  # so many wake the thread
        self._ended = False

    def start(self) -> None:
        """Start the writing thread."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, then end the thread."""
        with self._arrivals:
            self._ended = True
            self._arrivals.notify()
        self._thread.join()

    def keep(self, message: RawMessage) -> asyncio.Future[None]:
        """Return what is done when the message is committed; it raises what the commit raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._arrivals:
            self._waiting.append(_Waiting(message, done))
            if len(self._waiting) >= self._wanted:
                self._arrivals.notify()
        return done

    def _write_groups(self) -> None:
        expected, commit_seconds = 1, 0.0
        while group := self._next_group(expected, commit_seconds):
            begin = time.monotonic()
            self._write(group)
            commit_seconds = time.monotonic() - begin
            # Every session that is busy was in this group or came while it was committed.
            expected = len(group) + len(self._waiting)

    def _next_group(self, expected: int, commit_seconds: float) -> list[_Waiting]:
        """Return what is to be committed together; nothing when the writer is to end and all is written."""
        with self._arrivals:
            self._wait_until(1, None)
            self._wait_for_company(min(expected, COMMIT_AT_MOST), commit_seconds)
            size = min(len(self._waiting), COMMIT_AT_MOST)
            return [self._waiting.popleft() for _ in range(size)]

    def _wait_for_company(self, expected: int, commit_seconds: float) -> None:
        """Wait for sessions that wrote a moment ago, as long as that is cheaper than another commit for them.

        Whoever comes too late waits for one commit more, and each second of waiting costs every session that
        is here already; so the more are here, the shorter the wait.
        """
        patience = min(commit_seconds, LONGEST_PATIENCE_SECONDS)
        here = 0
        while here < len(self._waiting) < expected and not self._ended:
            here = len(self._waiting)
            self._wait_until(expected, patience / here)

    def _wait_until(self, count: int, seconds: float | None) -> None:
        """Wait until so many messages are here, the writer is to end, or the time is over."""
        self._wanted = count
        self._arrivals.wait_for(lambda: len(self._waiting) >= count or self._ended, seconds)
        self._wanted = 1

    def _write(self, group: list[_Waiting]) -> None:
        """Commit the group; when that fails, each message alone, so that a bad one cannot refuse the others."""
        if len(group) > 1 and self._committed(group) is None:
            _tell(group, None)
            return
        for waiting in group:
            _tell([waiting], self._committed([waiting]))

    def _committed(self, group: list[_Waiting]) -> PrivacyError | None:
        try:
            self._ledger.keep([waiting.message for waiting in group])
        except PrivacyError as error:
            return error
        except Exception:  # noqa: BLE001 - the top of this thread's loop: the session answers 451, nothing is lost
            return Retryable("the message could not be kept")
        return None


def _tell(group: list[_Waiting], error: PrivacyError | None) -> None:
    """Wake each loop once: what it then does for its sessions needs no thread to change over in between."""
    for loop in {waiting.done.get_loop() for waiting in group}:
        told = [waiting.done for waiting in group if waiting.done.get_loop() is loop]
        loop.call_soon_threadsafe(_settle, told, error)


def _settle(told: list[asyncio.Future[None]], error: PrivacyError | None) -> None:
    for done in told:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
