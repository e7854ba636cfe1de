"""`rightsdesk audit`: what an operator and an auditor type."""

import subprocess
import sys

import pytest

from casework.auditing import write_down_ends
from daemon.clock import utc_now
from daemon.settings import load_settings
from daemon.wiring import open_desk

ACTOR = ("--actor", "sam@autocloz.example")


@pytest.fixture
def desk(run, tmp_path):
    """A desk in whose trail there is one event."""
    run("suppress", "add", "anne@person.example", *ACTOR)
    opened = open_desk(load_settings(None, home=tmp_path / "home"))
    yield opened
    opened.close()


def test_a_whole_trail_ends_with_0_and_names_what_no_segment_covers(run, desk):
    done = run("audit", "verify")
    assert done.code == 0
    assert "1 events in 1 chains, 0 signed segments" in done.out
    assert "unanchored" in done.out
    write_down_ends(desk.database, utc_now())
    done = run("audit", "verify", "--json")
    (report,) = done.rows
    assert (report["whole"], report["segments"], report["unanchored"]) == (True, 1, 0)
    assert run("audit", "verify", "--kept", report["last_hash"]).code == 0


def test_a_hash_that_is_nowhere_ends_with_1_and_one_that_is_none_with_2(run):
    done = run("audit", "verify", "--kept", "ab" * 32)
    assert done.code == 1
    assert f"WRONG: unknown_anchor in {'ab' * 32}" in done.out
    assert "the trail is NOT whole" in done.out
    assert run("audit", "verify", "--kept", "xyz").code == 2


def test_the_export_is_checked_by_the_words_that_it_prints(run, desk, tmp_path):
    write_down_ends(desk.database, utc_now())
    done = run("audit", "export", "--out", "trail.zip", *ACTOR)
    assert (done.code, (tmp_path / "trail.zip").stat().st_mode & 0o777) == (0, 0o600)
    words = done.out.strip().split("check with: python3 ")[1].split()
    checked = subprocess.run(
        [sys.executable, "-I", *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_an_export_writes_over_nothing_and_needs_somebody_who_takes_it(run, tmp_path):
    (tmp_path / "trail.zip").write_text("mine")
    done = run("audit", "export", "--out", "trail.zip", *ACTOR)
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert (tmp_path / "trail.zip").read_text() == "mine"
    assert run("audit", "export", "--out", "other.zip").code == 2
    assert run("audit", "export", "--out", "no/where.zip", *ACTOR).code == 2
