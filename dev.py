#!/usr/bin/env python3
"""Set up .venv from the hashed requirement files, then run one task in it.

usage: python3 dev.py TASK

demo [--exit] [--smtp-port N] [--web-port N] [--home DIR]
                play sample letters in, show what became of them
test            run every check and every test
test -k WORD    run only pytest, with the arguments given
bench NAME ...  run bench/NAME.py
fuzz [NAME ...] [--minutes 30]
                look for bytes that break what reads mail, guided by coverage
storm           kill the daemon at every step of a message's path, on both databases (minutes), and the worker of a
                campaign of 100,000 notices (an hour; -k campaign: only this, -k kill: only those)
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed-set"
RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
INSTALLER = "requirements-uv.txt"
OLDEST = (3, 11)
PIP_INSTALL = ("pip", "install", "-qq", "--disable-pip-version-check")
POLICY = Path("/usr/sbin/policy-rc.d")
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
PLENTY = 4 * 2**30  # octets free there before tests keep their files in it

# One process more than the cores of the machine that all this is measured on: a third of the tests wait for servers.
PROCESSES = "3"

# The room whose tests reach every line of privacy/ runs alone: measuring coverage makes any test take half as long again.
MEASURED = ("tests/privacy",)

CHECKS: tuple[tuple[str, ...], ...] = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
    ("pytest", *MEASURED, "-n", PROCESSES, "--cov", "--cov-report=term-missing:skip-covered"),
    ("pytest", "tests", "-n", PROCESSES, *(f"--ignore={room}" for room in MEASURED)),
)


def main(arguments: Sequence[str]) -> int:
    """Run the task named first; return its exit code, or 2 for wrong usage."""
    tasks = {"demo": demo, "test": test, "bench": bench, "fuzz": fuzz, "storm": storm}
    if not arguments or arguments[0] not in tasks:
        say((__doc__ or "").strip())
        return 0 if arguments and arguments[0] in {"-h", "--help"} else 2
    obstacle = missing_python()
    if obstacle:
        say(obstacle)
        return 2
    return tasks[arguments[0]](list(arguments[1:]))


def demo(arguments: list[str]) -> int:
    """Play the sample letters; Ctrl-C ends it. Replaces this process."""
    set_up(RUNTIME, DEVELOPMENT)
    return become("-m", "daemon.demo", *arguments)


def bench(arguments: list[str]) -> int:
    """Run one benchmark. Replaces this process."""
    known = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in known:
        say(f"usage: dev.py bench NAME, where NAME is one of: {', '.join(known) or 'none yet'}")
        return 2
    set_up(DEVELOPMENT)
    os.environ["PYTHONPATH"] = str(ROOT / "tests")  # benchmarks run the tests' servers
    return become(str(ROOT / "bench" / f"{arguments[0]}.py"), *arguments[1:])


def fuzz(arguments: list[str]) -> int:
    """Fuzz what reads mail. Replaces this process."""
    set_up(DEVELOPMENT)
    os.environ["PYTHONPATH"] = str(ROOT / "tests")
    return become(str(ROOT / "tests" / "fuzzing" / "drive.py"), *arguments)


def storm(arguments: list[str]) -> int:
    """Run the long forms of the tests; return 0 only if all held."""
    set_up(DEVELOPMENT)
    if not provide_servers():
        return 1
    keep_bytecode()
    return run_tool("pytest", "-n", "2", "-m", "storm", *arguments)


def test(arguments: list[str]) -> int:
    """Run all checks, or only pytest when arguments are given; return 0 only if all held."""
    set_up(DEVELOPMENT)
    keep_bytecode()
    if arguments:
        return run_tool("pytest", *arguments)
    if not provide_servers():
        return 1
    with scratch_in_memory():
        failed = [check for check in CHECKS if announced(check) != 0]
    if failed:
        say(f"dev.py test: FAILED: {'; '.join(' '.join(check[:2]) for check in failed)}")
        return 1
    return 0


def missing_python() -> str | None:
    """Return one line saying what this interpreter lacks, or None."""
    if sys.version_info < OLDEST:
        return f"rightsdesk needs Python 3.11 or newer; this is {platform.python_version()}"
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        return "Python's venv module is missing: install the package python3-venv, then try again"
    return None


def set_up(*acceptable: str) -> None:
    """Make .venv hold one of the acceptable requirement sets; the first is installed if none is."""
    stamp = STAMP.read_text() if STAMP.exists() else ""
    if stamp in {fingerprint(name) for name in acceptable}:
        return
    make_venv()
    STAMP.unlink(missing_ok=True)
    install("--require-hashes", "-r", acceptable[0])
    install("--no-deps", "--no-build-isolation", "--editable", ".")
    STAMP.write_text(fingerprint(acceptable[0]))


def fingerprint(requirements: str) -> str:
    """Return what the stamp reads when this set is installed for this interpreter."""
    interpreter = f"{sys.implementation.cache_tag} {platform.python_version()}\n"
    return hashlib.sha256(interpreter.encode() + (ROOT / requirements).read_bytes()).hexdigest()


def make_venv() -> None:
    """Create .venv, anew when it is broken or belongs to another interpreter."""
    note = VENV / "interpreter"
    this = f"{sys.executable} {platform.python_version()}"
    if tool("python").exists() and note.exists() and note.read_text() == this:
        return
    say("making .venv")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    note.write_text(this)


def install(*what: str) -> None:
    """Install into .venv with uv, or with pip where uv is not to be had."""
    say(f"installing {what[-1]}")
    uv = find_uv()
    if uv and run(uv, "pip", "install", "--quiet", "--python", str(tool("python")), *what) == 0:
        return
    say("not possible with uv: trying pip, which is slower")
    if run_tool(*PIP_INSTALL, *what) != 0:
        raise SystemExit("dev.py: the packages could not be installed; is the index in reach?")


def find_uv() -> str | None:
    """Return the path of uv: the one on PATH, else the hashed one, installed into .venv."""
    found = shutil.which("uv")
    if found:
        return found
    if not tool("uv").exists():
        run_tool(*PIP_INSTALL, "--require-hashes", "-r", INSTALLER)
    return str(tool("uv")) if tool("uv").exists() else None


def provide_servers() -> bool:
    """Install the servers that tests need where we may; return False if CI must not go on."""
    sys.path.insert(0, str(ROOT / "tests"))
    from servers import programs  # found through the line above

    packages = [program.package for program in programs.missing_programs()]
    if packages and shutil.which("apt-get") and os.geteuid() == 0:
        install_packages(packages)
    still = programs.missing_programs()
    for program in still:
        say(f"missing package {program.package}: {program.tests} are not run")
    return not (still and os.environ.get("CI") == "true")


def install_packages(packages: Sequence[str]) -> None:
    """Install Debian packages without starting the services in them."""
    say(f"installing {' '.join(packages)}")
    with services_held_back():
        run_quietly("apt-get", "update")
        run_quietly("apt-get", "install", "--yes", "--no-install-recommends", *packages)


@contextmanager
def services_held_back() -> Iterator[None]:
    """Tell Debian not to start what it installs: the tests run servers of their own."""
    ours = not POLICY.exists()
    if ours:
        POLICY.write_text("#!/bin/sh\nexit 101\n")
        POLICY.chmod(0o755)
    try:
        yield
    finally:
        if ours:
            POLICY.unlink()


def keep_bytecode() -> None:
    """Let the hundreds of processes of the tests share compiled modules, in .venv and not beside the source."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(VENV / "bytecode")


