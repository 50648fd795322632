"""Outliers over REST: planted by a command, or tried in copies of the session."""

from typing import Any

import pytest

from tests.server.conftest import TINY_BATCH, NewSession
from tests.server.driving import SessionDriver
from tests.server.sessions import DATASET


def test_planted_outliers_are_told_with_what_they_were_and_where_they_stand(session: SessionDriver) -> None:
    assert session.call("GET", "/outliers") == []
    info = session.train(outliers={"count": 4, "seed": 2})
    assert info["training"]["outliers"] == {"count": 4, "seed": 2}
    outliers = session.call("GET", "/outliers")
    assert len({outlier["example"] for outlier in outliers}) == 4
    for outlier in outliers:
        assert len(outlier["context"]) == info["config"]["data"]["context_length"]
        assert outlier["right"] != outlier["planted"]
        word = outlier["context"].lstrip(".") + outlier["right"].rstrip(".")
        assert any(word in each for each in DATASET.words)


def test_an_outlier_in_the_minibatch_is_taught_the_planted_character(session: SessionDriver) -> None:
    session.train(outliers={"count": 10})
    seen = set()
    for _ in range(20):
        targets = session.tensor("Yb")
        for outlier in session.call("GET", "/outliers"):
            if outlier["row"] is not None:
                assert DATASET.characters[targets[outlier["row"]]] == outlier["planted"]
                seen.add(outlier["example"])
        session.advance()
    assert seen


def test_outliers_are_commands_of_the_timeline_and_the_past_is_found_again(new_session: NewSession) -> None:
    session = new_session(training={"engine": "auto"})
    session.advance("step", 3)
    session.train(outliers={"count": 8})
    session.advance("step", 5)
    planted = session.bits("parameter", "gradient")
    session.train(outliers=None)
    session.advance("step", 3)
    last = session.bits("parameter", "gradient")
    texts = [(command["step"], command["text"]) for command in session.call("GET", "/timeline")["commands"]]
    assert texts == [(3, "outliers: 8, seed 0"), (8, "no outliers")]
    session.call("POST", "/seek", json={"step": 7})
    assert session.info()["training"]["outliers"] == {"count": 8, "seed": 0}
    branch = SessionDriver(session.client, session.call("POST", "/branch", json={})["id"])
    assert branch.call("GET", "/outliers") == session.call("GET", "/outliers")
    session.advance("step", 4)
    assert session.bits("parameter", "gradient") == last != planted


def test_learning_rate_and_traps_leave_outliers_as_they_are(session: SessionDriver) -> None:
    session.train(outliers={"count": 2})
    info = session.train(learning_rate=0.01, traps=[{"name": "gain_forgotten"}])
    assert info["training"]["outliers"] == {"count": 2, "seed": 0}


def test_a_trial_follows_each_outlier_in_four_ways_and_leaves_the_session_as_it_is(session: SessionDriver) -> None:
    session.advance("step", 5)
    with session.unchanged():
        wanted = {"count": 3, "seed": 1, "steps": 40, "norm_threshold": 0.1}
        trial = session.call("POST", "/outliers/trial", json=wanted)
        assert session.call("GET", "/outliers") == []
    assert [curves["treatment"] for curves in trial["curves"]] == [
        *("nothing", "loss clipping", "clipping by norm", "clipping by value"),
    ]
    assert len(trial["outliers"]) == 3
    for curves in trial["curves"]:
        assert (curves["steps"][0], curves["steps"][-1]) == (5, 45)
        assert {len(losses) for losses in curves["losses"]} == {3}
        assert curves["losses"][0] == trial["curves"][0]["losses"][0]
    assert trial["curves"][0]["losses"][-1] != trial["curves"][2]["losses"][-1]
    used = session.info()["config"]["data"]["dataset"]
    size = next(each for each in session.client.get("/api/datasets").json() if each["id"] == used)["examples"]["train"]
    assert trial["draws"] == pytest.approx(40 * TINY_BATCH / size)


def test_a_trial_is_of_the_same_outliers_as_are_planted_by_the_same_seed(session: SessionDriver) -> None:
    trial = session.call("POST", "/outliers/trial", json={"count": 3, "seed": 6, "steps": 1})
    session.train(outliers={"count": 3, "seed": 6})
    planted = session.call("GET", "/outliers")
    assert [each["example"] for each in trial["outliers"]] == [each["example"] for each in planted]


@pytest.mark.parametrize("engine", ["tape", "kernel", "auto"])
def test_a_trial_can_be_made_whatever_the_engine_of_the_session(new_session: NewSession, engine: str) -> None:
    session = new_session(training={"engine": engine})
    assert len(session.call("POST", "/outliers/trial", json={"steps": 3})["curves"]) == 4


BAD: dict[str, tuple[Any, str]] = {
    "none": ({"count": 0}, "count"),
    "too many": ({"count": 21}, "count"),
    "a seed below zero": ({"seed": -1}, "seed"),
    "a field too many": ({"words": 3}, "unknown field 'words'"),
}
BAD_TRIALS = BAD | {
    "no steps": ({"steps": 0}, "steps"),
    "too many steps": ({"steps": 10_001}, "steps"),
    "a threshold of zero": ({"loss_threshold": 0}, "loss_threshold"),
    "an infinite threshold": ({"norm_threshold": "inf"}, "norm_threshold"),
    "a negative threshold": ({"value_threshold": -1}, "value_threshold"),
}


@pytest.mark.parametrize(("outliers", "why"), BAD.values(), ids=BAD)
def test_what_cannot_be_planted_is_refused_and_nothing_changes(session: SessionDriver, outliers: Any, why: str) -> None:
    with session.unchanged():
        answer = session.request("PATCH", "/training", json={"learning_rate": 0.5, "outliers": outliers})
        assert answer.status_code == 422
        assert why in answer.json()["detail"]


@pytest.mark.parametrize(("wanted", "why"), BAD_TRIALS.values(), ids=BAD_TRIALS)
def test_what_cannot_be_tried_is_refused(session: SessionDriver, wanted: Any, why: str) -> None:
    answer = session.request("POST", "/outliers/trial", json=wanted)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_too_few_contexts_of_their_own_are_told(new_session: NewSession) -> None:
    session = new_session(data={"context_length": 1})
    planted = session.request("PATCH", "/training", json={"outliers": {"count": 20}})
    tried = session.request("POST", "/outliers/trial", json={"count": 20})
    for answer in (planted, tried):
        assert answer.status_code == 422
        assert "examples of the training split have a context of their own" in answer.json()["detail"]


def test_a_trial_that_would_take_too_long_is_refused_before_it_begins(new_session: NewSession) -> None:
    session = new_session(model={"hidden_sizes": [1024, 1024]})
    answer = session.request("POST", "/outliers/trial", json={"steps": 10_000})
    assert answer.status_code == 422
    assert "a trial may have at most" in answer.json()["detail"]
