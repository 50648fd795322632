"""Root mean squares against numpy in float64, whatever the tensor's size, strides and values."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from server.norms import UNKNOWN, root_mean_squares
from tests.server.driving import SessionDriver, view

RANDOM = np.random.default_rng(7)
TENSORS: dict[str, NDArray[Any]] = {
    "a matrix": RANDOM.normal(size=(32, 64)).astype(np.float32),
    "a scalar": np.array(-2.5, np.float32),
    "a transposed one": RANDOM.normal(size=(50, 30)).astype(np.float32).T,
    "every other column": RANDOM.normal(size=(20, 40)).astype(np.float32)[:, ::2],
    "one row, broadcast": np.broadcast_to(RANDOM.normal(size=(1, 9)).astype(np.float32), (32, 9)),
    "indices": RANDOM.integers(0, 27, (32, 3)),
    "zeros": np.zeros((4, 5), np.float32),
    "a vanished gradient": np.full((8, 8), 1e-30, np.float32),
    "an exploded one": np.full((8, 8), 1e30, np.float32),
}


@pytest.mark.parametrize("kind", TENSORS)
def test_a_root_mean_square_is_numpys(kind: str) -> None:
    exact = np.sqrt(np.mean(np.square(TENSORS[kind].astype(np.float64))))
    np.testing.assert_allclose(root_mean_squares([TENSORS[kind]]), [exact], rtol=1e-5)


def test_what_is_not_known_and_what_is_not_finite_can_be_told_apart() -> None:
    found = root_mean_squares([None, np.array([1, np.nan], np.float32), np.array([1, -np.inf], np.float32)])
    np.testing.assert_array_equal(found, np.array([UNKNOWN, np.nan, np.inf], np.float32))


def norms(*tensors: str) -> dict[str, object]:
    return {"id": "flow", "as": "norms", "tensors": tensors}


def test_a_frame_tells_the_norms_of_what_is_known_and_which_tensors_are_not(session: SessionDriver) -> None:
    names = ["W1", "h", "Xb", "dlogits", "dcounts.probs", "dh", "bnvar_running"]
    session.advance("op", -20)  # dlogits is there, dh not yet.
    with session.stream() as page:
        page.show(norms(*names), view("h", "h"))
        frame = page.next_frame()
    told = dict(zip(names, frame.arrays["flow"].tolist(), strict=True))
    assert frame.info["views"]["flow"] == {"as": "norms", "shape": [len(names)]}
    assert frame.info["views"]["h"]["tensor"] == "h"
    assert told.pop("dh") == UNKNOWN
    for name, norm in told.items():
        assert norm == pytest.approx(np.sqrt(np.mean(np.square(session.tensor(name).astype(np.float64)))), rel=1e-5)


def test_norms_of_an_unknown_tensor_are_refused_by_its_name(session: SessionDriver) -> None:
    with session.stream() as page:
        page.show(norms("W1", "dnothing"))
        error = page.error()
    assert error["code"] == "unknown_tensor"
    assert "'dnothing'" in error["detail"]


def test_norms_of_nothing_or_of_too_many_are_refused(session: SessionDriver) -> None:
    with session.stream() as page:
        for tensors in ([], ["W1"] * 513):
            page.show(norms(*tensors))
            assert page.error()["code"] == "malformed_message"
