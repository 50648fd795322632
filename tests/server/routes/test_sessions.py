from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from model.config import Config
from tests.server.conftest import TINY_BATCH, NewSession
from tests.server.driving import SessionDriver


def test_a_config_of_defaults_makes_the_session_of_the_design(client: TestClient) -> None:
    answer = client.post("/api/sessions")
    session = SessionDriver(client, answer.json()["id"])
    assert answer.status_code == 201
    assert answer.json()["config"] == Config().model_dump(mode="json")
    assert answer.json()["parameters"] == 27 * 10 + 30 * 64 + 64 + 64 + 64 + 64 * 27 + 27
    assert answer.json()["position"]["step"] == 0
    assert len(session.names("gradient")) == 26
    session.request("DELETE")


def test_a_session_is_listed_and_read_alike(session: SessionDriver) -> None:
    listed = session.client.get("/api/sessions").json()
    assert session.info() in listed
    assert datetime.fromisoformat(session.info()["created_at"]).tzinfo is not None


def test_a_deleted_session_is_gone(client: TestClient) -> None:
    session = SessionDriver(client, client.post("/api/sessions", json={}).json()["id"])
    assert session.request("DELETE").status_code == 204
    assert session.request("GET").status_code == 404
    assert session.id not in [info["id"] for info in client.get("/api/sessions").json()]


def test_two_sessions_of_one_config_are_bit_identical(new_session: NewSession) -> None:
    one, other = new_session(), new_session()
    for session in (one, other):
        session.advance("step", 20)
    assert one.bits() == other.bits()


@pytest.mark.parametrize("unit", ["op", "pass", "step"])
def test_advancing_by_any_unit_reaches_the_same_numbers(new_session: NewSession, unit: str) -> None:
    one, other = new_session(), new_session()
    one.advance("step", 2)
    while other.info()["position"] != one.info()["position"]:
        other.advance(unit)
    assert other.bits("parameter", "intermediate") == one.bits("parameter", "intermediate")


def test_an_advance_is_answered_with_where_it_led(session: SessionDriver) -> None:
    assert session.advance("step", 3)["position"]["step"] == 3
    assert session.advance("op")["position"] == {"step": 4, "op": 0, "ops": session.info()["position"]["ops"]}
    assert session.advance("op")["loss"] is None  # The forward pass is not through.
    forward_ops = session.call("GET", "/network")["forward_ops"]
    answer = session.advance("pass")
    assert answer["position"]["op"] == forward_ops
    assert answer["loss"] == pytest.approx(session.tensor("loss").item())


def test_going_back_within_a_step_and_on_again_is_bit_identical(session: SessionDriver) -> None:
    session.advance("step", 2)
    before = session.bits()
    ops = session.info()["position"]["ops"]
    for back in range(1, ops + 1):
        assert session.advance("op", -back)["position"]["op"] == ops - back
        session.advance("op", back)
        assert session.tensor("dC").tobytes() == before["dC"]
    assert session.bits() == before


