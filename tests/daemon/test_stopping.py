"""The daemon stops within its ten seconds, also while a mail is being read that never ends."""

import asyncio
from dataclasses import replace
from pathlib import Path

from acceptance.desk_process import wait_until
from casework_values import ERASE, arriving, mail
from daemon.clock import utc_now
from daemon.running import Daemon
from daemon.settings import load_settings
from daemon.wiring import Desk, build_ledger, open_desk
from intake.reader import WorkerPool
from intake.reader_settings import ReadingSettings
from privacy.deciding import Outcome
from servers.odd_worker import ODD_READING
from storage.messages import list_messages

EXAMPLE = Path(__file__).parents[2] / "daemon" / "example.toml"


def desk_at(home: Path) -> Desk:
    environment = {"RIGHTSDESK_LISTENER__PORT": "0", "RIGHTSDESK_WEB__PORT": "0"}
    return open_desk(load_settings(str(EXAMPLE), home=str(home), environment=environment))


def with_a_reader_that_obeys(desk: Desk) -> Desk:
    desk.services.reader.close()
    reader = WorkerPool(ReadingSettings(workers=1, seconds=100), ODD_READING)
    return replace(desk, services=replace(desk.services, reader=reader))


def outcomes_of(desk: Desk) -> set[Outcome | None]:
    with desk.database.reading() as reading:
        return {row.outcome for row in list_messages(reading, outcomes=None, limit=10)}


def all_worked(desk: Desk) -> bool:
    return None not in outcomes_of(desk)


async def test_it_stops_in_the_middle_of_a_mail_and_reads_it_after_the_next_start(
    tmp_path: Path,
) -> None:
    mark = tmp_path / "mark"
    desk = with_a_reader_that_obeys(desk_at(tmp_path / "home"))
    ledger = build_ledger(desk, lambda: None)
    ledger.keep([arriving(f"SLEEP {mark}".encode(), received_at=utc_now())])
    ledger.keep([arriving(mail(ERASE), received_at=utc_now())])
    daemon = Daemon(desk)
    await daemon.start()
    await asyncio.to_thread(wait_until, mark.exists, what="the mail to be read")
    assert await daemon.stop()
    desk.close()

    again = desk_at(tmp_path / "home")
    daemon = Daemon(again)
    await daemon.start()
    await asyncio.to_thread(wait_until, lambda: all_worked(again), what="both mails")
    assert await daemon.stop()
    assert Outcome.CASE in outcomes_of(again)
    again.close()
