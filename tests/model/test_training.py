import itertools
import math

import numpy as np
import pytest
import torch

from model.clock import Position
from model.config import Config
from model.dataset import Dataset, parse_words
from model.edits import SetClipping
from model.engine import Watch
from model.gauges import measure
from model.state import State
from model.training import InvalidParameter, Run, UnfitData
from model.update import Clipping
from tests.model.networks import BATCH_NORMS, GRANULARITIES, config_of
from tests.model.reference import Reference

STEPS = 100
SAME_AS_REFERENCE = list(itertools.product(GRANULARITIES, BATCH_NORMS, [(64,), (64,) * 5]))


def small(**training: object) -> Config:
    return config_of("atomic", "hidden", (8,), **training)


@pytest.fixture(params=["tape", "kernel"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def run(names: Dataset, engine: str) -> Run:
    return Run(small(engine=engine), names)


def batch(run: Run, name: str) -> torch.Tensor:
    return run.moment.inputs[name]


@pytest.mark.parametrize(
    ("granularity", "batch_norm", "sizes"),
    SAME_AS_REFERENCE,
    ids=[f"{granularity}-{norm}-{len(sizes)} layers" for granularity, norm, sizes in SAME_AS_REFERENCE],
)
def test_parameters_minibatches_and_losses_are_those_of_a_plain_autograd_loop(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...], engine: str
) -> None:
    config = config_of(granularity, batch_norm, sizes, engine=engine)
    run, reference = Run(config, names), Reference(config)
    assert run.parameters.keys() == reference.parameters.keys()
    for name, parameter in run.parameters.items():
        torch.testing.assert_close(parameter, reference.parameters[name], rtol=1e-6, atol=1e-7)
    for Xb, Yb, loss in reference.train(STEPS):
        assert torch.equal(batch(run, "Xb"), Xb)
        assert torch.equal(batch(run, "Yb"), Yb)
        assert run.loss == pytest.approx(loss, abs=1e-5)
        run.advance(1)


@pytest.mark.parametrize(
    "model",
    [{"hidden_bias": False}, {"output_bias": False, "batch_norm": "all"}, {"hidden_bias": False, "batch_norm": "none"}],
    ids=str,
)
def test_without_biases_too_the_start_is_that_of_the_plain_loop(names: Dataset, model: dict[str, object]) -> None:
    config = Config.model_validate({"model": model, "init": {"output_scale": None, "bias_scale": 0, "seed": 5}})
    run, reference = Run(config, names), Reference(config)
    assert run.parameters.keys() == reference.parameters.keys()
    assert torch.equal(batch(run, "Xb"), next(reference.train(1))[0])


def assert_same(one: Run, other: Run) -> None:
    assert one.position == other.position
    assert one.loss == other.loss
    assert all(torch.equal(one.parameters[name], other.parameters[name]) for name in one.parameters)
    assert all(torch.equal(one.running[name], other.running[name]) for name in one.running)
    assert torch.equal(batch(one, "Xb"), batch(other, "Xb"))


def test_two_runs_of_one_config_are_bit_identical(names: Dataset, engine: str) -> None:
    one, other = Run(small(engine=engine), names), Run(small(engine=engine), names)
    one.advance(20)
    other.advance(20)
    assert_same(one, other)


def test_how_steps_and_ops_were_grouped_does_not_change_the_numbers(names: Dataset, engine: str) -> None:
    at_once, bit_by_bit = Run(small(engine=engine), names), Run(small(engine=engine), names)
    traces = [at_once.advance(43)]
    for count in (1, 0, 30, 2, 10):
        traces.append(bit_by_bit.advance(count))
        for op in (1, 20, 7, 49, 50, 12):
            bit_by_bit.move_to(op)
    bit_by_bit.move_to(bit_by_bit.network.ops)
    assert_same(at_once, bit_by_bit)
    whole, *parts = traces
    assert whole.losses.tolist() == np.concatenate([trace.losses for trace in parts]).tolist()
    assert whole.gauges.tolist() == np.concatenate([trace.gauges for trace in parts]).tolist()


def test_looking_does_not_change_the_numbers(names: Dataset, engine: str) -> None:
    seen, unseen = Run(small(engine=engine), names), Run(small(engine=engine), names)
    for _ in range(5):
        for name in seen.network.tensors:
            seen.tensor(name)
        seen.advance(2)
        unseen.advance(2)
    assert_same(seen, unseen)


def test_a_trace_has_the_loss_of_every_step_and_gauges_of_every_tenth(run: Run) -> None:
    first = run.advance(25)
    assert (first.updates, len(first.losses), len(first.gauges)) == (25, 26, 3)
    assert first.losses[-1] == run.loss
    second = run.advance(6)
    assert (second.updates, len(second.losses), len(second.gauges)) == (6, 6, 1)
    assert second.losses[-1] == run.loss


def test_a_moment_stays_as_it_was_while_training_goes_on(run: Run) -> None:
    moment = run.moment
    before = {name: moment.inputs[name].clone() for name in moment.inputs}
    run.advance(3)
    assert moment.position.step == 0
    assert all(torch.equal(moment.inputs[name], value) for name, value in before.items())
    assert moment.tape.values["W1"] is moment.inputs["W1"]


@pytest.mark.parametrize("gauge", ["loss", "gradient_norm", "saturation", "update_ratio.W1"])
@pytest.mark.parametrize("side", ["above", "below"])
def test_a_watch_halts_at_the_first_step_that_reaches_it(names: Dataset, engine: str, gauge: str, side: str) -> None:
    seen = Run(small(engine=engine), names)
    numbers = {}
    for _ in range(40):
        seen.advance(1)
        numbers[seen.step] = measure(seen.tape, seen.running, seen.learning_rate)[gauge]
    # Between the most extreme number and the next: reached once only.
    most, next_most = sorted(set(numbers.values()), reverse=side == "above")[:2]
    bound = (most + next_most) / 2
    run = Run(small(engine=engine), names)
    trace = run.advance(40, Watch(gauge, **{side: bound}))
    assert trace.halted_at is not None
    assert trace.halted_at == pytest.approx(most, rel=1e-4)
    assert run.step == trace.updates == next(step for step, number in numbers.items() if number == most)


def test_going_on_after_a_halt_is_as_if_there_had_been_none(names: Dataset, engine: str) -> None:
    halted, through = Run(small(engine=engine), names), Run(small(engine=engine), names)
    halted.advance(500, Watch("loss", below=3.2))
    through.advance(200)
    halted.advance(200 - halted.step)
    assert_same(halted, through)


def test_where_a_run_stands_already_does_not_halt_it(run: Run) -> None:
    run.advance(500, Watch("loss", below=3.2))
    assert run.advance(1, Watch("loss", below=0.0)).updates == 1


def about_to_diverge(names: Dataset, engine: str) -> Run:
    run = Run(config_of("atomic", "none", (8,), engine=engine), names)
    run.set_learning_rate(30.0)
    return run


@pytest.mark.parametrize("watch", [Watch(), Watch("gradient_norm", above=1e9)], ids=["loss", "gradient norm"])
def test_a_run_halts_where_its_loss_is_not_finite_any_more(names: Dataset, engine: str, watch: Watch) -> None:
    run = about_to_diverge(names, engine)
    trace = run.advance(100, watch)
    assert trace.halted_at is not None
    assert 0 < trace.updates < 100
    assert np.isfinite(trace.losses[:-1]).all()
    assert not math.isfinite(trace.losses[-1]) or watch.gauge != "loss"


def test_without_a_watch_it_goes_on_whatever_the_loss(names: Dataset, engine: str) -> None:
    run = about_to_diverge(names, engine)
    assert run.advance(20).updates == 20
    assert run.loss is not None
    assert not math.isfinite(run.loss)


def test_a_new_run_stands_at_step_0_with_all_gradients_known(run: Run) -> None:
    assert run.position == Position(0, run.network.ops, run.network.ops)


def test_an_advance_ends_with_all_gradients_known(run: Run) -> None:
    run.move_to(3)
    run.advance(2)
    assert run.position == Position(2, run.network.ops, run.network.ops)


@pytest.mark.parametrize("op", [-1, 51])
def test_there_is_nothing_before_the_first_op_or_after_the_last(run: Run, op: int) -> None:
    with pytest.raises(ValueError, match="op must be 0 to 50"):
        run.move_to(op)


def test_there_is_no_loss_before_the_forward_pass_is_through(run: Run) -> None:
    run.advance(1)
    run.move_to(run.network.forward_ops - 1)
    assert run.loss is None


def test_an_update_is_the_learning_rate_times_the_gradient(run: Run) -> None:
    run.set_learning_rate(0.3)
    expected = {name: value - 0.3 * run.tape.gradients[f"d{name}"] for name, value in run.parameters.items()}
    run.advance(1)
    for name, value in expected.items():
        torch.testing.assert_close(run.parameters[name], value, rtol=1e-6, atol=1e-7)


def test_running_statistics_start_at_mean_0_and_variance_1_and_move_by_a_thousandth(run: Run) -> None:
    mean, variance = run.running["bnmean_running"], run.running["bnvar_running"]
    assert (mean == 0).all()
    assert (variance == 1).all()
    hprebn = run.tape.values["hprebn"]
    run.advance(1)
    torch.testing.assert_close(run.running["bnmean_running"], 0.001 * hprebn.mean(0, keepdim=True))
    expected = 0.999 + 0.001 * hprebn.var(0, keepdim=True)
    torch.testing.assert_close(run.running["bnvar_running"], expected)


def test_the_schedule_sets_the_learning_rate_from_each_of_its_steps_on(names: Dataset) -> None:
    run = Run(small(learning_rate=[{"from_step": 0, "value": 0.2}, {"from_step": 2, "value": 0.05}]), names)
    rates = []
    for _ in range(4):
        rates.append(run.learning_rate)
        run.advance(1)
    assert rates == [0.2, 0.2, 0.05, 0.05]


def test_a_learning_rate_that_is_set_replaces_what_the_schedule_had_planned(names: Dataset) -> None:
    run = Run(small(learning_rate=[{"from_step": 0, "value": 0.2}, {"from_step": 2, "value": 0.05}]), names)
    run.set_learning_rate(0.7)
    for _ in range(3):
        run.advance(1)
    assert run.learning_rate == 0.7


def test_setting_a_parameter_computes_again_what_follows_from_it(run: Run) -> None:
    before = run.loss
    run.move_to(30)
    run.set_parameter("b2", torch.linspace(-1, 1, 27, dtype=torch.float64))
    assert run.position.op == 30
    expected = torch.nn.functional.cross_entropy(
        run.tape.values["h"] @ run.parameters["W2"] + torch.linspace(-1, 1, 27, dtype=torch.float64).float(),
        batch(run, "Yb"),
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
    assert all(torch.equal(run.parameters[name], before[name]) for name in before)


# ── Restoring a state ──


@pytest.mark.parametrize("granularity", GRANULARITIES)
@pytest.mark.parametrize("batch_norm", BATCH_NORMS)
def test_a_run_that_was_restored_goes_on_as_if_it_had_never_stopped(
    names: Dataset, engine: str, granularity: str, batch_norm: str
) -> None:
    config = config_of(granularity, batch_norm, (8, 5), engine=engine)
    through, restored = Run(config, names), Run(config, names)
    first = through.advance(27)
    restored.advance(40)  # Whatever it was before does not matter.
    restored.restore(State.from_bytes(through.state().to_bytes(), 27))
    for count in (1, 1, 20):
        one, other = through.advance(count), restored.advance(count)
        assert other.losses[-count:].tolist() == one.losses.tolist()
        assert other.gauges.tolist() == one.gauges.tolist()
        if through.step == 28:  # The loss of the step that it was restored to is told again.
            assert other.losses.tolist() == [first.losses[-1], one.losses[-1]]
        assert_same(through, restored)
        assert through.state().to_bytes() == restored.state().to_bytes()


def test_a_run_can_be_restored_to_its_beginning(names: Dataset, run: Run) -> None:
    run.advance(7)
    run.restore(None)
    other = Run(run.config, names)
    assert_same(run, other)
    run.advance(3)
    other.advance(3)
    assert_same(run, other)


def test_to_restore_leaves_the_configs_schedule_and_no_clipping(run: Run) -> None:
    state = run.state()
    run.set_learning_rate(0.7)
    SetClipping(0, Clipping("norm", 0.1)).make(run)
    run.move_to(3)
    run.restore(state)
    assert (run.schedule, run.clipping) == (run.config.training.learning_rate, None)
    assert run.position.op == run.network.ops


def test_what_was_handed_out_stays_as_it_was_when_a_run_is_restored(run: Run) -> None:
    run.advance(4)
    state, moment = run.state(), run.moment
    content, inputs = state.to_bytes(), {name: moment.inputs[name].clone() for name in moment.inputs}
    run.restore(None)
    run.advance(2)
    assert state.to_bytes() == content
    assert all(torch.equal(moment.inputs[name], value) for name, value in inputs.items())
    run.restore(state)
    run.advance(2)
    assert state.to_bytes() == content


def test_a_learning_rate_can_be_set_from_another_step_on(names: Dataset) -> None:
    run = Run(small(learning_rate=[{"from_step": 0, "value": 0.2}, {"from_step": 2, "value": 0.05}]), names)
    run.advance(3)
    run.set_learning_rate(0.7, from_step=1)
    assert [(entry.from_step, entry.value) for entry in run.schedule] == [(0, 0.2), (1, 0.7)]


def test_a_parameter_is_checked_without_being_set(run: Run) -> None:
    before = run.state().to_bytes()
    value = torch.zeros(27, dtype=torch.float64)
    checked = run.checked_parameter("b2", value)
    value += 1
    assert checked.dtype == torch.float32
    assert (checked == 0).all()
    with pytest.raises(InvalidParameter, match=r"b2 has shape \[27\], got \[26\]"):
        run.checked_parameter("b2", torch.zeros(26))
    assert run.state().to_bytes() == before


def test_a_batch_larger_than_the_training_split_is_refused() -> None:
    few = parse_words(b"one\ntwo\nthree\n", "few")
    with pytest.raises(UnfitData, match="32 examples a minibatch, but the training split of data set 'few' has only 8"):
        Run(small(), few)
