"""Backward rules and forward functions as people get them wrong, in the form that the op table's have."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from model.ops.batch_norm import EPS
from model.tape import Rule
from model.trap import Bug


def dropped(index: int) -> Callable[[float], Rule]:
    """Nothing reaches the input of this number."""
    return lambda threshold: lambda g, y, *inputs: torch.zeros_like(inputs[index])


def left_out(op: str, operand: str, index: int) -> Bug:
    """Nothing reaches this operand, the op's input of this number."""
    return Bug(op, operand, dropped(index), code=f"d{{{operand}}} = 0  # left out")


def always(rule: Rule) -> Callable[[float], Rule]:
    """A rule that takes no number."""
    return lambda threshold: rule


def fused_norm(
    x: Tensor, gain: Tensor, g: Tensor, *, mean: float = 1.0, variance: float = 1.0, bessel: bool = True
) -> Tensor:
    """Batch norm's backward with shares of the paths through mean and variance, and with or without B/(B-1)."""
    B = len(x)
    bnvar_inv = (x.var(0, keepdim=True) + EPS) ** -0.5
    bnraw = (x - x.mean(0, keepdim=True)) * bnvar_inv
    correction = B / (B - 1) if bessel else 1.0
    return gain * bnvar_inv / B * (B * g - mean * g.sum(0) - variance * correction * bnraw * (g * bnraw).sum(0))


def fused_code(*, mean: str = " - d{y}.sum(0)", variance: str = " - B/(B-1)*bnraw*(d{y}*bnraw).sum(0)") -> str:
    """`fused_norm` as a line, a template as the op table's."""
    return f"d{{x}} = {{gain}}*bnvar_inv/B * (B*d{{y}}{mean}{variance})"


def input_from_output(g: Tensor, y: Tensor, gain: Tensor, x: Tensor, bias: Tensor) -> Tensor:
    """The gain's gradient, with y / gain for the input that y was made of: the bias is still in it."""
    return (g * (y / gain)).sum(0, keepdim=True)


def as_at_evaluation(constant: float) -> Rule:
    """A statistic that does not depend on the minibatch, which autograd is to find in the graph all the same."""
    return lambda x: constant + 0 * x.sum(0, keepdim=True)


def weights_in(dtype: torch.dtype) -> Rule:
    """The weights' gradient, computed in another precision."""

    def rule(g: Tensor, y: Tensor, x: Tensor, W: Tensor, *b: Tensor) -> Tensor:
        return (x.to(dtype).T @ g.to(dtype)).to(W.dtype)

    return rule


def norm_by_squares(x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    """Batch norm with the variance as the mean of squares less the square of the mean."""
    B, mean = len(x), x.mean(0, keepdim=True)
    variance = B / (B - 1) * ((x**2).mean(0, keepdim=True) - mean**2)
    return gain * (x - mean) * (variance + EPS) ** -0.5 + bias


def assigned(g: Tensor, y: Tensor, C: Tensor, X: Tensor) -> Tensor:
    """The last place of each character has its say alone, as in a loop that assigns."""
    dC = torch.zeros_like(C)
    last = {character: place for place, character in enumerate(X.view(-1).tolist())}
    rows = torch.tensor(list(last), dtype=torch.long)
    dC[rows] = g.reshape(-1, C.shape[1])[list(last.values())]
    return dC


def without_mean(g: Tensor, y: Tensor, logprobs: Tensor, Y: Tensor) -> Tensor:
    """Minus the targets, each in full: the gradient of a sum."""
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[torch.arange(len(Y)), Y] = -g
    return dlogprobs


def fused_without_mean(g: Tensor, y: Tensor, logits: Tensor, Y: Tensor) -> Tensor:
    """Probabilities less the targets, each row in full: the gradient of a sum."""
    return (F.softmax(logits, 1) - F.one_hot(Y, logits.shape[1])) * g


def silencing(threshold: float) -> Rule:
    """Rows whose loss is above the threshold are zero, as where min(loss, threshold) is differentiated."""

    def rule(g: Tensor, y: Tensor, logprobs: Tensor, Y: Tensor) -> Tensor:
        right = without_mean(g, y, logprobs, Y) / len(Y)
        silent = -logprobs[torch.arange(len(Y)), Y] > threshold
        return right.masked_fill(silent[:, None], 0.0)

    return rule


def fused_silencing(threshold: float) -> Rule:
    """The same for the fused cross-entropy."""

    def rule(g: Tensor, y: Tensor, logits: Tensor, Y: Tensor) -> Tensor:
        right = fused_without_mean(g, y, logits, Y) / len(Y)
        silent = F.cross_entropy(logits, Y, reduction="none") > threshold
        return right.masked_fill(silent[:, None], 0.0)

    return rule


def naive_cross_entropy(logits: Tensor, Y: Tensor) -> Tensor:
    """Softmax without taking off the maximum."""
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdim=True)
    return -probs[torch.arange(len(Y)), Y].log().mean()


def naive_cross_entropy_logits(g: Tensor, y: Tensor, logits: Tensor, Y: Tensor) -> Tensor:
    """Its gradient, right as long as all numbers are finite."""
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdim=True)
    return (probs - F.one_hot(Y, logits.shape[1])) / len(Y) * g
