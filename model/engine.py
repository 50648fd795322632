"""Engines: what takes a run from step to step. One goes by the tape, op by op, the other by the compiled kernel.

Both take the same orders and answer with the same kind of trace. Which of them makes a step is settled by the config
and the traps that are armed there, however steps are grouped, since their numbers differ in the last bits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray
from torch import Tensor

from model.dataset import Examples
from model.gauges import EVERY
from model.tape import NOTHING, Replaced, Tape
from model.update import Clipping


@dataclass(frozen=True)
class Watch:
    """A run halts at the first step whose gauge is below, above or not finite, and where the loss is not finite."""

    gauge: str = "loss"
    below: float = -np.inf
    above: float = np.inf


@dataclass(frozen=True)
class Orders:
    """Steps to make: row k belongs to step `first_step + k`; the first of them is where the engine stands already."""

    first_step: int
    minibatches: Int[Tensor, "K B"]  # Numbers of examples
    rates: NDArray[np.float64]
    clipping: Clipping | None = None
    watch: Watch | None = None
    replaced: Replaced = NOTHING  # The tape's alone: the kernel has no code for it.

    def sampled(self, first: int, last: int) -> range:
        """Of rows `first` to `last`, both included, those whose steps' gauges are kept."""
        return range(first + (-(self.first_step + first)) % EVERY, last + 1, EVERY)


@dataclass(frozen=True)
class Trace:
    """What came of orders.

    `losses` are those of consecutive steps up to the last that was made; `gauges` has a row for each of those steps
    that is a multiple of EVERY, with the columns of `gauge_names`. `halted_at` is the watched gauge's number where the
    watch ended it, else None.
    """

    updates: int
    losses: NDArray[np.float64]
    gauges: NDArray[np.float64]
    halted_at: float | None = None


class Engine(Protocol):
    """Parameters and running statistics of the step where it stands, and the way on from there.

    The tensors that it hands out are never changed in place. `loss` and `tape` are those of where it stands, None
    where it has not computed them (at the start, or after a parameter was set), or does not keep a tape.
    """

    @property
    def parameters(self) -> Mapping[str, Tensor]: ...

    @property
    def running(self) -> Mapping[str, Tensor]: ...

    @property
    def loss(self) -> float | None: ...

    @property
    def tape(self) -> Tape | None: ...

    def set_parameter(self, name: str, value: Tensor) -> None:
        """Replace a parameter; what was computed with the one before is forgotten."""

    def use_examples(self, examples: Examples) -> None:
        """Draw minibatches from these from now on; what was computed is forgotten."""

    def restore(self, parameters: Mapping[str, Tensor], running: Mapping[str, Tensor]) -> None:
        """Stand at another step: with its parameters and running statistics, and nothing computed yet."""

    def run(self, orders: Orders) -> Trace:
        """Make these steps: each an update, then a forward and a backward pass."""
