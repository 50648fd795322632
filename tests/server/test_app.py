import pytest
from starlette.testclient import TestClient

from server.app import STATUS, create_app
from server.errors import SessionError
from server.settings import Settings
from tests.server.driving import SessionDriver, to_npy
from tests.server.reference import WORDS


def test_every_error_of_the_domain_has_a_status() -> None:
    assert set(SessionError.__subclasses__()) == set(STATUS)


def test_two_apps_share_no_session() -> None:
    with TestClient(create_app(Settings())) as one, TestClient(create_app(Settings())) as other:
        assert one.get("/api/sessions").json()[0]["id"] != other.get("/api/sessions").json()[0]["id"]


def test_an_app_that_ends_ends_its_sessions() -> None:
    app = create_app(Settings())
    with TestClient(app) as client:
        session = SessionDriver(client, client.get("/api/sessions").json()[0]["id"])
        session.run()
        thread = app.state.host._roster._workers[session.id]._thread
    assert not thread.is_alive()


@pytest.mark.parametrize("size", [1000, 1001])
def test_bodies_are_limited_as_the_settings_say(size: int) -> None:
    words = "\n".join(WORDS).ljust(size).encode()
    with TestClient(create_app(Settings(max_body_bytes=1000))) as client:
        answer = client.post("/api/datasets", content=words, headers={"content-type": "text/plain"})
        assert answer.status_code == (201 if size == 1000 else 413)
        url = f"/api/sessions/{client.get('/api/sessions').json()[0]['id']}/tensors/b1"
        headers = {"content-type": "application/x-npy"}
        answer = client.put(url, content=to_npy([0] * size), headers=headers)  # type: ignore[arg-type]
        assert answer.status_code == 413


def test_sessions_are_limited_as_the_settings_say() -> None:
    with TestClient(create_app(Settings(max_session_bytes=12_000_000))) as client:
        before = client.get("/api/sessions").json()
        answer = client.post("/api/sessions", json={"model": {"hidden_sizes": [4096]}})
        assert answer.status_code == 422
        assert "max_session_bytes" in answer.json()["detail"]
        assert client.get("/api/sessions").json() == before
