import contextlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op

from server.database import Database, Unusable
from server.errors import Unavailable
from server.tables import metadata
from tests.serving import ROOT

TABLES = [*metadata.tables, "alembic_version"]


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "sessions.sqlite3"


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Database]:
    database = Database(url_of(file))
    try:
        yield database
    finally:
        database.close()


def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    return database.submit(lambda connection: [tuple(row) for row in connection.exec_driver_sql(statement)]).result()


def set_pragma(database: Database, pragma: str) -> None:
    """On the connection that the database uses, outside of any transaction."""

    def execute() -> None:
        with contextlib.closing(database._engine.raw_connection()) as connection:
            connection.cursor().execute(f"PRAGMA {pragma}")

    database._thread.submit(execute).result()


def write(database: Database, name: str) -> None:
    """Add two rows, in one transaction."""

    def insert(connection: sa.Connection) -> None:
        for part in ("first", "second"):
            connection.exec_driver_sql(
                "INSERT INTO datasets VALUES (?, ?, x'00', '{}', '2026-01-01 00:00:00')", (f"{name}, {part}", name)
            )

    database.submit(insert).result()


def names(database: Database) -> list[object]:
    return [name for (name,) in rows(database, "SELECT id FROM datasets ORDER BY id")]


def tables_of(file: Path) -> set[str]:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


# ── Opening ──


def test_a_database_that_is_not_there_is_made(file: Path) -> None:
    with opened(file):
        assert tables_of(file) == set(TABLES)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_leaves_no_file(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database(url)
    write(database, "words")
    assert len(names(database)) == 2
    database.close()
    assert list(tmp_path.iterdir()) == []


def test_without_a_url_it_is_a_file_in_the_users_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    Database("").close()
    assert (tmp_path / "gradient-flow" / "sessions.sqlite3").exists()


def test_what_was_written_is_there_when_it_is_opened_again(file: Path) -> None:
    with opened(file) as database:
        write(database, "words")
    with opened(file) as database:
        assert names(database) == ["words, first", "words, second"]


def test_closing_does_first_what_was_submitted_and_closing_again_does_nothing(file: Path) -> None:
    database = Database(url_of(file))
    database.submit(lambda _: time.sleep(0.1))
    written = database.submit(lambda connection: connection.exec_driver_sql("CREATE TABLE late (x)"))
    database.close()
    assert written.done()
    assert "late" in tables_of(file)
    database.close()


PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}  # 2: FULL


@pytest.mark.parametrize(("pragma", "value"), PRAGMAS.items(), ids=PRAGMAS)
def test_what_is_acknowledged_is_on_the_disk(file: Path, pragma: str, value: object) -> None:
    with opened(file) as database:
        assert rows(database, f"PRAGMA {pragma}") == [(value,)]


def test_foreign_keys_are_kept(file: Path) -> None:
    orphan = "INSERT INTO commands VALUES ('nobody', 1, 'run', 0, 0, '{}', NULL, '2026-01-01 00:00:00', NULL)"
    with opened(file) as database, pytest.raises(Unavailable, match="FOREIGN KEY constraint failed"):
        database.submit(lambda connection: connection.exec_driver_sql(orphan)).result()


def test_work_is_done_altogether_or_not_at_all(file: Path) -> None:
    def fail_half_way(connection: sa.Connection) -> None:
        connection.exec_driver_sql("INSERT INTO datasets VALUES ('half', 'x', x'00', '{}', '2026-01-01 00:00:00')")
        raise KeyError("half way")

    with opened(file) as database:
        with pytest.raises(KeyError, match="half way"):
            database.submit(fail_half_way).result()
        assert names(database) == []


def test_a_migration_that_fails_half_way_leaves_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create = op.create_table

    def create_or_fail(name: str, *columns: sa.Column[object]) -> sa.Table:
        if name == "metrics":
            raise OSError("the disk went away")
        return create(name, *columns)

    with monkeypatch.context() as patch:
        patch.setattr(op, "create_table", create_or_fail)
        with pytest.raises(Unusable, match="the disk went away"):
            Database(url_of(file))
        assert tables_of(file) == set()
    with opened(file):
        assert tables_of(file) == set(TABLES)


# ── One server at a time ──

