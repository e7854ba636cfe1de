"""From delivery to visible case over IMAP IDLE (T20), and what durable keeping costs the SMTP listener (T10).

    python3 dev.py bench latency [--rounds 15] [--messages 600] [--sessions 10 50]

IDLE: a plain client in IDLE shows when Dovecot announces a mail; our watcher and worker, wired as in the daemon, show when
its case can be seen. SMTP: the same load against aiosmtpd with a handler that does nothing, and against our listener
that says 250 only after the commit; each server is a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import mailgen
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from ingest import DurablePostgres, servers
from intake_process import PRIVACY, WARM_UPS, settings_of

from casework.processing import process_batch
from casework.receiving import DatabaseLedger, GroupWriter
from daemon.clock import utc_now
from daemon.state import DaemonState
from daemon.wiring import Desk, open_desk
from daemon.workers import Worker
from intake.imap import MailboxWatcher
from intake.imap_folder import MailboxDoor
from intake.listener_settings import ListenerSettings
from intake.settings import MailboxSettings
from intake.smtp import start_listener
from servers.dovecot import Dovecot
from storage.messages import count_by_outcome

PLAIN = WARM_UPS[0]
LOOK_EVERY_SECONDS = 0.002
LONGEST_SECONDS = 30.0
BODY_OCTETS = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--messages", type=int, default=600)
    parser.add_argument("--sessions", type=int, nargs="+", default=[10, 50])
    parser.add_argument("--serve", help=argparse.SUPPRESS)  # what this process is, as JSON
    given = parser.parse_args()
    if given.serve:
        serve(json.loads(given.serve))
        return
    with servers() as (dovecot, postgres), tempfile.TemporaryDirectory() as folder:
        measure_idle(dovecot, Path(folder) / "idle", given.rounds)
        for sessions in given.sessions:
            measure_smtp(postgres, Path(folder), given, sessions)
        print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end")


# IMAP IDLE


def measure_idle(dovecot: Dovecot, home: Path, rounds: int) -> None:
    """Deliver to both mailboxes by turns and print the ratio of each round."""
    mails = [raw for raw, _ in mailgen.messages(2 * rounds + 2, seed=7, damaged=0)]
    announced, visible = [], []
    with watched_desk(dovecot, home) as desk, idle_client(dovecot) as client:
        for number in range(rounds + 1):
            announced.append(until_announced(dovecot, client, mails[2 * number]))
            visible.append(until_visible(dovecot, desk, mails[2 * number + 1], number + 1))
    announced, visible = (
        announced[1:],
        visible[1:],
    )  # the first round loads what a daemon has loaded
    ratios = [ours / theirs for ours, theirs in zip(visible, announced, strict=True)]
    print(
        f"IMAP IDLE, {rounds} rounds: delivered -> announced {median(announced) * 1e3:.0f} ms,"
        f" delivered -> worked and visible {median(visible) * 1e3:.0f} ms; ratio"
        f" {median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) (T20)"
    )


@contextmanager
def watched_desk(dovecot: Dovecot, home: Path) -> Iterator[Desk]:
    """Yield a desk whose mailbox is watched and worked by the daemon's own threads."""
    home.mkdir()
    desk = open_desk(settings_of({"home": str(home), "url": f"sqlite:///{home / 'desk.sqlite3'}"}))
    worker = Worker("worker", lambda: process_batch(desk.services, utc_now()) > 0, idle_seconds=2.0)
    mailbox = MailboxSettings.model_validate(
        {
            "address": PRIVACY,
            "host": dovecot.host,
            "port": dovecot.port,
            "security": "plain",
            "password": dovecot.password,
            "answer_from": "2020-01-01T00:00:00Z",
        }
    )
    door = MailboxDoor(
        settings=mailbox,
        ledger=DatabaseLedger(desk.database, clock=utc_now, wake=worker.wake),
        state=DaemonState(utc_now(), (PRIVACY,)),
        clock=utc_now,
    )
    watcher = MailboxWatcher(door)
    watching = threading.Thread(target=watcher.run)
    worker.start()
    watching.start()
    try:
        time.sleep(2.0)  # until it has read the empty folders and idles
        yield desk
    finally:
        watcher.stop()
        worker.stop()
        watching.join()
        worker.join(LONGEST_SECONDS)
        desk.close()


@contextmanager
def idle_client(dovecot: Dovecot) -> Iterator[Any]:
    dovecot.deliver(b"Subject: first\r\n\r\nThe folder is there.\r\n", user=PLAIN)
    with dovecot.login(PLAIN) as client:
        client._imap.debug = 0  # noqa: SLF001 - as shipped it is slower
        yield client


def until_announced(dovecot: Dovecot, client: Any, raw: bytes) -> float:  # noqa: ANN401 - ships no types
    """Seconds from delivery to the server's announcement."""
    client.idle()
    time.sleep(0.2)
    begin = time.perf_counter()
    dovecot.deliver(raw, user=PLAIN)
    while not any(b"EXISTS" in answer for answer in client.idle_check(timeout=LONGEST_SECONDS)):
        check_patience(begin)
    taken = time.perf_counter() - begin
    client.idle_done()
    return taken


def until_visible(dovecot: Dovecot, desk: Desk, raw: bytes, expected: int) -> float:
    """Seconds from delivery until the desk shows what became of the mail."""
    time.sleep(0.2)
    begin = time.perf_counter()
    dovecot.deliver(raw, user=PRIVACY)
    while finished(desk) < expected:
        check_patience(begin)
        time.sleep(LOOK_EVERY_SECONDS)
    return time.perf_counter() - begin


def finished(desk: Desk) -> int:
    with desk.database.reading() as reading:
        counts = count_by_outcome(reading)
    return sum(counts.values()) - counts.get("waiting", 0)


