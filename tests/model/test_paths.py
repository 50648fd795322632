"""The paths against autograd in float64, with mean or variance held constant."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from model.dataset import Dataset
from model.network import BatchNorm
from model.ops.batch_norm import EPS
from model.paths import PATHS, Paths
from model.training import Run
from tests.model.networks import config_of

NORMED = [
    (granularity, norms, sizes)
    for granularity in ("atomic", "fused")
    for norms in ("hidden", "all")
    for sizes in ((16,), (9, 7))
]
kinds = pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), NORMED)


def trained(names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...]) -> Run:
    run = Run(config_of(granularity, batch_norm, sizes, engine="tape"), names)
    run.advance(3)
    return run


def autograd_paths(run: Run, norm: BatchNorm) -> dict[str, Tensor]:
    """Each path alone: what else depends on the input is detached."""
    values = {name: tensor.double() for name, tensor in run.tape.values.items()}
    gradient = run.tape.gradients[f"d{norm.output}"].double()
    paths = {}
    for path in ("direct", "mean", "variance"):
        x = values[norm.input].requires_grad_()
        used = {kind: x if kind == path else x.detach() for kind in ("direct", "mean", "variance")}
        mean = used["mean"].mean(0)
        # Here the variance's own mean is a constant, which makes no difference, as another test shows.
        variance = ((used["variance"] - x.detach().mean(0)) ** 2).sum(0) / (len(x) - 1)
        y = values[norm.gain] * (used["direct"] - mean) / torch.sqrt(variance + EPS) + values[norm.bias]
        (paths[path],) = torch.autograd.grad(y, x, gradient)
    return paths


@kinds
def test_each_path_is_autograds_with_the_others_held_constant(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    run = trained(names, granularity, batch_norm, sizes)
    assert run.network.batch_norms
    for norm in run.network.batch_norms:
        for path, expected in autograd_paths(run, norm).items():
            ours = run.tensor(norm.paths[path])
            assert ours is not None
            assert expected.abs().max() > 0
            torch.testing.assert_close(ours.double(), expected, rtol=1e-5, atol=1e-6 * expected.abs().max().item())


@kinds
def test_together_they_are_the_gradient(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    run = trained(names, granularity, batch_norm, sizes)
    for norm in run.network.batch_norms:
        gradient = run.tape.gradients[f"d{norm.input}"]
        total = sum((Paths(run.tape, norm).tensor(path) for path in ("direct", "mean", "variance")), torch.zeros(()))
        torch.testing.assert_close(total, gradient, rtol=1e-5, atol=1e-6 * gradient.abs().max().item())
        assert torch.equal(Paths(run.tape, norm).tensor("remainder"), total - gradient)


@kinds
def test_nothing_comes_by_the_mean_through_the_variance(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    run = trained(names, granularity, batch_norm, sizes)
    for norm in run.network.batch_norms:
        x = run.tape.values[norm.input].double()
        mean = x.mean(0).requires_grad_()
        variance = ((x - mean) ** 2).sum(0) / (len(x) - 1)
        (dmean,) = torch.autograd.grad(variance.sum(), mean)
        assert dmean.abs().max() < 1e-12
        differences = Paths(run.tape, norm).tensor("difference_sum")
        assert torch.equal(differences, (run.tape.values[norm.input] - run.tape.batch_statistics(norm)[0]).sum(0)[None])
        assert differences.abs().max() < 1e-5 * x.abs().max() * len(x)
        through = Paths(run.tape, norm).tensor("mean_through_variance")
        assert through.abs().max() < 1e-5 * run.tape.gradients[f"d{norm.input}"].abs().max()


def test_what_would_come_by_the_mean_through_the_variance_is_autograds_where_the_mean_is_another(
    names: Dataset,
) -> None:
    """With a mean that is not the batch's the differences do not sum to zero, and the formula is put to the test."""
    run = trained(names, "atomic", "hidden", (8,))
    (norm,) = run.network.batch_norms
    shifted = {**run.tape.values, norm.mean: run.tape.values[norm.mean] + 0.1}
    shifted[norm.variance] = ((shifted[norm.input] - shifted[norm.mean]) ** 2).sum(0, keepdim=True) / 31
    x = shifted[norm.input].double()
    mean = shifted[norm.mean].double().requires_grad_()
    variance = ((x - mean) ** 2).sum(0) / 31
    y = shifted[norm.gain].double() * (x - mean.detach()) / torch.sqrt(variance + EPS)
    (dmean,) = torch.autograd.grad(y, mean, run.tape.gradients[f"d{norm.output}"].double())
    ours = Paths(replace(run.tape, values=shifted), norm).tensor("mean_through_variance")
    assert dmean.abs().max() > 1e-4
    torch.testing.assert_close(ours.double(), dmean / 32, rtol=1e-4, atol=1e-8)


def test_the_names_of_paths_are_no_others(names: Dataset) -> None:
    network = Run(config_of("atomic", "all", (6, 5)), names).network
    paths = [name for norm in network.batch_norms for name in norm.paths.values()]
    assert len(set(paths)) == len(paths) == len(PATHS) * 3
    assert [spec.name for spec in network.tensors.values() if spec.role == "path"] == paths
