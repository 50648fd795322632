"""The tape: a network's calls run forwards, then backwards, op by op, and everything that came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from model.network import BatchNorm, Network


@dataclass(frozen=True)
class Tape:
    """One step's values, contributions and gradients, all of them; the tensors are never changed in place."""

    network: Network
    values: Mapping[str, Tensor]
    contributions: Mapping[str, Tensor]
    gradients: Mapping[str, Tensor]

    def batch_statistics(self, norm: BatchNorm) -> tuple[Tensor, Tensor]:
        """The minibatch's mean and variance (with Bessel's correction) of every channel, 1 x H each."""
        if norm.mean in self.values and norm.variance in self.values:
            return self.values[norm.mean], self.values[norm.variance]
        x = self.values[norm.input]
        return x.mean(0, keepdim=True), x.var(0, keepdim=True)


@torch.no_grad()
def forward(network: Network, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Every value of the forward pass; `inputs` are the minibatch and the parameters, by name."""
    values: dict[str, Tensor] = dict(inputs)
    for call in network.calls:
        values[call.output] = call.op.forward(*(values[name] for name in call.inputs))
    return values


@torch.no_grad()
def record(network: Network, inputs: Mapping[str, Tensor]) -> Tape:
    """Run the network forwards and backwards; `inputs` are the minibatch and the parameters, by name."""
    values = forward(network, inputs)
    contributions: dict[str, Tensor] = {}
    gradients: dict[str, Tensor] = {}
    for contribution in network.contributions:
        call = contribution.call
        y = values[call.output]
        # The walk starts at the loss, whose gradient with respect to itself is 1; every other output has one by now.
        g = gradients[call.gradient] if call.gradient in gradients else torch.ones_like(y)
        rule = call.op.backward[contribution.operand].rule
        contributions[contribution.name] = rule(g, y, *(values[name] for name in call.inputs))
        everything = network.gradients[contribution.gradient]
        if contribution is everything[-1]:
            gradients[contribution.gradient] = reduce(torch.add, (contributions[c.name] for c in everything))
    return Tape(network, values, contributions, gradients)
