"""Messages from IMAP to committed case with queued acknowledgement, as a ratio to a plain download of the same mailbox.

    python3 dev.py bench ingest [--messages 5000] [--rounds 5] [--damaged 0.15] [--ways NAME ...]

Every round measures every way once, in rotated order, each in a process of its own against a private Dovecot and a
private PostgreSQL with fsync on. Only ratios within a round count: absolute times of a shared machine mean nothing.
A process first works a small mailbox of its own, as a daemon that has been up for a while has done: what its workers
took until then is told apart, as their cold start. Words that only the large mailbox asks for are read within the
measured time.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import mailgen

from servers.dovecot import NOBODY, Dovecot
from servers.postgres import Postgres

PROCESS = Path(__file__).with_name("intake_process.py")
PRIVACY = "privacy@autocloz.example"
WARM_UPS = tuple(f"warm-up-{number}@autocloz.example" for number in range(3))
WARM_UP_MESSAGES = 100
WARM_UP_SEED = 1_000
LONGEST_SECONDS = 1_800
WAYS = {
    "download": "plain download, imapclient, 50 at once",
    "sqlite serial": "intake, SQLite, serial",
    "sqlite pipelined": "intake, SQLite, reader and worker thread",
    "postgres serial": "intake, PostgreSQL, serial",
    "postgres pipelined": "intake, PostgreSQL, reader and worker thread",
    "one worker": "work stage alone, PostgreSQL, one worker process",
    "two workers": "work stage alone, PostgreSQL, two worker processes",
}

Result = dict[str, Any]


class DurablePostgres(Postgres):
    """The tests' cluster, started again as an operator runs it: nothing that was committed is lost."""

    def start(self) -> None:
        super().start()
        options = f"-c port={self.port} -c unix_socket_directories={self.home} -c listen_addresses=127.0.0.1"
        self._run("pg_ctl", "restart", "--wait", f"--pgdata={self._data}",
                  f"--log={self.home / 'log'}", f"--options={options} -c fsync=on")  # fmt: skip


@dataclass(kw_only=True)
class Bench:
    """The servers, and where databases go."""

    dovecot: Dovecot
    postgres: DurablePostgres
    folder: Path
    messages: int
    runs: int = 0
    results: dict[str, list[Result]] = field(default_factory=dict)

    def spec(self, do: str, engine: str, **more: object) -> Result:
        """Say to a process what to do, with a new database."""
        self.runs += 1
        home = self.folder / f"run-{self.runs}"
        home.mkdir()
        if engine == "postgres":
            url = self.postgres.create_database()
        else:
            url = f"sqlite:///{home / 'desk.sqlite3'}"
        return {
            "do": do,
            "port": self.dovecot.port,
            "password": self.dovecot.password,
            "home": str(home),
            "url": url,
            "warm_up": 0,
            **more,
        }

    def clean(self, spec: Result) -> None:
        if spec["url"].startswith("postgresql"):
            self.postgres.drop_database(spec["url"])
        shutil.rmtree(spec["home"], ignore_errors=True)

    def measure(self, way: str) -> Result:
        """Run one way once."""
        if way in {"one worker", "two workers"}:
            return self.measure_workers(1 if way == "one worker" else 2)
        engine, _, do = way.rpartition(" ")
        spec = self.spec(do, engine)
        try:
            with process(spec) as running:
                return finish(running)
        finally:
            self.clean(spec)

    def measure_workers(self, count: int) -> Result:
        """Several processes warm up, a third one keeps the mailbox, then they work it off together."""
        spec = self.spec("work", "postgres")
        with ExitStack() as stack:
            stack.callback(self.clean, spec)
            workers = [
                stack.enter_context(process(spec | {"warm_up": number})) for number in range(count)
            ]
            for worker in workers:
                assert worker.stdout is not None
                assert worker.stdout.readline() == "ready\n"
            with process(spec | {"do": "keep", "warm_up": 2}) as keeper:
                finish(keeper)
            for worker in workers:
                tell(worker)
            return together([finish(worker) for worker in workers])


def together(parts: list[Result]) -> Result:
    """The figures of processes that worked at the same time."""
    return {
        "seconds": max(part["end"] for part in parts) - min(part["begin"] for part in parts),
        "processor": sum(part["processor"] for part in parts),
        "messages": sum(part["messages"] for part in parts),
        "workers": sum(part["workers"] for part in parts),
        "start": sum(part["start"] for part in parts),
        "peak_mb": max(part["peak_mb"] for part in parts),
        "outcomes": parts[-1]["outcomes"],
    }


@contextmanager
def process(spec: Result) -> Iterator[subprocess.Popen[str]]:
    """Run a measured process; it is ended with the block at the latest."""
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, str(PROCESS), json.dumps(spec)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def tell(running: subprocess.Popen[str]) -> None:
    assert running.stdin is not None
    running.stdin.write("go\n")
    running.stdin.flush()


def finish(running: subprocess.Popen[str]) -> Result:
    """Return what the process measured; raises when it failed."""
    out, _ = running.communicate(timeout=LONGEST_SECONDS)
    if running.returncode != 0:
        raise SystemExit(f"bench: a measured process ended with {running.returncode}")
    result: Result = json.loads(out.splitlines()[-1])
    return result


