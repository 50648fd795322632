"""The kernel against the tape and against numpy."""

import math

import numpy as np
import pytest
import torch
from numba import njit
from numpy.typing import NDArray

from model import kernel
from model.config import Config
from model.dataset import Dataset
from model.engine import Orders
from model.gauges import gauge_names
from model.kernel_engine import KernelEngine
from model.training import Run
from model.update import Clipping
from tests.model.networks import KINDS, config_of, kind_name

RANDOM_CONFIGS = 10
STEPS = 1000


def with_engine(config: Config, engine: str, granularity: str = "atomic") -> Config:
    return config.model_copy(
        update={
            "model": config.model.model_copy(update={"granularity": granularity}),
            "training": config.training.model_copy(update={"engine": engine}),
        }
    )


def both(names: Dataset, config: Config) -> tuple[Run, Run]:
    """The same run by tape and by kernel."""
    return Run(with_engine(config, "tape"), names), Run(with_engine(config, "kernel"), names)


def random_config(seed: int) -> Config:
    """Small enough to be quick, and otherwise whatever a config may be."""
    random = np.random.default_rng(seed)
    depth = int(random.integers(1, 4))
    return Config.model_validate(
        {
            "data": {"context_length": int(random.integers(1, 6)), "split_seed": seed},
            "model": {
                "embedding_size": int(random.integers(1, 12)),
                "hidden_sizes": random.integers(1, 40, depth).tolist(),
                "batch_norm": str(random.choice(["none", "hidden", "all"])),
                "hidden_bias": bool(random.integers(2)),
                "output_bias": bool(random.integers(2)),
            },
            "init": {"seed": seed, "output_scale": [None, 0.1, 0.5][random.integers(3)], "hidden_gain": 1.0},
            "training": {
                "batch_size": int(random.integers(2, 50)),
                "learning_rate": [{"from_step": 0, "value": 0.1}, {"from_step": 500, "value": 0.02}],
            },
        }
    )


def largest_difference(one: torch.Tensor, other: torch.Tensor) -> float:
    return (one - other).abs().max().item()


@pytest.mark.many_steps
@pytest.mark.parametrize("seed", range(RANDOM_CONFIGS))
def test_a_thousand_steps_of_a_random_config_are_those_of_the_tape(names: Dataset, seed: int) -> None:
    config = random_config(seed)
    tape, fast = both(names, config)
    # Each step carries on what the ones before it have rounded otherwise. How much that comes to depends on the config;
    # the tape's own two granularities, which differ in nothing else, tell.
    fused = Run(with_engine(config, "tape", "fused"), names)
    for run in (tape, fast, fused):
        run.clipping = [None, Clipping("norm", 0.5), Clipping("value", 0.01)][seed % 3]
    expected, trace, control = (run.advance(STEPS) for run in (tape, fast, fused))
    drift = np.abs(control.losses - expected.losses).max()
    assert np.abs(trace.losses - expected.losses).max() <= 10 * drift + 1e-5
    np.testing.assert_allclose(trace.losses[:20], expected.losses[:20], rtol=2e-5)
    for name, value in tape.parameters.items():
        drift = largest_difference(fused.parameters[name], value)
        assert largest_difference(fast.parameters[name], value) <= 10 * drift + 1e-5
    for name, value in tape.running.items():
        drift = largest_difference(fused.running[name], value)
        assert largest_difference(fast.running[name], value) <= 10 * drift + 1e-5


def biases_without_effect(run: Run) -> set[str]:
    """Gradients of biases in front of a batch norm, which takes them away again: nothing but rounding."""
    normed = {norm.input for norm in run.network.batch_norms}
    return {f"d{call.operands['b']}" for call in run.network.calls if call.output in normed and "b" in call.operands}


@pytest.mark.parametrize("batch_size", [2, 37])
@pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), KINDS, ids=kind_name)
def test_its_memory_holds_the_last_steps_tensors(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...], batch_size: int
) -> None:
    config = config_of(granularity, batch_norm, sizes, batch_size=batch_size, engine="kernel")
    run = Run(config, names)
    run.advance(30)
    engine = run.engine
    assert isinstance(engine, KernelEngine)
    held = {**engine.values, **engine.gradients}
    compared = 0
    for name, tensor in held.items():
        if name in run.network.tensors and name not in biases_without_effect(run):
            expected = run.tensor(name)
            assert expected is not None
            # A batch of two leaves batch norm differences of numbers that are nearly equal.
            scale = max(1e-3, expected.abs().max().item()) * (1 if batch_size > 2 else 1000)
            assert largest_difference(tensor, expected) <= 2e-5 * scale, name
            compared += 1
    assert compared > 10


@pytest.mark.parametrize(("batch_norm", "sizes"), [("none", (9,)), ("hidden", (64,)), ("all", (12, 12, 12))])
def test_its_gauges_are_the_tapes(names: Dataset, batch_norm: str, sizes: tuple[int, ...]) -> None:
    tape, fast = both(names, config_of("atomic", batch_norm, sizes))
    compared = [
        column
        for column, name in enumerate(gauge_names(tape.network))
        if f"d{name.rpartition('.')[2]}" not in biases_without_effect(tape)
    ]
    expected, trace = tape.advance(40).gauges, fast.advance(40).gauges
    assert trace.shape == expected.shape == (5, len(gauge_names(tape.network)))
    np.testing.assert_allclose(trace[:, compared], expected[:, compared], rtol=2e-3, atol=1e-4)
    small = [column for column in compared if "_std." in gauge_names(tape.network)[column]]
    assert small
    np.testing.assert_allclose(trace[:, small], expected[:, small], rtol=2e-3)


