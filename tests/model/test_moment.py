from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from model.clock import Position
from model.dataset import Dataset
from model.moment import Moment
from model.training import Run
from tests.model.networks import config_of


@pytest.fixture
def moment(names: Dataset) -> Moment:
    return Run(config_of("atomic", "hidden", (8,)), names).moment


def at(moment: Moment, op: int) -> Moment:
    return moment.at(Position(0, op, moment.network.ops))


def test_exactly_what_the_network_says_is_known_at_each_op(moment: Moment) -> None:
    for op in range(moment.network.ops + 1):
        here = at(moment, op)
        for spec in moment.network.tensors.values():
            tensor = here.tensor(spec.name)
            assert (tensor is not None) == (spec.known_at <= op)
            assert tensor is None or tuple(tensor.shape) == spec.shape


def test_the_loss_is_known_once_the_forward_pass_is_through(moment: Moment) -> None:
    assert at(moment, moment.network.forward_ops - 1).loss is None
    assert at(moment, moment.network.forward_ops).loss == moment.tape.values["loss"].item()


def test_a_step_is_recorded_once_however_many_look_at_it(moment: Moment) -> None:
    others = [at(moment, op) for op in range(moment.network.ops)]
    with ThreadPoolExecutor(8) as pool:
        tapes = list(pool.map(lambda other: other.tape, others))
    assert {id(tape) for tape in tapes} == {id(moment.tape)}


def test_the_fused_networks_batch_statistics_are_those_of_its_batch_norms_input(names: Dataset) -> None:
    run = Run(config_of("fused", "hidden", (8,)), names)
    mean, variance = run.tensor("bnmean_batch"), run.tensor("bnvar_batch")
    assert mean is not None
    assert variance is not None
    torch.testing.assert_close(mean[0], run.tape.values["hprebn"].mean(0))
    torch.testing.assert_close(variance[0], run.tape.values["hprebn"].var(0))
