"""The store: the one door to what outlives the server. Sessions, their logs, checkpoints and metrics, and data sets."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from model.checkpoints import Checkpoint
from server import tables
from server.database import Database
from server.errors import NotFound
from server.log import Command, command_key
from server.recorded import Key
from server.schemas.datasets import DatasetInfo
from server.schemas.sessions import SessionInfo

UNDO_TIME = timedelta(days=1)  # So long a deletion can be undone.
REPEAT_TIME = timedelta(days=1)  # So long a command that is sent again is known.


@dataclass(frozen=True)
class SavedDataset:
    """A data set with its words as they came."""

    info: DatasetInfo
    content: bytes


@dataclass(frozen=True)
class Changes:
    """What is to be written of a session: all of it or nothing."""

    info: SessionInfo
    commands: Sequence[Command] = ()
    checkpoints: Sequence[Checkpoint] = ()
    dropped_checkpoints: Sequence[int] = ()  # Of which steps
    metrics: Mapping[Key, bytes] = field(default_factory=dict)
    dropped_metrics: Sequence[Key] = ()
    dropped_commands: Sequence[int] = ()  # Of which numbers; they are dropped before others are written.


@dataclass(frozen=True)
class SavedSession:
    """All that is kept of a session."""

    info: SessionInfo
    commands: Sequence[Command]
    checkpoints: Sequence[Checkpoint]
    metrics: Mapping[Key, bytes]


class Store:
    """Every answer is a future, since one thread does it all; it raises Unavailable while the database cannot be used.

    What was acknowledged is on the disk. What was not is not there at all.
    """

    def __init__(self, url: str) -> None:
        """Open it. Raises server.database.Unusable."""
        self._database = Database(url)

    def close(self) -> None:
        """Write what is under way, then let go of the database."""
        self._database.close()

    def ping(self) -> "Future[None]":
        """Ask the database for nothing, to see whether it answers."""
        return self._database.submit(lambda connection: connection.execute(sa.select(sa.literal(1))).close())

    # ── Data sets ──

    def datasets(self) -> "Future[list[DatasetInfo]]":
        """All of them, the oldest first."""
        query = sa.select(tables.datasets.c.info).order_by(tables.datasets.c.created_at)
        return self._database.submit(
            lambda connection: [DatasetInfo.model_validate(info) for info in connection.scalars(query)]
        )

    def dataset(self, dataset_id: str) -> "Future[SavedDataset]":
        """One with its words. Raises NotFound."""

        def read(connection: sa.Connection) -> SavedDataset:
            row = connection.execute(sa.select(tables.datasets).where(tables.datasets.c.id == dataset_id)).first()
            if row is None:
                raise NotFound(f"there is no data set {dataset_id!r}; GET /api/datasets lists them")
            return SavedDataset(DatasetInfo.model_validate(row.info), bytes(row.content))

        return self._database.submit(read)

    def add_dataset(self, dataset: SavedDataset) -> "Future[None]":
        """Keep a new one."""
        row = _dataset_row(dataset)
        return self._database.submit(lambda connection: _insert(connection, tables.datasets, [row]))

    # ── Sessions ──

    def sessions(self) -> "Future[list[SessionInfo]]":
        """All that are not deleted, the oldest first, as they were when they were last saved."""
        rows = tables.sessions.c
        query = sa.select(rows.info).where(rows.deleted_at.is_(None)).order_by(rows.created_at, rows.id)
        return self._database.submit(
            lambda connection: [SessionInfo.model_validate(info) for info in connection.scalars(query)]
        )

    def session(self, session_id: str) -> "Future[SavedSession]":
        """One that is not deleted, whole. Raises NotFound."""

        def read(connection: sa.Connection) -> SavedSession:
            rows = tables.sessions.c
            query = sa.select(rows.info).where(rows.id == session_id, rows.deleted_at.is_(None))
            info = connection.scalar(query)
            if info is None:
                raise NotFound(f"there is no session {session_id!r}; GET /api/sessions lists them")
            return SavedSession(
                SessionInfo.model_validate(info),
                [_command(row) for row in connection.execute(_rows_of(tables.commands, session_id))],
                [_checkpoint(row) for row in connection.execute(_rows_of(tables.checkpoints, session_id))],
                {
                    (row.recorder, row.level, row.block): bytes(row.content)
                    for row in connection.execute(_rows_of(tables.metrics, session_id))
                },
            )

        return self._database.submit(read)

    def commands(self, session_id: str) -> "Future[list[Command]]":
        """A session's log, in order."""
        query = _rows_of(tables.commands, session_id)
        return self._database.submit(lambda connection: [_command(row) for row in connection.execute(query)])

    def keys(self) -> "Future[Mapping[str | None, str]]":
        """Of the newest commands that have one, each with the session that it changed, or made."""
        since = _now() - REPEAT_TIME
        made, given = tables.sessions.c, tables.commands.c
        query = sa.union_all(
            sa.select(made.key, made.id).where(made.key.is_not(None), made.created_at >= since),
            sa.select(given.key, given.session_id).where(given.key.is_not(None), given.given_at >= since),
        )
        return self._database.submit(lambda connection: {row.key: row.id for row in connection.execute(query)})

    def create(self, changes: Changes, dataset: SavedDataset | None = None) -> "Future[None]":
        """Keep a new session, and with it its data set where that is new, too."""
        info = changes.info
        row = {
            "id": info.id,
            "dataset_id": info.config.data.dataset,
            "info": info.model_dump(mode="json"),
            "created_at": info.created_at.astimezone(UTC).replace(tzinfo=None),
            "key": command_key.get(),
        }

        def insert(connection: sa.Connection) -> None:
            if dataset is not None:
                _insert(connection, tables.datasets, [_dataset_row(dataset)])
            _insert(connection, tables.sessions, [row])
            _write(connection, changes)

        return self._database.submit(insert)

    def save(self, changes: Changes) -> "Future[None]":
        """Write what has changed of a session. Raises NotFound where it is not there any more."""

        def update(connection: sa.Connection) -> None:
            _update(connection, changes.info.id, info=changes.info.model_dump(mode="json"))
            _write(connection, changes)

        return self._database.submit(update)

    def delete(self, session_id: str) -> "Future[None]":
        """Mark a session as deleted. Raises NotFound."""
        return self._database.submit(lambda connection: _update(connection, session_id, deleted_at=_now()))

    def restore(self, session_id: str) -> "Future[SessionInfo]":
        """Undo a deletion. Raises NotFound where there is none to undo."""

        def undo(connection: sa.Connection) -> SessionInfo:
            rows = tables.sessions.c
            deleted = sa.select(rows.info).where(rows.id == session_id, rows.deleted_at >= _now() - UNDO_TIME)
            info = connection.scalar(deleted)
            if info is None:
                raise NotFound(f"there is no deleted session {session_id!r}: a deletion can be undone for a day")
            connection.execute(sa.update(tables.sessions).where(rows.id == session_id).values(deleted_at=None))
            return SessionInfo.model_validate(info)

        return self._database.submit(undo)

    def purge(self) -> "Future[None]":
        """Forget for good what was deleted too long ago to be undone."""
        old = sa.delete(tables.sessions).where(tables.sessions.c.deleted_at < _now() - UNDO_TIME)

        def purge(connection: sa.Connection) -> None:
            connection.execute(old)

        return self._database.submit(purge)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _rows_of(table: sa.Table, session_id: str) -> "sa.Select[Any]":
    return sa.select(table).where(table.c.session_id == session_id).order_by(*table.primary_key.columns)


