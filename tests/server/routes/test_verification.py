import io

import numpy as np
import pytest
import safetensors.numpy

from server.formats import WRITERS
from tests.server.conftest import NewSession
from tests.server.driving import Array, SessionDriver
from tests.server.reference import loss_and_gradients


def autograds(session: SessionDriver, gradient: str) -> Array:
    answer = session.request("GET", f"/verification/{gradient}", params={"format": "npy"})
    assert answer.is_success, answer.text
    array: Array = np.load(io.BytesIO(answer.content), allow_pickle=False)
    return array


def test_autograds_gradients_are_those_of_the_same_network_written_in_pytorch(session: SessionDriver) -> None:
    session.advance("step", 3)
    _, gradients = loss_and_gradients(session)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(autograds(session, name), gradient, rtol=1e-3, atol=1e-6)


def test_what_verification_says_of_a_gradient_is_how_far_it_is_from_autograds(session: SessionDriver) -> None:
    for row in session.call("GET", "/verification")["rows"]:
        ours, theirs = session.tensor(row["name"]), autograds(session, row["name"])
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() == row["maxdiff"]
        assert np.array_equal(ours, theirs) == row["exact"]


def test_where_a_trap_changes_the_forward_pass_autograd_is_asked_about_that_one(session: SessionDriver) -> None:
    session.train(traps=[{"name": "reciprocal_by_division"}])
    rows = {row["name"]: row for row in session.call("GET", "/verification")["rows"]}
    for name in ("dcounts_sum", "dcounts", "dlogits"):
        assert np.abs(session.tensor(name) - autograds(session, name)).max() == rows[name]["maxdiff"]


def test_a_gradient_of_autograd_comes_in_every_format_and_in_part(session: SessionDriver) -> None:
    whole = autograds(session, "dlogits")
    answers = {
        tensor_format: session.request(
            "GET", "/verification/dlogits", params={"format": tensor_format, "slice": "0:2,:"}
        )
        for tensor_format in WRITERS
    }
    read = {
        "json": np.array(answers["json"].json(), np.float32),
        "npy": np.load(io.BytesIO(answers["npy"].content)),
        "safetensors": safetensors.numpy.load(answers["safetensors"].content)["dlogits"],
        "csv": np.loadtxt(io.StringIO(answers["csv"].text), delimiter=",", dtype=np.float32),
    }
    assert read.keys() == WRITERS.keys()
    for tensor_format, part in read.items():
        np.testing.assert_array_equal(part, whole[:2], err_msg=tensor_format)


@pytest.mark.parametrize("name", ["logits", "Xb", "dXb", "dlogits.norm_logits", "nothing"])
def test_autograd_has_nothing_to_say_of_what_is_no_gradient(session: SessionDriver, name: str) -> None:
    answer = session.request("GET", f"/verification/{name}")
    assert answer.status_code == 404
    assert name in answer.json()["detail"]


def test_a_gradient_that_is_not_known_yet_is_not_told_by_autograd_either(session: SessionDriver) -> None:
    session.advance("pass", -1)
    answer = session.request("GET", "/verification/dC")
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith(f"it will be at op {session.info()['position']['ops']}")


def test_a_fused_network_has_gradients_of_autograd_too(new_session: NewSession) -> None:
    session = new_session(model={"granularity": "fused"})
    np.testing.assert_allclose(autograds(session, "dlogits"), session.tensor("dlogits"), atol=1e-6)
