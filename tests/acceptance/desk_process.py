"""The real daemon as its own process, as an operator starts it, and the real command line beside it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

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

    def command(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run one command of the command line on this desk."""
        return run_command(
            *words, "--config", str(self.config_file), "--home", str(self.home), stdin=stdin
        )

    def rows(self, *words: str) -> list[dict[str, object]]:
        """Run a listing command and return its JSON lines."""
        done = self.command(*words, "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def run_command(*words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run `rightsdesk` with these words."""
    return subprocess.run(
        [sys.executable, "-m", "daemon.cli", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        input=stdin,
        env=clean_environment(),
        check=False,
    )


def clean_environment() -> dict[str, str]:
    """The environment without settings of whoever runs the tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RIGHTSDESK_")}
