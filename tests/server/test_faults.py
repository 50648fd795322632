"""The whole server, with its store in a real file: what happens when that cannot be written, and when it can again."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

import server.database
import server.journal
from server.app import create_app
from server.database import Database, Unusable
from server.settings import Settings
from tests.server.driving import SessionDriver
from tests.server.reference import WORDS

SECONDS = 20  # By which what is waited for has come


@dataclass
class Server:
    """One that is up, and the file of its store."""

    client: TestClient
    file: Path

    @property
    def database(self) -> Database:
        database: Database = self.client.app.state.host._store._database  # type: ignore[attr-defined]
        return database

    def session(self, session_id: str | None = None) -> SessionDriver:
        """A session by its id, or a new one whose W1 takes several of the file's pages."""
        if session_id is None:
            answer = self.client.post("/api/sessions", json={"training": {"engine": "tape"}})
            assert answer.status_code == 201, answer.text
            session_id = answer.json()["id"]
        return SessionDriver(self.client, session_id)


@contextmanager
def serving(file: Path) -> Iterator[Server]:
    with TestClient(create_app(Settings(database=f"sqlite:///{file}"))) as client:
        yield Server(client, file)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(server.database, "SECONDS_TO_WAIT", 0.05)
    monkeypatch.setattr(server.journal, "SECONDS_BETWEEN_SAVES", 0.1)
    return tmp_path / "sessions.sqlite3"


def on_connection(running: Server, *statements: str) -> None:
    """Statements on the connection that the server uses, between two of its transactions."""

    def execute() -> None:
        with closing(running.database._engine.raw_connection()) as connection:
            for statement in statements:
                connection.cursor().execute(statement)

    running.database._thread.submit(execute).result()


@contextmanager
def locked(running: Server) -> Iterator[None]:
    other = sqlite3.connect(running.file, isolation_level=None, timeout=SECONDS)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.execute("ROLLBACK")
    other.close()


@contextmanager
def gone(running: Server) -> Iterator[None]:
    away = running.file.with_name("away")
    running.file.rename(away)
    yield
    away.rename(running.file)


@contextmanager
def read_only(running: Server) -> Iterator[None]:
    on_connection(running, "PRAGMA query_only = ON")
    yield
    on_connection(running, "PRAGMA query_only = OFF")


@contextmanager
def full(running: Server) -> Iterator[None]:
    """Not a page more, and those that were free are taken."""
    on_connection(running, "CREATE TABLE IF NOT EXISTS ballast (content)", "PRAGMA max_page_count = 1")
    fill = "INSERT INTO ballast VALUES (zeroblob(3000))"
    with pytest.raises(sqlite3.OperationalError, match="full"):
        on_connection(running, *[fill] * 1000)
    yield
    on_connection(running, "PRAGMA max_page_count = 1000000")


Fault = Callable[[Server], Any]
FAULTS: dict[str, tuple[Fault, str]] = {
    "locked": (locked, "database is locked"),
    "gone": (gone, "No such file or directory"),
    "read-only": (read_only, "attempt to write a readonly database"),
    "full": (full, "database or disk is full"),
}
faults = pytest.mark.parametrize(("fault", "reason"), FAULTS.values(), ids=FAULTS)


def only(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("fault", "reason"), [FAULTS[name] for name in names], ids=names)