def test_going_back_shows_the_numbers_that_were_there(session: SessionDriver) -> None:
    at_once = 7
    session.advance("op", 1)
    seen = []
    for _ in range(session.info()["position"]["ops"] // at_once):
        seen.append(session.bits())
        session.advance("op", at_once)
    for tensors in reversed(seen):
        session.advance("op", -at_once)
        assert session.bits() == tensors


def test_advances_that_are_asked_for_together_come_one_after_the_other(session: SessionDriver) -> None:
    with ThreadPoolExecutor(5) as people:
        answers = people.map(session.advance, ["step"] * 5, [2] * 5)
    assert sorted(answer["position"]["step"] for answer in answers) == [2, 4, 6, 8, 10]


def test_a_run_stops_at_its_step_with_all_gradients_known(session: SessionDriver) -> None:
    session.run(until_step=25)
    while (info := session.info())["running"]:
        assert info["position"]["step"] <= 25
    assert info["position"]["step"] == 25
    assert info["position"]["op"] == info["position"]["ops"]


def test_a_run_gives_the_numbers_of_single_steps(new_session: NewSession) -> None:
    ran, stepped = new_session(), new_session()
    ran.run(until_step=10)
    while ran.info()["running"]:
        pass
    for _ in range(10):
        stepped.advance()
    for name, parameter in ran.tensors("parameter").items():
        assert parameter.tobytes() == stepped.tensor(name).tobytes()


def test_a_run_goes_on_until_it_is_paused(session: SessionDriver) -> None:
    assert session.request("POST", "/run").status_code == 202
    while session.info()["position"]["step"] < 10:
        pass
    paused = session.call("POST", "/pause")
    assert not session.info()["running"]
    with session.unchanged():
        assert session.info()["position"] == paused["position"]


def test_pausing_what_stands_still_changes_nothing(session: SessionDriver) -> None:
    with session.unchanged():
        session.call("POST", "/pause")


def test_a_run_at_a_rate_is_no_faster(session: SessionDriver) -> None:
    began = datetime.now()
    session.run(until_step=11, steps_per_second=50)
    while session.info()["running"]:
        pass
    assert 0.2 <= (datetime.now() - began).total_seconds() < 5  # 10 intervals of 1/50 s


def test_a_run_takes_the_place_of_the_one_under_way(session: SessionDriver) -> None:
    session.run(steps_per_second=0.001)
    session.run(until_step=5)
    while session.info()["running"]:
        pass
    assert session.info()["position"]["step"] == 5


def test_advancing_while_running_is_refused_and_the_run_goes_on(session: SessionDriver) -> None:
    session.run(steps_per_second=0.001)
    while session.info()["position"]["step"] == 0:
        pass
    with session.unchanged():
        answer = session.request("POST", "/advance", json={"unit": "op"})
        assert answer.status_code == 409
        assert "pause it before advancing" in answer.json()["detail"]
    assert session.info()["running"]


def test_a_tiny_session_has_the_shapes_of_its_config(session: SessionDriver) -> None:
    assert session.tensor("Xb").shape == (TINY_BATCH, 3)
    assert session.tensor("h").shape == (TINY_BATCH, 6)


def updates(session: SessionDriver, steps: int = 1) -> list[tuple[Any, Any, Any]]:
    """Parameter, gradient and next parameter, over some steps."""
    found = []
    for _ in range(steps):
        before = session.tensors("parameter")
        gradients = {name: session.tensor(f"d{name}") for name in before}
        session.advance()
        found += [(before[name], gradients[name], session.tensor(name)) for name in before]
    return found


def assert_same_update(engine: str, after: Any, expected: Any) -> None:
    """The tape's is that of the gradients on show to the last bit, the kernel's up to rounding."""
    if engine == "tape":
        np.testing.assert_array_equal(after, expected)
    else:
        np.testing.assert_allclose(after, expected, rtol=1e-6, atol=1e-7)


engines = pytest.mark.parametrize("engine", ["tape", "kernel"])


@engines
def test_a_learning_rate_is_used_from_the_step_at_which_it_is_set(new_session: NewSession, engine: str) -> None:
    session = new_session(training={"engine": engine})
    session.advance("step", 3)
    assert session.train(learning_rate=0.75)["training"]["learning_rate"] == 0.75
    for before, gradient, after in updates(session, steps=2):
        assert_same_update(engine, after, before - np.float32(0.75) * gradient)


@engines
def test_without_a_change_the_schedule_holds(new_session: NewSession, engine: str) -> None:
    schedule = [{"from_step": 0, "value": 0.5}, {"from_step": 1, "value": 0.25}]
    session = new_session(training={"learning_rate": schedule, "engine": engine})
    for rate in (0.5, 0.25, 0.25):
        for before, gradient, after in updates(session):
            assert_same_update(engine, after, before - np.float32(rate) * gradient)


def test_a_session_tells_which_engine_runs_it(new_session: NewSession) -> None:
    told = {engine: new_session(training={"engine": engine}).info()["engine"] for engine in ("auto", "tape", "kernel")}
    assert {engine: info["name"] for engine, info in told.items()} == {
        "auto": "kernel",
        "tape": "tape",
        "kernel": "kernel",
    }
    assert not any(info["waiting"] for info in told.values())


def wait_until_stopped(session: SessionDriver) -> Any:
    while session.info()["running"]:
        pass
    return session.info()


@engines
def test_a_run_stops_at_its_breakpoint_and_says_why(new_session: NewSession, engine: str) -> None:
    session = new_session(training={"engine": engine})
    session.run(until={"metric": "loss", "below": 2.5})
    info = wait_until_stopped(session)
    losses = session.call("GET", "/metrics", params={"points": 10_000})["series"]["loss"]["mean"]
    assert info["loss"] == losses[-1] < 2.5
    assert min(losses[1:-1]) >= 2.5
    assert f"at step {info['position']['step']}: below 2.5" in info["stopped"]


def test_any_metric_can_be_a_breakpoint(session: SessionDriver) -> None:
    session.run(until={"metric": "saturation.h", "above": -1})
    info = wait_until_stopped(session)
    assert info["position"]["step"] == 1
    assert info["stopped"].startswith("saturation.h is ")


@engines
def test_a_run_stops_where_the_loss_is_not_finite_and_says_why(new_session: NewSession, engine: str) -> None:
    schedule = [{"from_step": 0, "value": 1000.0}]
    session = new_session(model={"batch_norm": "none"}, training={"learning_rate": schedule, "engine": engine})
    session.run()
    info = wait_until_stopped(session)
    assert info["loss"] is None
    assert "no longer finite" in info["stopped"]
    assert not np.isfinite(session.tensor("loss"))


def test_a_run_without_a_breakpoint_has_not_stopped_by_itself(session: SessionDriver) -> None:
    session.run(until_step=10)
    assert wait_until_stopped(session)["stopped"] is None
