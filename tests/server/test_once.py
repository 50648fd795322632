"""A command that is sent twice with one number counts once, whatever became of the first answer."""

import threading
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.settings import Settings
from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver


def numbered(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


def step(session: SessionDriver, key: str, count: int = 1) -> Any:
    body = {"unit": "step", "count": count}
    return session.request("POST", "/advance", json=body, headers=numbered(f"{session.id}-{key}"))


def test_a_step_that_is_sent_twice_is_made_once_and_answered_twice(session: SessionDriver) -> None:
    first, again = step(session, "1"), step(session, "1")
    assert first.json() == again.json()
    assert session.info()["position"]["step"] == 1
    step(session, "2")
    assert session.info()["position"]["step"] == 2


def test_without_a_number_each_counts(session: SessionDriver) -> None:
    session.advance("step")
    session.advance("step")
    assert session.info()["position"]["step"] == 2


def test_sent_again_before_the_first_is_answered_it_still_counts_once(new_session: NewSession) -> None:
    session = new_session(training={"engine": "tape"})
    answers: list[Any] = []
    senders = [threading.Thread(target=lambda: answers.append(step(session, "slow", 200).json())) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert [answer["position"]["step"] for answer in answers] == [200] * 3


def test_a_session_that_is_asked_for_twice_is_made_once(session: SessionDriver) -> None:
    made = [session.client.post("/api/sessions", json={}, headers=numbered(f"{session.id}-new")) for _ in range(2)]
    assert made[0].json() == made[1].json()
    session.client.delete(f"/api/sessions/{made[0].json()['id']}")


def test_a_refusal_is_repeated_as_it_was(session: SessionDriver) -> None:
    headers = numbered(f"{session.id}-wrong")
    refused = [session.request("POST", "/advance", json={"unit": "epoch"}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in refused] == [422, 422]
    assert refused[0].json() == refused[1].json()


def test_a_number_belongs_to_one_command(session: SessionDriver) -> None:
    step(session, "mine")
    answer = session.request("POST", "/pause", headers=numbered(f"{session.id}-mine"))
    assert answer.status_code == 422
    assert "another one for another command" in answer.json()["detail"]


@pytest.mark.parametrize(("length", "status"), [(200, 200), (201, 422)])
def test_a_number_has_so_many_characters(session: SessionDriver, length: int, status: int) -> None:
    key = session.id.ljust(length, "x")
    assert session.request("POST", "/pause", headers=numbered(key)).status_code == status


def test_reading_needs_no_number_and_is_never_repeated(session: SessionDriver) -> None:
    headers = numbered(f"{session.id}-read")
    before = session.request("GET", headers=headers).json()
    session.advance("step")
    assert session.request("GET", headers=headers).json() != before


# Each command that changes a session or makes one: method, path after the session's, and options of the request.
COMMANDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "advance": ("POST", "/advance", {"json": {"unit": "step", "count": 3}}),
    "seek": ("POST", "/seek", {"json": {"step": 0}}),
    "run": ("POST", "/run", {"json": {"until_step": 5}}),
    "training": ("PATCH", "/training", {"json": {"learning_rate": 0.5}}),
    "parameter": ("PUT", "/tensors/b2", {"json": [0.5] * 27}),
    "hint": ("POST", "/hunt/hint", {}),
    "answer": ("POST", "/hunt/answer", {"json": {"op": "logits", "mistake": "axis"}}),
    "branch": ("POST", "/branch", {"json": {}}),
    "create": ("POST", "", {"json": {"name": "another"}}),
    "import": ("POST", "/import", {"headers": {"content-type": "application/zip"}}),
}
MADE = ("create", "import")  # By requests that belong to no session


def test_each_command_counts_once_although_the_server_was_started_anew_before_it_was_sent_again(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'sessions'}")
    answers: dict[str, Any] = {}

    def give(client: TestClient, name: str) -> Any:
        method, path, options = COMMANDS[name]
        asked = f"/api/sessions{path}" if name in MADE else session + path
        options = {**options, "headers": {**options.get("headers", {}), **numbered(name)}}
        if name == "import":
            options["content"] = exported
        answer = client.request(method, asked, **options)
        assert answer.is_success, f"{name}: {answer.text}"
        wait_until_it_stands_still(client, session)
        return answer.json()

    with TestClient(create_app(settings)) as client:
        [first] = client.get("/api/sessions").json()
        session = f"/api/sessions/{first['id']}"
        exported = client.get(f"{session}/export").content
        client.patch(f"{session}/training", json={"traps": [{"name": "hidden-1-0"}]})
        for name in COMMANDS:
            before = state(client)
            answers[name] = give(client, name)
            assert state(client) != before, f"{name} changed nothing"
        before = state(client)
    with TestClient(create_app(settings)) as client:
        for name, answer in answers.items():
            again = give(client, name)
            assert (again.keys(), again.get("id")) == (answer.keys(), answer.get("id")), name
            assert state(client) == before, name


def test_a_key_that_another_session_knows_from_before_the_restart_is_a_new_one(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path / 'sessions'}")
    with TestClient(create_app(settings)) as client:
        [first] = client.get("/api/sessions").json()
        other = client.post("/api/sessions", json={}).json()
        client.post(f"/api/sessions/{first['id']}/advance", json={}, headers=numbered("same")).raise_for_status()
    with TestClient(create_app(settings)) as client:
        client.post(f"/api/sessions/{other['id']}/advance", json={}, headers=numbered("same")).raise_for_status()
        assert client.get(f"/api/sessions/{other['id']}").json()["position"]["step"] == 1


def state(client: TestClient) -> dict[str, Any]:
    """Where each session stands, and its log."""
    return {
        info["id"]: (info["position"], client.get(f"/api/sessions/{info['id']}/log").json())
        for info in client.get("/api/sessions").json()
    }


def wait_until_it_stands_still(client: TestClient, session: str) -> None:
    while client.get(session).json()["running"]:
        pass
