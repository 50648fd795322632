import pytest
import torch

from model.dataset import Dataset
from model.tape import Tape
from model.training import Run
from tests.model.networks import KINDS, config_of, kind_name


@pytest.fixture
def tape(names: Dataset) -> Tape:
    return Run(config_of("atomic", "hidden", (8,)), names).tape


def contents(tape: Tape) -> dict[str, torch.Tensor]:
    return {**tape.values, **tape.contributions, **tape.gradients}


def test_each_op_makes_known_what_the_network_says(tape: Tape) -> None:
    for op in range(tape.network.ops + 1):
        tape.move_to(op)
        expected = {
            spec.name for spec in tape.network.tensors.values() if spec.known_at <= op and spec.role != "statistic"
        }
        assert set(contents(tape)) == expected


def test_going_back_and_on_again_gives_the_same_bits(tape: Tape) -> None:
    before = contents(tape)
    for op in (31, 0, 17, tape.network.ops):
        tape.move_to(op)
    after = contents(tape)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_gradient_is_the_sum_of_its_contributions(tape: Tape) -> None:
    for name, contributions in tape.network.gradients.items():
        total = torch.stack([tape.contributions[contribution.name] for contribution in contributions]).sum(0)
        assert torch.equal(tape.gradients[name], total)


@pytest.mark.parametrize("op", [-1, 51])
def test_there_is_nothing_before_the_first_op_or_after_the_last(tape: Tape, op: int) -> None:
    with pytest.raises(ValueError, match="op must be 0 to 50"):
        tape.move_to(op)


def test_completing_leaves_the_tape_where_it_stands(tape: Tape) -> None:
    full = contents(tape)
    tape.move_to(33)
    completed = tape.completed()
    assert tape.op == 33
    assert completed.op == tape.network.ops
    assert all(torch.equal(full[name], tensor) for name, tensor in contents(completed).items())


def test_a_complete_tape_is_its_own_completion(tape: Tape) -> None:
    assert tape.completed() is tape


@pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), KINDS, ids=kind_name)
def test_every_gradient_has_the_shape_of_its_tensor(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    tape = Run(config_of(granularity, batch_norm, sizes), names).tape
    assert tape.gradients
    for name, gradient in tape.gradients.items():
        assert gradient.shape == tape.values[name[1:]].shape


def test_nothing_of_it_is_recorded_by_autograd(tape: Tape) -> None:
    assert not any(tensor.requires_grad for tensor in contents(tape).values())
