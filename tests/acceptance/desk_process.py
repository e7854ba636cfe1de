"""The real daemon as its own process, as an operator starts it, and the real command line beside it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from daemon.settings import load_settings
from daemon.wiring import open_desk
from privacy.deciding import Outcome
from storage.cases import CaseSummary, list_cases
from storage.cursors import load_cursor
from storage.database import Reading
from storage.messages import MessageRow, list_messages
from storage.outbox import LetterRow, list_letters

READY = "rightsdesk is running"
PATIENCE_SECONDS = 40.0
STEP_KILLER = Path(__file__).with_name("step_killer.py")


def wait_until(found: Callable[[], object], *, what: str) -> object:
    """Return the first true answer; fails the test when none comes in time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError(f"waited {PATIENCE_SECONDS:.0f} seconds for {what}")


@dataclass
class DeskProcess:
    """One desk in one home folder; it can be started, killed and started again."""

    home: Path
    config: str
    process: subprocess.Popen[str] | None = None
    output: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.config_file.write_text(self.config)

    @property
    def config_file(self) -> Path:
        return self.home / "rightsdesk.toml"

    @property
    def log(self) -> str:
        return (self.home / "log").read_text() if (self.home / "log").exists() else ""

    def start(self, *, kill_at: str | None = None, hours_later: float = 0.0) -> None:
        """Start the daemon; with kill_at it ends itself by SIGKILL at that step of the path."""
        program = [sys.executable, str(STEP_KILLER), kill_at or "never", str(hours_later)]
        with (self.home / "log").open("a") as log:
            self.process = subprocess.Popen(
                [*program, "run", "--config", str(self.config_file), "--home", str(self.home)],
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=clean_environment(),
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if READY not in line and kill_at is None:
            raise AssertionError(f"the daemon did not start: {line} {self.log[-2000:]}")
        self.output.append(line)

    def stop(self) -> int:
        """Stop it as an operator would; returns its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=15)
        self.close()
        return code

    def wait_for_death(self) -> None:
        """Wait until the step killer has struck."""
        assert self.process is not None
        assert self.process.wait(timeout=PATIENCE_SECONDS) == -signal.SIGKILL
        self.close()

    def close(self) -> None:
        """Let go of the pipe; kill the process if it still runs."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the command line on this desk, as its own process."""
        return subprocess.run(
            [
                *(sys.executable, "-m", "daemon.cli", *words),
                *("--config", str(self.config_file), "--home", str(self.home)),
            ],
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            env=clean_environment(),
            check=False,
        )

    @contextmanager
    def look(self) -> Iterator[Reading]:
        """Look into the desk's database from this process, which is quicker than a command."""
        settings = load_settings(str(self.config_file), home=str(self.home), environment={})
        desk = open_desk(settings)
        try:
            with desk.database.reading() as reading:
                yield reading
        finally:
            desk.close()

    def cases(self) -> list[CaseSummary]:
        """Return its cases."""
        with self.look() as reading:
            return list_cases(reading)

    def letters(self) -> list[LetterRow]:
        """Return its outgoing letters."""
        with self.look() as reading:
            return list_letters(reading)

    def has_met(self, mailbox: str) -> bool:
        """Whether the desk has fixed the instant from which it answers the mail of this inbox."""
        with self.look() as reading:
            return load_cursor(reading, mailbox, "INBOX") is not None

    def aside(self) -> list[MessageRow]:
        """Return the messages that opened no case and have been worked."""
        with self.look() as reading:
            rows = list_messages(reading, outcomes=None, limit=100)
        return [row for row in rows if row.outcome not in {None, Outcome.CASE}]


def clean_environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RIGHTSDESK_")}
