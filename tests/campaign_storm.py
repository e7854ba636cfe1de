"""A whole campaign whose worker is killed again and again by the other side, while the directory moves: what became of it."""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campaign_sinks import bounces, is_put_off
from campaign_values import Campaign, notice_terms, owner, workspace
from campaign_worker import CONNECTIONS, PACE
from casework.deliveries import record_events
from casework.notice_batch import COPIES
from casework.profile import NoticePace
from casework_values import TOKEN_KEYS, TestDesk, profile
from daemon.clock import utc_now
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Retryable
from storage.database import Database

HERE = Path(__file__).parent
OUT_AT_ONCE = 2 * COPIES  # by SMTP: one batch on the wire, one being written down
EVENTS_AT_ONCE = 500
MOVED = 4  # workspaces that join, and that leave, each time


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large the storm is; `changes` is how often the directory is read anew meanwhile."""

    owners: int
    kills: int
    per_hour: int = PACE.per_hour
    changes: int = 1


@dataclass
class Storm:
    """A campaign over one way; `run` takes it to its end."""

    folder: Path
    way: str
    size: Size
    seconds: float = 0.0
    kilobytes: int = 0
    killed: int = 0
    joined: int = 0
    _read: int = field(default=0, repr=False)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'rightsdesk.db'}"

    def run(self, database: Database) -> Campaign:
        """List the Owners and let workers send until the campaign has ended."""
        campaign = list_owners(database, self.size.owners, self.size.per_hour)
        dice = random.Random(7)  # noqa: S311 - a test that falls the same each time
        kill_at = sorted(dice.sample(range(1, int(self.size.owners * 0.9)), self.size.kills))
        every = (self.size.kills + 1) // (self.size.changes + 1) or 1
        with sink(self.way, self.folder, kill_at) as port:
            while not self.kilobytes:
                if self.joined < self.size.changes and self.killed >= every * (self.joined + 1):
                    self.joined += 1
                    self._work(campaign, port, moves=True)
                else:
                    self._work(campaign, port, moves=False)
        return campaign

    def _work(self, campaign: Campaign, port: int, *, moves: bool) -> None:
        """One worker, until it is killed or the campaign has ended."""
        command = [sys.executable, str(HERE / "campaign_worker.py")]
        command += [self.url, self.way, str(port), str(self.folder)]
        begun = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            if moves:
                campaign.directory(*people(self.size.owners, moved=self.joined))
            while worker.poll() is None:
                time.sleep(0.02)
                if self.way != "smtp":
                    self._tell(campaign)
            told, _ = worker.communicate()
        self.seconds += time.perf_counter() - begun
        if worker.returncode == 0:
            self.kilobytes = int(told.split()[-1])
        elif worker.returncode < 0:
            self.killed += 1
        else:
            raise RuntimeError(f"the worker ended with {worker.returncode}")

    def _tell(self, campaign: Campaign) -> None:
        """The provider tells what became of the next few: 3 % bounce, the others are delivered, 1 % of them later."""
        with (self.folder / "taken.log").open("rb") as file:
            file.seek(self._read)
            lines = [one for one in file.readlines(EVENTS_AT_ONCE * 80) if one.endswith(b"\n")]
        all_told = self.folder / "all-told"
        if not lines:
            all_told.touch()
            return
        all_told.unlink(missing_ok=True)
        events = [event for line in lines if line != b"KILL\n" for event in events_of(line)]
        try:
            record_events(campaign.desk.database, events, TOKEN_KEYS, now=utc_now())
        except Retryable:  # as the door's 503: the provider tells it again
            return
        self._read += sum(map(len, lines))

    def taken(self) -> Counter[str]:
        """How often each mail was taken, by `address message-id`."""
        with (self.folder / "taken.log").open() as log:
            return Counter(line.strip() for line in log if line != "KILL\n")

    def copies_out_of_flight(self) -> int:
        """Copies of mails that had been taken longer before a kill than can be in flight."""
        first: dict[str, int] = {}
        kills, copied = [], []
        with (self.folder / "taken.log").open() as log:
            for line in log:
                if line == "KILL\n":
                    kills.append(len(first))
                elif line in first:
                    copied.append(first[line])
                else:
                    first[line] = len(first)
        # What a connection holds at the kill arrives after it.
        near = range(-CONNECTIONS, OUT_AT_ONCE + 1)
        return sum(not any(kill - one in near for kill in kills) for one in copied)


def events_of(line: bytes) -> Iterator[DeliveryEvent]:
    address, message_id = line.split()
    now = datetime.now(UTC)
    fates = [Fate.DELAYED] if is_put_off(address) else []
    for fate in (*fates, Fate.FAILED if bounces(address) else Fate.DELIVERED):
        yield DeliveryEvent(
            message_id=message_id.decode(), fate=fate, at=now, event_id=None, status=None
        )


def people(count: int, moved: int = 0) -> Iterator[object]:
    """Two Owners in each workspace, the workspaces first; each time it moved, a few at the end left and others joined."""
    gone, come = MOVED * moved, range(count, count + 2 * MOVED * moved)
    places = [*range((count + 1) // 2 - gone), *dict.fromkeys(one // 2 for one in come)]
    yield from (workspace(f"w{place}") for place in places)
    numbers = [*range(count - 2 * gone), *come]
    yield from (owner(f"p{number}", of=f"w{number // 2}") for number in numbers)


def list_owners(database: Database, count: int, per_hour: int = PACE.per_hour) -> Campaign:
    """Bring a campaign to the point from which it is sent."""
    pace = NoticePace(per_hour=per_hour)
    campaign = Campaign(TestDesk(database, profile(notices=pace), now=utc_now()))
    effective_on = utc_now().date() + timedelta(days=90)
    campaign.begin(*people(count), terms=notice_terms(effective_on=effective_on))
    return campaign


@contextmanager
def sink(way: str, folder: Path, kill_at: list[int]) -> Iterator[int]:
    """Give the port of the other side."""
    (folder / "taken.log").touch()
    command = [sys.executable, str(HERE / "campaign_sinks.py"), way, str(folder)]
    command.append(",".join(map(str, kill_at)))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()
