"""Notices to many Owners on the wire, as ratios to the limit of the same machine (targets T12 and T14).

    python3 dev.py bench notices [--owners 5000] [--rounds 5] [--postfix DIR]

SMTP: notices of one language, filled for each Owner, sent in batches of 1,000 over ten pipelined connections, and a row
for each outcome committed with its batch; the limit is Postfix's smtp-source with as many sessions and letters of
the same size. DIR is a folder made by `apt-get download postfix && dpkg-deb -x postfix_*.deb DIR`; without the tools the
limit is a bare socket that writes finished groups (no Postfix, no C: a higher bar) and the sink is our own.
SendGrid: calls of 1,000 recorded in the same way; one limit is a bare socket that posts the finished bodies, the other
one builds each body from a plain dict. Every server is a process of its own; rounds take turns.

Beside the wire alone the whole campaign runs: claimed, sent and written down for each Owner as the desk does it, on SQLite,
and on PostgreSQL too where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median

from notice_rounds import whole_campaign

from campaign_storm import list_owners
from casework_values import open_at
from daemon.clock import utc_now
from notice_values import NOTICE, notice
from notifier.compose import compose
from notifier.filling import Filler, mould_of
from notifier.provider import ProviderTransport
from notifier.sendgrid import SendGrid
from notifier.settings import SubmissionSettings
from notifier.smtp_batch import dotted
from notifier.submission import SubmissionTransport
from notifier.transport_settings import SendGridSettings
from privacy.messages import OutboundMessage
from privacy.ports import BatchTransport, Handover
from servers.postgres import Postgres

CALL = 1_000
SESSIONS = 10
PARAGRAPHS = 12  # a notice of about four kilobytes
END = b"\r\n.\r\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--owners", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgres", action="store_true", help="the campaign on PostgreSQL too")
    parser.add_argument("--postfix", type=Path, help="where postfix was unpacked")
    parser.add_argument("--serve", choices=["smtp", "http"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(serve(given.serve))
        return
    batch = owners(given.owners)
    with tempfile.TemporaryDirectory() as folder, campaigns(Path(folder), given) as whole:
        measure_smtp(batch, given, Path(folder), whole)
        measure_sendgrid(batch, given, Path(folder), whole)
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the end")


Campaigns = dict[str, Callable[[BatchTransport], float]]


@contextmanager
def campaigns(folder: Path, given: argparse.Namespace) -> Iterator[Campaigns]:
    """Give a whole campaign on each engine that is there."""
    with ExitStack() as stack:
        urls = {"SQLite": f"sqlite:///{folder / 'campaign.db'}"}
        if given.postgres:
            server = Postgres()
            stack.callback(server.stop)
            server.start()
            urls["PostgreSQL without fsync"] = server.create_database()
        found: Campaigns = {}
        for engine, url in urls.items():
            database = stack.enter_context(closing(open_at(url)))
            list_owners(database, given.owners)
            found[f"whole campaign on {engine}"] = partial(
                whole_campaign, database, count=given.owners
            )
        yield found


def owners(count: int) -> list[OutboundMessage]:
    """Return notices of one language with everything that differs in marks."""
    letter = replace(NOTICE, text=NOTICE.text * PARAGRAPHS, html=NOTICE.html * PARAGRAPHS)
    return [notice(number, letter=letter) for number in range(count)]


def recorded(transport: BatchTransport, batch: Sequence[OutboundMessage], file: Path) -> float:
    """Return the seconds until every notice was handed over and its outcome committed."""
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute(
            "CREATE TABLE outcome (message_id TEXT PRIMARY KEY, state TEXT, answer TEXT)"
        )
        begin = time.perf_counter()
        for start in range(0, len(batch), CALL):
            outcomes = transport.send_many(batch[start : start + CALL])
            assert {one.state for one in outcomes} == {Handover.ACCEPTED}, outcomes[0].answer
            rows = [(one.message_id, one.state, one.answer) for one in outcomes]
            with database:
                database.executemany("INSERT INTO outcome VALUES (?, ?, ?)", rows)
        return time.perf_counter() - begin


def compare(name: str, runs: dict[str, Callable[[], float]], rounds: int, owners: int) -> None:
    """Print each run's rate and its ratio to the first one, round by round, in turning order."""
    seconds: dict[str, list[float]] = {label: [] for label in runs}
    labels = list(runs)
    for number in range(rounds + 1):
        for label in labels[number % len(labels) :] + labels[: number % len(labels)]:
            took = runs[label]()
            if number:  # the first round loads
                seconds[label].append(took)
    limit = seconds[labels[0]]
    for label in labels:
        ratios = [theirs / ours for theirs, ours in zip(limit, seconds[label], strict=True)]
        print(
            f"{name}, {label}: {owners / median(seconds[label]):,.0f}/s, ratio {median(ratios):.2f}"
            f" ({min(ratios):.2f}-{max(ratios):.2f})"
        )


