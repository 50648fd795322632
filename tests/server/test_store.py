import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

import server.store
from model.checkpoints import Checkpoint
from model.config import Config, ModelConfig, TrainingConfig
from server import tables
from server.errors import NotFound, Unavailable
from server.log import Command
from server.recorded import Key
from server.schemas.datasets import DatasetInfo
from server.schemas.sessions import DivergenceInfo, ParentInfo, SessionInfo
from server.store import Changes, SavedDataset, SavedSession, Store
from tests.server.sessions import CONTENT, INFO, new_session

CONFIG = Config(model=ModelConfig(embedding_size=2, hidden_sizes=(4,)), training=TrainingConfig(batch_size=4))
ODD_BYTES = bytes(range(256)) * 3
ODD_NUMBERS = np.array([math.nan, math.inf, -math.inf, -0.0, 5e-324, 1e308]).tobytes()
LATE = datetime(2026, 2, 3, 4, 5, 6, 789_012, tzinfo=timezone(timedelta(hours=5, minutes=30)))


@pytest.fixture(params=["in memory", "in a file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    store = Store("sqlite://" if request.param == "in memory" else f"sqlite:///{tmp_path / 'sessions.sqlite3'}")
    store.add_dataset(SavedDataset(INFO, CONTENT)).result()
    yield store
    store.close()


@cache
def new_info() -> SessionInfo:
    return new_session(CONFIG).info()


def session_info(session_id: str = "one", created_at: datetime = LATE) -> SessionInfo:
    return new_info().model_copy(
        update={
            "id": session_id,
            "created_at": created_at,
            "name": "größe 東京 '; DROP TABLE sessions; --",
            "parent": ParentInfo(id="gone", step=3),
            "divergence": DivergenceInfo(step=3, expected="a", found="b", text="they differ"),
            "loss": 0.1 + 0.2,
        }
    )


COMMANDS = (
    Command(1, "advance", 2**53, 2**31 - 1, {"unit": "step", "count": -3}, given_at=LATE),
    Command(2, "set_parameter", 0, 0, {"name": "W1"}, ODD_BYTES, LATE),
    Command(3, "run", 5, 50, {"until": {"metric": "loss", "below": 0.1 + 0.2}}),
    Command(4, "discard", 5, 50, {}, b""),
)
CHECKPOINTS = (Checkpoint(0, 0, b"", "2.0", "some"), Checkpoint(2**53, 3, ODD_BYTES))
METRICS: dict[Key, bytes] = {("loss", 0, 0): ODD_NUMBERS, ("loss", 13, 2**50): b"", ("gauges", 0, 7): ODD_BYTES}


def everything(info: SessionInfo) -> Changes:
    return Changes(info, COMMANDS, CHECKPOINTS, metrics=METRICS)


def assert_saved(
    found: SavedSession,
    info: SessionInfo,
    commands: tuple[Command, ...] = COMMANDS,
    checkpoints: tuple[Checkpoint, ...] = CHECKPOINTS,
    metrics: dict[Key, bytes] = METRICS,
) -> None:
    assert found.info == info
    assert tuple(found.commands) == commands
    assert tuple(found.checkpoints) == checkpoints
    assert found.metrics == metrics


def rows_of(store: Store, session_id: str) -> int:
    """In all tables that are kept by session."""

    def count(connection: sa.Connection) -> int:
        kept = (tables.commands, tables.checkpoints, tables.metrics)
        queries = [sa.select(sa.func.count()).where(table.c.session_id == session_id) for table in kept]
        return sum(connection.scalar(query) or 0 for query in queries)

    return store._database.submit(count).result()


# ── Sessions ──


def test_a_session_comes_back_as_it_was_created_bit_for_bit(store: Store) -> None:
    info = session_info()
    store.create(everything(info)).result()
    assert_saved(store.session("one").result(), info)
    assert store.commands("one").result() == list(COMMANDS)
    assert store.sessions().result() == [info]


def test_a_session_that_was_saved_before_there_were_traps_has_none() -> None:
    saved = session_info().model_dump(mode="json")
    del saved["training"]["traps"]
    assert SessionInfo.model_validate(saved) == session_info()


def test_all_times_come_back_in_utc(store: Store) -> None:
    store.create(everything(session_info())).result()
    assert {command.given_at.tzinfo for command in store.commands("one").result()} == {UTC}
    assert store.commands("one").result()[0].given_at == LATE


def test_a_checkpoints_digest_is_kept_with_it(store: Store) -> None:
    store.create(everything(session_info())).result()
    query = sa.select(tables.checkpoints.c.digest).order_by(tables.checkpoints.c.step)
    digests = store._database.submit(lambda connection: list(connection.scalars(query))).result()
    assert digests == [checkpoint.digest for checkpoint in CHECKPOINTS]


def test_a_session_has_rows_of_its_own_only(store: Store) -> None:
    one, other = session_info("one"), session_info("other")
    store.create(everything(one)).result()
    store.create(Changes(other, COMMANDS[:1])).result()
    assert_saved(store.session("one").result(), one)
    assert_saved(store.session("other").result(), other, COMMANDS[:1], (), {})


def test_a_save_adds_replaces_and_drops(store: Store) -> None:
    info = session_info()
    store.create(everything(info)).result()
    renamed = info.model_copy(update={"name": "another", "last_step": 9})
    more = Command(5, "seek", 2, 3, {"step": 2})
    again, newer = Checkpoint(2**53, 4, b"again"), Checkpoint(7, 1, b"newer")
    store.save(
        Changes(
            renamed,
            commands=[more],
            checkpoints=[again, newer],
            dropped_checkpoints=[0, 12345],
            metrics={("loss", 0, 0): b"replaced", ("loss", 1, 0): b"added"},
            dropped_metrics=[("gauges", 0, 7), ("gauges", 9, 9)],
        )
    ).result()
    assert_saved(
        store.session("one").result(),
        renamed,
        (*COMMANDS, more),
        (newer, again),
        {("loss", 0, 0): b"replaced", ("loss", 1, 0): b"added", ("loss", 13, 2**50): b""},
    )


def test_a_save_of_nothing_new_keeps_all_there_is(store: Store) -> None:
    info = session_info()
    store.create(everything(info)).result()
    store.save(Changes(info)).result()
    assert_saved(store.session("one").result(), info)


# In the order in which a save writes them, so that the last fails after all others.
FAILING: dict[str, dict[str, Any]] = {
    "a command of a number that is there": {
        "commands": [Command(9, "run", 1, 1), COMMANDS[0]],
        "checkpoints": CHECKPOINTS,
        "metrics": METRICS,
    },
    "a checkpoint given twice": {
        "commands": [Command(9, "run", 1, 1)],
        "checkpoints": [Checkpoint(5, 0, b"fine"), Checkpoint(6, 0, b"fine"), Checkpoint(6, 0, b"again")],
        "dropped_checkpoints": [0],
    },
    "a metric without numbers": {
        "commands": [Command(9, "run", 1, 1)],
        "checkpoints": [Checkpoint(5, 0, b"fine")],
        "dropped_checkpoints": [0],
        "metrics": {("loss", 0, 0): b"fine", ("loss", 0, 1): None},
        "dropped_metrics": [("gauges", 0, 7)],
    },
}


@pytest.mark.parametrize("changes", FAILING.values(), ids=FAILING)
def test_a_save_is_done_altogether_or_not_at_all(store: Store, changes: dict[str, Any]) -> None:
    info = session_info()
    store.create(everything(info)).result()
    with pytest.raises(Unavailable, match="constraint failed"):
        store.save(Changes(info.model_copy(update={"name": "half way"}), **changes)).result()
    assert_saved(store.session("one").result(), info)


def test_a_session_is_created_altogether_or_not_at_all(store: Store) -> None:
    with pytest.raises(Unavailable, match="constraint failed"):
        store.create(replace(everything(session_info()), commands=[COMMANDS[0], COMMANDS[0]])).result()
    assert store.sessions().result() == []
    assert rows_of(store, "one") == 0
    store.create(everything(session_info())).result()


def test_a_session_of_a_data_set_that_is_not_there_is_not_created(store: Store) -> None:
    info = session_info()
    data = info.config.data.model_copy(update={"dataset": "nothing"})
    with pytest.raises(Unavailable, match="FOREIGN KEY constraint failed"):
        store.create(
            Changes(info.model_copy(update={"config": info.config.model_copy(update={"data": data})}))
        ).result()
    assert store.sessions().result() == []


def test_sessions_are_listed_in_the_order_in_which_they_were_made(store: Store) -> None:
    made = [
        session_info("b", LATE + timedelta(microseconds=1)),
        session_info("d", LATE),
        session_info("c", LATE),  # Of two that were made at once, the lesser id comes first.
        session_info("a", LATE + timedelta(days=300)),
        session_info("e", LATE.astimezone(UTC) - timedelta(hours=1)),  # A time of day that is later, of a day before
    ]
    for info in made:
        store.create(Changes(info)).result()
    store.save(Changes(made[0].model_copy(update={"name": "saved last"}))).result()
    assert [info.id for info in store.sessions().result()] == ["e", "c", "d", "b", "a"]


# ── Deleting ──


def test_a_deleted_session_is_not_found_and_not_listed(store: Store) -> None:
    store.create(everything(session_info())).result()
    store.delete("one").result()
    assert store.sessions().result() == []
    for attempt in (store.session("one"), store.save(Changes(session_info())), store.delete("one")):
        with pytest.raises(NotFound, match="no session 'one'"):
            attempt.result()


def test_a_deletion_is_undone_with_all_that_the_session_had(store: Store) -> None:
    info = session_info()
    store.create(everything(info)).result()
    store.delete("one").result()
    assert store.restore("one").result() == info
    assert_saved(store.session("one").result(), info)


def test_there_is_nothing_to_restore_where_nothing_was_deleted(store: Store) -> None:
    store.create(everything(session_info())).result()
    for session_id in ("one", "nobody"):
        with pytest.raises(NotFound, match=r"no deleted session .*: a deletion can be undone for a day"):
            store.restore(session_id).result()


def test_what_was_not_deleted_or_only_just_is_not_purged(store: Store) -> None:
    for session_id in ("kept", "deleted"):
        store.create(everything(session_info(session_id))).result()
    store.delete("deleted").result()
    store.purge().result()
    store.restore("deleted").result()
    assert [info.id for info in store.sessions().result()] == ["deleted", "kept"]


def test_what_was_deleted_long_ago_is_purged_with_all_of_its_rows_and_nobody_elses(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for session_id in ("kept", "deleted"):
        store.create(everything(session_info(session_id))).result()
    store.delete("deleted").result()
    monkeypatch.setattr(server.store, "UNDO_TIME", timedelta(0))
    store.purge().result()
    with pytest.raises(NotFound):
        store.restore("deleted").result()
    assert rows_of(store, "deleted") == 0
    assert rows_of(store, "kept") == len(COMMANDS) + len(CHECKPOINTS) + len(METRICS)
    assert store.session("kept").result().info.id == "kept"


def test_an_undone_deletion_is_not_purged_later(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.create(everything(session_info())).result()
    store.delete("one").result()
    store.restore("one").result()
    monkeypatch.setattr(server.store, "UNDO_TIME", timedelta(0))
    store.purge().result()
    assert store.session("one").result().info.id == "one"


# ── Data sets ──


def test_a_data_set_comes_back_byte_for_byte(store: Store) -> None:
    info = DatasetInfo.model_validate(INFO.model_copy(update={"id": "odd", "name": "größe", "characters": [".", "東"]}))
    store.add_dataset(SavedDataset(info, ODD_BYTES)).result()
    assert store.dataset("odd").result() == SavedDataset(info, ODD_BYTES)
    assert [each.id for each in store.datasets().result()] == [INFO.id, "odd"]


def test_an_unknown_data_set_is_said_to_be_so(store: Store) -> None:
    with pytest.raises(NotFound, match="no data set 'nothing'; GET /api/datasets lists them"):
        store.dataset("nothing").result()


def test_a_data_set_is_added_once(store: Store) -> None:
    with pytest.raises(Unavailable, match="UNIQUE constraint failed"):
        store.add_dataset(SavedDataset(INFO, b"other words")).result()
    assert store.dataset(INFO.id).result().content == CONTENT


# ── Over time ──


def test_all_of_it_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.sqlite3'}"
    info = session_info()
    store = Store(url)
    store.add_dataset(SavedDataset(INFO, CONTENT)).result()
    store.create(everything(info)).result()
    store.delete("one").result()
    store.close()
    store = Store(url)
    assert store.sessions().result() == []
    assert store.restore("one").result() == info
    assert_saved(store.session("one").result(), info)
    store.close()


def test_what_was_submitted_before_closing_is_saved(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sessions.sqlite3'}"
    store = Store(url)
    store.add_dataset(SavedDataset(INFO, CONTENT))
    for number in range(20):
        store.create(Changes(session_info(f"{number:02}")))
    store.close()
    store = Store(url)
    assert len(store.sessions().result()) == 20
    store.close()
