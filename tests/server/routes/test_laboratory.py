"""Planted bugs, over REST."""

from typing import Any

import pytest

from model.traps import TRAPS
from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver

PLANTED = {"name": "bndiff_without_square", "threshold": None}
SPOILT = {"dbndiff", "dhprebn", "dW1", "dembcat", "demb", "dC"}


def wrong(session: SessionDriver) -> set[str]:
    return {row["name"] for row in session.call("GET", "/verification")["rows"] if not row["approximate"]}


def test_the_table_is_told_whole_with_the_places_in_this_session(session: SessionDriver) -> None:
    traps = session.call("GET", "/traps")
    assert [trap["name"] for trap in traps] == list(TRAPS)
    tensors = {tensor["name"] for tensor in session.call("GET", "/tensors")}
    for trap in traps:
        assert trap["places"] or trap["missing"]
        assert {place["tensor"] for place in trap["places"]} <= tensors
    (place,) = next(trap for trap in traps if trap["name"] == "bndiff_without_square")["places"]
    assert place == {
        "name": "dbndiff.bndiff2",
        "tensor": "bndiff",
        "layer": 1,
        "right": "dbndiff = (2 * bndiff) * dbndiff2",
        "wrong": "dbndiff = 0  # left out",
    }


def test_where_a_network_has_no_place_for_a_trap_it_is_said_why(new_session: NewSession) -> None:
    session = new_session(model={"batch_norm": "none", "hidden_sizes": [6]})
    missing = {trap["name"]: trap["missing"] for trap in session.call("GET", "/traps")}
    assert missing["gain_forgotten"] == "gain_forgotten has no place in this network: it needs batch norm"
    assert missing["transposed"].startswith(
        "transposed has no place in this network: it needs a layer with as many outputs as inputs"
    )
    assert missing["embedding_assigned"] is None
    assert missing["bias_not_summed"] == (
        "db2.logits: the rule gives shape [8, 18], but b2 has [18], and a gradient has its tensor's shape"
    )
    assert "changes how a session begins" in missing["rate_too_high"]


def test_an_armed_trap_spoils_gradients_until_it_is_disarmed(new_session: NewSession) -> None:
    session = new_session(training={"engine": "auto"})
    session.advance("step", 2)
    assert wrong(session) == set()
    info = session.train(traps=[{"name": "bndiff_without_square"}])
    assert (info["training"]["traps"], info["engine"]["name"]) == ([PLANTED], "tape")
    assert wrong(session) == SPOILT
    session.advance("step", 2)
    assert wrong(session) == SPOILT
    info = session.train(traps=[])
    assert (info["training"]["traps"], info["engine"]["name"]) == ([], "kernel")
    assert wrong(session) == set()


def test_traps_are_commands_of_the_timeline_and_the_past_is_found_again(new_session: NewSession) -> None:
    session = new_session(training={"engine": "auto"})
    session.advance("step", 3)
    session.train(traps=[{"name": "mean_forgotten"}])
    session.advance("step", 3)
    armed = session.bits("parameter", "gradient")
    session.train(traps=[])
    session.advance("step", 3)
    last = session.bits("parameter", "gradient")
    texts = [(command["step"], command["text"]) for command in session.call("GET", "/timeline")["commands"]]
    assert texts == [(3, "traps: mean_forgotten"), (6, "no traps")]
    session.call("POST", "/seek", json={"step": 5})
    assert session.info()["training"]["traps"] == [{"name": "mean_forgotten", "threshold": None}]
    session.advance("step", 4)
    assert session.bits("parameter", "gradient") == last != armed


def test_learning_rate_and_clipping_leave_traps_as_they_are(session: SessionDriver) -> None:
    session.train(traps=[PLANTED])
    info = session.train(learning_rate=0.01, clipping={"by": "norm", "threshold": 1.0})
    assert info["training"]["traps"] == [PLANTED]


BAD: dict[str, tuple[Any, str]] = {
    "unknown": ([{"name": "nonsense"}], "there is no trap 'nonsense'; there are: bndiff_without_square, "),
    "without place": ([{"name": "wrong_axis"}], "wrong_axis has no place in this network: it needs a biased layer"),
    "of another shape": ([{"name": "bias_not_summed"}], "and a gradient has its tensor's shape"),
    "two on one rule": (
        [{"name": "loss_clipping"}, {"name": "mean_forgotten"}],
        "loss_clipping and mean_forgotten both change dlogprobs.loss",
    ),
    "a threshold of zero": ([{"name": "loss_clipping", "threshold": 0}], "should be greater than 0"),
    "an infinite threshold": ([{"name": "loss_clipping", "threshold": "inf"}], "should be a finite number"),
    "a threshold for nothing": ([{"name": "gain_forgotten", "threshold": 1}], "gain_forgotten takes no threshold"),
    "a field too many": ([{"name": "gain_forgotten", "layer": 1}], "unknown field 'layer'"),
    "no list": ("gain_forgotten", "list"),
}


@pytest.mark.parametrize(("traps", "why"), BAD.values(), ids=BAD)
def test_what_cannot_be_armed_is_refused_and_nothing_changes(session: SessionDriver, traps: Any, why: str) -> None:
    session.advance("step", 2)
    with session.unchanged():
        answer = session.request("PATCH", "/training", json={"learning_rate": 0.5, "traps": traps})
        assert answer.status_code == 422
        assert why in answer.json()["detail"]


def test_a_branch_may_begin_with_a_trap_and_only_with_one_that_has_a_place(session: SessionDriver) -> None:
    session.advance("step", 4)
    wanted = {"step": 2, "training": {"traps": [PLANTED]}}
    branch = SessionDriver(session.client, session.call("POST", "/branch", json=wanted)["id"])
    assert branch.info()["training"]["traps"] == [PLANTED]
    assert wrong(branch) == SPOILT
    assert wrong(session) == set()
    refused = session.request("POST", "/branch", json={"training": {"traps": [{"name": "transposed"}]}})
    assert (refused.status_code, "has no place" in refused.json()["detail"]) == (422, True)


def test_a_session_of_the_kernel_says_why_it_takes_none(new_session: NewSession) -> None:
    session = new_session(training={"engine": "kernel"})
    answer = session.request("PATCH", "/training", json={"traps": [PLANTED]})
    assert answer.status_code == 422
    assert "engine is auto or tape" in answer.json()["detail"]


def test_a_cell_that_a_trap_has_computed_is_not_explained_by_the_right_rule(session: SessionDriver) -> None:
    session.train(traps=[PLANTED])
    for name in ("dbndiff", "dbndiff.bndiff2"):
        answer = session.request("GET", f"/tensors/{name}/explanation", params={"cell": "0,0"})
        assert answer.status_code == 409
        assert "dbndiff.bndiff2 is computed by a trap that is armed" in answer.json()["detail"]
    assert session.request("GET", "/tensors/dbnraw/explanation", params={"cell": "0,0"}).status_code == 200
