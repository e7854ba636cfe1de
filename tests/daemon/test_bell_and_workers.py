"""Alarms are news, not noise; a worker's loop never ends by an error."""

import threading
from datetime import UTC, datetime, timedelta

from daemon.bell import Bell
from daemon.workers import Worker
from privacy.alarms import Alarm
from privacy.errors import Retryable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
BROKEN = Alarm(code="mailbox-not-read", part="privacy@autocloz.example")


class Way:
    """A way to a person that remembers what it was told."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.told: list[str] = []

    def send(self, subject: str, text: str) -> None:
        if not self.works:
            raise Retryable("out of reach")
        self.told.append(f"{subject}\n{text}")


def test_it_rings_once_again_after_an_hour_and_when_it_is_over() -> None:
    way = Way()
    bell = Bell([way])
    bell.ring([BROKEN], NOON)
    bell.ring([BROKEN], NOON + timedelta(minutes=59))
    bell.ring([BROKEN], NOON + timedelta(minutes=61))
    bell.ring([], NOON + timedelta(minutes=62))
    bell.ring([], NOON + timedelta(minutes=63))
    assert [text.splitlines()[0] for text in way.told] == [
        "rightsdesk needs help: mailbox-not-read",
        "rightsdesk needs help: mailbox-not-read",
        "rightsdesk is well again",
    ]


def test_a_broken_way_does_not_keep_the_others_from_ringing() -> None:
    broken, working = Way(works=False), Way()
    assert Bell([broken, working]).ring([BROKEN], NOON) == 1
    assert len(working.told) == 1


def test_a_worker_goes_on_after_an_error_and_stops_when_told(monkeypatch) -> None:
    monkeypatch.setattr("daemon.workers.AFTER_TROUBLE_SECONDS", 0.01)
    steps: list[str] = []
    done = threading.Event()

    def step() -> bool:
        steps.append("step")
        if len(steps) == 1:
            raise ValueError("first")
        done.set()
        return False

    worker = Worker("test", step, idle_seconds=60)
    worker.start()
    assert done.wait(10)
    worker.stop()
    assert worker.join(10)


def test_waking_a_worker_makes_it_look_at_once() -> None:
    looked = threading.Semaphore(0)

    def step() -> bool:
        looked.release()
        return False

    worker = Worker("test", step, idle_seconds=60)
    worker.start()
    assert looked.acquire(timeout=10)
    worker.wake()
    assert looked.acquire(timeout=10)
    worker.stop()
    assert worker.join(10)