# SMTP


def measure_smtp(
    batch: Sequence[OutboundMessage], given: argparse.Namespace, folder: Path, whole: Campaigns
) -> None:
    """Compare our way out with smtp-source against smtp-sink, or with a bare socket against our sink."""
    tools = postfix_tools(given.postfix)
    size = len(compose(Filler().fill(batch[0])))
    with smtp_server(tools) as port:
        settings = SubmissionSettings(
            host="127.0.0.1", port=port, security="plain", connections=SESSIONS
        ).model_copy(update={"letters_per_connection": 100_000})
        with closing(SubmissionTransport(settings)) as transport:
            limit = "smtp-source" if tools else "bare socket, finished bytes, one connection"
            runs: dict[str, Callable[[], float]] = {
                limit: (lambda: smtp_source(tools, port, len(batch), size))
                if tools
                else (lambda: bare_smtp(port, batch)),
                "ours, each recorded (T12)": lambda: recorded(transport, batch, folder / "smtp.db"),
                **{f"{name} (T12)": partial(run, transport) for name, run in whole.items()},
            }
            compare(f"SMTP, {size} octets each", runs, given.rounds, len(batch))


def postfix_tools(unpacked: Path | None) -> dict[str, str] | None:
    """Return the environment in which the tools start, None where there are none."""
    if unpacked is not None:
        library = str(unpacked.resolve() / "usr/lib/postfix")
        path = str(unpacked.resolve() / "usr/sbin")
        return {**os.environ, "LD_LIBRARY_PATH": library, "PATH": f"{path}:{os.environ['PATH']}"}
    return dict(os.environ) if shutil.which("smtp-source") else None