HOLDER = """
import sys
from server.database import Database
database = Database(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def held_by_another_process(file: Path) -> Iterator[subprocess.Popen[str]]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, url_of(file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    with holder, holder.stdin, holder.stdout:
        assert holder.stdout.readline() == "open\n"
        yield holder
        holder.kill()


def test_a_second_server_is_refused_until_the_first_has_closed(file: Path) -> None:
    with opened(file) as first:
        with pytest.raises(Unusable, match=r"sessions\.sqlite3 is used by another server: end that one, or choose"):
            Database(url_of(file))
        write(first, "words")
    with opened(file) as second:
        assert len(names(second)) == 2


def test_a_server_in_another_process_keeps_others_out_until_it_is_killed(file: Path) -> None:
    with held_by_another_process(file) as holder:
        with pytest.raises(Unusable, match="is used by another server"):
            Database(url_of(file))
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        Database(url_of(file)).close()


def test_a_file_is_the_same_by_whatever_path_it_is_opened(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    monkeypatch.chdir(file.parent)
    with opened(file):
        for path in (link, Path(file.name), file.parent / ".." / file.parent.name / file.name):
            with pytest.raises(Unusable, match="is used by another server"):
                Database(url_of(path))


# ── What cannot be used ──


def test_a_store_made_by_a_newer_version_is_left_as_it_is(file: Path) -> None:
    with opened(file) as database:
        write(database, "words")
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = file.read_bytes()
    with pytest.raises(Unusable, match=r"a newer version .*9999.*: use that version, or choose another"):
        Database(url_of(file))
    assert file.read_bytes() == before
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, f"{file.name}.lock"]


def make_foreign(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE recipes (name)")
        connection.commit()


def make_text(file: Path) -> None:
    file.write_text("This is a letter, and no database at all. " * 50)


def make_folder(file: Path) -> None:
    file.mkdir()


def cut_short(file: Path) -> None:
    Database(url_of(file)).close()
    file.write_bytes(file.read_bytes()[:5000])


UNUSABLE = {
    "a database of something else": (make_foreign, "holds tables of something else"),
    "no database": (make_text, "file is not a database"),
    "a folder": (make_folder, "unable to open database file"),
    "half a database": (cut_short, "malformed"),
}


@pytest.mark.parametrize(("make", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_no_store_is_refused_with_the_reason_and_what_to_do(
    file: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(file)
    before = None if file.is_dir() else file.read_bytes()
    with pytest.raises(Unusable, match=reason) as refusal:
        Database(url_of(file))
    assert "choose another --database" in str(refusal.value)
    assert str(file) in str(refusal.value)
    assert file.is_dir() or file.read_bytes() == before


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"there is no folder .*/typo; .* choose another --database"):
        Database(url_of(tmp_path / "typo" / "sessions.sqlite3"))
    assert list(tmp_path.iterdir()) == []


READER = """
import os, sys
from server.database import Database, Unusable
if os.geteuid() == 0:  # Nothing is read-only to root.
    os.setgid(65534)
    os.setuid(65534)
try:
    Database(sys.argv[1])
except Unusable as error:
    print(error)
