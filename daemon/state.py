"""What the daemon knows about itself right now: told by its threads, read by health and alarms."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from casework.task_kinds import APPROVE_LETTER, DEADLINE_NEAR, LOOK_AT_MESSAGE, REPORT_INCIDENT
from daemon.disk import free_bytes
from privacy.alarms import Observation
from privacy.errors import PrivacyError
from storage.database import Database, Reading
from storage.drafts import earliest_draft
from storage.messages import count_quarantined, earliest_hold, oldest_unprocessed
from storage.outbox import oldest_pending
from storage.tasks import earliest_task

# Tasks about what is looked at, or rung for, anyway.
SEEN_BY_THEMSELVES = (LOOK_AT_MESSAGE, APPROVE_LETTER, DEADLINE_NEAR, REPORT_INCIDENT)


class DaemonState:
    """Fulfils privacy.ports.MailboxState; every method may be called from any thread."""

    def __init__(
        self, started_at: datetime, mailboxes: tuple[str, ...] = (), *, home: Path | None = None
    ) -> None:
        self._lock = threading.Lock()
        self._home = home
        self._mail_refused_at: datetime | None = None
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

    def mail_refused(self, at: datetime | None) -> None:
        """Note that the listener could not keep a mail and sent its sender away, or None: it can keep mail again."""
        with self._lock:
            self._mail_refused_at = at

    def tick(self, at: datetime) -> None:
        """Note that the scheduler is alive."""
        with self._lock:
            self._last_tick_at = at

    def observe(self, database: Database, now: datetime) -> Observation:
        """Return what there is to see at this instant, the queues included."""
        with self._lock:
            seen = Observation(
                now=now,
                started_at=self._started_at,
                last_tick_at=self._last_tick_at,
                mailbox_last_ok=dict(self._last_ok),
                mailbox_trouble={mailbox: reason for (mailbox, _), reason in self._trouble.items()},
                transport_trouble=self._transport_trouble,
                mail_refused_at=self._mail_refused_at,
                disk_free=free_bytes(self._home) if self._home else None,
            )
        try:
            with database.reading() as reading:
                return replace(seen, **_waiting(reading))
        except PrivacyError:
            return replace(seen, database_ok=False)


def _waiting(reading: Reading) -> dict[str, Any]:
    """What waits in the database, each by one question that walks an index."""
    return {
        "oldest_unprocessed": oldest_unprocessed(reading),
        "oldest_unsent": oldest_pending(reading),
        "quarantined": count_quarantined(reading),
        "hold_due": earliest_hold(reading),
        "draft_due": earliest_draft(reading),
        "task_due": earliest_task(reading, leave_out=SEEN_BY_THEMSELVES),
    }