def main() -> None:
    given = parse_arguments()
    with servers() as (dovecot, postgres), tempfile.TemporaryDirectory() as folder:
        size = fill(dovecot, PRIVACY, given.messages, seed=1, damaged=given.damaged)
        for number, address in enumerate(WARM_UPS):
            fill(dovecot, address, WARM_UP_MESSAGES, seed=WARM_UP_SEED + number, damaged=0)
        print(
            f"{given.messages} messages, {size / given.messages / 1000:.1f} kB each, {given.damaged:.0%} damaged;"
            f" {given.rounds} rounds; limits on automatic letters lifted; PostgreSQL with fsync on;"
            f" {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} at the start"
        )
        bench = Bench(
            dovecot=dovecot, postgres=postgres, folder=Path(folder), messages=given.messages
        )
        bench.measure("download")  # Dovecot writes its index at the first visit
        run_rounds(bench, given.rounds, given.ways)
        print(f"load average {os.getloadavg()[0]:.1f} at the end, this bench included")
        report(bench)
        if given.stages:
            report_stages(bench.measure("sqlite stages"))


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--damaged", type=float, default=0.01, help="share of damaged mail")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    parser.add_argument("--stages", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


@contextmanager
def servers() -> Iterator[tuple[Dovecot, DurablePostgres]]:
    """A private Dovecot and a private PostgreSQL, gone at the end."""
    with ExitStack() as stack:
        dovecot, postgres = Dovecot(), DurablePostgres()
        stack.callback(dovecot.stop)
        dovecot.start()
        postgres.start()
        stack.callback(postgres.stop)
        yield dovecot, postgres


def fill(dovecot: Dovecot, address: str, count: int, *, seed: int, damaged: float) -> int:
    """Write the mailbox; returns its size in bytes."""
    maildir = dovecot.home / "mail" / address
    size = mailgen.write_maildir(maildir, count, seed, damaged=damaged)
    if os.geteuid() == 0:
        for path in (maildir, *maildir.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    return size


def run_rounds(bench: Bench, rounds: int, ways: list[str]) -> None:
    for number in range(rounds):
        turn = number % len(ways)
        for way in ways[turn:] + ways[:turn]:
            bench.results.setdefault(way, []).append(bench.measure(way))
        print(f"round {number + 1} of {rounds} done", file=sys.stderr, flush=True)


def report(bench: Bench) -> None:
    print(
        "\nCPU in us a message; of the workers behind their start, which is told in ms of all of them together"
    )
    print(
        f"{'way':44}{'ratio to download':>21}{'msg/s':>7}{'main':>6}{'workers':>8}{'cores busy':>11}{'start':>7}{'peak MB':>8}"
    )
    for way, words in WAYS.items():
        results = bench.results.get(way)
        if results:
            figures = (speed, processor_us, workers_us, cores_busy, start_ms, peak_mb)
            rate, main, workers, cores, start, peak = (
                median(figure(result) for result in results) for figure in figures
            )
            print(
                f"{words:44}{against(bench, way, 'download'):>21}{rate:>7.0f}{main:>6.0f}{workers:>8.0f}{cores:>11.2f}{start:>7.0f}{peak:>8.0f}"
            )
    print()
    for way, other, words in (
        ("postgres serial", "sqlite serial", "PostgreSQL / SQLite, serial (T8)"),
        ("postgres pipelined", "sqlite pipelined", "PostgreSQL / SQLite, pipelined (T8)"),
        ("two workers", "one worker", "two workers / one, PostgreSQL (T8)"),
    ):
        if way in bench.results and other in bench.results:
            print(f"{words:48}{against(bench, way, other):>24}")
    for way, results in bench.results.items():
        if way != "download":
            report_account(bench, way, results)


def speed(result: Result) -> float:
    return float(result["messages"] / result["seconds"])


def processor_us(result: Result) -> float:
    return float(result["processor"] / result["messages"] * 1e6)


def workers_us(result: Result) -> float:
    return float(result["workers"] / result["messages"] * 1e6)


def cores_busy(result: Result) -> float:
    """How many cores the desk kept busy, database and mail server not counted: at the number there are, nothing is left."""
    return float((result["processor"] + result["workers"]) / result["seconds"])


def start_ms(result: Result) -> float:
    return float(result["start"] * 1e3)


def peak_mb(result: Result) -> float:
    return float(result["peak_mb"])


def against(bench: Bench, way: str, other: str) -> str:
    """The median of the ratios of each round, with the least and the greatest."""
    if other not in bench.results:
        return "-"
    pairs = zip(bench.results[way], bench.results[other], strict=True)
    ratios = sorted(speed(mine) / speed(theirs) for mine, theirs in pairs)
    return f"{median(ratios):.3f} ({ratios[0]:.3f}-{ratios[-1]:.3f})"


def report_account(bench: Bench, way: str, results: list[Result]) -> None:
    """Say that nothing was lost: every message has an outcome, in every run."""
    warm_ups = {"one worker": 2, "two workers": 3}.get(way, 1)
    expected = bench.messages + warm_ups * WARM_UP_MESSAGES
    for result in results:
        outcomes = {
            name: n for name, n in result["outcomes"].items() if not name.startswith("table ")
        }
        assert sum(outcomes.values()) == expected, (way, outcomes)
        assert "waiting" not in outcomes, (way, outcomes)
    counted = ", ".join(f"{name} {n}" for name, n in sorted(results[-1]["outcomes"].items()))
    print(f"all {expected} accounted for in {len(results)} runs, {way}: {counted}")


def report_stages(result: Result) -> None:
    """Own processor time of each stage, serial on SQLite; the timers themselves cost a little."""
    total = result["processor"]
    print(f"\nwhere the time goes: {total / result['messages'] * 1e6:.0f} us of own CPU a message")
    for stage, seconds in sorted(result["stages"].items(), key=lambda item: -item[1]):
        print(f"  {stage:34}{seconds / result['messages'] * 1e6:>8.0f} us{seconds / total:>8.1%}")


if __name__ == "__main__":
    main()
