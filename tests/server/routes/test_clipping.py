"""Clipping, held against what torch itself offers for it."""

import numpy as np
import pytest
import torch

from tests.server.driving import Array, SessionDriver

RATE = 0.5


def update_of(session: SessionDriver) -> tuple[dict[str, Array], dict[str, Array], dict[str, Array]]:
    """Parameters, gradients, and the parameters one step later."""
    before = session.tensors("parameter")
    gradients = {name: session.tensor(f"d{name}") for name in before}
    session.advance()
    return before, gradients, session.tensors("parameter")


@pytest.mark.parametrize("threshold", [0.01, 0.3, 1e6])
def test_clipping_by_norm_is_torchs(session: SessionDriver, threshold: float) -> None:
    session.train(learning_rate=RATE, clipping={"by": "norm", "threshold": threshold})
    before, gradients, after = update_of(session)
    leaves = {name: torch.nn.Parameter(torch.from_numpy(array.copy())) for name, array in before.items()}
    for name, leaf in leaves.items():
        leaf.grad = torch.from_numpy(gradients[name].copy())
    torch.nn.utils.clip_grad_norm_(leaves.values(), threshold)
    torch.optim.SGD(leaves.values(), lr=RATE).step()
    for name, leaf in leaves.items():
        np.testing.assert_allclose(after[name], leaf.detach().numpy(), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("threshold", [0.001, 0.05, 1e6])
def test_clipping_by_value_holds_each_number(session: SessionDriver, threshold: float) -> None:
    session.train(learning_rate=RATE, clipping={"by": "value", "threshold": threshold})
    before, gradients, after = update_of(session)
    for name, gradient in gradients.items():
        bound = np.float32(threshold)
        expected = before[name] - np.float32(RATE) * np.clip(gradient, -bound, bound)
        np.testing.assert_allclose(after[name], expected, rtol=1e-6, atol=1e-7)


def test_clipping_does_not_touch_the_gradients_on_show(session: SessionDriver) -> None:
    before = session.tensors("gradient")
    session.train(clipping={"by": "value", "threshold": 1e-6})
    for name, gradient in session.tensors("gradient").items():
        np.testing.assert_array_equal(gradient, before[name])


def test_clipping_is_switched_off_by_null(session: SessionDriver) -> None:
    session.train(learning_rate=RATE, clipping={"by": "value", "threshold": 1e-6})
    assert session.train(clipping=None)["training"] == {
        "learning_rate": RATE,
        "clipping": None,
        "traps": [],
        "outliers": None,
    }
    before, gradients, after = update_of(session)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(after[name], before[name] - np.float32(RATE) * gradient, rtol=1e-6, atol=1e-7)
