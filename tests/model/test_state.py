import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor

from model.state import InvalidState, State
from model.training import Run
from tests.model.histories import WORDS, standing, tiny
from tests.model.networks import BATCH_NORMS


def lived(engine: str = "tape", steps: int = 7, **model: Any) -> Run:
    run = Run(tiny(engine, **model), WORDS)
    run.advance(steps)
    return run


@pytest.fixture(scope="module")
def state() -> State:
    return lived().state()


def with_parameter(state: State, name: str, value: Tensor) -> State:
    return replace(state, parameters={**state.parameters, name: value})


def without(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    return {other: tensor for other, tensor in tensors.items() if other != name}


# ── Bytes ──


@pytest.mark.parametrize("engine", ["tape", "kernel"])
@pytest.mark.parametrize("batch_norm", BATCH_NORMS)
def test_a_state_comes_back_from_its_bytes_exactly(engine: str, batch_norm: str) -> None:
    state = lived(engine, batch_norm=batch_norm).state()
    read = State.from_bytes(state.to_bytes(), 7)
    assert read.step == 7
    assert read.parameters.keys() == state.parameters.keys()
    assert read.running.keys() == state.running.keys()
    for part in ("parameters", "running"):
        for name, tensor in getattr(state, part).items():
            assert torch.equal(getattr(read, part)[name], tensor)
    assert torch.equal(read.minibatch, state.minibatch)
    assert torch.equal(read.generator, state.generator)
    assert read.to_bytes() == state.to_bytes()


def test_numbers_that_are_not_finite_keep_their_bits(state: State) -> None:
    odd = torch.tensor([torch.nan, -torch.nan, torch.inf, -torch.inf, -0.0, 1e-42])
    read = State.from_bytes(with_parameter(state, "odd", odd).to_bytes(), 7)
    assert torch.equal(read.parameters["odd"].view(torch.int32), odd.view(torch.int32))


@pytest.mark.parametrize("engine", ["tape", "kernel"])
def test_equal_states_make_equal_bytes(engine: str) -> None:
    at_once, bit_by_bit = lived(engine), lived(engine, steps=0)
    for count in (3, 0, 1, 3):
        bit_by_bit.advance(count)
    assert at_once.state().to_bytes() == bit_by_bit.state().to_bytes()


def test_how_tensors_lie_in_memory_and_are_ordered_does_not_change_the_bytes(state: State) -> None:
    parameters = {name: state.parameters[name] for name in reversed([*state.parameters])}
    parameters["W1"] = parameters["W1"].T.contiguous().T
    assert not parameters["W1"].is_contiguous()
    assert replace(state, parameters=parameters).to_bytes() == state.to_bytes()


@pytest.mark.parametrize(
    "other",
    [
        lambda s: replace(s, step=8),
        lambda s: with_parameter(s, "b1", torch.nextafter(s.parameters["b1"], torch.tensor(9.0))),
        lambda s: replace(s, running={name: -tensor for name, tensor in s.running.items()}),
        lambda s: replace(s, minibatch=s.minibatch.flip(0)),
        lambda s: replace(s, generator=torch.Generator().manual_seed(1).get_state()),
    ],
    ids=["step", "parameters", "running", "minibatch", "generator"],
)
def test_another_state_makes_other_bytes(state: State, other: Callable[[State], State]) -> None:
    assert other(state).to_bytes() != state.to_bytes()


def test_it_can_be_read_by_any_reader_of_safetensors(state: State) -> None:
    tensors = safetensors.torch.load(state.to_bytes())
    assert torch.equal(tensors["parameters.W1"], state.parameters["W1"])
    assert torch.equal(tensors["running.bnmean_running"], state.running["bnmean_running"])


# ── Bytes that are none ──


def test_bytes_that_were_cut_anywhere_are_refused(state: State) -> None:
    content = state.to_bytes()
    for length in [*range(0, len(content), 13), len(content) - 1]:
        with pytest.raises(InvalidState, match="the state of step 7 cannot be read"):
            State.from_bytes(content[:length], 7)
    with pytest.raises(InvalidState, match="the state of step 7 cannot be read"):
        State.from_bytes(content + b"\0", 7)


def test_a_header_altered_anywhere_is_refused(state: State) -> None:
    """What follows the header is numbers, which are as good as any others: their digest tells."""
    run, content = lived(), state.to_bytes()
    header = 8 + int.from_bytes(content[:8], "little")
    assert json.loads(content[8:header])
    for place in range(header):
        altered = bytearray(content)
        altered[place] ^= 1
        with pytest.raises(InvalidState):
            run.restore(State.from_bytes(bytes(altered), 7))


@pytest.mark.parametrize("content", [b"{}", b"\x89PNG\r\n\x1a\n" * 9, b"\xff" * 64, b"\0" * 64], ids=repr)
def test_foreign_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidState, match="the state of step 3 cannot be read"):
        State.from_bytes(content, 3)


