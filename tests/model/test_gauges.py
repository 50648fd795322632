import numpy as np
import pytest
import torch

from model.dataset import Dataset
from model.gauges import gauge_names, measure
from model.training import Run
from tests.model.networks import KINDS, config_of, kind_name


def test_the_gauges_of_the_default_network_are_these(names: Dataset) -> None:
    every_parameter = ("C", "W1", "b1", "bngain", "bnbias", "W2", "b2")
    parameters = [f"{kind}.{name}" for name in every_parameter for kind in ("gradient_norm", "update_ratio")]
    kinds = ("mean", "std", "gradient_std", "grad_data")
    assert gauge_names(Run(config_of("atomic", "hidden", (8,)), names).network) == [
        "loss",
        "gradient_norm",
        "saturation",
        *parameters,
        "saturation.h",
        "dead_units.h",
        "bnmeani",
        "bnvar",
        "bnmean_running",
        "bnvar_running",
        *(f"{kind}.{name}" for name in every_parameter for kind in kinds),
        "mean.h",
        "std.h",
        "gradient_std.h",
    ]


@pytest.mark.parametrize(("granularity", "batch_norm", "sizes"), KINDS, ids=kind_name)
def test_every_gauge_that_is_named_is_measured(
    names: Dataset, granularity: str, batch_norm: str, sizes: tuple[int, ...]
) -> None:
    run = Run(config_of(granularity, batch_norm, sizes), names)
    assert sorted(measure(run.tape, run.running, 0.1)) == sorted(gauge_names(run.network))


def test_gauges_are_numpys_numbers(names: Dataset) -> None:
    run = Run(config_of("atomic", "all", (9, 7)), names)
    run.set_parameter("bngain_2", run.parameters["bngain_2"] * 30)  # So that something is saturated
    run.advance(5)
    value = {name: tensor.numpy().astype(np.float64) for name, tensor in run.tape.values.items()}
    gradient = {name: tensor.numpy().astype(np.float64) for name, tensor in run.tape.gradients.items()}
    gauges = measure(run.tape, run.running, 0.3)
    names_of_parameters = run.network.parameters
    everything = np.concatenate([gradient[f"d{name}"].ravel() for name in names_of_parameters])
    assert gauges["gradient_norm"] == pytest.approx(np.linalg.norm(everything))
    for name in names_of_parameters:
        ratio = np.log10((0.3 * gradient[f"d{name}"]).std(ddof=1) / value[name].std(ddof=1))
        assert gauges[f"update_ratio.{name}"] == pytest.approx(ratio)
        assert gauges[f"gradient_norm.{name}"] == pytest.approx(np.linalg.norm(gradient[f"d{name}"]))
        assert gauges[f"grad_data.{name}"] == pytest.approx(ratio - np.log10(0.3))
    for name in (*names_of_parameters, "h_1", "h_2"):
        assert gauges[f"mean.{name}"] == pytest.approx(value[name].mean(), abs=1e-12)
        assert gauges[f"std.{name}"] == pytest.approx(value[name].std(ddof=1))
        assert gauges[f"gradient_std.{name}"] == pytest.approx(gradient[f"d{name}"].std(ddof=1))
    beyond = {name: np.abs(value[name]) > 0.97 for name in ("h_1", "h_2")}
    assert gauges["saturation.h_2"] == beyond["h_2"].mean() > 0.1
    assert gauges["dead_units.h_2"] == beyond["h_2"].all(axis=0).sum()
    assert gauges["saturation"] == pytest.approx(np.concatenate([h.ravel() for h in beyond.values()]).mean())
    assert gauges["bnvar_out"] == pytest.approx(value["hprebn_out"].var(axis=0, ddof=1).mean(), rel=1e-5)
    assert gauges["bnmean_running_1"] == pytest.approx(run.running["bnmean_running_1"].numpy().mean(), abs=1e-8)


def test_a_unit_that_is_saturated_for_every_example_is_dead(names: Dataset) -> None:
    run = Run(config_of("atomic", "hidden", (6,)), names)
    bias = torch.zeros(1, 6)
    bias[0, :2] = 100
    run.set_parameter("bnbias", bias)
    gauges = measure(run.tape, run.running, 0.1)
    assert gauges["dead_units.h"] == 2
    assert gauges["saturation.h"] >= 2 / 6


def test_a_parameter_of_one_number_has_no_spread_and_so_no_ratio(names: Dataset) -> None:
    run = Run(config_of("atomic", "hidden", (1,)), names)
    assert np.isnan(measure(run.tape, run.running, 0.1)["update_ratio.bngain"])
