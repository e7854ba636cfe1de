"""A PostgreSQL cluster of our own: temporary folder, loopback, no durability, one database a test."""

import os
import pwd
import shutil
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from servers.ports import LOOPBACK, free_port
from servers.programs import POSTGRES, find

OWNER = "postgres"
SETTINGS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=60",
    f"listen_addresses={LOOPBACK}",
)


class Postgres:
    """A running cluster; `create_database` hands out databases nobody else has seen."""

    def __init__(self) -> None:
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._numbers = count(1)

    def start(self) -> None:
        """Make the cluster and run until it answers."""
        program = find(POSTGRES)
        if program is None:
            raise FileNotFoundError(POSTGRES.package)
        self._programs = Path(program).parent
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            account = pwd.getpwnam(OWNER)
            os.chown(self.home, account.pw_uid, account.pw_gid)
        self._run("initdb", "--no-sync", "--auth=trust", f"--username={OWNER}",
                  "--encoding=UTF8", "--locale=C", f"--pgdata={self._data}")  # fmt: skip
        options = [f"port={self.port}", f"unix_socket_directories={self.home}", *SETTINGS]
        self._run("pg_ctl", "start", "--wait", f"--pgdata={self._data}",
                  f"--log={self.home / 'log'}", f"--options={_as_options(options)}")  # fmt: skip

    def stop(self) -> None:
        """End it and remove all its data."""
        self._run("pg_ctl", "stop", "--mode=immediate", f"--pgdata={self._data}")
        shutil.rmtree(self.home, ignore_errors=True)

    def create_database(self, template: str = "template0") -> str:
        """Return the SQLAlchemy URL of a new database, a copy of the template."""
        name = f"rightsdesk_{next(self._numbers)}"
        self._execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        return f"postgresql+psycopg://{OWNER}@{LOOPBACK}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Remove a database, connections to it included."""
        self._execute("DROP DATABASE {} WITH (FORCE)", url.rpartition("/")[2])

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def _execute(self, statement: str, *names: str) -> None:
        address = f"host={LOOPBACK} port={self.port} user={OWNER} dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _run(self, program: str, *arguments: str) -> None:
        as_root = os.geteuid() == 0
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            check=False,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=OWNER if as_root else None,
            group=OWNER if as_root else None,
            extra_groups=[] if as_root else None,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} ended with {done.returncode}")


def _as_options(settings: list[str]) -> str:
    return " ".join(f"-c {setting}" for setting in settings)
