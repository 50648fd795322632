"""A training run: where it stands in time, and how the parameters move from step to step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Int
from torch import Tensor

from model.architecture import build_network
from model.clock import Position
from model.config import Config, LearningRateFrom
from model.dataset import Dataset
from model.initialization import initial_parameters
from model.network import BatchNorm, Network
from model.tape import Tape

RUNNING_MOMENTUM = 0.001  # The share of each minibatch's statistics in the running ones.


class UnfitData(ValueError):
    """The data set is too small for the config; the message says by how much."""


class InvalidParameter(ValueError):
    """The values cannot be this parameter's; the message says why and what is expected."""


@dataclass(frozen=True)
class Clipping:
    """Gradients are bounded before the update: all together by their norm, or each number by value."""

    by: Literal["norm", "value"]
    threshold: float


class Run:
    """Config and what was done to it, at one position in time.

    At step t the parameters are those of θ_t and the minibatch is the t-th; `tape` holds what is computed of it.
    Parameters and statistics are replaced at an update and never changed in place. How many threads torch uses for one
    operation can change the last bits; the server uses one.
    """

    def __init__(self, config: Config, dataset: Dataset) -> None:
        """Stand at step 0 with all gradients known. Raises UnfitData where the batch exceeds the training split."""
        self.config = config
        self.dataset = dataset
        self.network = network_for(config, dataset)
        self.splits = {
            split: dataset.examples(words, config.data.context_length)
            for split, words in dataset.split(config.data.split_seed).items()
        }
        if len(self.splits["train"]) < config.training.batch_size:
            raise UnfitData(
                f"training.batch_size: {config.training.batch_size} examples a minibatch, but the training split of "
                f"data set {dataset.name!r} has only {len(self.splits['train'])}"
            )
        self.generator = torch.Generator().manual_seed(config.init.seed)
        self.parameters = initial_parameters(self.network, config.init, self.generator)
        self.running: dict[str, Tensor] = {}
        for norm in self.network.batch_norms:
            shape = self.network.tensors[norm.running_mean].shape
            self.running |= {norm.running_mean: torch.zeros(shape), norm.running_variance: torch.ones(shape)}
        self.schedule = config.training.learning_rate
        self.clipping: Clipping | None = None
        self.step = 0
        self.batch = self._draw_minibatch()
        self.tape = self._new_tape()
        self.tape.move_to(self.network.ops)

    @property
    def position(self) -> Position:
        return Position(self.step, self.tape.op, self.network.ops)

    @property
    def loss(self) -> float | None:
        """The minibatch's loss; None before the forward pass is through."""
        loss = self.tape.values.get("loss")
        return None if loss is None else loss.item()

    @property
    def learning_rate(self) -> float:
        """The learning rate of this step's update."""
        return next(entry.value for entry in reversed(self.schedule) if entry.from_step <= self.step)

    def set_learning_rate(self, value: float) -> None:
        """Use `value` from this step on, in place of whatever the schedule had planned."""
        past = tuple(entry for entry in self.schedule if entry.from_step < self.step)
        self.schedule = (*past, LearningRateFrom(from_step=self.step, value=value))

    def move_to(self, op: int) -> None:
        """Go forwards or back within this step."""
        self.tape.move_to(op)

    def next_step(self) -> None:
        """Complete this step, apply its update, and draw the next minibatch: stands at op 0 then."""
        self.tape.move_to(self.network.ops)
        # Statistics first: those of the minibatch that this step's parameters saw.
        self.running = {
            name: (1 - RUNNING_MOMENTUM) * self.running[name] + RUNNING_MOMENTUM * batch
            for norm in self.network.batch_norms
            for name, batch in zip(
                (norm.running_mean, norm.running_variance), batch_statistics(self.tape, norm), strict=True
            )
        }
        gradients = clip({name: self.tape.gradients[f"d{name}"] for name in self.parameters}, self.clipping)
        rate = self.learning_rate
        self.parameters = {name: value - rate * gradients[name] for name, value in self.parameters.items()}
        self.step += 1
        self.batch = self._draw_minibatch()
        self.tape = self._new_tape()

    def set_parameter(self, name: str, value: Tensor) -> None:
        """Replace a parameter at this position and compute again what follows from it.

        Raises InvalidParameter where there is no such parameter, the shape differs, or a number is not finite.
        """
        if name not in self.parameters:
            raise InvalidParameter(f"{name!r} is not a parameter; these are: {', '.join(self.parameters)}")
        expected = tuple(self.parameters[name].shape)
        if tuple(value.shape) != expected:
            raise InvalidParameter(f"{name} has shape {list(expected)}, got {list(value.shape)}")
        value = value.to(torch.float32, copy=True)  # The caller may go on changing theirs.
        if not torch.isfinite(value).all():
            raise InvalidParameter(f"{name} must be finite in float32: NaN, infinity or overflow found")
        self.parameters = {**self.parameters, name: value}
        op = self.tape.op
        self.tape = self._new_tape()
        self.tape.move_to(op)

    def tensor(self, name: str) -> Tensor | None:
        """Any tensor of the network by name; None where it is not known at this position. KeyError: no such name."""
        if self.network.tensors[name].known_at > self.tape.op:
            return None
        for known in (self.tape.values, self.tape.gradients, self.tape.contributions, self.running):
            if name in known:
                return known[name]
        norm = next(norm for norm in self.network.batch_norms if name in (norm.mean, norm.variance))
        mean, variance = batch_statistics(self.tape, norm)
        return mean if name == norm.mean else variance

    def _draw_minibatch(self) -> dict[str, Int[Tensor, "..."]]:
        examples = self.splits["train"]
        chosen = torch.randint(0, len(examples), (self.config.training.batch_size,), generator=self.generator)
        return {"Xb": examples.contexts[chosen].long(), "Yb": examples.targets[chosen]}

    def _new_tape(self) -> Tape:
        return Tape(self.network, {**self.batch, **self.parameters})


def network_for(config: Config, dataset: Dataset) -> Network:
    """The network that a config and its data set make."""
    return build_network(
        config.model,
        batch_size=config.training.batch_size,
        context_length=config.data.context_length,
        vocabulary=len(dataset.characters),
    )


def batch_statistics(tape: Tape, norm: BatchNorm) -> tuple[Tensor, Tensor]:
    """The minibatch's mean and variance (with Bessel's correction) of every channel, 1 x H each."""
    if norm.mean in tape.values and norm.variance in tape.values:
        return tape.values[norm.mean], tape.values[norm.variance]
    x = tape.values[norm.input]
    return x.mean(0, keepdim=True), x.var(0, keepdim=True)


def clip(gradients: Mapping[str, Tensor], clipping: Clipping | None) -> Mapping[str, Tensor]:
    """The gradients as the update uses them.

    By norm as `torch.nn.utils.clip_grad_norm_` defines it: all scaled by threshold / (norm + 1e-6) where that is
    below 1, the norm taken over all gradients together. By value: each number held within ± threshold.
    """
    if clipping is None:
        return gradients
    if clipping.by == "value":
        return {name: g.clamp(-clipping.threshold, clipping.threshold) for name, g in gradients.items()}
    norm = torch.stack([torch.linalg.vector_norm(g) for g in gradients.values()]).norm()
    scale = (clipping.threshold / (norm + 1e-6)).clamp(max=1.0)
    return {name: g * scale for name, g in gradients.items()}
