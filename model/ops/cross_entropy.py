"""Cross-entropy: step by step, and as one op with the gradient simplified on paper."""

import torch
import torch.nn.functional as F
from torch import Tensor

from model.ops.op import Backward, Op


def _row_max(g: Tensor, y: Tensor, x: Tensor) -> Tensor:
    return F.one_hot(x.max(1).indices, num_classes=x.shape[1]) * g


def _negative_log_likelihood(g: Tensor, y: Tensor, logprobs: Tensor, Y: Tensor) -> Tensor:
    dlogprobs = torch.zeros_like(logprobs)
    dlogprobs[torch.arange(len(Y)), Y] = -g / len(Y)
    return dlogprobs


def _cross_entropy_logits(g: Tensor, y: Tensor, logits: Tensor, Y: Tensor) -> Tensor:
    dlogits = F.softmax(logits, 1)
    dlogits[torch.arange(len(Y)), Y] -= 1
    return dlogits / len(Y) * g


CROSS_ENTROPY_OPS = {
    "row_max": Op(
        title="Maximum of each row",
        inputs=("x",),
        signature="B D -> B 1",
        forward=lambda x: x.max(1, keepdim=True).values,
        code="{y} = {x}.max(1, keepdim=True).values",
        latex=r"y_i = \max_j x_{ij}",
        backward={
            "x": Backward(
                _row_max,
                code="d{x} = F.one_hot({x}.max(1).indices, num_classes={x}.shape[1]) * d{y}",
                latex=r"\mathrm{d}x_{ij} = [\,j = \operatorname{argmax}_k x_{ik}\,]\; \mathrm{d}y_i",
            )
        },
        why="Subtracting the maximum keeps exp from overflowing and leaves the probabilities as they are, so the "
        "gradient that flows back through here is zero up to rounding.",
    ),
    "exp": Op(
        title="Exponential",
        inputs=("x",),
        signature="B D -> B D",
        forward=torch.exp,
        code="{y} = {x}.exp()",
        latex=r"y = e^{x}",
        backward={
            "x": Backward(
                lambda g, y, x: y * g,
                code="d{x} = {y} * d{y}",
                latex=r"\mathrm{d}x = y \odot \mathrm{d}y",
            )
        },
        why="Its own derivative: the forward pass's result is used again.",
    ),
    "row_sum": Op(
        title="Sum of each row",
        inputs=("x",),
        signature="B D -> B 1",
        forward=lambda x: x.sum(1, keepdim=True),
        code="{y} = {x}.sum(1, keepdim=True)",
        latex=r"y_i = \sum_j x_{ij}",
        backward={
            "x": Backward(
                lambda g, y, x: g.expand_as(x),
                code="d{x} = d{y}.expand_as({x})",
                latex=r"\mathrm{d}x_{ij} = \mathrm{d}y_i",
                textbook_code="d{x} = torch.ones_like({x}) * d{y}",
                why="A sum in the forward pass becomes a broadcast in the backward pass; expand_as does it "
                "without multiplying by ones.",
            )
        },
    ),
    "reciprocal": Op(
        title="Reciprocal",
        inputs=("x",),
        signature="B D -> B D",
        forward=lambda x: x**-1,
        code="{y} = {x}**-1",
        latex=r"y = x^{-1}",
        backward={
            "x": Backward(
                lambda g, y, x: (-(x**-2)) * g,
                code="d{x} = (-{x}**-2) * d{y}",
                latex=r"\mathrm{d}x = -x^{-2} \odot \mathrm{d}y",
            )
        },
        why="Written as a power because 1.0 / x rounds differently in autograd's backward pass.",
    ),
    "log": Op(
        title="Logarithm",
        inputs=("x",),
        signature="B D -> B D",
        forward=torch.log,
        code="{y} = {x}.log()",
        latex=r"y = \ln x",
        backward={
            "x": Backward(
                lambda g, y, x: g / x,
                code="d{x} = d{y} / {x}",
                latex=r"\mathrm{d}x = \mathrm{d}y \oslash x",
                textbook_code="d{x} = (1.0 / {x}) * d{y}",
                why="The same formula, rounded once instead of twice. With 32 examples both agree with autograd to "
                "the last bit: multiplying by 1/32 does not round. Where the batch is no power of two, only this does.",
            )
        },
        why="Boosts examples that are predicted badly: the smaller the probability, the larger the gradient.",
    ),
    "negative_log_likelihood": Op(
        title="Mean negative log-likelihood",
        inputs=("logprobs", "Y"),
        signature="B V, B -> ",
        forward=lambda logprobs, Y: -logprobs[torch.arange(len(Y)), Y].mean(),
        code="{y} = -{logprobs}[range(B), {Y}].mean()",
        latex=r"y = -\frac{1}{B} \sum_i \mathrm{logprobs}_{i,\, Y_i}",
        backward={
            "logprobs": Backward(
                _negative_log_likelihood,
                code="d{logprobs} = torch.zeros_like({logprobs}); d{logprobs}[range(B), {Y}] = -1.0/B",
                latex=r"\mathrm{d}\mathrm{logprobs}_{ij} = -\frac{1}{B}\, [\,j = Y_i\,]",
            )
        },
        why="Only the target's entry of each row counts for the loss, so only it has a gradient.",
    ),
    "cross_entropy": Op(
        title="Softmax cross-entropy",
        inputs=("logits", "Y"),
        signature="B V, B -> ",
        forward=F.cross_entropy,
        code="{y} = F.cross_entropy({logits}, {Y})",
        latex=r"y = -\frac{1}{B} \sum_i \ln \mathrm{softmax}(\mathrm{logits}_i)_{Y_i}",
        backward={
            "logits": Backward(
                _cross_entropy_logits,
                code="d{logits} = F.softmax({logits}, 1); d{logits}[range(B), {Y}] -= 1; d{logits} /= B",
                latex=r"\mathrm{d}\mathrm{logits}_{ij} = \frac{1}{B} \bigl( "
                r"\mathrm{softmax}(\mathrm{logits}_i)_j - [\,j = Y_i\,] \bigr)",
            )
        },
        why="Each row sums to zero: the pull up on the right character equals the pushes down on all others.",
    ),
}
