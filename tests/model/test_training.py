import itertools

import pytest
import torch

from model.clock import Position
from model.config import Config
from model.dataset import Dataset, parse_words
from model.training import Clipping, InvalidParameter, Run, UnfitData, clip
from tests.model.networks import BATCH_NORMS, GRANULARITIES, config_of
from tests.model.reference import Reference

STEPS = 100
SAME_AS_REFERENCE = list(itertools.product(GRANULARITIES, BATCH_NORMS, [(64,), (64,) * 5]))


def small(**training: object) -> Config:
    return config_of("atomic", "hidden", (8,), **training)


@pytest.fixture
def run(names: Dataset) -> Run:
    return Run(small(), names)


@pytest.mark.parametrize(
    ("granularity", "batch_norm", "sizes"),
    SAME_AS_REFERENCE,
    ids=[f"{granularity}-{norm}-{len(sizes)} layers" for granularity, norm, sizes in SAME_AS_REFERENCE],
)
def test_parameters_minibatches_and_losses_are_those_of_a_plain_autograd_loop(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    config = config_of(granularity, batch_norm, sizes)
    run, reference = Run(config, names), Reference(config)
    assert run.parameters.keys() == reference.parameters.keys()
    for name, parameter in run.parameters.items():
        torch.testing.assert_close(parameter, reference.parameters[name], rtol=1e-6, atol=1e-7)
    for Xb, Yb, loss in reference.train(STEPS):
        assert torch.equal(run.batch["Xb"], Xb)
        assert torch.equal(run.batch["Yb"], Yb)
        assert run.loss == pytest.approx(loss, abs=1e-5)
        run.next_step()
        run.move_to(run.network.ops)


@pytest.mark.parametrize(
    "model",
    [{"hidden_bias": False}, {"output_bias": False, "batch_norm": "all"}, {"hidden_bias": False, "batch_norm": "none"}],
    ids=str,
)
def test_without_biases_too_the_start_is_that_of_the_plain_loop(names: Dataset, model: dict[str, object]) -> None:
    config = Config.model_validate({"model": model, "init": {"output_scale": None, "bias_scale": 0, "seed": 5}})
    run, reference = Run(config, names), Reference(config)
    assert run.parameters.keys() == reference.parameters.keys()
    assert torch.equal(run.batch["Xb"], next(reference.train(1))[0])


def test_two_runs_of_one_config_are_bit_identical(names: Dataset) -> None:
    one, other = Run(small(), names), Run(small(), names)
    for _ in range(20):
        one.next_step()
        other.next_step()
    assert all(torch.equal(one.parameters[name], other.parameters[name]) for name in one.parameters)
    assert all(torch.equal(one.running[name], other.running[name]) for name in one.running)


def test_how_the_ops_were_grouped_does_not_change_the_numbers(names: Dataset) -> None:
    at_once, op_by_op = Run(small(), names), Run(small(), names)
    for _ in range(3):
        at_once.next_step()
        op_by_op.next_step()
        for op in (1, 20, 7, 49, 50, 12):
            op_by_op.move_to(op)
    assert all(torch.equal(at_once.parameters[name], op_by_op.parameters[name]) for name in at_once.parameters)


def test_a_new_run_stands_at_step_0_with_all_gradients_known(run: Run) -> None:
    assert run.position == Position(0, run.network.ops, run.network.ops)


def test_the_next_step_begins_with_only_its_minibatch(run: Run) -> None:
    run.next_step()
    assert run.position == Position(1, 0, run.network.ops)
    assert run.loss is None


def test_an_update_is_the_learning_rate_times_the_gradient(run: Run) -> None:
    run.set_learning_rate(0.3)
    expected = {name: value - 0.3 * run.tape.gradients[f"d{name}"] for name, value in run.parameters.items()}
    run.next_step()
    assert all(torch.equal(run.parameters[name], value) for name, value in expected.items())


def test_running_statistics_start_at_mean_0_and_variance_1_and_move_by_a_thousandth(run: Run) -> None:
    mean, variance = run.running["bnmean_running"], run.running["bnvar_running"]
    assert (mean == 0).all()
    assert (variance == 1).all()
    hprebn = run.tape.values["hprebn"]
    run.next_step()
    torch.testing.assert_close(run.running["bnmean_running"], 0.001 * hprebn.mean(0, keepdim=True))
    expected = 0.999 + 0.001 * hprebn.var(0, keepdim=True)
    torch.testing.assert_close(run.running["bnvar_running"], expected)


def test_the_schedule_sets_the_learning_rate_from_each_of_its_steps_on(names: Dataset) -> None:
    run = Run(small(learning_rate=[{"from_step": 0, "value": 0.2}, {"from_step": 2, "value": 0.05}]), names)
    rates = []
    for _ in range(4):
        rates.append(run.learning_rate)
        run.next_step()
    assert rates == [0.2, 0.2, 0.05, 0.05]


def test_a_learning_rate_that_is_set_replaces_what_the_schedule_had_planned(names: Dataset) -> None:
    run = Run(small(learning_rate=[{"from_step": 0, "value": 0.2}, {"from_step": 2, "value": 0.05}]), names)
    run.set_learning_rate(0.7)
    for _ in range(3):
        run.next_step()
    assert run.learning_rate == 0.7


def test_setting_a_parameter_computes_again_what_follows_from_it(run: Run) -> None:
    before = run.loss
    run.move_to(30)
    run.set_parameter("b2", torch.linspace(-1, 1, 27, dtype=torch.float64))
    assert run.position.op == 30
    expected = torch.nn.functional.cross_entropy(
        run.tape.values["h"] @ run.parameters["W2"] + torch.linspace(-1, 1, 27, dtype=torch.float64).float(),
        run.batch["Yb"],
    )
    assert run.loss == pytest.approx(expected.item(), abs=1e-6)
    assert run.loss != before


def test_a_parameter_that_was_set_does_not_follow_its_callers_tensor(run: Run) -> None:
    value = torch.zeros(27)
    run.set_parameter("b2", value)
    value += 1
    assert (run.parameters["b2"] == 0).all()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("h", torch.zeros(32, 8), "'h' is not a parameter; these are: C, W1"),
        ("b2", torch.zeros(26), r"b2 has shape \[27\], got \[26\]"),
        ("b2", torch.full((27,), torch.nan), "must be finite"),
        ("b2", torch.full((27,), 1e300, dtype=torch.float64), "must be finite in float32"),
    ],
    ids=["no parameter", "wrong shape", "NaN", "too large for float32"],
)
def test_a_wrong_parameter_is_refused_and_changes_nothing(
    run: Run, name: str, value: torch.Tensor, reason: str
) -> None:
    before = dict(run.parameters)
    with pytest.raises(InvalidParameter, match=reason):
        run.set_parameter(name, value)
    assert run.parameters == before


