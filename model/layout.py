"""Where the kernel keeps things: every tensor that it needs at an offset of flat float32 memory."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from model.gauges import EVERY, SATURATED
from model.network import Call, Network
from model.ops.batch_norm import EPS, RUNNING_MOMENTUM
from model.shapes import Shape

ABSENT = -1  # The kernel takes any negative offset for it.
ALIGNED_TO = 16  # Numbers: 64 bytes, a cache line and the widest vector

# One linear layer with what follows it, as the kernel reads it: sizes, then offsets; ABSENT for what it does not have.
LAYER = np.dtype(
    [
        (field, np.int64)
        for field in (
            *("inputs", "outputs"),
            *("W", "b", "gain", "shift"),  # Among the parameters, and their gradients among the gradients
            *("running_mean", "running_variance"),  # Among the statistics
            *("x", "linear", "mean", "variance", "inverse", "raw", "preactivation", "h", "probs"),  # Among the values
            *("dx", "dlinear", "dpreactivation", "dh"),
        )
    ]
)


class Constants(NamedTuple):
    """What the kernel has in common with the rest of the model."""

    eps: np.float32
    running_momentum: np.float32
    saturated: np.float32
    every: int


CONSTANTS = Constants(np.float32(EPS), np.float32(RUNNING_MOMENTUM), np.float32(SATURATED), EVERY)


class Region:
    """Named tensors one behind the other in flat memory."""

    def __init__(self) -> None:
        self.offsets: dict[str, int] = {}
        self.shapes: dict[str, Shape] = {}
        self.size = 0

    def add(self, name: str, shape: Shape) -> int:
        """Where `name` lies; one that is there already stays where it is."""
        if name not in self.offsets:
            self.offsets[name], self.shapes[name] = self.size, shape
            self.size += -(-math.prod(shape) // ALIGNED_TO) * ALIGNED_TO
        return self.offsets[name]

    def span(self, name: str) -> tuple[int, int]:
        """Where `name` begins and ends."""
        begin = self.offsets[name]
        return begin, begin + math.prod(self.shapes[name])

    def view(self, memory: NDArray[np.float32], name: str) -> NDArray[np.float32]:
        """The tensor itself, in memory laid out so."""
        begin, end = self.span(name)
        return memory[begin:end].reshape(self.shapes[name])


class Layout:
    """A network's tensors in memory, and its layers as the kernel reads them."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.parameters, self.statistics, self.values = Region(), Region(), Region()
        for name in network.parameters:  # C is the first.
            self.parameters.add(name, network.tensors[name].shape)
        linears = [call for call in network.calls if call.op_name in ("linear", "matmul")]
        self.layers = np.array([self._layer(call) for call in linears], dtype=LAYER)
        spans = [self.parameters.span(name) for name in network.parameters]
        self.spans = np.array(spans, dtype=np.int64)

    @property
    def cells(self) -> int:
        """How many numbers the kernel's memory holds; the gradients are laid out like the parameters."""
        return 2 * self.parameters.size + self.statistics.size + self.values.size

    def _layer(self, call: Call) -> tuple[int, ...]:
        network, values = self.network, self.values
        norm = next((norm for norm in network.batch_norms if norm.input == call.output), None)
        preactivation = call.output if norm is None else norm.output
        activation = next((found for found in network.activations if found.input == preactivation), None)
        x, W = call.operands["x"], call.operands["W"]
        B, outputs = call.shape
        row, batch = (1, outputs), (B, outputs)
        fields = dict.fromkeys(LAYER.names or (), ABSENT)
        # The first layer's input is the embedding: embcat is emb, seen as rows.
        x = "emb" if x == "embcat" else x
        fields |= {
            "inputs": self.network.tensors[W].shape[0],
            "outputs": outputs,
            "W": self.parameters.offsets[W],
            "x": values.add(x, network.tensors[x].shape),
            "dx": values.add(f"d{x}", network.tensors[x].shape),
            "linear": values.add(call.output, batch),
            "dlinear": values.add(f"d{call.output}", batch),
            "preactivation": values.add(preactivation, batch),
            "dpreactivation": values.add(f"d{preactivation}", batch),
        }
        if "b" in call.operands:
            fields["b"] = self.parameters.offsets[call.operands["b"]]
        if norm is not None:
            fields |= {
                "gain": self.parameters.offsets[norm.gain],
                "shift": self.parameters.offsets[norm.bias],
                "running_mean": self.statistics.add(norm.running_mean, row),
                "running_variance": self.statistics.add(norm.running_variance, row),
                "mean": values.add(norm.mean, row),
                "variance": values.add(norm.variance, row),
                "inverse": values.add(f"1/std({norm.input})", row),
                "raw": values.add(norm.normalized or f"normalized({norm.input})", batch),
            }
        if activation is None:
            fields["probs"] = values.add("probs", batch)
        else:
            fields["h"] = values.add(activation.output, batch)
            fields["dh"] = values.add(f"d{activation.output}", batch)
        return tuple(fields.values())
