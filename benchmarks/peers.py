"""The same training step as others would write it: what the tape and the kernel are measured against.

Each is written as well as its kind allows: parameters are updated in place, the minibatch is drawn and looked up in two
calls, and nothing is measured or kept on the way. The networks are those with biases, and batch norm in front of every
tanh; `tests/test_benchmarks.py` compares losses, gradients, updates and statistics with the tape's.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from model.ops.batch_norm import EPS, RUNNING_MOMENTUM
from model.training import Run

Statistics = list[tuple[Tensor, Tensor]]  # Mean and variance of every batch norm


class Hidden(NamedTuple):
    """A hidden layer's parameters."""

    W: Tensor
    b: Tensor
    gain: Tensor
    shift: Tensor


class Parameters(NamedTuple):
    """A network's parameters."""

    C: Tensor
    hidden: list[Hidden]
    W: Tensor
    b: Tensor

    def leaves(self) -> list[Tensor]:
        """All of them in a row."""
        return [self.C, *(tensor for layer in self.hidden for tensor in layer), self.W, self.b]


# ── As people write it for autograd ──


def forward(parameters: Parameters, Xb: Tensor, Yb: Tensor) -> tuple[Tensor, Statistics]:
    """The loss, and the minibatch's statistics."""
    statistics = []
    h = parameters.C[Xb].view(len(Xb), -1)
    for layer in parameters.hidden:
        hprebn = torch.addmm(layer.b, h, layer.W)
        mean = hprebn.mean(0, keepdim=True)
        difference = hprebn - mean
        # torch's own var(0) takes up to thirty times as long on a processor.
        variance = (difference**2).sum(0, keepdim=True) / (len(Xb) - 1)
        h = torch.tanh(layer.gain * (difference * (variance + EPS).rsqrt()) + layer.shift)
        statistics.append((mean, variance))
    return F.cross_entropy(torch.addmm(parameters.b, h, parameters.W), Yb), statistics


@torch.no_grad()
def update_running(running: Statistics, statistics: Statistics) -> None:
    """Batch norm's running statistics, in place."""
    for kept, new in zip(running, statistics, strict=True):
        kept[0].lerp_(new[0], RUNNING_MOMENTUM)
        kept[1].lerp_(new[1], RUNNING_MOMENTUM)


def training_forward(parameters: Parameters, running: Statistics, Xb: Tensor, Yb: Tensor) -> Tensor:
    """The loss; the running statistics move on."""
    loss, statistics = forward(parameters, Xb, Yb)
    update_running(running, statistics)
    return loss


@torch.no_grad()
def update(parameters: list[Tensor], gradients: list[Tensor], rate: float) -> None:
    """Stochastic gradient descent, in place."""
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.add_(gradient, alpha=-rate)


@torch.no_grad()
def whole_step(parameters: Parameters, running: Statistics, Xb: Tensor, Yb: Tensor, rate: float) -> Tensor:
    """All of a step in one function, for a compiler to see at once; returns the loss."""
    gradients, (loss, statistics) = torch.func.grad_and_value(forward, has_aux=True)(parameters, Xb, Yb)
    update_running(running, statistics)
    update(parameters.leaves(), gradients.leaves(), rate)
    value: Tensor = loss
    return value


# ── The peers ──


class Peer:
    """A training loop of its own, from where a run stands."""

    def __init__(self, run: Run) -> None:
        """Copy the run's parameters and statistics; minibatches come from a generator of its own."""
        self.by_name = {name: value.clone() for name, value in run.parameters.items()}
        self.running_by_name = {name: value.clone() for name, value in run.running.items()}
        self.rate = run.learning_rate
        norms, examples = run.network.batch_norms, run.splits["train"]
        hidden = [
            Hidden(*(self.by_name[name] for name in (f"W{k}", f"b{k}", norm.gain, norm.bias)))
            for k, norm in enumerate(norms, start=1)
        ]
        last = len(norms) + 1
        self.parameters = Parameters(self.by_name["C"], hidden, self.by_name[f"W{last}"], self.by_name[f"b{last}"])
        self.leaves = self.parameters.leaves()
        self.running = [
            (self.running_by_name[norm.running_mean], self.running_by_name[norm.running_variance]) for norm in norms
        ]
        self._contexts, self._targets = examples.contexts.long(), examples.targets
        self._batch_size = run.config.training.batch_size
        self._generator = torch.Generator().manual_seed(run.config.init.seed)

    def step(self) -> None:
        """Draw a minibatch and train on it."""
        chosen = torch.randint(0, len(self._targets), (self._batch_size,), generator=self._generator)
        self.train(self._contexts[chosen], self._targets[chosen])

    def train(self, Xb: Tensor, Yb: Tensor) -> Tensor:
        """One update; returns the loss before it."""
        raise NotImplementedError


class Eager(Peer):
    """Eager autograd: what most people train such a network with."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        for leaf in self.leaves:
            leaf.requires_grad_()

    def train(self, Xb: Tensor, Yb: Tensor) -> Tensor:
        """Forward, backward, update."""
        for leaf in self.leaves:
            leaf.grad = None
        loss = self.forward(Xb, Yb)
        loss.backward()
        update(self.leaves, [leaf.grad for leaf in self.leaves if leaf.grad is not None], self.rate)
        return loss

    def forward(self, Xb: Tensor, Yb: Tensor) -> Tensor:
        """The loss, for autograd to go back from."""
        return training_forward(self.parameters, self.running, Xb, Yb)


class Compiled(Eager):
    """The same with the forward pass through `torch.compile`, which makes its backward pass too."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._forward = compiled(training_forward)

    def forward(self, Xb: Tensor, Yb: Tensor) -> Tensor:
        """The loss, by compiled code."""
        return self._forward(self.parameters, self.running, Xb, Yb)


class Whole(Peer):
    """A whole step through `torch.compile` at once, without autograd's tape between the passes."""

    def __init__(self, run: Run, step: Callable[..., Tensor] | None = None) -> None:
        super().__init__(run)
        self._step = step or compiled(whole_step)

    def train(self, Xb: Tensor, Yb: Tensor) -> Tensor:
        """One call."""
        return self._step(self.parameters, self.running, Xb, Yb, self.rate)


class Retaining(Eager):
    """Eager autograd that keeps what the tape keeps: the gradient of every intermediate of the same op calls."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._network = run.network
        self.values: dict[str, Tensor] = {}

    def forward(self, Xb: Tensor, Yb: Tensor) -> Tensor:
        """The loss, call by call."""
        values = {"Xb": Xb, "Yb": Yb, **self.by_name}
        for call in self._network.calls:
            values[call.output] = call.op.forward(*(values[name] for name in call.inputs))
            values[call.output].retain_grad()
        update_running(self.running, [(values[norm.mean], values[norm.variance]) for norm in self._network.batch_norms])
        self.values = values
        return values["loss"]


def compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function through `torch.compile`, for shapes that stay what they are."""
    return torch.compile(function, fullgraph=True, dynamic=False)
