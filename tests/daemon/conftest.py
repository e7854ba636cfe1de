"""What tests of the program share: commands run in this process, with its logging put back afterwards."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from daemon.cli import main

NO_NAME_SERVER = (
    "127.0.0.1:1"  # nobody listens there: the commands of tests ask nobody beyond this machine
)


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Done]
ENGINES = {"sqlite": "migrated_sqlite", "postgresql": "migrated_postgres"}


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a database with its schema, once on each engine: migrating would take most of the time."""
    url: str = request.getfixturevalue(ENGINES[request.param])
    return url


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Run]:
    """Give a function that runs one command on a desk of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RIGHTSDESK_AUTHENTICITY__NAMESERVERS", f'["{NO_NAME_SERVER}"]')
    monkeypatch.setenv("RIGHTSDESK_AUTHENTICITY__QUESTION_SECONDS", "0.05")
    root = logging.getLogger()
    handlers, level, shows_faults = root.handlers[:], root.level, logging.raiseExceptions

    def command(*words: str, stdin: bytes | None = None) -> Done:
        if stdin is not None:
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            code = main([*words, "--home", str(tmp_path / "home")])
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    yield command
    logging.raiseExceptions = shows_faults
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
