"""A command that is sent twice with one number counts once, whatever became of the first answer."""

import threading
from typing import Any

import pytest

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
