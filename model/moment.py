"""A moment: a run as it stands at one position, for whoever wants to look at it."""

import threading
from collections.abc import Mapping

from torch import Tensor

from model.clock import Position
from model.network import BatchNorm, Network
from model.paths import Paths
from model.tape import NOTHING, Replaced, Tape, record


class Moment:
    """Parameters, minibatch and running statistics of one position, and all that follows from them.

    Never changes, so that any thread may read it while training goes on. Its tape is recorded when first wanted.
    """

    def __init__(
        self,
        network: Network,
        position: Position,
        inputs: Mapping[str, Tensor],
        running: Mapping[str, Tensor],
        tape: Tape | None = None,
        replaced: Replaced = NOTHING,
    ) -> None:
        """`inputs`: minibatch and parameters. `tape`: where they have been recorded already."""
        self.network = network
        self.position = position
        self.inputs = inputs
        self.running = running
        self._recording = _Recording(network, inputs, tape, replaced)

    def at(self, position: Position) -> "Moment":
        """The same step with more or less of it computed."""
        other = Moment(self.network, position, self.inputs, self.running)
        other._recording = self._recording
        return other

    @property
    def tape(self) -> Tape:
        """The whole step, what is not known yet at this position included."""
        return self._recording.tape

    @property
    def loss(self) -> float | None:
        """The minibatch's loss; None before the forward pass is through."""
        loss = self.tensor("loss")
        return None if loss is None else loss.item()

    def tensor(self, name: str) -> Tensor | None:
        """Any tensor of the network by name; None where it is not known at this position. KeyError: no such name."""
        if self.network.tensors[name].known_at > self.position.op:
            return None
        for known in (self.inputs, self.running):
            if name in known:
                return known[name]
        tape = self.tape
        for computed in (tape.values, tape.gradients, tape.contributions):
            if name in computed:
                return computed[name]
        for norm in self.network.batch_norms:
            path = next((path for path, tensor in norm.paths.items() if tensor == name), None)
            if path is not None:
                return self._recording.paths(norm).tensor(path)
        norm = next(norm for norm in self.network.batch_norms if name in (norm.mean, norm.variance))
        mean, variance = tape.batch_statistics(norm)
        return mean if name == norm.mean else variance


class _Recording:
    """A tape that is recorded once, by whoever wants it first."""

    def __init__(self, network: Network, inputs: Mapping[str, Tensor], tape: Tape | None, replaced: Replaced) -> None:
        self._network = network
        self._inputs = inputs
        self._replaced = replaced
        self._tape = tape
        self._paths: dict[str, Paths] = {}  # By batch norm
        self._lock = threading.Lock()

    @property
    def tape(self) -> Tape:
        with self._lock:
            if self._tape is None:
                self._tape = record(self._network, self._inputs, self._replaced)
            return self._tape

    def paths(self, norm: BatchNorm) -> Paths:
        tape = self.tape
        with self._lock:
            if norm.output not in self._paths:
                self._paths[norm.output] = Paths(tape, norm)
            return self._paths[norm.output]
