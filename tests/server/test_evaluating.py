from dataclasses import replace

import pytest
import torch

from model.config import Config
from model.dataset import load_names
from model.training import Run
from server.errands import BrokenOff
from server.evaluating import SLOW, Standing
from server.schemas.results import Evaluation, SamplesWanted


@pytest.fixture
def standing() -> Standing:
    return Standing.of(Run(Config(), load_names()))


def test_a_default_session_is_evaluated_quickly(standing: Standing) -> None:
    assert not standing.is_slow


@pytest.mark.parametrize(("more", "slow"), [(0, False), (1, True)])
def test_so_many_parameters_and_examples_are_quick_and_no_more(standing: Standing, more: int, slow: bool) -> None:
    examples = sum(map(len, standing.splits.values()))
    weights = torch.zeros(1).expand(SLOW // examples + more)  # Takes no memory
    assert replace(standing, parameters={"W1": weights}).is_slow is slow


def test_either_can_be_broken_off_on_the_way(standing: Standing) -> None:
    left = 3

    def between() -> None:
        nonlocal left
        left -= 1
        if not left:
            raise BrokenOff

    with pytest.raises(BrokenOff):
        standing.evaluate(Evaluation(), between)
    left = 3
    with pytest.raises(BrokenOff):
        standing.draw(SamplesWanted(), between)
