"""The tape: runs a network's calls forwards, then backwards, one op at a time, and keeps everything."""

from collections.abc import Mapping
from functools import reduce
from typing import Self

import torch
from torch import Tensor

from model.network import Network


class Tape:
    """One step's values, contributions and gradients, as far as they have been computed.

    `op` counts what is computed: the forward calls, then the backward contributions, up to `network.ops`. The
    tensors are never changed in place, so what was handed out stays as it was.
    """

    def __init__(self, network: Network, inputs: Mapping[str, Tensor]) -> None:
        """`inputs`: the minibatch and the parameters, by name."""
        self.network = network
        self.values: dict[str, Tensor] = dict(inputs)
        self.contributions: dict[str, Tensor] = {}
        self.gradients: dict[str, Tensor] = {}
        self.op = 0

    @torch.no_grad()
    def move_to(self, op: int) -> None:
        """Compute, or forget, op by op, until `op` ops are computed."""
        if not 0 <= op <= self.network.ops:
            raise ValueError(f"op must be 0 to {self.network.ops}, got {op}")
        forward_ops = self.network.forward_ops
        while self.op < op:
            if self.op < forward_ops:
                self._forward(self.op)
            else:
                self._backward(self.op - forward_ops)
            self.op += 1
        while self.op > op:
            self.op -= 1
            if self.op < forward_ops:
                del self.values[self.network.calls[self.op].output]
            else:
                self._forget(self.op - forward_ops)

    def completed(self) -> Self:
        """This tape with the rest of its step computed: itself where it is complete, else a copy."""
        if self.op == self.network.ops:
            return self
        copy = type(self)(self.network, self.values)
        copy.contributions, copy.gradients, copy.op = dict(self.contributions), dict(self.gradients), self.op
        copy.move_to(self.network.ops)
        return copy

    def _forward(self, index: int) -> None:
        call = self.network.calls[index]
        self.values[call.output] = call.op.forward(*(self.values[name] for name in call.inputs))

    def _backward(self, index: int) -> None:
        contribution = self.network.contributions[index]
        call = contribution.call
        y = self.values[call.output]
        # The walk starts at the loss, whose gradient with respect to itself is 1; every other output has one by now.
        g = self.gradients[call.gradient] if call.gradient in self.gradients else torch.ones_like(y)
        rule = call.op.backward[contribution.operand].rule
        self.contributions[contribution.name] = rule(g, y, *(self.values[name] for name in call.inputs))
        everything = self.network.gradients[contribution.gradient]
        if contribution is everything[-1]:
            self.gradients[contribution.gradient] = reduce(torch.add, (self.contributions[c.name] for c in everything))

    def _forget(self, index: int) -> None:
        contribution = self.network.contributions[index]
        del self.contributions[contribution.name]
        self.gradients.pop(contribution.gradient, None)
