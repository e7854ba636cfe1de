"""What every test may use: real servers of its own, and a network that ends at this machine."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from pydantic import SecretStr

from servers import loopback, shared_statements
from servers.dovecot import Dovecot
from servers.postgres import Postgres
from servers.programs import CHROMIUM, find, missing_programs
from storage.database import upgrade
from storage.settings import StorageSettings

# Properties are never searched against the clock: a busy machine is no counterexample.
settings.register_profile(
    "unhurried", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure() -> None:
    loopback.close_the_rest()
    shared_statements.share()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Fail a test that tried to leave this machine, whatever became of its attempt."""
    loopback.attempts.clear()
    yield
    assert not loopback.attempts, f"reached beyond loopback: {loopback.attempts}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, by name and never silently, what cannot run here; in CI that is an error."""
    missing = missing_programs()
    if missing and os.environ.get("CI") == "true":
        packages = ", ".join(program.package for program in missing)
        raise pytest.UsageError(f"packages missing on the CI machine: {packages}")
    unknown = frozenset().union(*(program.fixtures for program in missing))
    left_out = [item for item in items if needs(item) & unknown]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)
    config.stash[LEFT_OUT] = [f"{program.package}: {program.tests}" for program in missing]


LEFT_OUT = pytest.StashKey[list[str]]()


def needs(item: pytest.Item) -> frozenset[str]:
    """Return the fixtures an item asks for, the one its parameter chooses included."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    chosen = {"postgres_url"} if parameters.get("database_url") == "postgresql" else set()
    return frozenset(getattr(item, "fixturenames", ())) | chosen


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in terminalreporter.config.stash.get(LEFT_OUT, []):
        terminalreporter.write_line(f"not run, package missing: {line}", yellow=True)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Give a running Dovecot, shared by the tests: take `dovecot.new_user()` for a mailbox."""
    server = Dovecot()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a running PostgreSQL cluster."""
    server = Postgres()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give the URL of an empty PostgreSQL database."""
    url = postgres.create_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of an empty database, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rightsdesk.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file with its schema and nothing else, to make copies of: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("prepared") / "rightsdesk.db"
    upgrade(StorageSettings(url=SecretStr(f"sqlite:///{path}")))
    return path


@pytest.fixture(scope="session")
def prepared_template(postgres: Postgres) -> str:
    """Give the name of a PostgreSQL database with its schema and nothing else, to make copies of."""
    url = postgres.create_database()
    upgrade(StorageSettings(url=SecretStr(url)))
    return url.rpartition("/")[2]


@pytest.fixture
def migrated_sqlite(prepared_file: Path, tmp_path: Path) -> str:
    """Give the URL of a SQLite database of its own that has its schema."""
    path = tmp_path / "rightsdesk.db"
    shutil.copyfile(prepared_file, path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


@pytest.fixture
def migrated_postgres(postgres: Postgres, prepared_template: str) -> Iterator[str]:
    """Give the URL of a PostgreSQL database of its own that has its schema."""
    url = postgres.create_database(prepared_template)
    yield url
    postgres.drop_database(url)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a Chromium for a module of plain tests: while it runs, no asyncio test can."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(CHROMIUM), args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()
