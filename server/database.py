"""The database: opened by one server at a time, brought up to date, and written by one thread over one connection."""

import logging
import os
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as Migrations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from filelock import FileLock, Timeout
from platformdirs import user_data_path
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from server.errors import Unavailable

T = TypeVar("T")
log = logging.getLogger(__name__)

SECONDS_TO_WAIT = 1.0  # For a lock that somebody else holds, and for a PostgreSQL server that does not answer.
SECONDS_FOR_LAST_SERVER = 5.0  # One that was killed may hold PostgreSQL's lock for a moment longer.
WAL_BYTES = 4_000_000  # SQLite's log of changes shrinks to this where one large change has made it grow.
LOCK_NUMBER = 0x67726164666C6F77  # "gradflow": what a server holds in PostgreSQL for as long as it uses the database.
IN_USE = "is used by another server: end that one, or choose another --database"


class Unusable(Exception):
    """The database cannot be used by this server; the message says why and what to do. Nothing in it was changed."""


class Database:
    """All that goes in or out goes through one thread and one connection, in order.

    So there is one writer only, as SQLite wants it: up to 3.51.2 its write-ahead log can be spoilt by two.
    """

    def __init__(self, url: str) -> None:
        """Open, lock and migrate; "" is a file in the user's data folder. Raises Unusable."""
        self._url = _parsed(url)
        self._shown = _shown(self._url)
        self._file = _file_of(self._url)
        # Whichever thread closes it lets go of it.
        self._lock = None if self._file is None else FileLock(f"{self._file}.lock", thread_local=False)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._closed = False
        self._away = (0.0, "")  # When no transaction could be begun at last, and why
        try:
            self._take_file()
            self._engine = self._thread.submit(self._open).result()
        except BaseException:
            self.close()
            raise

    def submit(self, work: Callable[[sa.Connection], T]) -> "Future[T]":
        """Do it in a transaction of its own, after all that was submitted before.

        The future raises Unavailable where the database cannot be reached or written; then nothing of it was done. What
        was submitted while it could not be reached is not tried: with each waiting for its turn to find the same out,
        the last of a class's commands would be answered after a minute.
        """
        return self._thread.submit(self._transact, work, time.monotonic())

    def close(self) -> None:
        """Do what was submitted, then let go of the database."""
        if self._closed:
            return
        self._closed = True
        if hasattr(self, "_engine"):
            self._thread.submit(self._engine.dispose)
        self._thread.shutdown()
        if self._lock is not None:
            self._lock.release()

    def _take_file(self) -> None:
        """Keep others off SQLite's file, for as long as this server lives."""
        if self._file is None or self._lock is None:
            return
        try:
            if not self._file.parent.is_dir():  # The lock would make it, and a path that is mistyped a new store.
                raise NotADirectoryError(f"there is no folder {self._file.parent}")
            self._lock.acquire(timeout=0)
        except Timeout:
            raise Unusable(f"{self._shown} {IN_USE}") from None
        except OSError as error:
            raise self._unusable(_reason(error)) from error

    def _unusable(self, reason: str) -> Unusable:
        return Unusable(
            f"the store {self._shown} cannot be opened: {reason}; see to that, or choose another --database"
        )

    # ── In the thread ──

    def _transact(self, work: Callable[[sa.Connection], T], submitted_at: float) -> T:
        away_at, why = self._away
        if submitted_at < away_at:
            raise Unavailable(why)
        has_begun = False
        try:
            self._check_file()
            with self._engine.begin() as connection:
                has_begun = True
                return work(connection)
        except (SQLAlchemyError, OSError, Unusable) as error:  # Unusable: connected anew, and it is locked by another.
            why = f"the store cannot be used ({_reason(error)}): it is tried again by itself; see to {self._shown}"
            if not has_begun:
                self._away = time.monotonic(), why
            raise Unavailable(why) from error

    def _check_file(self) -> None:
        """A file that was moved or replaced can still be written, by us, and will never be seen again."""
        if self._file is not None and _identity(self._file) != self._opened:
            raise FileNotFoundError(f"{self._file} is gone or is another file: put it back, or start the server anew")

    def _open(self) -> sa.Engine:
        try:
            if self._file is not None and self._file.exists() and not os.access(self._file, os.W_OK):
                raise PermissionError(f"{self._file} is read-only")
            engine = _engine(self._url)
            try:
                self._bring_up_to_date(engine)
            except BaseException:
                engine.dispose()
                raise
        except (SQLAlchemyError, OSError) as error:
            raise self._unusable(_reason(error)) from error
        return engine

    def _bring_up_to_date(self, engine: sa.Engine) -> None:
        with engine.begin() as connection:
            self._migrate(connection)
        if self._file is not None:
            self._opened = _identity(self._file)
            with engine.connect() as connection:
                connection.exec_driver_sql("COMMIT")  # The mode cannot be changed within a transaction.
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
                connection.exec_driver_sql("BEGIN")

    def _migrate(self, connection: sa.Connection) -> None:
        scripts = Migrations()
        scripts.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        scripts.attributes["connection"] = connection
        known = {script.revision for script in ScriptDirectory.from_config(scripts).walk_revisions()}
        found = set(MigrationContext.configure(connection).get_current_heads())
        if not found <= known:
            raise Unusable(
                f"the store {self._shown} was made by a newer version of Gradient Flow (its schema is "
                f"{', '.join(sorted(found - known))}, known are {', '.join(sorted(known))}): use that version, or "
                "choose another --database. Nothing in it was changed"
            )
        if not found and sa.inspect(connection).get_table_names():
            raise Unusable(f"{self._shown} holds tables of something else: choose another --database")
        command.upgrade(scripts, "head")


