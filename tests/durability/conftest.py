import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.durability.databases import Database, SqliteFile
from tests.durability.postgresql import PostgresqlDatabase, find_postgresql, running_postgresql

NewDatabase = Callable[[], Database]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Path]:
    """The folder of the socket of a PostgreSQL server of the tests' own."""
    programs = find_postgresql()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: run python -m tests.durability.postgresql --install")
    with running_postgresql(programs) as server:
        yield server.folder


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> NewDatabase:
    """Makes an empty database at each call."""
    if request.param == "postgresql":
        socket: Path = request.getfixturevalue("postgresql")
        return lambda: PostgresqlDatabase(socket)

    numbers = itertools.count()
    return lambda: SqliteFile(tmp_path / f"sessions-{next(numbers)}.sqlite3")
