"""The tape: a network's calls run forwards, then backwards, op by op, and everything that came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce

import torch
from torch import Tensor

from model.network import BatchNorm, Contribution, Network

Rule = Callable[..., Tensor]
Change = Callable[[Tensor], Tensor]


class WrongShape(ValueError):
    """A backward rule's result does not have its tensor's shape; the message says which, and what is expected."""


@dataclass(frozen=True)
class Replaced:
    """What is computed otherwise than the op table says: by a planted bug, or by hand. Nothing, by default.

    `forward` has functions of the inputs, by the tensor that comes out; `backward` has rules like those of the op
    table, by the contribution. `changes` are made to whole tensors once they are known, before anything is computed
    from them, by name: a parameter, a value or a gradient.
    """

    forward: Mapping[str, Rule] = field(default_factory=dict)
    backward: Mapping[str, Rule] = field(default_factory=dict)
    changes: Mapping[str, Change] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.forward or self.backward or self.changes)

    def changed(self, name: str, tensor: Tensor) -> Tensor:
        """The tensor of this name as it is used."""
        return self.changes[name](tensor) if name in self.changes else tensor


NOTHING = Replaced()


@dataclass(frozen=True)
class Tape:
    """One step's values, contributions and gradients, all of them; the tensors are never changed in place."""

    network: Network
    values: Mapping[str, Tensor]
    contributions: Mapping[str, Tensor]
    gradients: Mapping[str, Tensor]
    replaced: Replaced = NOTHING

    def batch_statistics(self, norm: BatchNorm) -> tuple[Tensor, Tensor]:
        """The minibatch's mean and variance (with Bessel's correction) of every channel, 1 x H each."""
        if norm.mean in self.values and norm.variance in self.values:
            return self.values[norm.mean], self.values[norm.variance]
        x = self.values[norm.input]
        return x.mean(0, keepdim=True), x.var(0, keepdim=True)


@torch.no_grad()
def forward(network: Network, inputs: Mapping[str, Tensor], replaced: Replaced = NOTHING) -> dict[str, Tensor]:
    """Every value of the forward pass; `inputs` are the minibatch and the parameters, by name."""
    values = {name: replaced.changed(name, tensor) for name, tensor in inputs.items()}
    for call in network.calls:
        compute = replaced.forward.get(call.output, call.op.forward)
        values[call.output] = replaced.changed(call.output, compute(*(values[name] for name in call.inputs)))
    return values


@torch.no_grad()
def record(network: Network, inputs: Mapping[str, Tensor], replaced: Replaced = NOTHING) -> Tape:
    """Run the network forwards and backwards; `inputs` are the minibatch and the parameters, by name.

    Raises WrongShape where a rule in place of the op table's gives a gradient that does not have its tensor's shape.
    """
    values = forward(network, inputs, replaced)
    contributions: dict[str, Tensor] = {}
    gradients: dict[str, Tensor] = {}
    for contribution in network.contributions:
        call = contribution.call
        y = values[call.output]
        # The walk starts at the loss, whose gradient with respect to itself is 1; every other output has one by now.
        g = gradients[call.gradient] if call.gradient in gradients else torch.ones_like(y)
        rule = replaced.backward.get(contribution.name, contribution.rule.rule)
        result = rule(g, y, *(values[name] for name in call.inputs))
        if replaced:
            check_shape(contribution, result, values[contribution.tensor])
        contributions[contribution.name] = result
        everything = network.gradients[contribution.gradient]
        if contribution is everything[-1]:
            gradient = reduce(torch.add, (contributions[c.name] for c in everything))
            gradients[contribution.gradient] = replaced.changed(contribution.gradient, gradient)
    return Tape(network, values, contributions, gradients, replaced)


def check_shape(contribution: Contribution, result: Tensor, tensor: Tensor) -> None:
    """Raise WrongShape where what a rule gives does not have its tensor's shape."""
    if result.shape != tensor.shape:
        raise WrongShape(
            f"{contribution.name}: the rule gives shape {list(result.shape)}, but {contribution.tensor} has "
            f"{list(tensor.shape)}, and a gradient has its tensor's shape"
        )
