"""A desk on SQLite, and on both engines where a test says so; its database is a copy of one that was prepared once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from casework_values import TestDesk, open_at
from servers.postgres import Postgres
from storage.database import Database


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a SQLite file that has its schema."""
    path = tmp_path_factory.mktemp("prepared") / "rightsdesk.db"
    open_at(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def prepared_template(postgres: Postgres) -> str:
    """Give the name of a PostgreSQL database that has its schema."""
    url = postgres.create_database()
    open_at(url).close()
    return url.rpartition("/")[2]


@pytest.fixture
def postgres_url(postgres: Postgres, prepared_template: str) -> Iterator[str]:
    """Give the URL of a PostgreSQL database of its own."""
    url = postgres.create_database(prepared_template)
    yield url
    postgres.drop_database(url)


@pytest.fixture
def sqlite_url(prepared_file: Path, tmp_path: Path) -> str:
    """Give the URL of a SQLite database of its own."""
    path = tmp_path / "rightsdesk.db"
    shutil.copyfile(prepared_file, path)
    path.chmod(0o600)
    return f"sqlite:///{path}"


ENGINES = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a database of its own: SQLite, or the engine that BOTH_ENGINES says."""
    url: str = request.getfixturevalue(ENGINES[getattr(request, "param", "sqlite")])
    return url


Opener = Callable[[], Database]


@pytest.fixture
def open_again(database_url: str) -> Iterator[Opener]:
    """Give a function that opens the test's database, as another process would."""
    opened: list[Database] = []

    def opener() -> Database:
        opened.append(open_at(database_url))
        return opened[-1]

    yield opener
    for database in opened:
        database.close()


@pytest.fixture
def desk(open_again: Opener) -> TestDesk:
    """Give a desk on an empty database."""
    return TestDesk(open_again())
