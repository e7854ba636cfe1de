"""The programs of other makers that tests run against, and the packages they come in."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program: where Debian has it, and the tests that cannot run without it."""

    name: str
    package: str
    tests: str
    fixtures: frozenset[str]


DOVECOT = Program(
    name="dovecot",
    package="dovecot-imapd",
    tests="tests against a real IMAP server",
    fixtures=frozenset({"dovecot"}),
)
POSTGRES = Program(
    name="postgres",
    package="postgresql",
    tests="tests on PostgreSQL",
    fixtures=frozenset({"postgres", "postgres_url", "migrated_postgres"}),
)
CHROMIUM = Program(
    name="chromium",
    package="chromium",
    tests="tests in a browser",
    fixtures=frozenset({"browser"}),
)
PROGRAMS = (DOVECOT, POSTGRES, CHROMIUM)


def missing_programs() -> list[Program]:
    """Return the programs that are not installed."""
    return [program for program in PROGRAMS if find(program) is None]


def find(program: Program) -> str | None:
    """Return the path of a program, also where Debian keeps it off PATH; None without it."""
    kept_aside = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", *map(str, kept_aside)]
    return shutil.which(program.name, path=os.pathsep.join(folders))
