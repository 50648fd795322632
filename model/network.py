"""The network as a list: op calls on named tensors, and the gradients that flow back through them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from model.ops import OPS, Backward, Op, Remark
from model.shapes import Shape

Part = Literal["embedding", "hidden", "output", "loss"]
Role = Literal["parameter", "intermediate", "gradient", "batch", "statistic", "contribution", "path"]


@dataclass(frozen=True)
class TensorSpec:
    """What is known of a tensor before it is computed."""

    name: str
    shape: Shape
    role: Role
    known_at: int  # From which op of the step on; 0: always.


@dataclass(frozen=True)
class Call:
    """One line of the forward pass: an op on named tensors."""

    index: int
    op_name: str
    inputs: tuple[str, ...]
    output: str
    shape: Shape
    part: Part
    layer: int | None  # 1 … L in hidden layers

    @cached_property
    def op(self) -> Op:
        return OPS[self.op_name]

    @cached_property
    def operands(self) -> dict[str, str]:
        """From operand names to tensor names: `{"x": "embcat", "W": "W1", "b": "b1"}`."""
        return dict(zip(self.op.inputs, self.inputs, strict=True))

    @cached_property
    def gradient(self) -> str:
        """The name of the output's gradient, which the backward rules start from."""
        return f"d{self.output}"

    @property
    def code(self) -> str:
        return self.write(self.op.code)

    def write(self, template: str) -> str:
        """A code template of the op with this call's tensor names."""
        return template.format(**self.operands, y=self.output)


@dataclass(frozen=True)
class Contribution:
    """What one backward rule of one call adds to the gradient of one tensor."""

    call: Call
    operand: str

    @cached_property
    def tensor(self) -> str:
        return self.call.operands[self.operand]

    @cached_property
    def gradient(self) -> str:
        return f"d{self.tensor}"

    @cached_property
    def name(self) -> str:
        """`dcounts.probs`: what reaches `dcounts` through `probs`."""
        return f"{self.gradient}.{self.call.output}"

    @property
    def code(self) -> str:
        return self.call.write(self.rule.code)

    @property
    def textbook_code(self) -> str | None:
        """The line as texts have it, where ours differs."""
        return None if self.rule.textbook_code is None else self.call.write(self.rule.textbook_code)

    @property
    def rule(self) -> Backward:
        return self.call.op.backward[self.operand]


@dataclass(frozen=True)
class BatchNorm:
    """Where one batch norm stands: the names of its tensors."""

    layer: int | None  # None: on the logits
    input: str
    mean: str
    variance: str
    running_mean: str
    running_variance: str
    gain: str
    bias: str
    normalized: str | None
    output: str

    @cached_property
    def paths(self) -> dict[str, str]:
        """By which ways the gradient comes to `input`, and what there is to know of them: see `model.paths`.

        `direct`, `mean` and `variance` add up to the gradient, but for rounding, which is `remainder`. The mean has no
        say in the variance, since the differences from it sum to zero: `mean_through_variance` is what each example
        would get that way, `difference_sum` that sum, both by channel.
        """
        paths = {path: f"d{self.input}:{path}" for path in ("direct", "mean", "variance", "remainder")}
        return paths | {
            "mean_through_variance": f"d{self.input}:mean_through_variance",
            "difference_sum": f"{self.input}:difference_sum",
        }


@dataclass(frozen=True)
class Activation:
    """One hidden layer's activation: tanh of `input` is `output`."""

    layer: int
    input: str
    output: str


@dataclass(frozen=True)
class Network:
    """Op calls in forward order, and everything that follows from them.

    A step has `ops` parts: the forward calls, then the contributions in the order of the backward walk.
    `inputs` are the tensors that the calls start from: the minibatch and the parameters.
    """

    granularity: Literal["atomic", "fused"]
    dimensions: Mapping[str, int]
    inputs: tuple[TensorSpec, ...]
    calls: tuple[Call, ...]
    batch_norms: tuple[BatchNorm, ...]
    activations: tuple[Activation, ...]

    @cached_property
    def forward_ops(self) -> int:
        return len(self.calls)

    @cached_property
    def ops(self) -> int:
        return len(self.calls) + len(self.contributions)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        return tuple(spec.name for spec in self.inputs if spec.role == "parameter")

    @cached_property
    def contributions(self) -> tuple[Contribution, ...]:
        """Every backward rule in the order of the walk: the calls reversed, each one's inputs in order."""
        return tuple(Contribution(call, operand) for call in reversed(self.calls) for operand in call.op.backward)

    @cached_property
    def gradients(self) -> dict[str, tuple[Contribution, ...]]:
        """What adds up to each gradient, in the order in which the gradients become known."""
        complete: dict[str, tuple[Contribution, ...]] = {}
        for contribution in self.contributions:
            # Taken out and put in again, so that a gradient stands where its last contribution does.
            earlier = complete.pop(contribution.gradient, ())
            complete[contribution.gradient] = (*earlier, contribution)
        return complete

    @cached_property
    def tensors(self) -> dict[str, TensorSpec]:
        """Every tensor that can be read: minibatch, parameters, intermediates, gradients, their parts, statistics."""
        specs = {spec.name: spec for spec in self.inputs}

        def add(name: str, shape: Shape, role: Role, known_at: int) -> None:
            specs.setdefault(name, TensorSpec(name, shape, role, known_at))

        for call in self.calls:
            add(call.output, call.shape, "intermediate", call.index + 1)
        order = enumerate(self.contributions, start=self.forward_ops + 1)
        contribution_known_at = {contribution.name: known_at for known_at, contribution in order}
        for name, contributions in self.gradients.items():
            shape = specs[contributions[0].tensor].shape
            add(name, shape, "gradient", contribution_known_at[contributions[-1].name])
        for norm in self.batch_norms:
            source = specs[norm.input]
            row = (1, source.shape[-1])
            for statistic in (norm.mean, norm.variance):  # Intermediates already, where batch norm is not fused.
                add(statistic, row, "statistic", source.known_at)
            for statistic in (norm.running_mean, norm.running_variance):
                add(statistic, row, "statistic", 0)
        for contribution in self.contributions:
            shape = specs[contribution.tensor].shape
            add(contribution.name, shape, "contribution", contribution_known_at[contribution.name])
        for norm in self.batch_norms:
            gradient = specs[f"d{norm.input}"]
            row = (1, gradient.shape[-1])
            for path, name in norm.paths.items():
                per_channel = path in ("mean_through_variance", "difference_sum")
                add(name, row if per_channel else gradient.shape, "path", gradient.known_at)
        return specs

    def note_on(self, contribution: Contribution) -> Remark | None:
        """What is so of a contribution because of what follows on its call."""
        is_normed = any(norm.input == contribution.call.output for norm in self.batch_norms)
        return contribution.rule.before_batch_norm if is_normed else None

    @property
    def cells(self) -> int:
        """How many numbers all tensors of a step hold together; paths are computed when somebody looks."""
        return sum(math.prod(spec.shape) for spec in self.tensors.values() if spec.role != "path")
