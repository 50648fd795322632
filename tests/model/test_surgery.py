"""Cuts do what autograd does where the same is done to its graph, and the update is foretold to first order."""

from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Tensor

from model.arming import Armed
from model.config import Config
from model.dataset import Dataset
from model.network import Network
from model.surgery import (
    MOST_CUTS,
    Cut,
    Detach,
    Freeze,
    InvalidCut,
    Operation,
    Scale,
    SetCell,
    operable,
    operate,
)
from model.training import Run
from model.update import Clipping
from tests.model.networks import GRANULARITIES

RATE = 0.1


@pytest.fixture(params=GRANULARITIES)
def run(request: pytest.FixtureRequest, names: Dataset) -> Run:
    model = {"granularity": request.param, "hidden_sizes": [12, 10], "embedding_size": 4}
    run = Run(Config.model_validate({"model": model, "training": {"engine": "tape"}}), names)
    run.advance(3)
    return run


def operated(run: Run, *cuts: Cut, clipping: Clipping | None = None) -> Operation:
    return operate(run.tape, cuts, RATE, clipping)


def changed(operation: Operation) -> set[str]:
    return {difference.name for difference in operation.differences if difference.cells}


def by_autograd(
    network: Network,
    inputs: Mapping[str, Tensor],
    values: Mapping[str, Callable[[Tensor], Tensor]],
    hooks: Mapping[str, Callable[[Tensor], Tensor]],
) -> dict[str, Tensor]:
    """All gradients, where some values are changed and some gradients hooked, as one would write it with autograd."""
    tensors = dict(inputs)

    def put(name: str, tensor: Tensor) -> None:
        tensors[name] = tensor
        if tensor.requires_grad:
            if name in hooks:
                tensor.register_hook(hooks[name])
            tensor.retain_grad()

    for name in network.parameters:
        put(name, values.get(name, torch.clone)(inputs[name]).detach().clone().requires_grad_())
    for call in network.calls:
        result = call.op.forward(*(tensors[name] for name in call.inputs))
        if call.output in values:  # Another number, and the gradient on to what it was computed from as it was.
            result = result + (values[call.output](result.detach()) - result.detach())
        put(call.output, result)
    tensors["loss"].backward()
    gradients = {name: tensors[name[1:]].grad for name in network.gradients}
    return {name: gradient for name, gradient in gradients.items() if gradient is not None}


def inputs_of(run: Run) -> dict[str, Tensor]:
    return dict(run.moment.inputs)


def assert_like_autograd(
    run: Run,
    operation: Operation,
    values: Mapping[str, Callable[[Tensor], Tensor]] = {},
    hooks: Mapping[str, Callable[[Tensor], Tensor]] = {},
) -> None:
    expected = by_autograd(run.network, inputs_of(run), values, hooks)
    for name, gradient in expected.items():
        scale = gradient.abs().max().item()
        torch.testing.assert_close(operation.tape.gradients[name], gradient, rtol=1e-4, atol=1e-6 + 1e-5 * scale)


def after(network: Network, name: str) -> set[str]:
    """What a change of this value can change: all that is computed from it, and all gradients."""
    reached = {name}
    for call in network.calls:
        if reached & set(call.inputs):
            reached.add(call.output)
    return reached


def below(network: Network, gradient: str) -> set[str]:
    """All gradients that are computed from this one."""
    reached = {gradient}
    for contribution in network.contributions:
        if contribution.call.gradient in reached:
            reached.add(contribution.gradient)
    return reached


def test_without_a_cut_nothing_changes_and_both_updates_are_the_same(run: Run) -> None:
    operation = operated(run)
    assert changed(operation) == set()
    assert operation.ordinary == operation.operated


def test_where_a_run_has_diverged_nothing_changes_without_a_cut_either(run: Run) -> None:
    run.set_parameter("W3", torch.full_like(run.parameters["W3"], 3e38))
    assert any(tensor.isnan().any() for tensor in run.tape.gradients.values())
    assert changed(operated(run)) == set()
    assert "h_1" in changed(operated(run, SetCell("h_1", (0, 0), 0.5)))


@pytest.mark.parametrize("tensor", ["hpreact_1", "dhpreact_1"])
def test_a_detached_tensor_hands_no_gradient_on(run: Run, tensor: str) -> None:
    operation = operated(run, Detach(tensor))
    assert_like_autograd(run, operation, hooks={"hpreact_1": torch.zeros_like})
    assert not operation.tape.gradients["dhpreact_1"].any()
    assert changed(operation) == below(run.network, "dhpreact_1")
    assert not operation.tape.gradients["dC"].any()