@pytest.mark.parametrize(
    ("altered", "reason"),
    [
        (lambda tensors: without(tensors, "minibatch"), "cannot be read: 'minibatch'"),
        (lambda tensors: without(tensors, "generator"), "cannot be read: 'generator'"),
        (lambda tensors: tensors | {"momentum.W1": torch.zeros(3)}, "holds 'momentum.W1', which no state has"),
        (lambda tensors: tensors | {"W1": torch.zeros(3)}, "holds 'W1', which no state has"),
    ],
    ids=["no minibatch", "no generator", "an unknown part", "a tensor of no part"],
)
def test_safetensors_of_something_else_are_refused(
    state: State, altered: Callable[[dict[str, Tensor]], dict[str, Tensor]], reason: str
) -> None:
    tensors = safetensors.torch.load(state.to_bytes())
    with pytest.raises(InvalidState, match=reason):
        State.from_bytes(safetensors.torch.save(altered(tensors), {"step": "7"}), 7)


@pytest.mark.parametrize("metadata", [{"step": "8"}, {"step": "7", "more": ""}, None], ids=str)
def test_bytes_of_another_step_or_of_none_are_refused(state: State, metadata: dict[str, str] | None) -> None:
    content = safetensors.torch.save(safetensors.torch.load(state.to_bytes()), metadata)
    with pytest.raises(InvalidState, match="the state of step 7 is another step's, or none"):
        State.from_bytes(content, 7)


# ── States that are another run's ──

EXAMPLES = len(lived(steps=0).splits["train"])
UNUSABLE: dict[str, tuple[Callable[[State], State], str]] = {
    "no W1": (lambda s: replace(s, parameters=without(dict(s.parameters), "W1")), "has other parameters"),
    "one more": (lambda s: with_parameter(s, "W9", torch.zeros(1)), "has other parameters"),
    "wider": (lambda s: with_parameter(s, "b1", torch.zeros(4)), "has other parameters"),
    "as a row": (lambda s: with_parameter(s, "b1", torch.zeros(1, 3)), "has other parameters"),
    "float64": (lambda s: with_parameter(s, "b1", torch.zeros(3, dtype=torch.float64)), "has other parameters"),
    "no running": (lambda s: replace(s, running={}), "has other running"),
    "running of another shape": (
        lambda s: replace(s, running={name: torch.zeros(1, 4) for name in s.running}),
        "has other running",
    ),
    "larger minibatch": (
        lambda s: replace(s, minibatch=torch.zeros(5, dtype=torch.int64)),
        r"minibatch .* shape \[5\]",
    ),
    "minibatch of int32": (lambda s: replace(s, minibatch=s.minibatch.int()), "minibatch of step 7 .* torch.int32"),
    "negative example": (lambda s: replace(s, minibatch=torch.tensor([0, -1, 2, 3])), "not in the training split"),
    "no such example": (
        lambda s: replace(s, minibatch=torch.tensor([0, EXAMPLES, 2, 3])),
        "the minibatch of step 7 has examples that are not in the training split",
    ),
    "shorter generator": (lambda s: replace(s, generator=s.generator[:-1]), r"generator of step 7 has shape \[5055\]"),
    "empty generator": (lambda s: replace(s, generator=torch.zeros_like(s.generator)), "generator .* cannot be used"),
    "generator of noise": (
        lambda s: replace(s, generator=torch.full_like(s.generator, 0xA5)),
        "the generator of step 7 cannot be used",
    ),
}


@pytest.mark.parametrize("engine", ["tape", "kernel"])
@pytest.mark.parametrize(("altered", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_state_that_is_not_this_runs_is_refused_and_changes_nothing(
    engine: str, altered: Callable[[State], State], reason: str
) -> None:
    run, other = lived(engine), lived(engine)
    state = State.from_bytes(altered(run.state()).to_bytes(), 7)
    for each in (run, other):
        each.advance(2)
        each.move_to(5)
        each.set_learning_rate(0.7)
    before, position, loss = standing(run), run.position, run.engine.loss
    with pytest.raises(InvalidState, match=reason):
        run.restore(state)
    assert (standing(run), run.position, run.engine.loss) == (before, position, loss)
    run.advance(3)
    other.advance(3)
    assert standing(run) == standing(other)


@pytest.mark.parametrize(
    "model",
    [{"hidden_sizes": [4]}, {"hidden_sizes": [3, 3]}, {"batch_norm": "all"}, {"hidden_bias": False}],
    ids=str,
)
def test_a_state_of_another_network_is_refused(state: State, model: dict[str, Any]) -> None:
    with pytest.raises(InvalidState, match="the state of step 7 has other"):
        lived(**model).restore(state)


def test_granularity_and_engine_do_not_matter_to_a_state(state: State) -> None:
    other = lived("kernel", steps=0, granularity="atomic")
    other.restore(state)
    assert other.state().to_bytes() == state.to_bytes()


def test_the_numbers_of_an_example_reach_to_the_last_one() -> None:
    run = lived()
    run.restore(replace(run.state(), minibatch=torch.tensor([0, EXAMPLES - 1, 2, 3])))
    assert run.state().minibatch.max() == EXAMPLES - 1
