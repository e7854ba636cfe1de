"""The demonstration: its samples come out as stated, and behind them stands a desk on an ordinary day."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

from daemon.settings import load_settings
from daemon.wiring import open_desk
from privacy.deciding import Outcome
from storage.cases import list_cases
from storage.database import Reading
from storage.drafts import list_drafts
from storage.messages import list_messages
from storage.notices import list_notices


def test_the_desk_is_filled_by_mail_and_commands_whatever_the_environment_names(
    tmp_path: Path,
) -> None:
    environment = os.environ | {"RIGHTSDESK_REGION": "nowhere"}
    run = subprocess.run(
        [sys.executable, "-m", "daemon.demo", "--exit", "--home", str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("http://127.0.0.1:") == 1
    example = str(Path(__file__).parents[2] / "daemon" / "example.toml")
    desk = open_desk(load_settings(example, home=str(tmp_path), environment={}))
    with desk.database.reading() as reading:
        shows_the_range(reading)
    desk.close()


def shows_the_range(reading: Reading) -> None:
    cases = list_cases(reading, limit=100)
    today = date.today()  # noqa: DTZ011 - the demonstration runs now, where the test runs
    assert any(case.due_on is not None and case.due_on < today for case in cases)
    assert any(case.waiting for case in cases)
    assert any(case.needs_human for case in cases)
    assert list_drafts(reading)
    assert list_messages(reading, outcomes=[Outcome.HELD], limit=10)
    assert list_notices(reading)
