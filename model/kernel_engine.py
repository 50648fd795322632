"""The kernel as an engine: its memory, and the way in and out of it."""

import importlib
import math
from collections.abc import Mapping
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from model.dataset import Examples
from model.engine import Orders, Trace, Watch
from model.gauges import gauge_names
from model.layout import CONSTANTS, Layout, Region
from model.network import Network
from model.tape import Tape
from model.update import Clipping


def load_kernel() -> ModuleType:
    """The compiled kernel, from numba's cache on disk, or else compiled now, which takes some seconds.

    Whoever comes meanwhile from another thread waits for the same.
    """
    return importlib.import_module("model.kernel")


class KernelEngine:
    """Parameters, statistics and the last step's tensors, in memory that the kernel changes in place."""

    tape: Tape | None = None  # The kernel keeps none.
    loss: float | None

    def __init__(
        self, network: Network, examples: Examples, parameters: Mapping[str, Tensor], running: Mapping[str, Tensor]
    ) -> None:
        self._layout = Layout(network)
        self._gauges = gauge_names(network)
        self._parameters = np.zeros(self._layout.parameters.size, np.float32)
        self._gradients = np.zeros_like(self._parameters)
        self._statistics = np.zeros(self._layout.statistics.size, np.float32)
        self._values = np.zeros(self._layout.values.size, np.float32)
        self._copies: dict[str, dict[str, Tensor]] = {}  # Made when asked for, and good until something changes.
        self.use_examples(examples)
        self.restore(parameters, running)

    @property
    def parameters(self) -> Mapping[str, Tensor]:
        return self._copied("parameters", self._layout.parameters, self._parameters)

    @property
    def running(self) -> Mapping[str, Tensor]:
        return self._copied("running", self._layout.statistics, self._statistics)

    @property
    def gradients(self) -> Mapping[str, Tensor]:
        """The last step's gradients of the parameters: `dC`, `dW1`."""
        copied = self._copied("gradients", self._layout.parameters, self._gradients)
        return {f"d{name}": gradient for name, gradient in copied.items()}

    @property
    def values(self) -> Mapping[str, Tensor]:
        """What else the memory holds of the last step: the intermediates that the kernel has, and their gradients."""
        return self._copied("values", self._layout.values, self._values)

    def set_parameter(self, name: str, value: Tensor) -> None:
        """Replace a parameter; what was computed with the one before is forgotten."""
        self._layout.parameters.view(self._parameters, name)[:] = value.numpy()
        self._copies.clear()
        self.loss = None

    def use_examples(self, examples: Examples) -> None:
        """Draw minibatches from these from now on; what was computed is forgotten."""
        self._contexts = np.ascontiguousarray(examples.contexts.numpy())
        self._targets = examples.targets.numpy()
        self.loss = None

    def restore(self, parameters: Mapping[str, Tensor], running: Mapping[str, Tensor]) -> None:
        """Stand at another step: with its parameters and running statistics, and nothing computed yet."""
        _fill(self._parameters, self._layout.parameters, parameters)
        _fill(self._statistics, self._layout.statistics, running)
        self._copies.clear()
        self.loss = None

    def run(self, orders: Orders) -> Trace:
        """Make these steps: each an update, then a forward and a backward pass."""
        self._copies.clear()
        stale = self.loss is None
        first, last = 0 if stale else 1, len(orders.rates) - 1
        losses = np.full(last + 1, np.nan)
        gauges = np.full((len(orders.sampled(first, last)), len(self._gauges)), np.nan)
        watch = orders.watch or Watch()
        updates, halted_at = load_kernel().train(
            *(CONSTANTS, self._layout.network.granularity == "atomic"),
            *(self._layout.layers, self._layout.spans),
            *(self._parameters, self._gradients, self._statistics, self._values),
            *(self._contexts, self._targets, orders.minibatches.numpy(), orders.rates),
            *_bounds(orders.clipping),
            *(stale, orders.first_step),
            *(orders.watch is not None, self._gauges.index(watch.gauge), watch.below, watch.above),
            *(losses, gauges),
        )
        if updates >= first:
            self.loss = float(losses[updates])
        kept = len(orders.sampled(first, updates))
        return Trace(updates, losses[first : updates + 1], gauges[:kept], halted_at)

    def _copied(self, what: str, region: Region, memory: NDArray[np.float32]) -> dict[str, Tensor]:
        if what not in self._copies:
            copy = memory.copy()
            self._copies[what] = {name: torch.from_numpy(region.view(copy, name)) for name in region.offsets}
        return self._copies[what]


def _fill(memory: NDArray[np.float32], region: Region, tensors: Mapping[str, Tensor]) -> None:
    for name in region.offsets:
        region.view(memory, name)[:] = tensors[name].numpy()


def _bounds(clipping: Clipping | None) -> tuple[float, float]:
    """The greatest norm of all gradients together, and the greatest magnitude of one number."""
    norm = clipping.threshold if clipping and clipping.by == "norm" else math.inf
    value = clipping.threshold if clipping and clipping.by == "value" else math.inf
    return norm, value