"""


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o666, 0o555)])
def test_what_is_read_only_is_refused_with_the_reason(file_mode: int, folder_mode: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        file = folder / "sessions.sqlite3"
        Database(url_of(file)).close()
        Path(f"{file}.lock").unlink()
        before = file.read_bytes()
        file.chmod(file_mode)
        folder.chmod(folder_mode)
        answer = subprocess.run(
            [sys.executable, "-c", READER, url_of(file)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        folder.chmod(0o700)
        assert "cannot be opened" in answer.stdout
        assert "read-only" in answer.stdout or "Permission denied" in answer.stdout
        assert "choose another --database" in answer.stdout
        assert file.read_bytes() == before


UNSUPPORTED = {
    "nonsense": "is no SQLAlchemy URL; expected is sqlite:////path",
    "/home/somebody/sessions.sqlite3": "is no SQLAlchemy URL; expected is sqlite:////path",
    "mysql://localhost/sessions": "mysql is not supported; sqlite and postgresql are",
    "sqlite://host/file": "SQLite's file is expected by its path: sqlite:////path",
    "sqlite:///file:sessions.sqlite3?mode=ro&uri=true": "SQLite's file is expected by its path: sqlite:////path",
}


@pytest.mark.parametrize(("url", "reason"), UNSUPPORTED.items(), ids=UNSUPPORTED)
def test_an_unsupported_url_is_refused_with_what_is_expected(url: str, reason: str) -> None:
    with pytest.raises(Unusable, match=f".*{reason}"):
        Database(url)


WITH_PASSWORD = [
    "postgresql://somebody:secret@127.0.0.1:1/sessions",
    "postgresql+psycopg://somebody:secret@127.0.0.1:1/sessions",
    "postgresql://127.0.0.1:1/sessions?user=somebody&password=secret",
    "postgresql://somebody:secret@127.0.0.1:port/sessions",
    "postgresql//somebody:secret@127.0.0.1:1/sessions",
    "postgresql:/somebody:secret@127.0.0.1:1/sessions",
    "mysql://somebody:secret@127.0.0.1:1/sessions",
    "sqlite://:secret@/sessions",
]


@pytest.mark.parametrize("url", WITH_PASSWORD)
def test_no_message_has_a_password(url: str) -> None:
    with pytest.raises(Unusable) as refusal:
        Database(url)
    assert "secret" not in str(refusal.value)
    assert "--database" in str(refusal.value)


# ── What goes wrong later ──


def test_while_somebody_else_holds_the_lock_nothing_is_written_and_then_all_is(file: Path) -> None:
    with opened(file) as database, contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"database is locked.*tried again by itself; see to sqlite:///"):
            write(database, "locked")
        assert time.monotonic() - began < 5
        other.execute("ROLLBACK")
        write(database, "free")
        assert names(database) == ["free, first", "free, second"]


def test_all_that_comes_while_a_lock_is_waited_for_is_refused_with_it_and_not_one_after_the_other(file: Path) -> None:
    tried: list[str] = []

    def note(_: sa.Connection, __: Any, statement: str, *___: Any) -> None:
        tried.append(statement)

    with opened(file) as database, contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        sa.event.listen(database._engine, "before_cursor_execute", note)
        other.execute("BEGIN IMMEDIATE")
        answers = [database.submit(lambda _: None) for _ in range(20)]
        for answer in answers:
            with pytest.raises(Unavailable, match="database is locked"):
                answer.result()
        assert tried == ["BEGIN IMMEDIATE"]
        other.execute("ROLLBACK")
        write(database, "free")


@pytest.mark.parametrize(
    ("pragma", "undone_by", "reason"),
    [
        ("query_only = ON", "query_only = OFF", "attempt to write a readonly database"),
        ("max_page_count = 1", "max_page_count = 1000000", "database or disk is full"),
    ],
)
def test_a_store_that_cannot_be_written_says_so_and_works_again(
    file: Path, pragma: str, undone_by: str, reason: str
) -> None:
    def insert(connection: sa.Connection) -> None:
        connection.exec_driver_sql("INSERT INTO datasets VALUES ('a', 'a', x'00', '{}', '2026-01-01 00:00:00')")
        # More than the pages that there are hold
        large = "INSERT INTO datasets VALUES ('b', 'b', zeroblob(1000000), '{}', '2026-01-01 00:00:00')"
        connection.exec_driver_sql(large)

    with opened(file) as database:
        set_pragma(database, pragma)
        with pytest.raises(Unavailable, match=reason):
            database.submit(insert).result()
        set_pragma(database, undone_by)
        assert names(database) == []
        database.submit(insert).result()
        assert names(database) == ["a", "b"]


def test_a_file_that_was_moved_away_is_missed_and_welcome_back(file: Path) -> None:
    away = file.with_name("away")
    with opened(file) as database:
        write(database, "before")
        file.rename(away)
        with pytest.raises(Unavailable, match="No such file or directory"):
            write(database, "meanwhile")
        assert not file.exists()
        away.rename(file)
        write(database, "after")
        assert len(names(database)) == 4


def test_a_file_in_the_place_of_ours_is_not_written(file: Path) -> None:
    with opened(file) as database:
        file.rename(file.with_name("ours"))
        file.write_bytes(b"")
        with pytest.raises(Unavailable, match="is gone or is another file: put it back, or start the server anew"):
            write(database, "words")
        assert file.read_bytes() == b""


def test_what_fails_in_the_work_itself_is_not_taken_for_the_stores_failure(file: Path) -> None:
    with opened(file) as database, pytest.raises(ZeroDivisionError):
        database.submit(lambda _: 1 // 0).result()


def test_a_closed_database_has_no_thread(file: Path) -> None:
    before = set(threading.enumerate())
    with opened(file):
        assert any(thread.name.startswith("database") for thread in set(threading.enumerate()) - before)
    assert set(threading.enumerate()) <= before
