"""Surgery over REST: what cuts change is told, and the session stays as it is."""

from typing import Any

import numpy as np
import pytest

from model.surgery import MOST_CUTS
from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver

DETACH = {"kind": "detach", "tensor": "bnmeani"}


def operate(session: SessionDriver, *cuts: Any, **more: Any) -> Any:
    return session.call("POST", "/surgery", json={"cuts": cuts, **more})


def names(operation: Any) -> set[str]:
    return {each["name"] for each in operation["changed"]}


def test_a_detached_mean_changes_what_comes_from_its_gradient_alone(session: SessionDriver) -> None:
    session.advance("step", 3)
    with session.unchanged():
        operation = operate(session, DETACH)
    assert names(operation) == {"dbnmeani", "dhprebn", "dW1", "db1", "dembcat", "demb", "dC"}
    told = [*operation["unchanged"], *names(operation)]
    roles = ("parameter", "intermediate", "gradient")
    listed = [each["name"] for each in session.call("GET", "/tensors") if each["role"] in roles]
    assert sorted(told) == sorted(listed)
    assert operation["loss"] == operation["ordinary"]["before"] == session.info()["loss"]


def test_without_cuts_the_update_is_the_one_that_is_pending(session: SessionDriver) -> None:
    session.train(clipping={"by": "norm", "threshold": 0.1})
    operation, pending = operate(session), session.call("GET", "/update")
    assert operation["changed"] == []
    assert operation["ordinary"] == operation["operated"]
    assert operation["ordinary"] == pytest.approx(pending["loss"], rel=1e-6)
    assert operation["learning_rate"] == pending["learning_rate"]


def test_a_tensor_is_shown_before_and_after(session: SessionDriver) -> None:
    before = session.tensor("h")
    shown = operate(session, {"kind": "set", "tensor": "h", "cell": [1, 2], "value": 0.25}, show="h")["shown"]
    expected = before.copy()
    expected[1, 2] = 0.25
    assert (shown["name"], shown["block"]) == ("h", [1, 1])
    np.testing.assert_allclose(shown["before"], before)
    np.testing.assert_allclose(shown["after"], expected)
    np.testing.assert_allclose(shown["difference"], expected - before, atol=1e-7)


def test_a_large_tensor_is_shown_in_blocks(new_session: NewSession) -> None:
    session = new_session(model={"hidden_sizes": [300, 300]})
    shown = operate(session, {"kind": "scale", "tensor": "dlogits", "factor": 0}, show="dW2")["shown"]
    assert shown["block"] != [1, 1]
    assert sum(map(len, shown["before"])) <= 4096
    assert np.abs(shown["before"]).max() == pytest.approx(np.abs(session.tensor("dW2")).max())
    assert not np.any(shown["after"])


def test_before_all_is_known_it_is_said_when_it_will_be(session: SessionDriver) -> None:
    session.advance("op", -3)
    answer = session.request("POST", "/surgery", json={"cuts": [DETACH]})
    assert answer.status_code == 409
    assert "it will be at op 50" in answer.json()["detail"]


def test_numbers_that_are_not_finite_are_null(session: SessionDriver) -> None:
    operation = operate(session, {"kind": "scale", "tensor": "logits", "factor": 1e38})
    assert operation["loss"] is None
    assert operation["operated"]["after"] is None
    assert None in [each["largest"] for each in operation["changed"]]


REFUSED: dict[str, tuple[Any, str]] = {
    "an unknown tensor": ({"cuts": [{"kind": "detach", "tensor": "no"}]}, "cuts.0: 'no' cannot be cut; these can: C, "),
    "the minibatch": ({"cuts": [{"kind": "scale", "tensor": "Xb", "factor": 2}]}, "'Xb' cannot be cut"),
    "a cell outside": (
        {"cuts": [{"kind": "set", "tensor": "h", "cell": [8, 0], "value": 0}]},
        "cuts.0: h has shape [8, 6], and no cell [8, 0]",
    ),
    "one of several": (
        {"cuts": [{"kind": "detach", "tensor": "h"}, {"kind": "freeze", "tensor": "h"}]},
        "cuts.1: h is no parameter to freeze: C, ",
    ),
    "a cell below": ({"cuts": [{"kind": "set", "tensor": "h", "cell": [-1, 0], "value": 0}]}, "greater than or equal"),
    "a cell of another rank": ({"cuts": [{"kind": "scale", "tensor": "h", "cell": [0], "factor": 2}]}, "no cell [0]"),
    "a cell without a value": ({"cuts": [{"kind": "set", "tensor": "h", "cell": [0, 0]}]}, "value"),
    "infinity": ({"cuts": [{"kind": "scale", "tensor": "h", "factor": "inf"}]}, "finite"),
    "more than float32 holds": ({"cuts": [{"kind": "scale", "tensor": "h", "factor": 1e300}]}, "finite in float32"),
    "a value to freeze": ({"cuts": [{"kind": "freeze", "tensor": "h"}]}, "h is no parameter to freeze"),
    "an unknown kind": ({"cuts": [{"kind": "sew", "tensor": "h"}]}, "kind"),
    "a field too many": ({"cuts": [DETACH | {"cell": [0, 0]}]}, "unknown field 'cell'"),
    "too many cuts": ({"cuts": [DETACH] * (MOST_CUTS + 1)}, "at most 32"),
    "something else to show": ({"cuts": [], "show": "loss.x"}, "show: 'loss.x' is none of"),
    "no cuts": ({}, "cuts"),
}


@pytest.mark.parametrize(("wanted", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_cut_is_refused_with_the_reason_and_nothing_changes(
    session: SessionDriver, wanted: Any, why: str
) -> None:
    with session.unchanged():
        answer = session.request("POST", "/surgery", json=wanted)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]
