"""Where numbers first stop being finite: what everything after it has caught it from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from model.network import Network
from model.tape import Tape


@dataclass(frozen=True)
class NotFinite:
    """A cell that is NaN or infinite, the first one of its tensor, and the tensor the first one of its step."""

    tensor: str
    cell: tuple[int, ...]
    value: float
    op: int  # From which op of the step on it is known; 0: it is so from the beginning.
    code: str  # The line that computes it; empty where nothing does.

    def __str__(self) -> str:
        cell = f"[{', '.join(map(str, self.cell))}]" if self.cell else ""
        line = f" ({self.code})" if self.code else ""
        return f"{self.tensor}{cell} = {self.value}, at op {self.op}{line}"


def first_not_finite(tape: Tape) -> NotFinite | None:
    """The first one in the order of computation: parameters, forward pass, contributions; None where all are finite."""
    for name, op, code in _in_order(tape.network):
        tensor = _tensors_of(tape, name)[name]
        if not tensor.is_floating_point():
            continue
        found = torch.nonzero(~torch.isfinite(tensor))
        if len(found):
            cell = tuple(found[0].tolist())
            return NotFinite(name, cell, tensor[cell].item(), op, code)
    return None


def _in_order(network: Network) -> Iterator[tuple[str, int, str]]:
    """Name, op and code of each tensor; a contribution stands before the gradient that it completes."""
    for spec in network.inputs:
        yield spec.name, 0, ""
    for call in network.calls:
        yield call.output, call.index + 1, call.code
    for op, contribution in enumerate(network.contributions, start=network.forward_ops + 1):
        yield contribution.name, op, contribution.code
        if contribution is network.gradients[contribution.gradient][-1]:
            yield contribution.gradient, op, contribution.code


def _tensors_of(tape: Tape, name: str) -> Mapping[str, Tensor]:
    return next(tensors for tensors in (tape.values, tape.contributions, tape.gradients) if name in tensors)
