import io

import numpy as np
import pytest
import safetensors.numpy

from server.formats import WRITERS
from tests.server.conftest import NewSession
from tests.server.driving import SessionDriver, strict_json
from tests.server.reference import loss_and_gradients

EXERCISE = [
    "logprobs", "probs", "counts", "counts_sum", "counts_sum_inv", "norm_logits", "logit_maxes", "logits", "h",
    "hpreact", "bnraw", "bnvar_inv", "bnvar", "bndiff2", "bndiff", "bnmeani", "hprebn", "embcat", "emb", "C", "W1",
    "b1", "bngain", "bnbias", "W2", "b2",
]  # fmt: skip


def test_every_tensor_of_the_exercise_has_a_gradient_of_its_shape(session: SessionDriver) -> None:
    assert len(EXERCISE) == 26
    for name in EXERCISE:
        assert session.tensor(f"d{name}").shape == session.tensor(name).shape


def test_every_listed_tensor_is_read_with_its_shape_and_type(session: SessionDriver) -> None:
    for listed in session.call("GET", "/tensors"):
        tensor = session.tensor(listed["name"])
        assert (list(tensor.shape), str(tensor.dtype)) == (listed["shape"], listed["dtype"])


def test_loss_and_parameter_gradients_are_those_of_autograd(session: SessionDriver) -> None:
    session.advance("step", 3)
    loss, gradients = loss_and_gradients(session)
    assert session.info()["loss"] == pytest.approx(loss, rel=1e-5)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(session.tensor(name), gradient, rtol=1e-3, atol=1e-6)


def test_contributions_add_up_to_their_gradient(session: SessionDriver) -> None:
    for gradient in session.call("GET", "/network")["gradients"]:
        parts = [session.tensor(contribution["name"]) for contribution in gradient["contributions"]]
        np.testing.assert_array_equal(session.tensor(gradient["name"]), sum(parts[1:], parts[0]))


@pytest.mark.parametrize("tensor_format", WRITERS)
def test_each_format_is_served_under_its_media_type(session: SessionDriver, tensor_format: str) -> None:
    answer = session.request("GET", "/tensors/W2", params={"format": tensor_format})
    assert (
        answer.headers["content-type"].split(";")[0]
        == {
            "json": "application/json",
            "npy": "application/x-npy",
            "safetensors": "application/x-safetensors",
            "csv": "text/csv",
        }[tensor_format]
    )


def test_json_is_the_default_and_holds_every_digit(session: SessionDriver) -> None:
    numbers = np.array(session.call("GET", "/tensors/dW2"), dtype=np.float32)
    np.testing.assert_array_equal(numbers, session.tensor("dW2"))


@pytest.mark.parametrize("name", ["loss", "b1", "emb", "Xb", "dlogits"])
def test_safetensors_are_npys_numbers_in_npys_shape(session: SessionDriver, name: str) -> None:
    content = session.request("GET", f"/tensors/{name}", params={"format": "safetensors"}).content
    np.testing.assert_array_equal(safetensors.numpy.load(content)[name], session.tensor(name), strict=True)


def test_a_part_is_served_where_a_slice_is_asked(session: SessionDriver) -> None:
    part = session.call("GET", "/tensors/emb", params={"slice": "2:5,:,-1"})
    np.testing.assert_array_equal(np.array(part, np.float32), session.tensor("emb")[2:5, :, -1])


def test_an_empty_part_is_served_in_every_format(session: SessionDriver) -> None:
    for tensor_format in WRITERS:
        answer = session.request("GET", "/tensors/emb", params={"slice": "3:3", "format": tensor_format})
        assert answer.is_success, tensor_format


def test_tensors_become_known_at_the_op_that_is_said(session: SessionDriver) -> None:
    session.advance("op", 1)
    for op in range(session.info()["position"]["ops"] + 1):
        for listed in session.call("GET", "/tensors"):
            assert listed["known"] == (listed["known_at"] <= op)
        session.advance("op", 1)


def test_a_tensor_that_is_not_known_yet_is_409_with_its_op_and_changes_nothing(session: SessionDriver) -> None:
    session.advance("op", 4)
    with session.unchanged():
        for listed in session.call("GET", "/tensors"):
            answer = session.request("GET", f"/tensors/{listed['name']}")
            if listed["known"]:
                assert answer.status_code == 200
            else:
                assert answer.status_code == 409
                assert f"it will be at op {listed['known_at']}" in answer.json()["detail"]


