"""The update: from the parameters and running statistics of one step to those of the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from model.network import Network
from model.ops.batch_norm import RUNNING_MOMENTUM
from model.tape import Tape


@dataclass(frozen=True)
class Clipping:
    """Gradients are bounded before the update: all together by their norm, or each number by value."""

    by: Literal["norm", "value"]
    threshold: float


def clip(gradients: Mapping[str, Tensor], clipping: Clipping | None) -> Mapping[str, Tensor]:
    """The gradients as the update uses them.

    By norm as `torch.nn.utils.clip_grad_norm_` defines it: all scaled by threshold / (norm + 1e-6) where that is
    below 1, the norm taken over all gradients together. By value: each number held within ± threshold.
    """
    if clipping is None:
        return gradients
    if clipping.by == "value":
        # A threshold that float32 does not hold bounds nothing; torch would refuse it.
        bound = min(clipping.threshold, torch.finfo(torch.float32).max)
        return {name: g.clamp(-bound, bound) for name, g in gradients.items()}
    norm = torch.stack([torch.linalg.vector_norm(g) for g in gradients.values()]).norm()
    scale = (clipping.threshold / (norm + 1e-6)).clamp(max=1.0)
    return {name: g * scale for name, g in gradients.items()}


def updated_parameters(tape: Tape, rate: float, clipping: Clipping | None) -> dict[str, Tensor]:
    """θ - rate · dθ, in new tensors."""
    parameters = tape.network.parameters
    gradients = clip({name: tape.gradients[f"d{name}"] for name in parameters}, clipping)
    return {name: tape.values[name] - rate * gradients[name] for name in parameters}


def initial_running(network: Network) -> dict[str, Tensor]:
    """Running statistics before the first step: mean 0 and variance 1."""
    start: dict[str, Tensor] = {}
    for norm in network.batch_norms:
        shape = network.tensors[norm.running_mean].shape
        start |= {norm.running_mean: torch.zeros(shape), norm.running_variance: torch.ones(shape)}
    return start


def updated_running(tape: Tape, running: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Batch norm's running statistics with this minibatch's added, in new tensors."""
    return {
        name: (1 - RUNNING_MOMENTUM) * running[name] + RUNNING_MOMENTUM * batch
        for norm in tape.network.batch_norms
        for name, batch in zip((norm.running_mean, norm.running_variance), tape.batch_statistics(norm), strict=True)
    }