def test_a_batch_larger_than_the_training_split_is_refused() -> None:
    few = parse_words(b"one\ntwo\nthree\n", "few")
    with pytest.raises(UnfitData, match="32 examples a minibatch, but the training split of data set 'few' has only 8"):
        Run(small(), few)


def test_a_tensor_that_is_not_known_yet_is_none(run: Run) -> None:
    run.move_to(3)
    assert run.tensor("hprebn") is not None
    assert run.tensor("bnmeani") is None
    assert run.tensor("dlogits") is None


def test_the_fused_networks_batch_statistics_are_those_of_its_batch_norms_input(names: Dataset) -> None:
    run = Run(config_of("fused", "hidden", (8,)), names)
    mean, variance = run.tensor("bnmean_batch"), run.tensor("bnvar_batch")
    assert mean is not None
    assert variance is not None
    torch.testing.assert_close(mean[0], run.tape.values["hprebn"].mean(0))
    torch.testing.assert_close(variance[0], run.tape.values["hprebn"].var(0))


@pytest.mark.parametrize("threshold", [1e-3, 0.1, 1e6])
def test_clipping_by_norm_is_that_of_torch(run: Run, threshold: float) -> None:
    gradients = {name: run.tape.gradients[f"d{name}"] for name in run.parameters}
    leaves = {name: torch.zeros_like(gradient).requires_grad_() for name, gradient in gradients.items()}
    for name, leaf in leaves.items():
        leaf.grad = gradients[name].clone()
    torch.nn.utils.clip_grad_norm_(list(leaves.values()), threshold)
    clipped = clip(gradients, Clipping("norm", threshold))
    for name, leaf in leaves.items():
        torch.testing.assert_close(clipped[name], leaf.grad)


def test_clipping_by_value_bounds_each_number(run: Run) -> None:
    gradients = {name: run.tape.gradients[f"d{name}"] for name in run.parameters}
    clipped = clip(gradients, Clipping("value", 1e-3))
    assert max(gradient.abs().max().item() for gradient in clipped.values()) == pytest.approx(1e-3)
