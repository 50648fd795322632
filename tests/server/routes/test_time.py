import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.server.conftest import NewSession
from tests.server.driving import Array, SessionDriver

engines = pytest.mark.parametrize("engine", ["tape", "kernel"])


def seek(session: SessionDriver, step: int, op: int | None = None) -> Any:
    return session.call("POST", "/seek", json={"step": step} | ({} if op is None else {"op": op}))


def run_to(session: SessionDriver, step: int) -> Any:
    session.run(until_step=step)
    while session.info()["running"]:
        pass
    return session.info()


def branch(session: SessionDriver, **wanted: Any) -> SessionDriver:
    answer = session.request("POST", "/branch", json=wanted)
    assert answer.status_code == 201, answer.text
    return SessionDriver(session.client, answer.json()["id"])


def bits(session: SessionDriver) -> dict[str, bytes]:
    """What a step is made of, and what comes of it at the end."""
    names = ("Xb", "C", "W1", "b1", "bngain", "W2", "bnmean_running", "logits", "dC")
    return {name: session.tensor(name).tobytes() for name in names}


def losses(session: SessionDriver) -> list[float]:
    found: list[float] = session.call("GET", "/metrics", params={"points": 10_000})["series"]["loss"]["mean"]
    return found


def put(session: SessionDriver, name: str, array: Array, **params: str) -> Any:
    return session.request("PUT", f"/tensors/{name}", json=array.tolist(), params=params)


def live(session: SessionDriver, *watched: int) -> dict[int, dict[str, bytes]]:
    """Thirty steps with changes on the way; what was there at some of them, to the last bit."""
    seen = {}
    changes: dict[int, Callable[[], object]] = {
        7: lambda: session.train(learning_rate=0.7),
        13: lambda: session.train(clipping={"by": "norm", "threshold": 0.1}),
        20: lambda: session.put("b1", np.linspace(-1, 1, 6).astype(np.float32)),
    }
    for step in range(31):
        if step in changes:
            changes[step]()
        if step in watched:
            seen[step] = bits(session)
        session.advance()
    return seen


# ── Seeking ──


@engines
def test_every_step_can_be_visited_again_bit_for_bit(new_session: NewSession, engine: str) -> None:
    session = new_session(training={"engine": engine})
    visits = (30, 0, 20, 7, 6, 29, 13, 12, 19, 8, 1)
    seen = live(session, *visits)
    for step in visits:
        answer = seek(session, step)
        assert answer["position"]["step"] == session.info()["position"]["step"] == step
        assert answer["position"]["op"] == answer["position"]["ops"]
        assert bits(session) == seen[step]
    assert session.info()["last_step"] == 31


def test_seeking_tells_the_loss_of_the_step(session: SessionDriver) -> None:
    live(session)
    recorded = losses(session)
    for step in (0, 30, 11):
        assert seek(session, step)["loss"] == recorded[step]
        assert losses(session) == recorded


