"""The daemon's regular jobs: each has its own trouble, and the sign of life has none."""

import asyncio
import shutil
import socket
import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from casework.processing import process_batch
from casework_values import mail
from daemon.bell import Bell
from daemon.checking import Standing, check_everything
from daemon.clock import utc_now
from daemon.disk import free_bytes
from daemon.running import Daemon
from daemon.schedule import Ticker
from daemon.settings import load_settings
from daemon.wiring import open_desk
from intake.authenticity_settings import AuthenticitySettings
from intake.listener_settings import ListenerSettings
from privacy.errors import Retryable, WrongSetting
from privacy.messages import ArrivalBasis, RawMessage, Route
from storage.messages import keep_raw
from storage.outbox import list_letters
from storage.tasks import list_tasks

QUICK = {"RIGHTSDESK_STORAGE__BUSY_SECONDS": "0.1"}


@pytest.fixture
def daemon(tmp_path):
    """Give a daemon that is not started, on a home of its own."""
    desk = open_desk(load_settings(None, home=str(tmp_path), environment=QUICK))
    yield Daemon(desk)
    desk.close()


def from_anne() -> RawMessage:
    return RawMessage(
        raw=mail(),
        mailbox="privacy@autocloz.example",
        route=Route.SMTP,
        received_at=utc_now(),
        arrival_basis=ArrivalBasis.LISTENER,
    )


def test_trouble_of_the_database_is_no_silence_of_the_scheduler(daemon, tmp_path):
    """Two alarms with two remedies: a person would restart the wrong thing."""
    daemon.state.tick(utc_now() - timedelta(minutes=5))
    assert daemon.health() == (False, ["scheduler-silent"])
    daemon._desk.close()
    (tmp_path / "rightsdesk.sqlite3").unlink()
    (tmp_path / "rightsdesk.sqlite3").mkdir()
    daemon._tick()
    assert daemon.health() == (False, ["database-unreachable"])


async def test_a_listener_that_can_keep_no_mail_is_not_well_although_reading_works(
    daemon, tmp_path
):
    """A full disk and a read-only file look the same: every sender is sent away, and every page can be read."""
    message = from_anne()
    daemon._writer.start()
    with sqlite3.connect(tmp_path / "rightsdesk.sqlite3", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Retryable):
            await daemon._keep(message)
        assert daemon.health() == (False, ["mail-refused"])
        other.execute("ROLLBACK")
    await daemon._keep(message)
    assert daemon.health() == (True, [])
    daemon._writer.stop()


def test_a_case_that_is_late_is_told_through_the_ways_of_alarms(daemon):
    """What the ladder finds rings like any trouble, and is a task where nobody can be rung."""
    late = replace(from_anne(), received_at=utc_now() - timedelta(days=60))
    with daemon._desk.database.transaction() as transaction:
        keep_raw(transaction, [late], now=late.received_at)
    process_batch(daemon._desk.services, utc_now())
    daemon._remind()
    with daemon._desk.database.reading() as reading:
        assert "deadline_near" in {task.kind for task in list_tasks(reading)}
    heard = []
    way = SimpleNamespace(send=lambda subject, text: heard.append((subject, text)))
    daemon._bell = Bell([way])
    daemon._remind()
    daemon._remind()
    ((subject, text),) = heard
    assert "need a person now" in subject
    assert "the deadline is over" in text


def test_a_disk_that_is_nearly_full_is_told_before_it_is_full(daemon, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=499_999_999))
    assert daemon.health() == (False, ["disk-nearly-full"])
    nobody = AuthenticitySettings(nameservers=("127.0.0.1:1",))
    settings = daemon._desk.settings.model_copy(update={"authenticity": nobody})
    findings = check_everything(settings, carriers=False)
    assert [f.item for f in findings if f.standing is Standing.WRONG] == ["disk"]


def test_a_folder_that_is_gone_has_no_room_that_could_be_told(tmp_path):
    assert free_bytes(tmp_path / "gone") is None
    assert free_bytes(tmp_path)


async def test_a_start_that_fails_at_a_taken_port_sends_nothing(daemon):
    """A second daemon by mistake: it would end while a letter is under way, and the letter would be sent twice."""
    database = daemon._desk.database
    with database.transaction() as transaction:
        keep_raw(transaction, [from_anne()], now=utc_now())
    process_batch(daemon._desk.services, utc_now())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listener = ListenerSettings(port=taken.getsockname()[1])
        settings = daemon._desk.settings.model_copy(update={"listener": listener})
        second = Daemon(replace(daemon._desk, settings=settings))
        with pytest.raises(WrongSetting, match="listener: cannot listen"):
            await second.start()
    with pytest.raises(RuntimeError, match="before it is started"):
        second._sender.join(0)
    with database.reading() as reading:
        letters = list_letters(reading, limit=9)
    assert [(letter.kind, letter.attempts) for letter in letters[::-1]] == [
        ("acknowledgement", 0),
        ("identity_challenge", 0),
    ]


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