def _command(row: Any) -> Command:
    tensor = None if row.tensor is None else bytes(row.tensor)
    return Command(row.number, row.kind, row.step, row.op, row.body, tensor, row.given_at.replace(tzinfo=UTC))


def _checkpoint(row: Any) -> Checkpoint:
    return Checkpoint(row.step, row.edits, bytes(row.content), row.torch, row.cpu)


def _insert(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _update(connection: sa.Connection, session_id: str, **values: Any) -> None:
    rows = tables.sessions.c
    updated = connection.execute(
        sa.update(tables.sessions).where(rows.id == session_id, rows.deleted_at.is_(None)).values(**values)
    )
    if not updated.rowcount:
        raise NotFound(f"there is no session {session_id!r} in the store")


def _write(connection: sa.Connection, changes: Changes) -> None:
    session_id = changes.info.id
    dropped = [{"session_id": session_id, "number": number} for number in changes.dropped_commands]
    _replace(connection, tables.commands, [], dropped)
    _insert(connection, tables.commands, [_command_row(session_id, command) for command in changes.commands])
    _replace(
        connection,
        tables.checkpoints,
        [_checkpoint_row(session_id, checkpoint) for checkpoint in changes.checkpoints],
        [{"session_id": session_id, "step": step} for step in changes.dropped_checkpoints],
    )
    _replace(
        connection,
        tables.metrics,
        [_metrics_row(session_id, key) | {"content": content} for key, content in changes.metrics.items()],
        [_metrics_row(session_id, key) for key in changes.dropped_metrics],
    )


def _replace(
    connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]], dropped: list[dict[str, Any]]
) -> None:
    """Write rows in place of those of the same key, and drop others."""
    keys = [column.name for column in table.primary_key.columns]
    matches = [table.c[name] == sa.bindparam(f"key_{name}") for name in keys]
    gone = [{f"key_{name}": row[name] for name in keys} for row in (*rows, *dropped)]
    if gone:
        connection.execute(sa.delete(table).where(*matches), gone)
    _insert(connection, table, rows)


def _dataset_row(dataset: SavedDataset) -> dict[str, Any]:
    return {
        "id": dataset.info.id,
        "name": dataset.info.name,
        "content": dataset.content,
        "info": dataset.info.model_dump(mode="json"),
        "created_at": _now(),
    }


def _command_row(session_id: str, command: Command) -> dict[str, Any]:
    given_at = command.given_at.astimezone(UTC).replace(tzinfo=None)
    return {"session_id": session_id, **vars(command), "given_at": given_at}


def _checkpoint_row(session_id: str, checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "session_id": session_id,
        "step": checkpoint.step,
        "edits": checkpoint.edits,
        "content": checkpoint.content,
        "digest": checkpoint.digest,
        "torch": checkpoint.torch,
        "cpu": checkpoint.cpu,
    }


def _metrics_row(session_id: str, key: Key) -> dict[str, Any]:
    recorder, level, block = key
    return {"session_id": session_id, "recorder": recorder, "level": level, "block": block}
