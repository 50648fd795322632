"""What goes wrong with a store while its server goes on: a table of faults for each kind of store."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from tests.durability.postgresql import PostgresqlServer

Fault = Callable[[], AbstractContextManager[None]]

# Statements on the server's own connection, when a fault begins and when it ends. To fill the disk, not a page more is
# allowed, and those that were free are taken; the last of these statements fail.
BY_STATEMENTS: Mapping[str, tuple[list[str], list[str]]] = {
    "read-only": (["PRAGMA query_only = ON"], ["PRAGMA query_only = OFF"]),
    "disk full": (
        ["CREATE TABLE IF NOT EXISTS ballast (content)", "PRAGMA max_page_count = 1"]
        + [f"INSERT INTO ballast VALUES (zeroblob({size}))" for size in (10**6, 10**5, 10**4, 3000) for _ in range(40)],
        ["PRAGMA max_page_count = 1000000000", "DROP TABLE ballast"],
    ),
}


def sqlite_faults(file: Path, order: Path) -> dict[str, Fault]:
    """`order`: where the server is told which of `BY_STATEMENTS` holds; see tests.soak.faulty_server."""

    @contextmanager
    def told(name: str) -> Iterator[None]:
        order.write_text(name)
        yield
        order.write_text("")

    @contextmanager
    def locked() -> Iterator[None]:
        """By another process, as a backup or a curious person would."""
        with closing(sqlite3.connect(file, isolation_level=None, timeout=60)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    def by_statements(name: str) -> Fault:
        return lambda: told(name)

    return {name: by_statements(name) for name in BY_STATEMENTS} | {"locked": locked}


def postgresql_faults(postgresql: PostgresqlServer) -> dict[str, Fault]:
    @contextmanager
    def restarted() -> Iterator[None]:
        """Away as long as the fault lasts, then there again with all that it had."""
        postgresql.stop()
        yield
        postgresql.start()

    return {"PostgreSQL restarts": restarted}


def hold(fault: Fault, seconds: float) -> None:
    """Have it for so long."""
    with fault():
        time.sleep(seconds)