def wait(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"


def assert_unavailable(answer: Any, reason: str) -> None:
    assert answer.status_code == 503, answer.text
    detail = answer.json()["detail"]
    assert detail.startswith("the store cannot be used (")
    assert reason in detail
    assert "it is tried again by itself" in detail


def put_w1(session: SessionDriver, seed: int = 0) -> Any:
    return session.put("W1", np.random.default_rng(seed).normal(size=(30, 64)).astype(np.float32))


def everything(session: SessionDriver) -> dict[str, Any]:
    return {
        "info": session.info(),
        "bits": session.bits("parameter", "batch", "statistic"),
        "log": session.call("GET", "/log"),
        "metrics": session.call("GET", "/metrics", params={"names": "loss,gradient_norm", "points": 10_000}),
        "changes": session.call("GET", "/timeline")["commands"],
    }


# ── Without a fault ──


def test_all_is_there_after_a_restart(file: Path) -> None:
    with serving(file) as first:
        first.client.post("/api/datasets", content="\n".join(WORDS), headers={"content-type": "text/plain"})
        session = first.session()
        session.advance("step", 30)
        put_w1(session)
        session.train(learning_rate=0.02)
        session.advance("op", 7)
        session.call("POST", "/seek", json={"step": 12, "op": 5})
        session.call("PATCH", json={"name": "mine"})
        listed = first.client.get("/api/sessions").json(), first.client.get("/api/datasets").json()
        before = everything(session)
    with serving(file) as second:
        assert (second.client.get("/api/sessions").json(), second.client.get("/api/datasets").json()) == listed
        assert everything(second.session(session.id)) == before


def test_no_other_session_is_made_where_there_is_one(file: Path) -> None:
    for _ in range(3):
        with serving(file) as running:
            assert len(running.client.get("/api/sessions").json()) == 1


def test_a_deletion_can_be_undone_after_a_restart(file: Path) -> None:
    with serving(file) as first:
        session = first.session()
        session.advance("step", 3)
        before = everything(session)
        session.request("DELETE")
    with serving(file) as second:
        assert second.session(session.id).request("GET").status_code == 404
        second.session(session.id).call("POST", "/restore")
        assert everything(second.session(session.id)) == before


# ── With one ──


@faults
def test_a_parameter_that_cannot_be_saved_is_not_set(file: Path, fault: Fault, reason: str) -> None:
    with serving(file) as running:
        session = running.session()
        session.advance("step", 3)
        before, bits, changes = session.info(), session.bits(), session.call("GET", "/timeline")["commands"]
        with fault(running):
            assert_unavailable(put_w1(session), reason)
            told = session.info()
            assert session.bits() == bits
            assert session.call("GET", "/timeline")["commands"] == changes
            assert told | {"unsaved": None} == before
            if fault is not full:  # In a full one there may be room for all that is new but a parameter.
                assert reason in told["unsaved"]
        assert put_w1(session).status_code == 200
        assert session.bits() != bits
        assert session.info()["unsaved"] is None


# A change so small that it finds room in pages that there are
@only("locked", "gone")
def test_nothing_is_acknowledged_that_is_not_saved(file: Path, fault: Fault, reason: str) -> None:
    with serving(file) as running:
        session, resting = running.session(), running.session()
        session.advance("step", 3)
        exported = session.request("GET", "/export").content
        bits, before = session.bits(), session.info()
        listed = running.client.get("/api/sessions").json(), running.client.get("/api/datasets").json()
        calls: dict[str, Callable[[], Any]] = {
            "a rate": lambda: session.request("PATCH", "/training", json={"learning_rate": 0.5}),
            "a name": lambda: session.request("PATCH", json={"name": "another"}),
            "a branch": lambda: session.request("POST", "/branch", json={}),
            "an end": lambda: resting.request("DELETE"),
            "a beginning": lambda: running.client.post("/api/sessions", json={}),
            "words": lambda: running.client.post(
                "/api/datasets", content="\n".join(WORDS), headers={"content-type": "text/plain"}
            ),
            "a run": lambda: session.request("POST", "/run", json={}),
            "an import": lambda: running.client.post(
                "/api/sessions/import", content=exported, headers={"content-type": "application/zip"}
            ),
        }
        with fault(running):
            for call in calls.values():
                assert_unavailable(call(), reason)
            assert session.bits() == bits
            assert session.info() | {"unsaved": None} == before
        wait(lambda: all(info["unsaved"] is None for info in running.client.get("/api/sessions").json()))
        assert (running.client.get("/api/sessions").json(), running.client.get("/api/datasets").json()) == listed
        for call in calls.values():
            assert call().is_success


@only("gone", "full")
def test_an_advance_that_cannot_be_saved_goes_on_in_memory_and_is_saved_later(
    file: Path, fault: Fault, reason: str
) -> None:
    with serving(file) as running:
        session = running.session()
        session.advance("step", 3)
        with fault(running):
            # Until more is new than what there is room for
            wait(lambda: session.request("POST", "/advance", json={"count": 100}).status_code == 503)
            step = session.info()["position"]["step"]
            assert step % 100 == 3
            assert reason in session.info()["unsaved"]
            session.request("POST", "/advance", json={"count": 10})
            assert session.info()["position"]["step"] == step + 10
        wait(lambda: session.info()["unsaved"] is None)
        before = everything(session)
        assert len(before["metrics"]["series"]["loss"]["mean"]) == step + 11
        assert [command["number"] for command in before["log"]] == list(range(1, 1 + len(before["log"])))
        assert before["log"][-1]["body"]["count"] == 10
    with serving(file) as again:
        assert everything(again.session(session.id)) == before


@only("locked", "read-only", "full")
def test_a_run_goes_on_in_memory_and_is_saved_when_the_store_is_there_again(
    file: Path, fault: Fault, reason: str
) -> None:
    with serving(file) as running:
        session = running.session()
        session.run()
        wait(lambda: session.info()["position"]["step"] > 20)
        with session.stream() as page:
            with fault(running):
                wait(lambda: page.next_frame().info["unsaved"] is not None)
                assert reason in session.info()["unsaved"]
                step = session.info()["position"]["step"]
                wait(lambda: session.info()["position"]["step"] > step + 50)
                assert session.info()["running"]
            wait(lambda: page.next_frame().info["unsaved"] is None)
        assert session.info()["running"]
        assert session.info()["unsaved"] is None
        session.call("POST", "/pause")
        before = everything(session)
        assert not any(loss is None for loss in before["metrics"]["series"]["loss"]["mean"])
    with serving(file) as again:
        session = again.session(session.id)
        assert everything(session) == before
        last = before["info"]["last_step"]
        assert session.call("POST", "/seek", json={"step": last // 2})["position"]["step"] == last // 2
        session.call("POST", "/seek", json={"step": last})
        assert session.bits("parameter", "batch", "statistic") == before["bits"]
        assert session.info()["divergence"] is None


@only("locked", "full")
def test_a_pause_while_the_store_is_away_stops_the_run_though_it_cannot_be_saved(
    file: Path, fault: Fault, reason: str
) -> None:
    with serving(file) as running:
        session = running.session()
        session.run()
        wait(lambda: session.info()["position"]["step"] > 20)
        with fault(running):
            wait(lambda: session.info()["unsaved"] is not None)
            assert_unavailable(session.request("POST", "/pause"), reason)
            info = session.info()
            assert not info["running"]
        wait(lambda: session.info()["unsaved"] is None)
        assert session.info() == info | {"unsaved": None}
        before = everything(session)
    with serving(file) as again:
        assert everything(again.session(session.id)) == before


@only("locked", "gone", "full")
def test_a_server_that_ends_while_its_store_is_away_ends_and_what_was_saved_is_there(
    file: Path, fault: Fault, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(file) as running:
        session = running.session()
        session.advance("step", 5)
        before = everything(session)
        fault_under_way = fault(running)
        fault_under_way.__enter__()
        put_w1(session)
        wait(lambda: session.request("POST", "/advance", json={"count": 100}).status_code == 503)
    assert f"the end of session {session.id} is not saved" in caplog.text
    assert reason in caplog.text
    # Its own connection is gone with it.
    if fault in (locked, gone):
        fault_under_way.__exit__(None, None, None)
    with serving(file) as again:
        after = everything(again.session(session.id))
        assert after["log"][: len(before["log"])] == before["log"]
        if fault is not full:  # There was room for the first of the advances.
            assert after == before


def test_a_server_does_not_start_while_its_store_is_locked(file: Path) -> None:
    with serving(file) as running:
        session = running.session()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    with pytest.raises(Unusable, match=r"database is locked.*choose another --database"):
        create_app(Settings(database=f"sqlite:///{file}"))
    assert time.monotonic() - began < 5
    other.close()
    with serving(file) as running:
        assert running.session(session.id).info()["position"]["step"] == 0


def test_while_the_store_is_away_all_that_is_in_memory_can_be_seen(file: Path) -> None:
    with serving(file) as running:
        session = running.session()
        session.advance("step", 20)
        with gone(running):
            assert session.info()["position"]["step"] == 20
            assert session.call("GET", "/metrics")["series"]["loss"]["step"][-1] == 20
            assert len(session.call("GET", "/verification")["rows"]) == 26
            assert len(session.call("POST", "/samples", json={"count": 3, "seed": 1})) == 3
            assert session.bits()
            with session.stream() as page:
                assert page.next_frame().position["step"] == 20