@pytest.mark.parametrize("name", ["dlogits", "dh_1", "dW2"])
def test_a_scaled_gradient_scales_what_comes_from_it(run: Run, name: str) -> None:
    operation = operated(run, Scale(name, -3.0))
    assert_like_autograd(run, operation, hooks={name[1:]: lambda g: -3.0 * g})
    assert changed(operation) <= below(run.network, name)
    assert name in changed(operation)


def test_a_rule_that_uses_its_own_output_uses_it_as_it_was_changed(run: Run) -> None:
    tape = operated(run, SetCell("h_1", (1, 2), 0.75)).tape
    torch.testing.assert_close(tape.gradients["dhpreact_1"], (1 - tape.values["h_1"] ** 2) * tape.gradients["dh_1"])
    assert tape.values["h_1"][1, 2].item() == 0.75


@pytest.mark.parametrize("name", ["hpreact_1", "logits", "W2", "C"])
def test_a_changed_cell_of_a_value_flows_forward_and_back(run: Run, name: str) -> None:
    def change(tensor: Tensor) -> Tensor:
        tensor = tensor.clone()
        tensor[1, 2] = 0.75
        return tensor

    operation = operated(run, SetCell(name, (1, 2), 0.75))
    assert_like_autograd(run, operation, values={name: change})
    forwards = {each for each in changed(operation) if each not in run.network.gradients}
    assert name in forwards <= after(run.network, name)
    assert "loss" in forwards
    (difference,) = (each for each in operation.differences if each.name == name)
    before = run.moment.tensor(name)
    assert before is not None
    assert (difference.cells, difference.of) == (1, before.numel())
    assert difference.largest == pytest.approx(abs(0.75 - before[1, 2].item()))
    assert difference.relative == pytest.approx(difference.largest / before.abs().max().item())


def test_one_cell_of_a_gradient_can_be_scaled_or_set_and_cuts_are_made_in_order(run: Run) -> None:
    before = run.tape.gradients["dlogits"]
    operation = operated(run, Scale("dlogits", 2.0, (0, 1)), Scale("dlogits", 10.0), SetCell("dlogits", (3, 4), 1.5))
    now = operation.tape.gradients["dlogits"]
    assert now[0, 1].item() == pytest.approx(20 * before[0, 1].item())
    assert now[3, 4].item() == 1.5
    assert now[5, 5].item() == pytest.approx(10 * before[5, 5].item())


def test_a_frozen_parameter_keeps_its_gradient_and_stays_where_it_is(run: Run) -> None:
    operation = operated(run, Freeze("W1"), Freeze("b1"))
    assert changed(operation) == set()
    moved = {name for name in run.network.parameters if name not in ("W1", "b1")}
    expected = loss_after(run, {name: run.tape.gradients[f"d{name}"] for name in moved})
    assert operation.operated.after == pytest.approx(expected, rel=1e-5)
    assert operation.operated.after > operation.ordinary.after


def test_with_all_parameters_frozen_nothing_is_foretold_and_nothing_comes(run: Run) -> None:
    freeze_all: list[Cut] = [Freeze(name) for name in run.network.parameters]
    operation = operated(run, *freeze_all, clipping=Clipping("norm", 1.0))
    assert operation.operated.after == operation.operated.before == operation.operated.predicted


def loss_after(run: Run, step: Mapping[str, Tensor]) -> float:
    """In float64, by the ops' forward functions."""
    tensors = {name: value.double() if value.is_floating_point() else value for name, value in inputs_of(run).items()}
    for name, direction in step.items():
        tensors[name] = tensors[name] - RATE * direction.double()
    for call in run.network.calls:
        tensors[call.output] = call.op.forward(*(tensors[name] for name in call.inputs))
    return tensors["loss"].item()


@pytest.mark.parametrize("clipping", [None, Clipping("norm", 0.1), Clipping("value", 0.001)], ids=str)
def test_the_prediction_is_the_loss_less_the_rate_times_the_gradient_along_the_step(
    run: Run, clipping: Clipping | None
) -> None:
    gradients = {name: run.tape.gradients[f"d{name}"].double() for name in run.network.parameters}
    operation = operated(run, clipping=clipping)
    if clipping is None:
        slope = sum((gradient**2).sum().item() for gradient in gradients.values())
    elif clipping.by == "value":
        slope = sum((g * g.clamp(-0.001, 0.001)).sum().item() for g in gradients.values())
    else:
        norm = torch.stack([gradient.norm() for gradient in gradients.values()]).norm().item()
        slope = norm**2 * min(1.0, 0.1 / (norm + 1e-6))
    assert operation.ordinary.predicted == pytest.approx(operation.ordinary.before - RATE * slope, rel=1e-5)


