from typing import Literal

import pytest
import torch

from model.dataset import Dataset
from model.tape import Tape
from model.training import Run
from model.update import Clipping, clip, initial_running, updated_parameters, updated_running
from tests.model.networks import config_of


@pytest.fixture
def tape(names: Dataset) -> Tape:
    return Run(config_of("atomic", "hidden", (8,)), names).tape


@pytest.mark.parametrize("threshold", [1e-3, 0.1, 1e6])
def test_clipping_by_norm_is_that_of_torch(tape: Tape, threshold: float) -> None:
    gradients = {name: tape.gradients[f"d{name}"] for name in tape.network.parameters}
    leaves = {name: torch.zeros_like(gradient).requires_grad_() for name, gradient in gradients.items()}
    for name, leaf in leaves.items():
        leaf.grad = gradients[name].clone()
    torch.nn.utils.clip_grad_norm_(list(leaves.values()), threshold)
    clipped = clip(gradients, Clipping("norm", threshold))
    for name, leaf in leaves.items():
        torch.testing.assert_close(clipped[name], leaf.grad)


def test_clipping_by_value_bounds_each_number(tape: Tape) -> None:
    gradients = {name: tape.gradients[f"d{name}"] for name in tape.network.parameters}
    clipped = clip(gradients, Clipping("value", 1e-3))
    assert max(gradient.abs().max().item() for gradient in clipped.values()) == pytest.approx(1e-3)


def test_an_update_is_the_learning_rate_times_the_gradient(tape: Tape) -> None:
    updated = updated_parameters(tape, 0.3, None)
    for name, value in updated.items():
        assert torch.equal(value, tape.values[name] - 0.3 * tape.gradients[f"d{name}"])


@pytest.mark.parametrize("by", ["norm", "value"])
@pytest.mark.parametrize("threshold", [1e39, 1e308])
def test_a_threshold_beyond_float32_bounds_nothing(tape: Tape, by: Literal["norm", "value"], threshold: float) -> None:
    gradients = {name: tape.gradients[f"d{name}"] for name in tape.network.parameters}
    clipped = clip(gradients, Clipping(by, threshold))
    assert all(torch.equal(clipped[name], gradient) for name, gradient in gradients.items())


def test_an_update_changes_nothing_in_place(tape: Tape) -> None:
    before = tape.values["W1"].clone()
    updated_parameters(tape, 0.3, Clipping("norm", 0.1))
    assert torch.equal(tape.values["W1"], before)


def test_running_statistics_move_by_a_thousandth_towards_the_minibatchs(tape: Tape) -> None:
    start = initial_running(tape.network)
    updated = updated_running(tape, start)
    hprebn = tape.values["hprebn"]
    torch.testing.assert_close(updated["bnmean_running"], 0.001 * hprebn.mean(0, keepdim=True))
    torch.testing.assert_close(updated["bnvar_running"], 0.999 + 0.001 * hprebn.var(0, keepdim=True))
