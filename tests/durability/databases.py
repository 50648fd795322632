"""What must be true of a database whenever a server has died, whatever the engine."""

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from server import tables


class Database(Protocol):
    """Where a server under test keeps its sessions."""

    @property
    def url(self) -> str: ...

    def check(self) -> None:
        """Fail where anything in it is torn. Nobody uses it meanwhile, and nothing in it is changed."""

    def is_begun(self) -> bool:
        """Whether a server has come so far as to use it."""


class SqliteFile:
    """A file, looked at by a copy: what a killed server has left is for the next one to recover."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.url = f"sqlite:///{file}"

    def is_begun(self) -> bool:
        return self._file.exists()

    def check(self) -> None:
        """Check integrity, foreign keys, and all rows."""
        folder = self._file.with_suffix(".copy")
        folder.mkdir()
        # Not "-shm": it only points into the log, and is made anew from it.
        for file in (path for path in self._file.parent.glob(f"{self._file.name}*") if not path.name.endswith("-shm")):
            shutil.copy(file, folder)
        copy = folder / self._file.name
        if copy.exists():
            with sqlite3.connect(copy) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            connection.close()
            engine = sa.create_engine(f"sqlite:///{copy}")
            with engine.connect() as opened:
                check_rows(opened)
            engine.dispose()
        shutil.rmtree(folder)


def check_rows(connection: sa.Connection) -> None:
    """All tables or none; logs without a gap; no row without its session; checkpoints as they were written."""
    names = set(sa.inspect(connection).get_table_names())
    if not names:
        return
    assert names == {*tables.metadata.tables, "alembic_version"}, f"a migration was torn: {sorted(names)}"
    sessions = {row.id: row for row in connection.execute(sa.select(tables.sessions))}
    datasets = set(connection.scalars(sa.select(tables.datasets.c.id)))
    assert {session.dataset_id for session in sessions.values()} <= datasets
    numbers: dict[str, list[int]] = {}
    for command in connection.execute(sa.select(tables.commands).order_by(tables.commands.c.number)):
        numbers.setdefault(command.session_id, []).append(command.number)
        assert (command.tensor is not None) == (command.kind == "set_parameter")
    for session_id, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), f"the log of {session_id} has {found}"
    checkpoints = connection.execute(sa.select(tables.checkpoints)).all()
    for checkpoint in checkpoints:
        last_step = _info(sessions[checkpoint.session_id])["last_step"]
        assert checkpoint.step <= last_step, f"a checkpoint of step {checkpoint.step} is beyond step {last_step}"
        assert hashlib.sha256(checkpoint.content).hexdigest() == checkpoint.digest
    owners = set(connection.scalars(sa.select(tables.metrics.c.session_id)))
    assert owners | numbers.keys() <= sessions.keys()


def _info(session: sa.Row[tuple[object, ...]]) -> dict[str, int]:
    info: dict[str, int] | str = session.info
    return json.loads(info) if isinstance(info, str) else info