def test_a_step_can_be_visited_at_any_of_its_ops(session: SessionDriver) -> None:
    session.advance("step", 5)
    ops = session.info()["position"]["ops"]
    seen = {}
    for op in (ops, ops - 1, ops // 2, 1, 0):
        session.advance("op", op - session.info()["position"]["op"])
        seen[op] = session.bits()
    session.advance("step", 3)
    for op in (0, 1, ops // 2, ops - 1, ops):
        assert seek(session, 5, op)["position"] == {"step": 5, "op": op, "ops": ops}
        assert session.bits() == seen[op]


def test_the_learning_rate_of_a_visited_step_is_that_which_it_had(session: SessionDriver) -> None:
    live(session)
    told = {step: seek(session, step) and session.info()["training"] for step in (6, 7, 12, 13)}
    assert [told[step]["learning_rate"] for step in (6, 7)] == [0.1, 0.7]
    assert [told[step]["clipping"] is None for step in (12, 13)] == [True, False]


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "beyond the end": ({"step": 4}, 409, "step 4 is beyond the end: the session has steps 0 to 3; advance or run"),
    "far beyond": ({"step": 2**53}, 409, "beyond the end"),
    "below 0": ({"step": -1}, 422, "step: "),
    "beyond any integer": ({"step": 10**40}, 422, "step: "),
    "no step": ({}, 422, "step: "),
    "half a step": ({"step": 1.5}, 422, "step: "),
    "an op that is not there": ({"step": 1, "op": 9999}, 422, "op: a step of this session has ops 0 to "),
    "an op below 0": ({"step": 1, "op": -1}, 422, "op: "),
    "an unknown field": ({"step": 1, "unit": "op"}, 422, "unknown field 'unit'"),
}


@pytest.mark.parametrize(("wanted", "status", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_place_that_is_not_there_is_refused_with_the_range_and_nothing_moves(
    session: SessionDriver, wanted: dict[str, Any], status: int, reason: str
) -> None:
    session.advance("step", 3)
    with session.unchanged():
        answer = session.request("POST", "/seek", json=wanted)
        assert answer.status_code == status
        assert reason in answer.json()["detail"]


def test_seeking_while_running_is_refused_and_the_run_goes_on(session: SessionDriver) -> None:
    session.run(steps_per_second=0.001)
    answer = session.request("POST", "/seek", json={"step": 0})
    assert answer.status_code == 409
    assert "the session is running: pause it before seeking" in answer.json()["detail"]
    assert session.info()["running"]


def test_seeks_and_advances_come_in_the_order_in_which_they_were_asked_for(session: SessionDriver) -> None:
    session.advance("step", 50)
    threads = [threading.Thread(target=seek, args=(session, step)) for step in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.info()["last_step"] == 50


# ── Back and on ──


def place(session: SessionDriver) -> tuple[int, int]:
    position = session.info()["position"]
    return position["step"], position["op"]


@pytest.mark.parametrize("unit", ["op", "pass", "step"])
def test_going_back_crosses_steps(session: SessionDriver, unit: str) -> None:
    count = 13 if unit == "op" else 1
    seen = {}
    for _ in range(7):
        seen[place(session)] = session.bits("parameter", "intermediate")
        session.advance(unit, count)
    compared = 0
    while session.info()["position"]["step"] > 0:
        session.advance(unit, -count)
        if place(session) in seen:
            assert session.bits("parameter", "intermediate") == seen[place(session)]
            compared += 1
    assert compared >= 3


def test_going_back_to_before_step_0_is_refused_and_nothing_moves(session: SessionDriver) -> None:
    session.advance("step", 3)
    with session.unchanged():
        answer = session.request("POST", "/advance", json={"unit": "step", "count": -4})
        assert answer.status_code == 409
        assert "before step 0" in answer.json()["detail"]


@engines
def test_going_on_from_an_earlier_step_goes_along_the_same_past(new_session: NewSession, engine: str) -> None:
    session = new_session(training={"engine": engine})
    watched = (7, 8, 13, 20, 21, 30)
    seen, recorded = live(session, *watched), losses(session)
    seek(session, 5)
    for step in range(6, 31):
        session.advance()
        if step in watched:
            assert bits(session) == seen[step]
    assert losses(session) == recorded
    seek(session, 2)
    assert run_to(session, 30)["last_step"] == 31
    assert bits(session) == seen[30]


@engines
def test_going_beyond_the_end_after_a_visit_makes_the_steps_that_would_have_come(
    new_session: NewSession, engine: str
) -> None:
    visitor, other = (new_session(training={"engine": engine}) for _ in range(2))
    for session in (visitor, other):
        live(session)
    seek(visitor, 3)
    run_to(visitor, 60)
    run_to(other, 60)
    assert bits(visitor) == bits(other)
    assert losses(visitor) == losses(other)


# ── Changing what is past ──

CHANGES = {
    "a learning rate": lambda session, **params: session.request(
        "PATCH", "/training", json={"learning_rate": 0.01}, params=params
    ),
    "a parameter": lambda session, **params: put(session, "b1", np.full(6, 0.5), **params),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_before_the_last_step_is_refused_and_says_what_can_be_done(
    session: SessionDriver, change: Any
) -> None:
    live(session)
    seek(session, 15)
    with session.unchanged():
        answer = change(session)
        assert answer.status_code == 409
        assert "stands at step 15, but has come to step 31" in answer.json()["detail"]
        assert "branch" in answer.json()["detail"]
        assert "later=discard" in answer.json()["detail"]


@engines
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_that_discards_what_came_later_makes_the_session_one_that_never_had_it(
    new_session: NewSession, engine: str, change: Any
) -> None:
    changed, fresh = (new_session(training={"engine": engine}) for _ in range(2))
    live(changed)
    seek(changed, 10)
    answer = change(changed, later="discard")
    assert answer.status_code == 200
    assert answer.json()["last_step"] == answer.json()["position"]["step"] == 10
    fresh.advance("step", 7)
    fresh.train(learning_rate=0.7)
    fresh.advance("step", 3)
    change(fresh)
    assert losses(changed) == losses(fresh)
    for session in (changed, fresh):
        session.advance("step", 20)
    assert bits(changed) == bits(fresh)
    assert losses(changed) == losses(fresh)
    for session in (changed, fresh):
        seek(session, 9)
    assert bits(changed) == bits(fresh)


def test_at_the_last_step_there_is_nothing_to_discard(session: SessionDriver) -> None:
    session.advance("step", 5)
    answer = session.request("PATCH", "/training", json={"learning_rate": 0.01}, params={"later": "discard"})
    assert answer.status_code == 200
    assert answer.json()["last_step"] == 5
    assert "discard" not in [command["kind"] for command in session.call("GET", "/log")]


@pytest.mark.parametrize("later", ["", "keep", "DISCARD"])
def test_whatever_else_is_to_happen_to_later_steps_is_refused(session: SessionDriver, later: str) -> None:
    with session.unchanged():
        assert CHANGES["a learning rate"](session, later=later).status_code == 422


# ── Branches ──


@engines
def test_a_branch_shares_the_past_and_goes_its_own_way(new_session: NewSession, engine: str) -> None:
    session = new_session(training={"engine": engine})
    seen, before = live(session, 9, 15, 25), session.state()
    other = branch(session, step=15, training={"learning_rate": 0.02}, name="slower")
    info = other.info()
    assert (info["name"], info["parent"]) == ("slower", {"id": session.id, "step": 15})
    assert (info["position"]["step"], info["last_step"]) == (15, 15)
    assert info["training"] == {
        "learning_rate": 0.02,
        "clipping": {"by": "norm", "threshold": 0.1},
        "traps": [],
        "outliers": None,
    }
    assert bits(other) == seen[15]
    other.advance("step", 10)
    assert bits(other) != seen[25]
    seek(other, 9)
    assert bits(other) == seen[9]
    assert session.state() == before
    assert losses(other)[:16] == losses(session)[:16]
    other.request("DELETE")


def test_a_branch_has_only_the_changes_up_to_its_beginning(session: SessionDriver) -> None:
    seen = live(session, 13, 14, 15)
    other = branch(session, step=12)
    for step in range(13, 16):  # Its parent clips from step 13 on; the branch does not know of that.
        other.advance()
        assert (bits(other) == seen[step]) == (step == 13)
    other.request("DELETE")


def test_a_branch_begins_where_the_session_stands_down_to_the_op(session: SessionDriver) -> None:
    session.advance("step", 5)
    session.advance("op", -9)
    other = branch(session)
    assert other.info()["position"] == session.info()["position"]
    assert other.bits() == session.bits()
    other.request("DELETE")


def test_branches_are_numbered_unless_they_are_named(new_session: NewSession) -> None:
    session = new_session()
    session.call("PATCH", json={"name": "mine"})
    made = [branch(session), branch(session), branch(session, name="yours"), branch(session)]
    assert [other.info()["name"] for other in made] == ["mine, branch 1", "mine, branch 2", "yours", "mine, branch 3"]
    again = branch(made[0])
    assert again.info()["name"] == "mine, branch 1, branch 1"
    for other in [*made, again]:
        other.request("DELETE")


@pytest.mark.parametrize("length", [199, 200])
def test_a_branch_of_a_long_name_has_a_name_of_its_own(session: SessionDriver, length: int) -> None:
    session.call("PATCH", json={"name": "n" * length})
    made = [branch(session), branch(session)]
    names = [other.info()["name"] for other in made]
    assert len(set(names)) == 2
    assert all(len(name) <= 200 for name in names)
    for other in made:
        other.request("DELETE")


def test_a_branch_outlives_its_parent(session: SessionDriver) -> None:
    seen = live(session, 4)
    other = branch(session, step=10)
    session.request("DELETE")
    assert other.info()["parent"]["id"] == session.id
    seek(other, 4)
    assert bits(other) == seen[4]
    other.request("DELETE")


def test_a_branch_of_a_running_session_leaves_it_running(session: SessionDriver) -> None:
    session.run()
    while session.info()["position"]["step"] < 50:
        pass
    other = branch(session, step=20)
    assert session.info()["running"]
    session.call("POST", "/pause")
    seek(session, 20)
    assert bits(other) == bits(session)
    other.request("DELETE")


BAD_BRANCHES: dict[str, tuple[dict[str, Any], int, str]] = {
    "beyond the end": ({"step": 4}, 409, "the session has steps 0 to 3"),
    "below 0": ({"step": -1}, 422, "step: "),
    "no name": ({"name": ""}, 422, "name: "),
    "a long name": ({"name": "n" * 201}, 422, "name: "),
    "a wrong rate": ({"training": {"learning_rate": -1}}, 422, "training.learning_rate: "),
    "another engine": ({"training": {"engine": "tape"}}, 422, "unknown field 'engine'"),
}


@pytest.mark.parametrize(("wanted", "status", "reason"), BAD_BRANCHES.values(), ids=BAD_BRANCHES)
def test_a_branch_that_cannot_be_is_refused_and_leaves_nothing(
    session: SessionDriver, wanted: dict[str, Any], status: int, reason: str
) -> None:
    session.advance("step", 3)
    before = session.client.get("/api/sessions").json()
    with session.unchanged():
        answer = session.request("POST", "/branch", json=wanted)
        assert answer.status_code == status
        assert reason in answer.json()["detail"]
    assert session.client.get("/api/sessions").json() == before


# ── Timeline and log ──


def test_the_timeline_has_the_changes_in_effect_in_words(session: SessionDriver) -> None:
    live(session)
    timeline = session.call("GET", "/timeline")
    assert timeline["last_step"] == 31
    assert [(command["kind"], command["step"], command["text"]) for command in timeline["commands"]] == [
        ("set_learning_rate", 7, "learning rate 0.7"),
        ("set_clipping", 13, "clipping by norm, 0.1"),
        ("set_parameter", 20, "b1 was set by hand"),
    ]
    assert timeline["checkpoints"][0] == 0
    assert timeline["checkpoints"] == sorted(set(timeline["checkpoints"]))
    assert timeline["checkpoints"][-1] <= 31


def test_what_was_discarded_is_not_on_the_timeline_but_in_the_log(session: SessionDriver) -> None:
    live(session)
    seek(session, 14)
    CHANGES["a learning rate"](session, later="discard")
    timeline, log = session.call("GET", "/timeline"), session.call("GET", "/log")
    assert timeline["last_step"] == 14
    assert [command["step"] for command in timeline["commands"]] == [7, 13, 14]
    assert max(timeline["checkpoints"]) <= 14
    assert [command["kind"] for command in log if command["kind"] != "advance"] == [
        "set_learning_rate",
        "set_clipping",
        "set_parameter",
        "seek",
        "discard",
        "set_learning_rate",
    ]
    numbers = {command["number"]: command for command in log}
    assert all(numbers[command["number"]]["kind"] == command["kind"] for command in timeline["commands"])


def test_timeline_and_frames_tell_of_the_newest_change_but_not_of_where_it_stands(session: SessionDriver) -> None:
    def told() -> int:
        with session.stream() as stream:
            frame: int = stream.next_frame().info["last_change"]
        assert session.call("GET", "/timeline")["last_change"] == frame
        return frame

    assert told() == 0
    CHANGES["a learning rate"](session)
    session.advance("step", 3)
    changed = told()
    assert changed == session.call("GET", "/log")[0]["number"]
    seek(session, 2)
    assert told() == changed
    CHANGES["a parameter"](session, later="discard")
    assert told() == session.call("GET", "/log")[-1]["number"] > changed


def test_every_command_is_in_the_log_with_what_it_said_and_where_it_led(session: SessionDriver) -> None:
    session.advance("step", 3)
    session.advance("op", -2)
    seek(session, 1, 4)
    run_to(session, 9)
    session.train(clipping={"by": "value", "threshold": 0.5})
    session.put("b1", np.zeros(6, np.float32))
    ops = session.info()["position"]["ops"]
    log = session.call("GET", "/log")
    assert [(command["kind"], command["step"], command["op"], command["body"]) for command in log] == [
        ("advance", 3, ops, {"unit": "step", "count": 3}),
        ("advance", 3, ops - 2, {"unit": "op", "count": -2}),
        ("seek", 1, 4, {"step": 1, "op": 4}),
        ("run", 1, 4, {"until_step": 9}),
        ("pause", 9, ops, {}),
        ("set_clipping", 9, ops, {"clipping": {"by": "value", "threshold": 0.5}}),
        ("set_parameter", 9, ops, {"name": "b1"}),
    ]
    assert [command["number"] for command in log] == list(range(1, 8))
    assert [command["given_at"] for command in log] == sorted(command["given_at"] for command in log)


# ── Names and ends ──


def test_a_session_is_renamed_and_its_config_keeps_the_name_it_was_made_with(session: SessionDriver) -> None:
    before = session.info()
    for name in ("größe 東京", "n", "n" * 200):
        assert session.call("PATCH", json={"name": name}) == before | {"name": name}
        assert session.info()["name"] == name
    assert session.info()["config"] == before["config"]


BAD_NAMES: list[Any] = ["", "n" * 201, None, 5, ["a"]]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_is_none_is_refused(session: SessionDriver, name: Any) -> None:
    with session.unchanged():
        answer = session.request("PATCH", json={"name": name})
        assert answer.status_code == 422
        assert "name: " in answer.json()["detail"]


def test_a_deleted_session_comes_back_as_it_was(new_session: NewSession) -> None:
    session, later = new_session(), new_session()
    seen = live(session, 16)
    session.advance("op", -5)
    before, tensors, log = session.state(), session.bits(), session.call("GET", "/log")
    order = [info["id"] for info in session.client.get("/api/sessions").json()]
    assert session.request("DELETE").status_code == 204
    assert session.request("GET").status_code == 404
    assert session.request("DELETE").status_code == 404
    restored = session.request("POST", "/restore")
    assert restored.status_code == 200
    assert restored.json() == before["info"]
    assert (session.state(), session.bits(), session.call("GET", "/log")) == (before, tensors, log)
    assert [info["id"] for info in session.client.get("/api/sessions").json()] == order
    seek(session, 16)
    assert bits(session) == seen[16]
    assert later.id in order


def test_deleting_a_running_session_stops_it(session: SessionDriver) -> None:
    session.run()
    while session.info()["position"]["step"] < 20:
        pass
    session.request("DELETE")
    info = session.call("POST", "/restore")
    assert not info["running"]
    assert session.info()["position"]["step"] == info["position"]["step"] >= 20


@pytest.mark.parametrize("session_id", ["nobody", "", "..", "a b"])
def test_what_was_not_deleted_cannot_be_restored(client: TestClient, session_id: str) -> None:
    assert client.post(f"/api/sessions/{session_id}/restore").status_code in (404, 405)


def test_a_session_that_is_there_cannot_be_restored(session: SessionDriver) -> None:
    answer = session.request("POST", "/restore")
    assert answer.status_code == 404
    assert "no deleted session" in answer.json()["detail"]


CALLS: list[tuple[str, str, Any]] = [
    ("POST", "/seek", {"step": 0}),
    ("POST", "/branch", {}),
    ("GET", "/timeline", None),
    ("GET", "/log", None),
    ("GET", "/export", None),
    ("PATCH", "", {"name": "n"}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{method} {path}" for method, path, _ in CALLS])
def test_a_session_that_is_not_there_is_said_to_be_so(client: TestClient, method: str, path: str, body: Any) -> None:
    answer = client.request(method, f"/api/sessions/nobody{path}", json=body)
    assert answer.status_code == 404
    assert "no session 'nobody'; GET /api/sessions lists them" in answer.json()["detail"]
