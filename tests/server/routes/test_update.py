"""The pending update, held against the update that a branch of the session really makes."""

import math
from typing import Any

import numpy as np
import pytest

from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver


def losses(logits: Any, targets: Any) -> Any:
    """Of each example, in float64."""
    logits = logits.astype(np.float64)
    shifted = logits - logits.max(1, keepdims=True)
    return np.log(np.exp(shifted).sum(1)) - shifted[np.arange(len(targets)), targets]


def with_updated_parameters(session: SessionDriver) -> SessionDriver:
    """A branch on the same minibatch whose parameters are those of the next step."""
    branch = SessionDriver(session.client, session.call("POST", "/branch", json={})["id"])
    ahead = SessionDriver(session.client, session.call("POST", "/branch", json={})["id"])
    ahead.advance()
    for name, value in ahead.tensors("parameter").items():
        assert branch.put(name, value).is_success
    return branch


@pytest.mark.parametrize(
    "change",
    [{}, {"clipping": {"by": "norm", "threshold": 0.05}}, {"clipping": {"by": "value", "threshold": 0.001}}],
    ids=str,
)
def test_the_preview_is_the_update_that_a_branch_really_makes(session: SessionDriver, change: Any) -> None:
    session.train(learning_rate=0.5, **change)
    session.advance()
    with session.unchanged():
        preview = session.call("GET", "/update", params={"example": 3})
    branch = with_updated_parameters(session)
    targets = session.tensor("Yb")
    before, after = (losses(each.tensor("logits"), targets) for each in (session, branch))
    assert preview["position"] == session.info()["position"]
    assert preview["loss"]["before"] == pytest.approx(session.info()["loss"], rel=1e-5)
    assert preview["loss"]["after"] == pytest.approx(branch.info()["loss"], rel=1e-5)
    assert preview["improved"] == (after < before).sum()
    example = preview["example"]
    assert example["index"] == 3
    assert example["loss_before"] == pytest.approx(before[3], rel=1e-5)
    assert example["loss_after"] == pytest.approx(after[3], rel=1e-4)
    for name, each in (("before", session), ("after", branch)):
        np.testing.assert_allclose(example["probabilities"][name], each.tensor("probs")[3], rtol=1e-4)


def test_the_first_order_estimate_follows_from_the_gradients(session: SessionDriver) -> None:
    gradients = [session.tensor(f"d{name}").astype(np.float64) for name in session.names("parameter")]
    squares = sum((gradient**2).sum() for gradient in gradients)
    preview = session.call("GET", "/update")
    assert preview["gradient_norm"] == pytest.approx(math.sqrt(squares), rel=1e-6)
    assert preview["kept_share"] is None
    expected = preview["loss"]["before"] - preview["learning_rate"] * squares
    assert preview["loss"]["predicted"] == pytest.approx(expected, rel=1e-6)


def test_clipping_tells_what_it_leaves_of_the_norm(session: SessionDriver) -> None:
    norm = session.call("GET", "/update")["gradient_norm"]
    session.train(clipping={"by": "norm", "threshold": norm / 4})
    preview = session.call("GET", "/update")
    assert preview["kept_share"] == pytest.approx(0.25, rel=1e-4)
    expected = preview["loss"]["before"] - preview["learning_rate"] * norm**2 / 4
    assert preview["loss"]["predicted"] == pytest.approx(expected, rel=1e-5)


def test_no_example_is_told_of_where_none_is_asked_for(session: SessionDriver) -> None:
    assert session.call("GET", "/update")["example"] is None


def test_before_all_gradients_are_known_there_is_no_update(session: SessionDriver) -> None:
    session.advance("op", 2)
    position = session.info()["position"]
    answer = session.request("GET", "/update")
    assert answer.status_code == 409
    assert f"at op {position['op']} of {position['ops']}" in answer.json()["detail"]


def test_an_example_that_the_minibatch_does_not_have_is_refused(session: SessionDriver) -> None:
    answer = session.request("GET", "/update", params={"example": 8})
    assert answer.status_code == 422
    assert "examples 0 to 7" in answer.json()["detail"]


def test_a_fused_network_has_the_same_preview(new_session: NewSession) -> None:
    atomic, fused = (
        new_session(model={"embedding_size": 3, "hidden_sizes": [6], "granularity": granularity}).call(
            "GET", "/update", params={"example": 0}
        )
        for granularity in ("atomic", "fused")
    )
    assert fused["loss"]["after"] == pytest.approx(atomic["loss"]["after"], rel=1e-5)
    np.testing.assert_allclose(
        fused["example"]["probabilities"]["after"], atomic["example"]["probabilities"]["after"], rtol=1e-4
    )


def test_a_session_that_has_diverged_answers_with_null(diverged: SessionDriver) -> None:
    preview = diverged.call("GET", "/update", params={"example": 0})
    assert preview["loss"]["after"] is None
    assert None in preview["example"]["probabilities"]["after"]
