"""The ticker: APScheduler wakes a few fixed jobs, and each asks the database what is due (reliability.md 0.12).

No job store: a deadline lives in a table, so a missed tick is made good by the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK_SECONDS = 15
RECONCILE_SECONDS = 20
ALARM_SECONDS = 30

Job = Callable[[], None]


class Ticker:
    """Runs the three regular jobs: sign of life, search for letters of unknown outcome, alarms."""

    def __init__(self, tick: Job, reconcile: Job, look_for_alarms: Job) -> None:
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._add(tick, TICK_SECONDS)
        self._add(reconcile, RECONCILE_SECONDS)
        self._add(look_for_alarms, ALARM_SECONDS)

    def start(self) -> None:
        """Start ticking in the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking; a job that runs in its thread ends by itself."""
        self._scheduler.shutdown(wait=False)

    def _add(self, job: Job, seconds: int) -> None:
        async def in_thread() -> None:
            await asyncio.to_thread(job)

        in_thread.__name__ = job.__name__
        self._scheduler.add_job(in_thread, "interval", seconds=seconds)
