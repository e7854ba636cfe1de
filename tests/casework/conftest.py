"""A desk on SQLite, and on both engines where a test says so; its database is a copy of a prepared one."""

from collections.abc import Callable, Iterator

import pytest

from casework_values import TestDesk, open_at
from storage.database import Database

ENGINES = {"sqlite": "migrated_sqlite", "postgresql": "migrated_postgres"}


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
