"""Fills the desk of the demonstration: more mail through its own listener, and what staff do, by the commands they type."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from daemon.cli import main as rightsdesk
from daemon.clock import utc_now
from daemon.settings import forget_environment
from storage.database import Database
from storage.messages import list_messages

FILES = Path(__file__).with_name("samples") / "desk"
EXAMPLE = Path(__file__).with_name("example.toml")
ACTOR = ("--actor", "sam@autocloz.example")
LONG_AGO = timedelta(days=50)  # a letter on paper that nobody entered: its answer is late
WAIT_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.05
Send = Callable[[bytes], None]


def fill_desk(database: Database, home: Path, send: Send, *, asked: str) -> None:
    """Send the mails, and do what staff would; `asked` is a case whose person we wait for.

    Ends the program with a line where a mail is not worked in time, or a command says no.
    """
    for file in sorted(FILES.glob("*.eml")):
        send(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    forget_environment()
    for words in _commands(asked):
        _type(home, words)
    _wait_until_worked(database)


def _commands(asked: str) -> Sequence[Sequence[str]]:
    written = (utc_now() - LONG_AGO).date().isoformat()
    about = ("--note", "Wants to know which data we hold", "--right", "access")
    nora = ("--address", "nora@person.example", "--name", "Nora Lind")
    return (
        ("cases", "add", "--channel", "post", "--received", written, *about, *nora, *ACTOR),
        ("cases", "pause", asked, "--ground", "clarification", *ACTOR),
        ("directory", "import", str(FILES / "people.csv"), *ACTOR),
        ("notice", "draft", str(FILES / "notice.toml"), *ACTOR),
    )


def _type(home: Path, words: Sequence[str]) -> None:
    """Run a command as somebody types it; what it says is told only where it says no."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = rightsdesk(["--config", str(EXAMPLE), "--home", str(home), *words])
    if code != 0:
        raise SystemExit(f"demo: rightsdesk {' '.join(words[:2])}: {said.getvalue().strip()}")


def _wait_until_worked(database: Database) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with database.reading() as reading:
            rows = list_messages(reading, outcomes=None, limit=100)
        if all(row.outcome is not None for row in rows):
            return
        time.sleep(LOOK_EVERY_SECONDS)
    raise SystemExit(f"demo: the mail was not worked in {WAIT_SECONDS:.0f} seconds")
