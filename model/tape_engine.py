"""The tape as an engine: every step recorded op by op."""

import math
from collections.abc import Mapping

import numpy as np
from torch import Tensor

from model.dataset import Examples
from model.engine import Orders, Trace, Watch
from model.gauges import gauge_names, measure
from model.network import Network
from model.tape import Tape, record
from model.update import updated_parameters, updated_running


class TapeEngine:
    """Parameters and statistics, and the tape of where they stand."""

    parameters: dict[str, Tensor]
    running: dict[str, Tensor]
    tape: Tape | None

    def __init__(
        self, network: Network, examples: Examples, parameters: Mapping[str, Tensor], running: Mapping[str, Tensor]
    ) -> None:
        self.restore(parameters, running)
        self.use_examples(examples)
        self._network = network
        self._names = gauge_names(network)

    @property
    def loss(self) -> float | None:
        return None if self.tape is None else self.tape.values["loss"].item()

    def set_parameter(self, name: str, value: Tensor) -> None:
        """Replace a parameter; what was computed with the one before is forgotten."""
        self.parameters = {**self.parameters, name: value}
        self.tape = None

    def use_examples(self, examples: Examples) -> None:
        """Draw minibatches from these from now on; what was computed is forgotten."""
        self._examples = examples
        self.tape = None

    def restore(self, parameters: Mapping[str, Tensor], running: Mapping[str, Tensor]) -> None:
        """Stand at another step: with its parameters and running statistics, and nothing computed yet."""
        self.parameters = dict(parameters)
        self.running = dict(running)
        self.tape = None

    def run(self, orders: Orders) -> Trace:
        """Make these steps: each an update, then a forward and a backward pass."""
        losses: list[float] = []
        gauges: list[list[float]] = []
        halted_at: float | None = None
        sampled = orders.sampled(0, len(orders.rates) - 1)
        k = 0
        for k, rate in enumerate(orders.rates.tolist()):
            if self.tape is not None:
                if k == 0:
                    continue
                self.running = updated_running(self.tape, self.running)
                self.parameters = updated_parameters(self.tape, orders.rates[k - 1].item(), orders.clipping)
            inputs = {**self._examples.batch(orders.minibatches[k]), **self.parameters}
            self.tape = record(self._network, inputs, orders.replaced)
            losses.append(self.tape.values["loss"].item())
            measured = {"loss": losses[-1]}
            watches_more = orders.watch is not None and orders.watch.gauge not in measured
            if k in sampled or watches_more:
                measured = measure(self.tape, self.running, rate)
            if k in sampled:
                gauges.append([measured[name] for name in self._names])
            if k > 0 and orders.watch is not None and _is_reached(orders.watch, measured):
                halted_at = measured[orders.watch.gauge]
                break
        return Trace(k, np.array(losses), np.array(gauges).reshape(-1, len(self._names)), halted_at)


def _is_reached(watch: Watch, measured: Mapping[str, float]) -> bool:
    number = measured[watch.gauge]
    finite = math.isfinite(measured["loss"]) and math.isfinite(number)
    return not (finite and watch.below <= number <= watch.above)
