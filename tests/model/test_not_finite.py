import math

import pytest
import torch

from model.arming import Armed
from model.config import Config
from model.dataset import Dataset
from model.not_finite import first_not_finite
from model.training import Run


def test_where_all_is_finite_there_is_none(names: Dataset) -> None:
    assert first_not_finite(Run(Config(), names).tape) is None


@pytest.mark.parametrize("granularity", ["atomic", "fused"])
def test_a_parameter_that_is_not_finite_is_so_before_anything_is_computed(names: Dataset, granularity: str) -> None:
    run = Run(Config.model_validate({"model": {"granularity": granularity}}), names)
    W2 = run.parameters["W2"].clone()
    W2[3, 5] = math.nan
    run.engine.set_parameter("W2", W2)
    found = first_not_finite(run.tape)
    assert found is not None
    assert (found.tensor, found.cell, found.op, found.code) == ("W2", (3, 5), 0, "")
    assert math.isnan(found.value)
    assert str(found) == "W2[3, 5] = nan, at op 0"


def test_exp_overflows_first_where_the_maximum_is_not_taken_off(names: Dataset) -> None:
    run = Run(Config(), names)
    run.set_traps([Armed("maximum_forgotten")])
    bias = torch.zeros(27)
    bias[4] = 100.0
    run.set_parameter("b2", bias)
    found = first_not_finite(run.tape)
    assert found is not None
    assert (found.tensor, found.cell, found.value) == ("counts", (0, 4), math.inf)
    assert str(found) == f"counts[0, 4] = inf, at op {found.op} (counts = norm_logits.exp())"
    run.move_to(found.op)
    assert run.tensor("counts") is not None
    run.move_to(found.op - 1)
    assert run.tensor("counts") is None


def test_in_the_backward_pass_the_contribution_is_named_that_brings_it(names: Dataset) -> None:
    run = Run(Config(), names)
    run.set_parameter("bngain", torch.full((1, 64), 3e38))
    found = first_not_finite(run.tape)
    assert found is not None
    order = [*run.tape.values, *run.tape.contributions]
    before = order[: order.index(found.tensor)]
    tensors = {**run.tape.values, **run.tape.contributions}
    assert all(torch.isfinite(tensors[name]).all() for name in before if tensors[name].is_floating_point())
    assert not torch.isfinite(tensors[found.tensor]).all()
