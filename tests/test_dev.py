"""The script that sets up the environment and runs the tasks."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

import dev
from servers import programs
from source import read, roots_imported

PASSES = ("python", "-c", "pass")
FAILS = ("python", "-c", "raise SystemExit(3)")


@pytest.fixture
def empty_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give a folder in which dev.py believes its .venv to be; nothing is in it."""
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "STAMP", tmp_path / "installed-set")
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["dance"]])
def test_it_says_how_it_is_used_and_ends_with_2(arguments, capsys):
    assert dev.main(arguments) == 2
    assert "demo [--exit]" in capsys.readouterr().out


def test_it_says_in_one_line_which_package_brings_venv(monkeypatch):
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda _: None)
    assert "python3-venv" in (dev.missing_python() or "")


def test_it_refuses_a_python_that_is_too_old(monkeypatch):
    monkeypatch.setattr(dev, "OLDEST", (99, 0))
    assert platform.python_version() in (dev.missing_python() or "")


def test_it_needs_nothing_but_the_standard_library():
    own = {"servers"}  # beside the tests, for the task that runs them
    assert roots_imported(read(Path(dev.__file__))) <= sys.stdlib_module_names | own


def test_a_second_start_installs_nothing(empty_home):
    dev.STAMP.write_text(dev.fingerprint(dev.RUNTIME))
    dev.set_up(dev.RUNTIME, dev.DEVELOPMENT)
    assert [path.name for path in empty_home.iterdir()] == ["installed-set"]


def test_the_demo_is_content_with_the_development_set(empty_home):
    dev.STAMP.write_text(dev.fingerprint(dev.DEVELOPMENT))
    dev.set_up(dev.RUNTIME, dev.DEVELOPMENT)
    assert [path.name for path in empty_home.iterdir()] == ["installed-set"]


def test_another_set_has_another_fingerprint():
    assert dev.fingerprint(dev.RUNTIME) != dev.fingerprint(dev.DEVELOPMENT)


def test_all_checks_run_and_the_failed_one_is_named_last(monkeypatch, capsys):
    monkeypatch.setattr(dev, "set_up", lambda *_: None)
    monkeypatch.setattr(dev, "provide_servers", lambda: True)
    monkeypatch.setattr(dev, "CHECKS", (FAILS, PASSES))
    assert dev.test([]) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "dev.py test: FAILED: python -c"


def test_all_is_well_when_every_check_passes(monkeypatch):
    monkeypatch.setattr(dev, "set_up", lambda *_: None)
    monkeypatch.setattr(dev, "provide_servers", lambda: True)
    monkeypatch.setattr(dev, "CHECKS", (PASSES, PASSES))
    assert dev.test([]) == 0


def test_the_two_runs_of_tests_leave_nothing_out():
    measured, rest = (check for check in dev.CHECKS if check[0] == "pytest")
    assert "--cov" in measured
    assert rest[1] == "tests"
    left_out = [word.removeprefix("--ignore=") for word in rest if word.startswith("--ignore")]
    assert left_out == list(dev.MEASURED) == list(measured[1 : 1 + len(left_out)])
    assert not [word for word in (*measured, *rest) if word in {"-k", "-m", "--deselect"}]


def test_the_processes_of_the_tests_share_what_is_compiled(monkeypatch, tmp_path):
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "elsewhere")
    dev.keep_bytecode()
    (tmp_path / "asked.py").write_text("")
    subprocess.run([sys.executable, "-c", "import asked"], cwd=tmp_path, check=True)
    assert [*(tmp_path / "bytecode").rglob("asked.*.pyc")]
    assert not (tmp_path / "__pycache__").exists()


def scratch():
    """Return where a program started now would put its temporary files."""
    ask = [sys.executable, "-c", "import tempfile; print(tempfile.gettempdir())"]
    return Path(subprocess.run(ask, stdout=subprocess.PIPE, check=True, text=True).stdout.strip())


def test_the_files_of_tests_are_in_memory_and_gone_with_them(monkeypatch, tmp_path):
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(dev, "MEMORY", tmp_path)
    monkeypatch.setattr(dev, "PLENTY", 0)
    with dev.scratch_in_memory():
        assert scratch().parent == tmp_path
        (scratch() / "rest").touch()
    assert not [*tmp_path.iterdir()]
    assert "TMPDIR" not in os.environ


@pytest.mark.parametrize(("wish", "plenty"), [("wanted", 0), ("", 2**80)])
def test_a_wish_or_a_small_memory_leaves_the_files_of_tests_where_they_were(
    monkeypatch, tmp_path, wish, plenty
):
    monkeypatch.delenv("TMPDIR", raising=False)
    if wish:
        monkeypatch.setenv("TMPDIR", str(tmp_path))
    before = scratch()
    monkeypatch.setattr(dev, "PLENTY", plenty)
    with dev.scratch_in_memory():
        assert scratch() == before


@pytest.mark.parametrize(("ci", "goes_on"), [("true", False), ("", True)])
def test_a_missing_server_stops_ci_and_nobody_else(monkeypatch, capsys, ci, goes_on):
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(programs, "missing_programs", lambda: [programs.DOVECOT])
    assert dev.provide_servers() is goes_on
    assert "dovecot-imapd: tests against a real IMAP server are not run" in capsys.readouterr().out


def test_debian_may_start_services_again_after_the_installation(monkeypatch, tmp_path):
    policy = tmp_path / "policy-rc.d"
    monkeypatch.setattr(dev, "POLICY", policy)
    with dev.services_held_back():
        assert subprocess.run([str(policy)], check=False).returncode == 101
    assert not policy.exists()


def test_a_policy_of_the_machine_itself_is_left_alone(monkeypatch, tmp_path):
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs")
    monkeypatch.setattr(dev, "POLICY", policy)
    with dev.services_held_back():
        pass
    assert policy.read_text() == "theirs"


def test_ci_runs_the_same_command_as_a_person():
    script = dev.ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "python3 dev.py test" in script.read_text(encoding="utf-8")
