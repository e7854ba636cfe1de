"""Keep first, answer after: what arrives is committed byte for byte before anything else happens to it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from privacy.errors import PrivacyError, Retryable
from privacy.messages import RawMessage
from privacy.ports import Clock, FolderCursor
from storage.cursors import load_cursor, save_cursor, unknown_uids
from storage.database import Database
from storage.messages import keep_raw

COMMIT_AT_MOST = 50  # more in one transaction gains nothing and loses more in a crash


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
    loop: asyncio.AbstractEventLoop
    done: asyncio.Future[None]


class GroupWriter:
    """Commits what several SMTP sessions wait for together: one thread, one transaction per group.

    A session is told 250 only after the commit of its message (RFC 5321 section 6.1).
    """

    def __init__(self, ledger: DatabaseLedger) -> None:
        self._ledger = ledger
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_groups, name="group-writer", daemon=True)

    def start(self) -> None:
        """Start the writing thread."""
        self._thread.start()

    def stop(self) -> None:
        """Commit what waits, then end the thread."""
        self._queue.put(None)
        self._thread.join()

    async def keep(self, message: RawMessage) -> None:
        """Return when the message is committed; raises what the commit raised."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._queue.put(_Waiting(message, loop, done))
        await done

    def _write_groups(self) -> None:
        while (first := self._queue.get()) is not None:
            group, ended = self._take_group(first)
            self._write(group)
            if ended:
                return

    def _take_group(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        group = [first]
        while len(group) < COMMIT_AT_MOST:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return group, False
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _write(self, group: list[_Waiting]) -> None:
        """Commit the group; when that fails, each message alone, so that a bad one cannot refuse the others."""
        if len(group) > 1 and self._committed([waiting.message for waiting in group]) is None:
            for waiting in group:
                _tell(waiting, None)
            return
        for waiting in group:
            _tell(waiting, self._committed([waiting.message]))

    def _committed(self, messages: list[RawMessage]) -> PrivacyError | None:
        try:
            self._ledger.keep(messages)
        except PrivacyError as error:
            return error
        except Exception:  # noqa: BLE001 - the top of this thread's loop: the session answers 451, nothing is lost
            return Retryable("the message could not be kept")
        return None


def _tell(waiting: _Waiting, error: PrivacyError | None) -> None:
    def settle() -> None:
        if waiting.done.cancelled():
            return
        if error is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(error)

    waiting.loop.call_soon_threadsafe(settle)