@pytest.mark.parametrize("granularity", ["atomic", "fused"])
def test_a_probability_too_small_for_float32_does_what_it_does_on_the_tape(names: Dataset, granularity: str) -> None:
    run = Run(with_engine(Config(), "kernel", granularity), names)
    bias = torch.zeros(27)
    bias[1] = 150  # All other characters are e^150 times less probable.
    run.set_parameter("b2", bias)
    run.advance(0)
    assert run.loss == pytest.approx(run.moment.loss)
    assert run.loss is not None
    assert math.isinf(run.loss) == (granularity == "atomic")
    engine = run.engine
    assert isinstance(engine, KernelEngine)
    finite = engine.values["dlogits"].isfinite().all(1)
    dlogits = run.tensor("dlogits")
    assert dlogits is not None
    assert torch.equal(finite, dlogits.isfinite().all(1))
    assert finite.all() == (granularity == "fused")


@pytest.mark.parametrize("clipping", [None, Clipping("norm", 0.1), Clipping("value", 1e-3)], ids=str)
def test_an_update_is_the_tapes(names: Dataset, clipping: Clipping | None) -> None:
    tape, fast = both(names, config_of("atomic", "hidden", (64,)))
    tape.clipping = fast.clipping = clipping
    before = tape.parameters
    tape.advance(1)
    fast.advance(1)
    for name, value in tape.parameters.items():
        moved = (value - before[name]).abs().max().item()
        assert largest_difference(fast.parameters[name], value) <= 1e-5 * moved + 1e-7


def test_a_parameter_that_was_set_is_what_it_goes_on_from(names: Dataset) -> None:
    tape, fast = both(names, config_of("atomic", "hidden", (8,)))
    for run in (tape, fast):
        run.advance(7)
        run.set_parameter("W1", torch.linspace(-1, 1, 240).view(30, 8))
        run.advance(7)
    assert fast.loss == pytest.approx(tape.loss, abs=1e-5)


def test_where_nothing_was_computed_yet_no_update_computes_the_step_itself(names: Dataset) -> None:
    run = Run(config_of("atomic", "hidden", (8,), engine="kernel"), names)
    assert run.engine.loss is None
    expected = run.loss
    trace = run.engine.run(Orders(0, run._chosen[None], np.array([0.1])))
    assert trace.losses.tolist() == [run.engine.loss]
    assert run.engine.loss == pytest.approx(expected, abs=1e-6)


def test_a_batch_of_one_is_a_batch_too(names: Dataset) -> None:
    tape, fast = both(names, config_of("atomic", "none", (5, 1), batch_size=1))
    expected, trace = tape.advance(50), fast.advance(50)
    np.testing.assert_allclose(trace.losses, expected.losses, rtol=1e-4)


# ── Elementary functions ──


def each(function: object) -> object:
    """The function at each number of an array, compiled as in the kernel: many numbers at once."""

    @njit
    def apply(x):  # type: ignore[no-untyped-def]
        y = np.empty_like(x)
        for i in range(len(x)):
            y[i] = function(x[i])  # type: ignore[operator]
        return y

    return apply


def float32s(low: float, high: float) -> NDArray[np.float32]:
    small = np.geomspace(1e-30, 1e-2, 10_000)
    return np.concatenate([np.linspace(low, high, 200_001), small, -small]).clip(low, high).astype(np.float32)


def roundings(ours: NDArray[np.float32], exact: NDArray[np.float64]) -> float:
    """The largest error, in units of the exact number's last place."""
    return float(np.max(np.abs(ours - exact) / np.spacing(np.abs(exact).astype(np.float32))))


def test_tanh_is_exact_to_three_roundings_everywhere() -> None:
    x = float32s(-30, 30)
    assert roundings(each(kernel.tanh)(x), np.tanh(x.astype(np.float64))) <= 3  # type: ignore[operator]


def test_exp_is_exact_to_two_roundings_where_softmax_uses_it() -> None:
    x = float32s(-87, 0)
    assert roundings(each(kernel.exp)(x), np.exp(x.astype(np.float64))) <= 2  # type: ignore[operator]


def test_exp_of_what_is_too_small_is_next_to_nothing() -> None:
    x = np.array([-88, -1e4, -np.inf], np.float32)
    assert (each(kernel.exp)(x) < 1e-37).all()  # type: ignore[operator]


def test_not_a_number_stays_not_a_number() -> None:
    x = np.full(40, np.nan, np.float32)
    assert np.isnan(each(kernel.exp)(x)).all()  # type: ignore[operator]
    assert np.isnan(each(kernel.tanh)(x)).all()  # type: ignore[operator]


def test_tanh_of_infinity_is_one() -> None:
    x = np.array([np.inf, -np.inf, 1e30, 0, -0.0], np.float32)
    assert each(kernel.tanh)(x).tolist() == [1, -1, 1, 0, 0]  # type: ignore[operator]