def test_the_update_with_cuts_goes_by_the_cut_gradients_from_the_parameters_that_were_set(run: Run) -> None:
    cuts: list[Cut] = [SetCell("W1", (0, 0), 2.0), Detach("hpreact_1"), SetCell("h_1", (0, 0), 0.5)]
    operation = operated(run, *cuts)
    edited = run.parameters["W1"].clone()
    edited[0, 0] = 2.0
    run.set_parameter("W1", edited)
    step = {name: operation.tape.gradients[f"d{name}"] for name in run.network.parameters}
    assert operation.operated.before == pytest.approx(loss_after(run, {}), rel=1e-5)
    assert operation.operated.after == pytest.approx(loss_after(run, step), rel=1e-5)
    true = {name: run.tape.gradients[f"d{name}"].double() for name in step}
    slope = sum((true[name] * step[name].double()).sum().item() for name in step)
    assert operation.operated.predicted == pytest.approx(loss_after(run, {}) - RATE * slope, rel=1e-5)


def test_an_armed_trap_stays_armed_in_it(run: Run) -> None:
    run.set_traps([Armed("embedding_assigned")])
    operation = operated(run, Freeze("b1"))
    assert torch.equal(operation.tape.gradients["dC"], run.tape.gradients["dC"])


def test_the_step_itself_is_left_as_it_is(run: Run) -> None:
    before = {name: tensor.clone() for name, tensor in in_all(run).items()}
    operated(run, Scale("C", 2.0), Scale("h_1", 0.5), Detach("logits"))
    assert all(torch.equal(tensor, before[name]) for name, tensor in in_all(run).items())


def in_all(run: Run) -> dict[str, Tensor]:
    return {**run.tape.values, **run.tape.gradients}


@pytest.mark.parametrize("granularity", GRANULARITIES)
def test_every_value_parameter_and_gradient_can_be_cut_but_not_the_loss(names: Dataset, granularity: str) -> None:
    run = Run(Config.model_validate({"model": {"granularity": granularity}, "training": {"engine": "tape"}}), names)
    for name in operable(run.network):
        is_zero = not in_all(run)[name].any()
        assert is_zero or name in changed(operated(run, Scale(name, 3.0)))
    assert "loss" not in operable(run.network)


WRONG: dict[str, tuple[Cut, str]] = {
    "an unknown tensor": (Detach("nonsense"), "'nonsense' cannot be cut; these can: C, W1"),
    "the loss": (Scale("loss", 2.0), "'loss' cannot be cut"),
    "the minibatch": (Scale("Xb", 2.0), "'Xb' cannot be cut"),
    "a contribution": (Scale("dlogits.norm_logits", 2.0), "cannot be cut"),
    "a cell outside": (SetCell("h_1", (0, 12), 0.0), r"h_1 has shape \[32, 12\], and no cell \[0, 12\]"),
    "a cell below": (SetCell("h_1", (-1, 0), 0.0), r"no cell \[-1, 0\]"),
    "a cell of another rank": (Scale("dh_1", 2.0, (0,)), r"no cell \[0\]"),
    "no number": (Scale("h_1", float("nan")), "the factor for h_1 must be finite in float32, got nan"),
    "infinity": (SetCell("h_1", (0, 0), float("inf")), "the value for h_1 must be finite"),
    "too large for float32": (SetCell("h_1", (0, 0), 1e39), "the value for h_1 must be finite in float32"),
    "a value to freeze": (Freeze("h_1"), "h_1 is no parameter to freeze"),
}


@pytest.mark.parametrize(("cut", "why"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_cut_says_why(run: Run, cut: Cut, why: str) -> None:
    with pytest.raises(InvalidCut, match=why):
        operated(run, cut)


def test_there_are_so_many_cuts_at_a_time_and_no_more(run: Run) -> None:
    cuts: list[Cut] = [Scale("b1", 1.0)] * MOST_CUTS
    operated(run, *cuts)
    with pytest.raises(InvalidCut, match="at most 32 at a time, got 33"):
        operated(run, *cuts, Freeze("b1"))