def check_patience(begin: float) -> None:
    if time.perf_counter() - begin > LONGEST_SECONDS:
        raise SystemExit("bench: the mail was not seen")


# SMTP


def measure_smtp(
    postgres: DurablePostgres, folder: Path, given: argparse.Namespace, sessions: int
) -> None:
    """Print the rate of each listener as a ratio to the one that keeps nothing."""
    kinds = ["nothing", "sqlite", "postgres"]
    rates: dict[str, list[float]] = {kind: [] for kind in kinds}
    processor: dict[str, list[float]] = {kind: [] for kind in kinds}
    rounds = max(3, given.rounds // 3)
    for number in range(rounds):
        for kind in kinds[number % 3 :] + kinds[: number % 3]:
            home = folder / f"smtp-{sessions}-{number}-{kind}"
            home.mkdir()
            url = postgres.create_database() if kind == "postgres" else f"sqlite:///{home / 'd'}"
            rate, used = load(kind, home, url, given.messages, sessions)
            rates[kind].append(rate)
            processor[kind].append(used)
            if kind == "postgres":
                postgres.drop_database(url)
    print(f"SMTP, {sessions} sessions, {given.messages} mails of 5 kB, {rounds} rounds:")
    for kind in kinds:
        ratios = [mine / idle for mine, idle in zip(rates[kind], rates["nothing"], strict=True)]
        print(
            f"  {'aiosmtpd, keeps ' if kind == 'nothing' else 'ours, durable in '}{kind:10}"
            f"{median(ratios):6.2f} ({min(ratios):.2f}-{max(ratios):.2f}) (T10)"
            f"{median(rates[kind]):8.0f}/s{median(processor[kind]) * 1e6:8.0f} us of own CPU a mail"
        )


def load(kind: str, home: Path, url: str, messages: int, sessions: int) -> tuple[float, float]:
    """Send the mails to a fresh server; returns mails a second and its processor seconds a mail."""
    spec = {"kind": kind, "home": str(home), "url": url}
    command = [sys.executable, __file__, "--serve", json.dumps(spec)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as server:
        try:
            assert server.stdout is not None
            port = int(json.loads(server.stdout.readline())["port"])
            asyncio.run(send_all(port, 2 * sessions, sessions))  # a warm-up
            begin = time.perf_counter()
            asyncio.run(send_all(port, messages, sessions))
            taken = time.perf_counter() - begin
            out, _ = server.communicate(timeout=LONGEST_SECONDS)
        finally:
            server.kill()
    told = json.loads(out.splitlines()[-1])
    total = messages + 2 * sessions
    assert told["kept"] in {None, total}, told
    return messages / taken, told["processor"] / total


async def send_all(port: int, messages: int, sessions: int) -> None:
    numbers = iter(range(messages))
    await asyncio.gather(*(one_session(port, numbers) for _ in range(sessions)))


async def one_session(port: int, numbers: Iterator[int]) -> None:
    """Send mails over one connection until none is left."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def expect(code: bytes, line: bytes = b"") -> None:
        writer.write(line)
        while (answer := await reader.readline())[3:4] == b"-":
            pass
        assert answer.startswith(code), answer

    with closing(writer):
        await expect(b"220")
        await expect(b"250", b"EHLO client.example\r\n")
        for _ in numbers:
            await expect(b"250", b"MAIL FROM:<anne@person.example>\r\n")
            await expect(b"250", b"RCPT TO:<privacy@autocloz.example>\r\n")
            await expect(b"354", b"DATA\r\n")
            await expect(b"250", content())
        await expect(b"221", b"QUIT\r\n")


def content() -> bytes:
    """A mail of 5 kB that was not sent before: the same bytes again would be kept once."""
    line = b"please delete my account and all data about me, thank you very much\r\n"
    head = (
        b"From: anne@person.example\r\nSubject: my data\r\nMessage-ID: <%s@person.example>\r\n\r\n"
    )
    return head % os.urandom(8).hex().encode() + line * (BODY_OCTETS // len(line)) + b".\r\n"


def serve(spec: dict[str, str]) -> None:
    """Be a server until stdin ends, then say what it cost."""
    kept = serve_nothing() if spec["kind"] == "nothing" else asyncio.run(serve_durably(spec))
    print(json.dumps({"processor": time.process_time() - _ready[0], "kept": kept}), flush=True)


_ready = [0.0]


def say_port(port: int) -> None:
    _ready[0] = time.process_time()
    print(json.dumps({"port": port}), flush=True)


class Nothing:
    """A handler that takes every mail and forgets it."""

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        return "250 2.0.0 Forgotten"


def serve_nothing() -> None:
    controller = Controller(Nothing(), hostname="127.0.0.1", port=0)
    controller.port = free_port()
    controller.start()
    say_port(controller.port)
    sys.stdin.read()
    controller.stop()


def free_port() -> int:
    from servers import ports

    return ports.free_port()


async def serve_durably(spec: dict[str, str]) -> int:
    desk = open_desk(settings_of(spec))
    writer = GroupWriter(DatabaseLedger(desk.database, clock=utc_now, wake=lambda: None))
    writer.start()
    settings = ListenerSettings(port=0, mailboxes=(PRIVACY,))
    loop = asyncio.get_running_loop()
    listener = await start_listener(settings, keep=writer.keep, clock=utc_now, loop=loop)
    say_port(listener.port)
    await loop.run_in_executor(None, sys.stdin.read)
    await listener.close(1)
    writer.stop()
    with desk.database.reading() as reading:
        kept = sum(count_by_outcome(reading).values())
    desk.close()
    return kept


if __name__ == "__main__":
    main()
