"""What the daemon knows about itself right now: told by its threads, read by health and alarms."""

from __future__ import annotations

import threading
from datetime import datetime

from privacy.alarms import Observation
from privacy.errors import PrivacyError
from storage.database import Database
from storage.messages import count_by_outcome, oldest_unprocessed
from storage.outbox import oldest_pending

QUARANTINED = "quarantined"


class DaemonState:
    """Fulfils privacy.ports.MailboxState; every method may be called from any thread."""

    def __init__(self, started_at: datetime, mailboxes: tuple[str, ...] = ()) -> None:
        self._lock = threading.Lock()
        self._started_at = started_at
        self._last_tick_at = started_at
        self._last_ok: dict[str, datetime | None] = dict.fromkeys(mailboxes)
        self._trouble: dict[tuple[str, str], str] = {}
        self._transport_trouble: str | None = None

    def mailbox_ok(self, mailbox: str, folder: str, at: datetime) -> None:
        """Note that the mailbox was read to its end."""
        with self._lock:
            self._last_ok[mailbox] = at
            self._trouble.pop((mailbox, folder), None)

    def mailbox_trouble(self, mailbox: str, folder: str, at: datetime, reason: str) -> None:  # noqa: ARG002 - the port's shape
        """Note that the mailbox could not be read."""
        with self._lock:
            self._trouble[mailbox, folder] = reason
            self._last_ok.setdefault(mailbox, None)

    def transport_trouble(self, reason: str | None) -> None:
        """Note that mail cannot leave, or that it can again."""
        with self._lock:
            self._transport_trouble = reason

    def tick(self, at: datetime) -> None:
        """Note that the scheduler is alive."""
        with self._lock:
            self._last_tick_at = at

    def observe(self, database: Database, now: datetime) -> Observation:
        """Return what there is to see at this instant, the queues included."""
        counts: dict[str, int] = {}
        unprocessed, unsent, database_ok = None, None, True
        try:
            with database.reading() as reading:
                counts = count_by_outcome(reading)
                unprocessed, unsent = oldest_unprocessed(reading), oldest_pending(reading)
        except PrivacyError:
            database_ok = False
        with self._lock:
            return Observation(
                now=now,
                started_at=self._started_at,
                last_tick_at=self._last_tick_at,
                mailbox_last_ok=dict(self._last_ok),
                mailbox_trouble={mailbox: reason for (mailbox, _), reason in self._trouble.items()},
                oldest_unprocessed=unprocessed,
                oldest_unsent=unsent,
                quarantined=counts.get(QUARANTINED, 0),
                database_ok=database_ok,
                transport_trouble=self._transport_trouble,
            )