def smtp_source(tools: dict[str, str], port: int, count: int, size: int) -> float:
    command = ["smtp-source", "-d", "-s", str(SESSIONS), "-m", str(count), "-l", str(size)]
    command += ["-f", "privacy@autocloz.example", "-t", "olivia@kite.example", f"127.0.0.1:{port}"]
    begin = time.perf_counter()
    subprocess.run(command, env=tools, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def bare_smtp(port: int, batch: Sequence[OutboundMessage]) -> float:
    """Return the seconds for finished groups over one connection, one round trip a letter."""
    filler = Filler()
    letters = [
        (f"MAIL FROM:<{one.envelope_from}>\r\nRCPT TO:<{one.recipient}>\r\nDATA\r\n".encode(),
         dotted(compose(filler.fill(one))))
        for one in batch
    ]  # fmt: skip
    with closing(socket.create_connection(("127.0.0.1", port))) as wire:
        wire.recv(4_096)
        wire.sendall(b"EHLO bench.example\r\n")
        wire.recv(4_096)
        begin = time.perf_counter()
        for envelope, content in letters:
            wire.sendall(envelope)
            while b"354" not in wire.recv(4_096):
                pass
            wire.sendall(content)
            wire.recv(4_096)
        return time.perf_counter() - begin


@contextmanager
def smtp_server(tools: dict[str, str] | None) -> Iterator[int]:
    """Give the port of a server that takes everything."""
    if tools is None:
        with own_server("smtp") as port:
            yield port
        return
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    command = ["smtp-sink", *(["-u", "nobody"] if os.geteuid() == 0 else [])]
    with subprocess.Popen([*command, f"127.0.0.1:{port}", "200"], env=tools) as sink:
        try:
            wait_for(port)
            yield port
        finally:
            sink.terminate()


# SendGrid


def measure_sendgrid(
    batch: Sequence[OutboundMessage], given: argparse.Namespace, folder: Path, whole: Campaigns
) -> None:
    with own_server("http") as port:
        dialect = SendGrid(SendGridSettings(api_key="key", stand_in=f"http://127.0.0.1:{port}"))
        calls = [batch[start : start + CALL] for start in range(0, len(batch), CALL)]
        mould = mould_of(batch[0].letter)
        finished = [
            dialect.body(call[0], [dialect.part(one, mould) for one in call], mould)
            for call in calls
        ]
        transport = ProviderTransport(dialect, clock=utc_now, timeout_seconds=30)
        with closing(transport):
            runs: dict[str, Callable[[], float]] = {
                "bare socket, bodies from plain dicts": lambda: bare_http(
                    port, (plain_body(call) for call in calls)
                ),
                "bare socket, finished bodies": lambda: bare_http(port, iter(finished)),
                "ours, each recorded (T14)": lambda: recorded(
                    transport, batch, folder / "sendgrid.db"
                ),
                **{f"{name} (T14)": partial(run, transport) for name, run in whole.items()},
            }
            compare(f"SendGrid, {len(calls)} calls", runs, given.rounds, len(batch))


def plain_body(call: Sequence[OutboundMessage]) -> bytes:
    """Return the least that says the same, with nothing checked."""
    first = call[0].letter
    people = [
        {
            "to": [{"email": one.recipient}],
            "custom_args": {"rightsdesk_id": one.message_id},
            "substitutions": dict(one.values),
        }
        for one in call
    ]
    content = [
        {"type": "text/plain", "value": first.text},
        {"type": "text/html", "value": first.html},
    ]
    whole = {"personalizations": people, "subject": first.subject, "content": content}
    return json.dumps(whole).encode()


def bare_http(port: int, bodies: Iterator[bytes]) -> float:
    begin = time.perf_counter()
    with closing(socket.create_connection(("127.0.0.1", port))) as wire:
        for body in bodies:
            head = f"POST /v3/mail/send HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            wire.sendall(head.encode() + body)
            wire.recv(4_096)
    return time.perf_counter() - begin


# Servers of our own, each a process


@contextmanager
def own_server(kind: str) -> Iterator[int]:
    command = [sys.executable, __file__, "--serve", kind]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.terminate()


async def serve(kind: str) -> None:
    protocol = Sink if kind == "smtp" else Provider
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Sink(asyncio.Protocol):
    """Takes every letter, in groups."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.wire, self.buffer, self.in_letter = transport, bytearray(), False
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
        line = bytes(self.buffer[: min(end, 4)]).upper()
        del self.buffer[: end + len(mark)]
        if self.in_letter:
            self.in_letter = False
            return b"250 2.0.0 ok\r\n"
        self.in_letter = line == b"DATA"
        known = {b"DATA": b"354 go\r\n", b"EHLO": b"250-sink.example\r\n250 PIPELINING\r\n"}
        return known.get(line, b"250 ok\r\n")


class Provider(asyncio.Protocol):
    """Says 202 to every call."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.wire, self.buffer, self.missing = transport, bytearray(), 0

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
        else:
            self.buffer += data
            head, found, rest = bytes(self.buffer).partition(b"\r\n\r\n")
            if not found:
                return
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            self.missing = length - len(rest)
            self.buffer.clear()
        if not self.missing:
            self.wire.write(
                b"HTTP/1.1 202 Accepted\r\nX-Message-Id: one\r\nContent-Length: 0\r\n\r\n"
            )


def wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the sink did not start")


if __name__ == "__main__":
    main()