@contextmanager
def scratch_in_memory() -> Iterator[None]:
    """Put the files of tests into memory where there is plenty: they would wait for the disk at each commit."""
    if "TMPDIR" in os.environ or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < PLENTY:
        yield
        return
    folder = Path(tempfile.mkdtemp(prefix="rightsdesk-", dir=MEMORY))
    folder.chmod(0o711)  # PostgreSQL and Dovecot run under accounts of their own
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        del os.environ["TMPDIR"]
        shutil.rmtree(folder, ignore_errors=True)


def announced(check: tuple[str, ...]) -> int:
    """Run one check under a headline; return its exit code."""
    say(f"\n== {' '.join(check)}")
    code = run_tool(*check)
    if code != 0:
        say(f"== {' '.join(check)}: FAILED with {code}")
    return code


def tool(name: str) -> Path:
    """Return where .venv keeps a program."""
    scripts = sysconfig.get_path("scripts", "venv", {"base": str(VENV)})
    return Path(scripts, name + (sysconfig.get_config_var("EXE") or ""))


def run_tool(name: str, *arguments: str) -> int:
    return run(str(tool(name)), *arguments)


def run(*command: str) -> int:
    return subprocess.run(command, check=False, cwd=ROOT, stdin=subprocess.DEVNULL).returncode


def run_quietly(*command: str) -> None:
    """Run a talkative program; show what it said only when it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    )
    if done.returncode != 0:
        say(done.stdout.decode(errors="replace"))


def become(*arguments: str) -> int:
    """Replace this process by .venv's Python, so that signals reach the program itself."""
    sys.stdout.flush()
    python = str(tool("python"))
    os.execv(python, [python, *arguments])


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
