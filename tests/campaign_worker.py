"""A worker of a campaign as a process: python campaign_worker.py URL smtp|sendgrid PORT FOLDER

It sends until the campaign has ended, then prints the kilobytes that it took at most. Where nothing is due its clock
moves on, so that leases and waits cost no time; by days only once FOLDER/all-told says that no event is outstanding.
"""

import os
import sys
import time
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from casework.notice_drafting import notice_named
from casework.notice_sending import send_notices
from casework.profile import NoticePace
from casework_values import open_at, profile
from daemon.clock import utc_now
from notifier.provider import ProviderTransport
from notifier.sendgrid import SendGrid
from notifier.settings import SubmissionSettings
from notifier.submission import SubmissionTransport
from notifier.transport_settings import SendGridSettings
from privacy.errors import Retryable
from privacy.notices import NoticeState
from privacy.ports import BatchTransport
from storage.database import Database

PACE = NoticePace(per_hour=100_000_000)
IN_A_ROW, CONNECTIONS = 20, 10
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SHORTLY = timedelta(hours=3)


def way_out(name: str, port: int) -> BatchTransport:
    if name == "smtp":
        settings = SubmissionSettings(
            host="127.0.0.1", port=port, security="plain", connections=CONNECTIONS
        ).model_copy(update={"letters_per_connection": 100_000})
        return SubmissionTransport(settings)
    dialect = SendGrid(SendGridSettings(api_key="key", stand_in=f"http://127.0.0.1:{port}"))
    return ProviderTransport(dialect, clock=utc_now, timeout_seconds=30)


def work(database: Database, way: BatchTransport, all_told: Path) -> None:
    """Send until the campaign has ended."""
    shift = timedelta()

    def clock() -> datetime:
        return utc_now() + shift

    desk = profile(notices=PACE)
    while not has_ended(database):
        try:
            if send_notices(database, way, clock=clock, desk=desk, batches=IN_A_ROW).worked:
                continue
        except Retryable:  # two processes on one file; the desk is one process, and asks again too
            continue
        if shift < SHORTLY:
            shift += MINUTE
        elif all_told.exists():
            shift += HOUR
        time.sleep(0.02 if way.tells_delivery else 0)  # events take their time


def has_ended(database: Database) -> bool:
    with database.reading() as reading:
        return notice_named(reading, "2").state is NoticeState.ENDED


def main(url: str, name: str, port: str, folder: str) -> None:
    (Path(folder) / "worker.pid").write_text(str(os.getpid()))
    with closing(open_at(url)) as database, closing(way_out(name, int(port))) as way:
        work(database, way, Path(folder) / "all-told")
    sys.stdout.write(f"{peak_kilobytes()}\n")


def peak_kilobytes() -> int:
    """What this process took at most; getrusage would tell of the process that started it as well."""
    (line,) = (
        one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM")
    )
    return int(line.split()[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
