"""A whole campaign whose worker is killed again and again: who was told, which copies left, how fast, in how much memory.

    python3 dev.py bench notice_campaign [--way smtp|sendgrid] [--owners 2000] [--kills 3] [--postfix DIR]

The full form is `--owners 100000 --kills 20`. Two Owners in each workspace, a directory and records as the desk keeps
them, on SQLite; 3 % of the addresses bounce, 1 % are put off once. The worker is a process that is killed with SIGKILL
at random moments and begins anew; where nothing is due its clock moves on a minute, so that leases and waits cost no
time. Over SendGrid the deliveries come as events. The limit is Postfix's smtp-source for as many letters, or a bare
socket that posts bodies made from plain dicts (`notices.py`); both answer to the same kind of sink, which looks at nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from notice_rounds import IN_A_ROW, PACE, list_owners
from notices import (
    CALL,
    END,
    bare_http,
    owners,
    plain_body,
    postfix_tools,
    smtp_server,
    smtp_source,
)

from campaign_values import KOLKATA, Campaign
from casework.actors import Actor
from casework.deliveries import record_events
from casework.notice_proof import export_proof
from casework.notice_sending import send_notices
from casework_values import TOKEN_KEYS, TestDesk, open_at, profile
from daemon.clock import utc_now
from notifier.provider import ProviderTransport
from notifier.sendgrid import SendGrid
from notifier.settings import SubmissionSettings
from notifier.submission import SubmissionTransport
from notifier.transport_settings import SendGridSettings
from privacy.deliveries import DeliveryEvent, Fate
from privacy.errors import Retryable
from privacy.notices import NoticeState
from privacy.ports import BatchTransport

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
IDLE_MINUTES = 120  # then only the wait for events is left, which takes days
SECONDS_BETWEEN_KILLS = (0.7, 2.5)
EVENTS_AT_ONCE = 200
ANSWERS = {b"DATA": b"354 go\r\n", b"EHLO": b"250-sink.example\r\n250 PIPELINING\r\n"}
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]{1,200}>)", re.IGNORECASE | re.MULTILINE)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--way", choices=["smtp", "sendgrid"], default="smtp")
    parser.add_argument("--owners", type=int, default=2_000)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--postfix", type=Path, help="where postfix was unpacked")
    for hidden in ("--serve", "--work", "--log"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.serve, Path(given.log)))
    elif given.work:
        work(given.work, given.way, given.port)
    else:
        with tempfile.TemporaryDirectory() as folder:
            run(given, Path(folder))


# The worker


def way_out(name: str, port: int) -> BatchTransport:
    if name == "smtp":
        settings = SubmissionSettings(
            host="127.0.0.1", port=port, security="plain", connections=10
        ).model_copy(update={"letters_per_connection": 100_000})
        return SubmissionTransport(settings)
    dialect = SendGrid(SendGridSettings(api_key="key", stand_in=f"http://127.0.0.1:{port}"))
    return ProviderTransport(dialect, clock=utc_now, timeout_seconds=30)


def work(url: str, name: str, port: int) -> None:
    """Send until the campaign has ended; prints the most memory that it took."""
    shift, idle = timedelta(), 0

    def clock() -> datetime:
        return utc_now() + shift

    with closing(open_at(url)) as database, closing(way_out(name, port)) as way:
        desk = TestDesk(database, profile(notices=PACE))
        campaign = Campaign(desk)
        print("ready", flush=True)
        while campaign.notice().state is not NoticeState.ENDED:
            try:
                if send_notices(
                    database, way, clock=clock, desk=desk.profile, batches=IN_A_ROW
                ).worked:
                    idle = 0
                    continue
            except (
                Retryable
            ):  # two processes on one file; the desk is one process, and asks again too
                continue
            if name == "sendgrid":
                time.sleep(0.05)  # the provider's events take their time
            idle += 1
            shift += MINUTE if idle < IDLE_MINUTES else HOUR
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


# The run


def run(given: argparse.Namespace, folder: Path) -> None:
    url, log = f"sqlite:///{folder / 'rightsdesk.db'}", folder / "taken.log"
    with closing(open_at(url)) as database:
        begun = time.perf_counter()
        campaign = list_owners(database, given.owners)
        print(f"{given.owners:,} Owners listed in {time.perf_counter() - begun:.0f} s")
        with server(given.way, log) as port:
            seconds, memory = campaign_of(given, url, port, (campaign, log))
        report(campaign, log, seconds, memory)
        rate = given.owners / seconds
        limit = limit_of(given, folder)
        print(
            f"limit {limit:,.0f}/s, ratio {rate / limit:.3f}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
        )
        prove(campaign, folder / "proof.zip")


def campaign_of(
    given: argparse.Namespace, url: str, port: int, seen: tuple[Campaign, Path]
) -> tuple[float, int]:
    """Let workers send, one after the other, each killed but the last; returns their seconds without starting, and kilobytes."""
    dice = random.Random(7)
    command = [sys.executable, __file__, "--work", url, "--way", given.way, "--port", str(port)]
    seconds, done = 0.0, 0
    events = Events(*seen) if given.way == "sendgrid" else None
    for kill in range(given.kills + 1):
        last = kill == given.kills
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            begun = time.perf_counter()
            end = begun + (1e9 if last else dice.uniform(*SECONDS_BETWEEN_KILLS))
            while worker.poll() is None and time.perf_counter() < end:
                time.sleep(0.05)
                done += events.tell() if events else 0
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
            told, _ = worker.communicate()
            seconds += time.perf_counter() - begun
        if told.strip():
            print(f"{kill} kills, {done:,} events told")
            return seconds, int(told.split()[-1])
    raise RuntimeError("the last worker died by itself")


class Events:
    """What the provider tells of the mails that it took: 3 % bounce, the others are delivered, 1 % of them later."""

    def __init__(self, campaign: Campaign, log: Path) -> None:
        self._desk, self._log, self._read = campaign.desk, log, 0

    def tell(self) -> int:
        """Tell the next few; returns how many were news."""
        with self._log.open("rb") as file:
            file.seek(self._read)
            lines = file.readlines(EVENTS_AT_ONCE * 80)[:EVENTS_AT_ONCE]
        whole = [line for line in lines if line.endswith(b"\n")]
        events = [event for line in whole for event in self._events(line.decode().split())]
        try:
            told = record_events(self._desk.database, events, TOKEN_KEYS, now=utc_now())
        except Retryable:  # as the door's 503: the provider tells it again
            return 0
        self._read += sum(map(len, whole))
        return told

    def _events(self, taken: list[str]) -> Iterator[DeliveryEvent]:
        address, message_id = taken
        now = datetime.now(UTC)
        if is_put_off(address.encode()):
            yield DeliveryEvent(message_id=message_id, fate=Fate.DELAYED, at=now, event_id=None)
        fate = Fate.FAILED if bounces(address.encode()) else Fate.DELIVERED
        yield DeliveryEvent(message_id=message_id, fate=fate, at=now, event_id=None, status="5.1.1")


def report(campaign: Campaign, log: Path, seconds: float, memory: int) -> None:
    status = campaign.status()
    owners, progress = status.progress.owners, status.progress
    taken = Counter(line.split()[1] for line in log.read_bytes().splitlines())
    print(f"states: { {str(state): number for state, number in sorted(owners.items())} }")
    print(f"attempts: { {str(one): number for one, number in sorted(progress.attempts.items())} }")
    print(
        f"letters taken {taken.total():,}, copies {taken.total() - len(taken)} "
        f"(may have left as copies: {progress.copies}), publication {'free' if status.may_publish else 'held'}"
    )
    print(
        f"{seconds:.1f} s, {sum(owners.values()) / seconds:,.0f} Owners/s, worker {memory // 1024} MB"
    )


def prove(campaign: Campaign, path: Path) -> None:
    begun = time.perf_counter()
    by = (Actor(address="sam@autocloz.example", os_user="sam"), utc_now())
    with path.open("w+b") as file:
        proved = export_proof(campaign.desk.database, "2", file, by=by, progress=lambda _: None)
    print(
        f"proof: {proved.owners:,} Owners, {proved.in_time:,} in time, {proved.holds} hold, "
        f"{path.stat().st_size / 1e6:.1f} MB in {time.perf_counter() - begun:.0f} s ({KOLKATA})"
    )


def limit_of(given: argparse.Namespace, folder: Path) -> float:
    """Return how many letters a second the machine can bring to a sink that looks at nothing."""
    count = min(given.owners, 20_000)
    letter = folder / "letter"
    if given.way == "smtp":
        tools = postfix_tools(given.postfix)
        if tools is None:
            return float("nan")
        with smtp_server(tools) as port:
            smtp_source(tools, port, 1_000, 4_000)
            return count / smtp_source(tools, port, count, 4_000)
    letter.touch()
    with server("sendgrid", letter) as port:
        batch = owners(count)
        calls = [batch[start : start + CALL] for start in range(0, count, CALL)]
        return count / bare_http(port, (plain_body(call) for call in calls))


# The other side


def number_in(address: bytes) -> int:
    return int(b"".join(re.findall(rb"\d", address)) or b"1")


def bounces(address: bytes) -> bool:
    return number_in(address) % 33 == 0


def is_put_off(address: bytes) -> bool:
    return number_in(address) % 100 == 1


@contextmanager
def server(kind: str, log: Path) -> Iterator[int]:
    log.touch()
    command = [sys.executable, __file__, "--serve", kind, "--log", str(log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


async def serve(kind: str, log: Path) -> None:
    with log.open("ab", buffering=0) as file:
        taken = Taken(file.write)
        made = (lambda: Sink(taken)) if kind == "smtp" else (lambda: Provider(taken))
        running = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
        print(running.sockets[0].getsockname()[1], flush=True)
        await running.serve_forever()


class Taken:
    """Writes down each letter that was taken, and knows who was put off once."""

    def __init__(self, write: object) -> None:
        self._write = write
        self.put_off: set[bytes] = set()

    def note(self, pairs: list[tuple[bytes, bytes]]) -> None:
        assert callable(self._write)
        self._write(b"".join(b"%b %b\n" % pair for pair in pairs))


class Sink(asyncio.Protocol):
    """Takes letters in groups; 3 % of the addresses are unknown, 1 % are put off once."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.wire, self.buffer, self.in_letter, self.to = transport, bytearray(), False, b""
        transport.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (answer := self.step()) is not None:
            self.wire.write(answer)

    def step(self) -> bytes | None:
        mark = END if self.in_letter else b"\r\n"
        end = self.buffer.find(mark)
        if end < 0:
            return None
        line = bytes(self.buffer[:end])
        del self.buffer[: end + len(mark)]
        return self.letter(line) if self.in_letter else self.command(line)

    def letter(self, content: bytes) -> bytes:
        self.in_letter = False
        found = MESSAGE_ID.search(content)
        self._taken.note([(self.to, found[1] if found else b"?")])
        return b"250 2.0.0 ok\r\n"

    def command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self.to = b""
            address = line.partition(b"<")[2].partition(b">")[0]
            if bounces(address):
                return b"550 5.1.1 nobody here\r\n"
            if is_put_off(address) and address not in self._taken.put_off:
                self._taken.put_off.add(address)
                return b"450 4.7.1 later\r\n"
            self.to = address
        if verb == b"DATA":
            if not self.to:
                return b"554 5.5.1 no recipient\r\n"
            self.in_letter = True
        return ANSWERS.get(verb, b"250 ok\r\n")


class Provider(asyncio.Protocol):
    """Says 202 to every call, and writes down whom it is for."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.wire, self.body, self.missing = transport, bytearray(), 0

    def data_received(self, data: bytes) -> None:
        self.body += data
        if not self.missing:
            head, found, rest = bytes(self.body).partition(b"\r\n\r\n")
            if not found:
                return
            self.missing = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            self.body = bytearray(rest)
        if len(self.body) < self.missing:
            return
        call = json.loads(self.body)
        self.missing, self.body = 0, bytearray()
        self._taken.note(
            [
                (one["to"][0]["email"].encode(), one["custom_args"]["rightsdesk_id"].encode())
                for one in call["personalizations"]
            ]
        )
        self.wire.write(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: one\r\nContent-Length: 0\r\n\r\n")


if __name__ == "__main__":
    main()