def test_verification_is_of_every_gradient_and_agrees(session: SessionDriver) -> None:
    session.advance("step", 5)
    with session.unchanged():
        verification = session.call("GET", "/verification")
    assert verification["position"] == session.info()["position"]
    rows = {row["name"]: row for row in verification["rows"]}
    assert {f"d{name}" for name in EXERCISE} <= rows.keys()
    for name, row in rows.items():
        assert row["approximate"], name
        assert row["maxdiff"] <= 1e-6 * max(1, np.abs(session.tensor(name)).max())


@pytest.mark.parametrize("as_json", [False, True])
def test_a_parameter_that_is_set_changes_all_that_follows_from_it(session: SessionDriver, as_json: bool) -> None:
    session.advance("step", 2)
    before = session.bits()
    changed = session.tensor("W2") * np.float32(2) + np.float32(0.5)
    if as_json:
        answer = session.request("PUT", "/tensors/W2", json=changed.tolist())
    else:
        answer = session.put("W2", changed)
    assert answer.status_code == 200, answer.text
    assert answer.json() == session.info()
    np.testing.assert_array_equal(session.tensor("W2"), changed)
    loss, gradients = loss_and_gradients(session)
    assert answer.json()["loss"] == pytest.approx(loss, rel=1e-5)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(session.tensor(name), gradient, rtol=1e-3, atol=1e-6)
    assert session.put("W2", np.frombuffer(before["W2"], np.float32).reshape(changed.shape)).is_success
    assert session.bits() == before


def test_a_parameter_set_between_two_ops_leaves_the_position(session: SessionDriver) -> None:
    session.advance("op", 6)
    position = session.info()["position"]
    assert session.put("b1", np.ones(6)).json()["position"] == position
    np.testing.assert_allclose(
        session.tensor("hprebn"), session.tensor("embcat") @ session.tensor("W1") + 1, rtol=1e-5, atol=1e-6
    )


def test_training_goes_on_from_a_parameter_that_was_set(session: SessionDriver) -> None:
    session.put("b2", np.arange(session.tensor("b2").size))
    b2, gradient = session.tensor("b2"), session.tensor("db2")
    session.advance()
    np.testing.assert_array_equal(session.tensor("b2"), b2 - np.float32(0.1) * gradient)


def test_numbers_that_are_not_finite_are_null_in_json_and_themselves_elsewhere(diverged: SessionDriver) -> None:
    exact = diverged.tensor("logits")
    assert not np.isfinite(exact).all()
    answer = diverged.request("GET", "/tensors/logits")
    numbers = np.array(strict_json(answer.text), dtype=np.float64)
    np.testing.assert_array_equal(np.isnan(numbers), ~np.isfinite(exact))
    blob = diverged.request("GET", "/tensors/logits", params={"format": "safetensors"}).content
    assert safetensors.numpy.load(blob)["logits"].tobytes() == exact.tobytes()
    text = diverged.request("GET", "/tensors/logits", params={"format": "csv"}).text
    np.testing.assert_array_equal(np.loadtxt(io.StringIO(text), delimiter=",").astype(np.float32), exact)


def test_every_json_answer_of_a_diverged_session_is_json(diverged: SessionDriver) -> None:
    for path in ("", "/network", "/tensors", "/verification", "/metrics", "/metrics?points=3", "/tensors/loss"):
        strict_json(diverged.request("GET", path).text)
    evaluated = diverged.call("POST", "/evaluate")
    assert set(evaluated.values()) == {None}
    answer = diverged.request("POST", "/samples")
    assert answer.status_code == 409
    assert "diverged" in answer.json()["detail"]


@pytest.mark.parametrize("hidden_sizes", [[4, 5], [3, 4, 5, 6, 7]])
@pytest.mark.parametrize("batch_norm", ["none", "hidden", "all"])
@pytest.mark.parametrize("granularity", ["atomic", "fused"])
def test_every_kind_of_network_is_served_and_agrees_with_autograd(
    new_session: NewSession, hidden_sizes: list[int], batch_norm: str, granularity: str
) -> None:
    session = new_session(model={"hidden_sizes": hidden_sizes, "batch_norm": batch_norm, "granularity": granularity})
    session.advance("step", 2)
    assert all(row["approximate"] for row in session.call("GET", "/verification")["rows"])
    assert all(listed["known"] for listed in session.call("GET", "/tensors"))