def _parsed(url: str) -> sa.URL:
    if not url:
        folder = user_data_path("gradient-flow", appauthor=False, ensure_exists=True)
        return sa.URL.create("sqlite", database=str(folder / "sessions.sqlite3"))
    try:
        parsed = sa.make_url(url)
    except (ArgumentError, ValueError):  # It is not shown, since there may be a password in it.
        raise Unusable(
            "--database is no SQLAlchemy URL; expected is sqlite:////path/to/file.sqlite3 or "
            "postgresql://user:password@host/database"
        ) from None
    if parsed.get_backend_name() == "sqlite":
        if parsed.host or parsed.username or parsed.password or (parsed.database or "").startswith("file:"):
            raise Unusable("--database: SQLite's file is expected by its path: sqlite:////path/to/file.sqlite3")
        return parsed.set(drivername="sqlite")
    if parsed.get_backend_name() == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    raise Unusable(f"--database: {parsed.get_backend_name()} is not supported; sqlite and postgresql are")


def _shown(url: sa.URL) -> str:
    """The URL without passwords, which may stand among its options, too."""
    return url.set(query={}).render_as_string(hide_password=True)


def _file_of(url: sa.URL) -> Path | None:
    """SQLite's file; None where it is in memory, or not SQLite."""
    in_memory = url.database in (None, "", ":memory:")
    return None if url.get_backend_name() != "sqlite" or in_memory else Path(str(url.database)).resolve()


def _identity(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_dev, status.st_ino


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url, connect_args={"timeout": SECONDS_TO_WAIT})
        sa.event.listen(engine, "connect", _prepare_sqlite)
        # Python's driver would begin a transaction at the first change only, and none at all for the schema's.
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
        return engine
    # Connecting takes 2 s at least, and whoever takes nothing in for 10 s is given up.
    waits = {"connect_timeout": 2, "tcp_user_timeout": 10_000}
    engine = sa.create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, connect_args=waits)
    sa.event.listen(engine, "connect", _lock_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    for pragma in ("foreign_keys = ON", "synchronous = FULL", f"journal_size_limit = {WAL_BYTES}"):
        connection.execute(f"PRAGMA {pragma}")


def _lock_postgresql(connection: Any, _: Any) -> None:
    """Hold the database for this server, for as long as the connection lasts."""
    until = time.monotonic() + SECONDS_FOR_LAST_SERVER
    with connection.cursor() as cursor:
        while True:
            cursor.execute(f"SELECT pg_try_advisory_lock({LOCK_NUMBER})")
            if cursor.fetchone()[0]:
                break
            if time.monotonic() > until:
                raise Unusable(f"the database {IN_USE}")
            time.sleep(0.05)
    connection.commit()


def _reason(error: BaseException) -> str:
    """The driver's own words, without SQLAlchemy's around them."""
    words = str(getattr(error, "orig", None) or error).strip()
    return words.splitlines()[0] if words else type(error).__name__
