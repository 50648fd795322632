import dataclasses
import math

import numpy as np
import pytest
import torch

from model.config import Config
from model.dataset import Dataset
from model.layout import CONSTANTS
from model.network import Contribution
from model.ops import OPS
from model.training import Run
from model.verification import compare, kernel_differences, verify
from tests.model.networks import KINDS, config_of, kind_name, network_of

SIZES_OF_THE_EXERCISE = [64, 200]


def run_steps(run: Run, count: int) -> None:
    run.advance(count)


@pytest.mark.parametrize("size", SIZES_OF_THE_EXERCISE)
def test_all_26_gradients_are_bit_exact_at_the_default_config(names: Dataset, size: int) -> None:
    run = Run(config_of("atomic", "hidden", (size,)), names)
    for _ in range(5):
        rows = verify(run.tape)
        assert len(rows) == 26
        assert [row.name for row in rows if not row.exact] == []
        assert {row.maxdiff for row in rows} == {0.0}
        run_steps(run, 1)


@pytest.mark.parametrize("batch_size", [32, 37])
@pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), KINDS, ids=kind_name)
def test_every_gradient_agrees_with_autograd_in_any_config(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...], batch_size: int
) -> None:
    run = Run(config_of(granularity, batch_norm, sizes, batch_size=batch_size), names)
    run_steps(run, 3)
    rows = verify(run.tape)
    assert [row.name for row in rows] == list(run.network.gradients)
    assert [row.name for row in rows if not row.approximate] == []


@pytest.mark.parametrize(
    ("batch_norm", "sizes"), [(norm, sizes) for kind, norm, sizes in KINDS if kind == "atomic"], ids=kind_name
)
def test_in_an_atomic_network_no_cell_differs_by_more_than_1e_7_of_its_gradients_largest(
    names: Dataset, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    run = Run(config_of("atomic", batch_norm, sizes, batch_size=37), names)
    run_steps(run, 3)
    for row in verify(run.tape):
        assert row.maxdiff <= 1e-7 * run.tape.gradients[row.name].abs().max().item()


@pytest.mark.parametrize(
    ("batch_norm", "sizes"), [(norm, sizes) for kind, norm, sizes in KINDS if kind == "fused"], ids=kind_name
)
def test_in_a_fused_network_no_cell_differs_by_more_than_a_few_roundings_of_its_gradients_largest(
    names: Dataset, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    # The gradient simplified on paper adds in another order than autograd, so that float32's own rounding, 1.2e-7,
    # comes in at every op and adds up along the way.
    run = Run(config_of("fused", batch_norm, sizes), names)
    run_steps(run, 3)
    normed = {f"b{norm.layer or len(sizes) + 1}" for norm in run.network.batch_norms}  # Their gradient is always zero.
    for row in verify(run.tape):
        if row.name.removeprefix("d") not in normed:
            assert row.maxdiff <= 5e-6 * run.tape.gradients[row.name].abs().max().item()


@pytest.mark.parametrize("size", SIZES_OF_THE_EXERCISE)
def test_the_kernels_gradients_are_the_tapes_within_a_millionth_at_the_default_config(
    names: Dataset, size: int
) -> None:
    run = Run(config_of("atomic", "hidden", (size,)), names)
    for _ in range(5):
        differences = kernel_differences(run.tape)
        assert differences.keys() == {f"d{name}" for name in run.network.parameters}
        assert max(differences.values()) <= 1e-6
        run.advance(100)


def test_a_kernel_that_is_wrong_is_seen(names: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    tape = Run(Config(), names).tape
    monkeypatch.setattr("model.kernel_engine.CONSTANTS", CONSTANTS._replace(eps=np.float32(0.01)))
    assert kernel_differences(tape)["dW1"] > 1e-5


CONTRIBUTIONS = {c.name: c for c in network_of(Config()).contributions}
# Zero but for rounding, so a factor on them changes nothing: the maximum is subtracted from both sides of a ratio,
# and batch norm takes away whatever bias stands in front of it.
ALWAYS_ZERO = {"dlogit_maxes.norm_logits", "dlogits.logit_maxes", "db1.hprebn"}


def verdicts_with_a_rule_wrong_by_a_thousandth(
    names: Dataset, contribution: Contribution, monkeypatch: pytest.MonkeyPatch
) -> dict[str, bool]:
    op_name, operand = contribution.call.op_name, contribution.operand
    op = OPS[op_name]
    right = op.backward[operand]
    wrong = dataclasses.replace(right, rule=lambda *tensors: right.rule(*tensors) * 1.001)
    changed = dataclasses.replace(op, backward={**op.backward, operand: wrong})
    monkeypatch.setattr("model.network.OPS", {**OPS, op_name: changed})
    return {row.name: row.approximate for row in verify(Run(Config(), names).tape)}


@pytest.mark.parametrize("name", sorted(CONTRIBUTIONS.keys() - ALWAYS_ZERO))
def test_a_rule_that_is_wrong_by_a_thousandth_is_rejected(
    names: Dataset, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    contribution = CONTRIBUTIONS[name]
    assert not verdicts_with_a_rule_wrong_by_a_thousandth(names, contribution, monkeypatch)[contribution.gradient]


@pytest.mark.parametrize("name", sorted(ALWAYS_ZERO))
def test_the_contributions_said_to_be_always_zero_are(names: Dataset, name: str) -> None:
    tape = Run(Config(), names).tape
    largest = max(gradient.abs().max().item() for gradient in tape.gradients.values())
    assert tape.contributions[name].abs().max().item() < 1e-6 * largest


def test_nan_never_agrees() -> None:
    row = compare("dx", torch.tensor([1.0, math.nan]), torch.tensor([1.0, math.nan]))
    assert not row.exact
    assert not row.approximate
    assert math.isnan(row.maxdiff)


def test_a_wrong_cell_among_many_is_found() -> None:
    right = torch.ones(100)
    wrong = right.clone()
    wrong[17] += 1e-3
    row = compare("dx", wrong, right)
    assert not row.approximate
    assert row.maxdiff == pytest.approx(1e-3, rel=1e-3)
