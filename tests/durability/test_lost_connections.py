"""PostgreSQL is elsewhere: a connection to it can be lost at any moment, and what was under way then is in doubt."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.database import LOCK_NUMBER
from server.settings import Settings
from tests.durability.lossy_proxy import LossyProxy
from tests.durability.postgresql import USER, PostgresqlDatabase

TINY = {"model": {"embedding_size": 2, "hidden_sizes": [4]}, "training": {"batch_size": 4, "engine": "tape"}}
SAVED = ("position", "last_step", "training", "loss")


@pytest.fixture
def database(postgresql: Path) -> PostgresqlDatabase:
    return PostgresqlDatabase(postgresql)


@pytest.fixture
def proxy(postgresql: Path) -> Iterator[LossyProxy]:
    proxy = LossyProxy(postgresql)
    yield proxy
    proxy.close()


def serving(url: str) -> TestClient:
    return TestClient(create_app(Settings(database=url)))


def session_of(client: TestClient) -> str:
    return f"/api/sessions/{client.post('/api/sessions', json=TINY).json()['id']}"


def wait_until_saved(client: TestClient, session: str) -> Any:
    while (info := client.get(session).json())["unsaved"] is not None:
        pass
    return info


def kinds(client: TestClient, session: str) -> list[str]:
    return [command["kind"] for command in client.get(f"{session}/log").json()]


def test_what_was_saved_although_nobody_heard_of_it_is_saved_once(
    database: PostgresqlDatabase, proxy: LossyProxy
) -> None:
    with serving(database.url_by(proxy.port)) as client:
        session = session_of(client)
        proxy.lose_next_commit()
        assert client.post(f"{session}/advance", json={"count": 3}).status_code == 503
        wait_until_saved(client, session)
        assert kinds(client, session) == ["advance"]
        assert client.post(f"{session}/advance", json={"count": 3}).is_success
        assert kinds(client, session) == ["advance", "advance"]
    database.check()


def test_a_change_that_was_refused_is_taken_back_where_it_was_saved_nevertheless(
    database: PostgresqlDatabase, proxy: LossyProxy
) -> None:
    with serving(database.url_by(proxy.port)) as client:
        session = session_of(client)
        client.post(f"{session}/advance", json={"count": 9})
        client.post(f"{session}/seek", json={"step": 5})
        proxy.lose_next_commit()
        change = client.patch(f"{session}/training", params={"later": "discard"}, json={"learning_rate": 0.5})
        assert change.status_code == 503
        before = wait_until_saved(client, session)
        assert (before["last_step"], before["training"]["learning_rate"]) == (9, 0.1)
        assert kinds(client, session) == ["advance", "seek"]
    database.check()
    with serving(database.url) as client:
        assert kinds(client, session) == ["advance", "seek"]
        client.get(f"{session}/timeline")  # Wakes it.
        after = client.get(session).json()
        assert [after[key] for key in SAVED] == [before[key] for key in SAVED]


def test_a_session_goes_on_when_another_has_taken_the_database_meanwhile_and_lets_go_of_it(
    database: PostgresqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.database.SECONDS_FOR_LAST_SERVER", 0.1)
    with serving(database.url) as client:
        session = session_of(client)
        with psycopg.connect(database.url, user=USER, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            other.execute(f"SELECT pg_advisory_lock({LOCK_NUMBER})")
            refused = client.post(f"{session}/advance", json={"count": 3})
            assert refused.status_code == 503
            assert "another server" in refused.json()["detail"]
        wait_until_saved(client, session)
        assert kinds(client, session) == ["advance"]
    database.check()
