"""The ticker: APScheduler wakes a few fixed jobs, and each asks the database what is due (reliability.md 0.12).

No job store: a deadline lives in a table, so a missed tick is made good by the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK_SECONDS = 15
RECONCILE_SECONDS = 20
ALARM_SECONDS = 30
RETENTION_SECONDS = 900  # looks whether the answer of the account is old enough to ask again
REMIND_SECONDS = 30
IDENTITY_SECONDS = 20
ERASURE_SECONDS = 60
PACKAGE_SECONDS = 3_600
FORWARD_SECONDS = 20
FORGET_SECONDS = 900  # looks whether a day has passed since the last run
SEGMENT_SECONDS = 900  # how much of the trail is in no signed segment at most

Job = Callable[[], None]
log = structlog.get_logger(__name__)


class Ticker:
    """Runs each of the regular jobs every so many seconds; what stops one of them stops no other."""

    def __init__(self, *jobs: tuple[Job, float]) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for job, seconds in jobs:
            self._add(job, seconds)

    def start(self) -> None:
        """Start ticking in the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a job that runs in its thread ends by itself."""
        self._scheduler.shutdown(wait=False)

    def _add(self, job: Job, seconds: float) -> None:
        async def in_thread() -> None:
            try:
                await asyncio.to_thread(job)
            except Exception as error:  # noqa: BLE001 - the top of the job: the next tick asks the database again
                log.error("job_failed", job=job.__name__, error=type(error).__name__)  # noqa: TRY400

        in_thread.__name__ = job.__name__
        self._scheduler.add_job(in_thread, "interval", seconds=seconds)
