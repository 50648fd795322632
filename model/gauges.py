"""Gauges: what is measured of a training step in a few numbers, to be followed over many steps."""

from collections.abc import Mapping

import torch
from torch import Tensor

from model.network import Network
from model.tape import Tape

SATURATED = 0.97  # |h| above this counts as saturated: tanh passes less than 6 % of the gradient on.
EVERY = 10  # Steps from one measurement to the next; the loss alone is taken at each.


def gauge_groups(network: Network) -> dict[str, list[str]]:
    """The gauges of a network by the group they are kept in, in the order in which tape and kernel measure them.

    In `gauges`:
    - `loss`; `gradient_norm`, of all parameters' gradients together; `saturation`, of all hidden layers together;
    - per parameter `gradient_norm.W1`, and `update_ratio.W1`: log10(std(learning rate · dW1) / std(W1));
    - per hidden layer `saturation.h`, the share of outputs with |h| > 0.97, and `dead_units.h`, how many units are
      saturated for every example of the minibatch;
    - per batch norm the mean over its channels of `bnmeani`, `bnvar`, `bnmean_running` and `bnvar_running`.

    In `spreads`, which runs that were saved before there was this group do not have:
    - per parameter `mean.W1`, `std.W1`, `gradient_std.W1`, and `grad_data.W1`: log10(std(dW1) / std(W1));
    - per hidden layer `mean.h`, `std.h` and `gradient_std.h`.
    """
    gauges = ["loss", "gradient_norm", "saturation"]
    spreads = []
    for parameter in network.parameters:
        gauges += [f"gradient_norm.{parameter}", f"update_ratio.{parameter}"]
        spreads += [f"{what}.{parameter}" for what in ("mean", "std", "gradient_std", "grad_data")]
    for activation in network.activations:
        gauges += [f"saturation.{activation.output}", f"dead_units.{activation.output}"]
        spreads += [f"{what}.{activation.output}" for what in ("mean", "std", "gradient_std")]
    for norm in network.batch_norms:
        gauges += [norm.mean, norm.variance, norm.running_mean, norm.running_variance]
    return {"gauges": gauges, "spreads": spreads}


def gauge_names(network: Network) -> list[str]:
    """All of them, in that order."""
    return [name for names in gauge_groups(network).values() for name in names]


@torch.no_grad()
def measure(tape: Tape, running: Mapping[str, Tensor], rate: float) -> dict[str, float]:
    """Every gauge of the tape's step, by its name; an update's ratio is that of the gradient before clipping."""
    network = tape.network
    gradients = {name: tape.gradients[f"d{name}"].double() for name in network.parameters}
    saturated = {a.output: (tape.values[a.output].abs() > SATURATED).double() for a in network.activations}
    found = {
        "loss": tape.values["loss"],
        "gradient_norm": torch.stack([gradient.norm() for gradient in gradients.values()]).norm(),
        "saturation": torch.cat([h.flatten() for h in saturated.values()]).mean(),
    }
    for name, gradient in gradients.items():
        value = tape.values[name].double()
        found[f"gradient_norm.{name}"] = gradient.norm()
        found[f"update_ratio.{name}"] = (rate * _std(gradient) / _std(value)).log10()
        found[f"grad_data.{name}"] = (_std(gradient) / _std(value)).log10()
    for output, h in saturated.items():
        found[f"saturation.{output}"] = h.mean()
        found[f"dead_units.{output}"] = h.all(0).sum()
    for name in (*gradients, *saturated):
        value = tape.values[name].double()
        found |= {f"mean.{name}": value.mean(), f"std.{name}": _std(value)}
        found[f"gradient_std.{name}"] = _std(tape.gradients[f"d{name}"].double())
    for norm in network.batch_norms:
        found |= zip((norm.mean, norm.variance), (s.mean() for s in tape.batch_statistics(norm)), strict=True)
        found |= {name: running[name].mean() for name in (norm.running_mean, norm.running_variance)}
    return {name: number.item() for name, number in found.items()}


def _std(x: Tensor) -> Tensor:
    """With Bessel's correction; NaN for a single number, of which torch.std would warn."""
    return (((x - x.mean()) ** 2).sum() / (x.numel() - 1)).sqrt()
