"""The daemon's regular jobs: each has its own trouble, and the sign of life has none."""

import asyncio
import threading
from datetime import timedelta

import pytest

from daemon.clock import utc_now
from daemon.running import Daemon
from daemon.schedule import Ticker
from daemon.settings import load_settings
from daemon.wiring import open_desk
from privacy.errors import Retryable


@pytest.fixture
def daemon(tmp_path):
    """Give a daemon that is not started, on a home of its own."""
    desk = open_desk(load_settings(None, home=str(tmp_path), environment={}))
    yield Daemon(desk, access_key="k" * 16)
    desk.close()


def test_trouble_of_the_database_is_no_silence_of_the_scheduler(daemon, tmp_path):
    """Two alarms with two remedies: a person would restart the wrong thing."""
    daemon.state.tick(utc_now() - timedelta(minutes=5))
    assert daemon.health() == (False, ["scheduler-silent"])
    daemon._desk.close()
    (tmp_path / "rightsdesk.sqlite3").unlink()
    (tmp_path / "rightsdesk.sqlite3").mkdir()
    daemon._tick()
    assert daemon.health() == (False, ["database-unreachable"])


async def test_a_job_that_fails_or_hangs_stops_no_other():
    ticked, release = threading.Semaphore(0), threading.Event()

    def fails() -> None:
        raise Retryable("database: locked")

    def hangs() -> None:
        release.wait()

    ticker = Ticker((fails, 0.01), (hangs, 0.01), (ticked.release, 0.01))
    ticker.start()
    for _ in range(3):
        await asyncio.to_thread(ticked.acquire)
    ticker.stop()
    release.set()


async def test_a_job_that_failed_is_run_again():
    runs = threading.Semaphore(0)

    def fails() -> None:
        runs.release()
        raise ValueError("anne@person.example")

    ticker = Ticker((fails, 0.01))
    ticker.start()
    for _ in range(3):
        await asyncio.to_thread(runs.acquire)
    ticker.stop()
