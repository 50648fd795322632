"""A session's network: its calls, gradients and parameters."""

from typing import Literal

from pydantic import Field

from model.network import Part
from server.schemas.base import Wire
from server.schemas.ops import Formula, RemarkInfo, SourceInfo


class CallInput(Wire):
    """Which tensor stands for which operand."""

    operand: str = Field(description="The op's operand.")
    tensor: str = Field(description="The tensor that stands for it.")


class CallInfo(Wire):
    """One line of the forward pass: an op on named tensors."""

    index: int = Field(description="Its place in the forward pass, from 0.")
    op: str = Field(description="Its entry in the op table.")
    layer: int | None = Field(description="1 … L in hidden layers.")
    part: Part = Field(description="The part of the network it is of.")
    inputs: list[CallInput] = Field(description="Its tensors.")
    output: str = Field(description="The tensor it computes.")
    shape: list[int] = Field(description="That tensor's shape.")
    code: str = Field(description="The PyTorch line with the tensors' names.")
    known_at: int = Field(description="From which op of a step the output is known.")


class ContributionInfo(Wire):
    """What one backward rule of one call adds to a gradient; readable like any tensor."""

    name: str = Field(description="dcounts.probs: what reaches dcounts through probs.")
    call: int = Field(description="The call's index.")
    operand: str = Field(description="The operand whose rule it is.")
    via: str = Field(description="The call's output, through which it comes.")
    code: str = Field(description="The PyTorch line with the tensors' names.")
    textbook_code: str | None = Field(description="The line as texts have it, where ours differs.")
    note: RemarkInfo | None = Field(
        description="What is so of it because of where it stands: a bias before batch norm."
    )
    known_at: int = Field(description="From which op of a step it is known.")


class GradientInfo(Wire):
    """A gradient and what adds up to it."""

    name: str = Field(description="dX for the gradient of the loss with respect to X.")
    tensor: str = Field(description="X.")
    shape: list[int] = Field(description="The shape of both.")
    known_at: int = Field(description="From which op of a step all contributions are in.")
    contributions: list[ContributionInfo] = Field(description="What adds up to it, in order.")


class PathInfo(Wire):
    """One way by which a gradient comes through batch norm: x is its input, y its output."""

    title: str = Field(description="What it is.")
    formula: Formula = Field(description="The formula.")
    code: str = Field(description="The PyTorch line, with the names of a network with one hidden layer.")
    why: str = Field(description="What is worth knowing about it.")


class PathsInfo(Wire):
    """The ways by which the gradient comes to batch norm's input; each can be read like any tensor."""

    direct: str = Field(description="By the cell itself, as if mean and variance were constants.")
    mean: str = Field(description="By the channel's mean.")
    variance: str = Field(description="By the channel's variance.")
    remainder: str = Field(description="The three together less the gradient: nothing but rounding.")
    mean_through_variance: str = Field(
        description="By channel: what an example would get since the variance is taken about the mean; zero, but for "
        "rounding."
    )
    difference_sum: str = Field(
        description="By channel: the sum of the differences from the mean, which makes it zero."
    )


class ParameterInfo(Wire):
    """A parameter, and how it was drawn at the start."""

    name: str = Field(description="Its name.")
    shape: list[int] = Field(description="Its shape.")
    code: str = Field(description="The PyTorch line that drew it; g and g_norm are the generators.")
    why: str = Field(description="Why it starts so.")
    sources: list[SourceInfo] = Field(description="What that rests on.")


class BatchNormInfo(Wire):
    """Where one batch norm stands: its tensors' names."""

    layer: int | None = Field(description="Its hidden layer; null: on the logits.")
    input: str = Field(description="Before it.")
    mean: str = Field(description="The minibatch's mean.")
    variance: str = Field(description="The minibatch's variance, with Bessel's correction.")
    running_mean: str = Field(description="The running mean.")
    running_variance: str = Field(description="The running variance.")
    gain: str = Field(description="The gain.")
    bias: str = Field(description="The bias.")
    normalized: str | None = Field(description="Normalised, before gain and bias; absent from the fused network.")
    output: str = Field(description="After it.")
    paths: PathsInfo = Field(description="What the input's gradient is made of.")


class ActivationInfo(Wire):
    """One hidden layer's tanh."""

    layer: int = Field(description="Its hidden layer, from 1.")
    input: str = Field(description="Before tanh.")
    output: str = Field(description="After it.")


class NetworkInfo(Wire):
    """A session's network: the op calls in order, and where each gradient comes from."""

    granularity: Literal["atomic", "fused"] = Field(description="Every intermediate, or fused ops.")
    dimensions: dict[str, int] = Field(description="The size that each letter stands for.")
    ops: int = Field(description="Parts of one step: forward calls, then backward contributions.")
    forward_ops: int = Field(description="The forward pass is through at this op.")
    calls: list[CallInfo] = Field(description="The forward pass, line by line.")
    gradients: list[GradientInfo] = Field(description="Every gradient, in the order in which they become known.")
    parameters: list[ParameterInfo] = Field(description="Every parameter, in the order in which they were drawn.")
    batch_norms: list[BatchNormInfo] = Field(description="Where batch norm stands.")
    activations: list[ActivationInfo] = Field(description="Where tanh stands.")
    paths: dict[str, PathInfo] = Field(description="What the paths through batch norm are, by their names there.")
