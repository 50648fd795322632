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


def test_everything_that_the_network_computes_is_on_the_tape(tape: Tape) -> None:
    computed = {spec.name for spec in tape.network.tensors.values() if spec.role not in ("statistic", "path")}
    assert set(contents(tape)) == computed


def test_a_gradient_is_the_sum_of_its_contributions(tape: Tape) -> None:
    for name, contributions in tape.network.gradients.items():
        total = torch.stack([tape.contributions[contribution.name] for contribution in contributions]).sum(0)
        assert torch.equal(tape.gradients[name], total)


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
