"""Cross-entropy: step by step, and as one op with the gradient simplified on paper."""

import torch
import torch.nn.functional as F
from torch import Tensor

from model.ops.op import Backward, Op
from model.ops.sources import BACK_PROPAGATION, BACKPROP_NINJA, LOG_SUM_EXP, OVERFLOW, SOFTMAX_UNITS, TORCH_MAX


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
        cell="y[b,0] = max_k x[b,k]",
        backward={
            "x": Backward(
                _row_max,
                code="d{x} = F.one_hot({x}.max(1).indices, num_classes={x}.shape[1]) * d{y}",
                latex=r"\mathrm{d}x_{ij} = [\,j = \operatorname{argmax}_k x_{ik}\,]\; \mathrm{d}y_i",
                cell="dx[b,v] = [v = argmax_k x[b,k]] · dy[b,0]",
                why="Only the number that was the maximum can change it, so only it gets the gradient: one-hot, at the "
                "first where several are as large.",
                sources=(TORCH_MAX, BACKPROP_NINJA),
            )
        },
        why="Subtracting the maximum keeps exp from overflowing and leaves the probabilities as they are, so the "
        "gradient that flows back through here is zero up to rounding.",
        sources=(OVERFLOW, LOG_SUM_EXP),
    ),
    "exp": Op(
        title="Exponential",
        inputs=("x",),
        signature="B D -> B D",
        forward=torch.exp,
        code="{y} = {x}.exp()",
        latex=r"y = e^{x}",
        cell="y[b,v] = exp(x[b,v])",
        backward={
            "x": Backward(
                lambda g, y, x: y * g,
                code="d{x} = {y} * d{y}",
                latex=r"\mathrm{d}x = y \odot \mathrm{d}y",
                cell="dx[b,v] = y[b,v] · dy[b,v]",
            )
        },
        why="Makes every logit positive and keeps their order; a logit that is larger by 0.7 counts twice as much. It "
        "is its own derivative, so that the backward pass uses the forward pass's result again.",
        sources=(SOFTMAX_UNITS,),
    ),
    "row_sum": Op(
        title="Sum of each row",
        inputs=("x",),
        signature="B D -> B 1",
        forward=lambda x: x.sum(1, keepdim=True),
        code="{y} = {x}.sum(1, keepdim=True)",
        latex=r"y_i = \sum_j x_{ij}",
        cell="y[b,0] = Σ_k x[b,k]",
        backward={
            "x": Backward(
                lambda g, y, x: g.expand_as(x),
                code="d{x} = d{y}.expand_as({x})",
                latex=r"\mathrm{d}x_{ij} = \mathrm{d}y_i",
                cell="dx[b,v] = dy[b,0]",
                textbook_code="d{x} = torch.ones_like({x}) * d{y}",
                why="A sum in the forward pass becomes a broadcast in the backward pass; expand_as does it "
                "without multiplying by ones.",
                sources=(BACKPROP_NINJA,),
            )
        },
        why="What all counts of a row must be divided by to become probabilities. Its gradient reaches every count of "
        "the row alike, beside the one that each gets for itself.",
        sources=(SOFTMAX_UNITS,),
    ),
    "reciprocal": Op(
        title="Reciprocal",
        inputs=("x",),
        signature="B D -> B D",
        forward=lambda x: x**-1,
        code="{y} = {x}**-1",
        latex=r"y = x^{-1}",
        cell="y[b,v] = x[b,v]^−1",
        backward={
            "x": Backward(
                lambda g, y, x: (-(x**-2)) * g,
                code="d{x} = (-{x}**-2) * d{y}",
                latex=r"\mathrm{d}x = -x^{-2} \odot \mathrm{d}y",
                cell="dx[b,v] = −x[b,v]^−2 · dy[b,v]",
            )
        },
        why="Turns the division by the sum into a product, whose two sides have simple rules. Written as a power "
        "because 1.0 / x rounds differently in autograd's backward pass.",
        sources=(BACKPROP_NINJA,),
    ),
    "log": Op(
        title="Logarithm",
        inputs=("x",),
        signature="B D -> B D",
        forward=torch.log,
        code="{y} = {x}.log()",
        latex=r"y = \ln x",
        cell="y[b,v] = ln(x[b,v])",
        backward={
            "x": Backward(
                lambda g, y, x: g / x,
                code="d{x} = d{y} / {x}",
                latex=r"\mathrm{d}x = \mathrm{d}y \oslash x",
                cell="dx[b,v] = dy[b,v] / x[b,v]",
                textbook_code="d{x} = (1.0 / {x}) * d{y}",
                why="The same formula, rounded once instead of twice. With 32 examples both agree with autograd to "
                "the last bit: multiplying by 1/32 does not round. Where the batch is no power of two, only this does.",
            )
        },
        why="Boosts examples that are predicted badly: the smaller the probability, the larger the gradient. With it a "
        "wrong answer that the network is sure of still has a strong gradient: what exp flattens, log undoes.",
        sources=(SOFTMAX_UNITS, BACKPROP_NINJA),
    ),
    "negative_log_likelihood": Op(
        title="Mean negative log-likelihood",
        inputs=("logprobs", "Y"),
        signature="B V, B -> ",
        forward=lambda logprobs, Y: -logprobs[torch.arange(len(Y)), Y].mean(),
        code="{y} = -{logprobs}[range(B), {Y}].mean()",
        latex=r"y = -\frac{1}{B} \sum_i \mathrm{logprobs}_{i,\, Y_i}",
        cell="y[] = −1/B · Σ_b logprobs[b,Y[b]]",
        backward={
            "logprobs": Backward(
                _negative_log_likelihood,
                code="d{logprobs} = torch.zeros_like({logprobs}); d{logprobs}[range(B), {Y}] = -1.0/B",
                latex=r"\mathrm{d}\mathrm{logprobs}_{ij} = -\frac{1}{B}\, [\,j = Y_i\,]",
                cell="dlogprobs[b,v] = −1/B · [v = Y[b]]",
                why="-1/B at each target, since the loss is a mean, and 0 elsewhere: all other gradients of this step "
                "come from these B numbers.",
                sources=(BACK_PROPAGATION,),
            )
        },
        why="How surprised the network is, on average, by the characters that really come: only the target's entry "
        "of each row counts. Guessing evenly among V characters gives ln V.",
        sources=(BACKPROP_NINJA, SOFTMAX_UNITS),
        meanings={"Y": "the targets: for each example the number of the character that comes next"},
    ),
    "cross_entropy": Op(
        title="Softmax cross-entropy",
        inputs=("logits", "Y"),
        signature="B V, B -> ",
        forward=F.cross_entropy,
        code="{y} = F.cross_entropy({logits}, {Y})",
        latex=r"y = -\frac{1}{B} \sum_i \ln \mathrm{softmax}(\mathrm{logits}_i)_{Y_i}",
        cell="y[] = −1/B · Σ_b ln(probs[b,Y[b]])",
        backward={
            "logits": Backward(
                _cross_entropy_logits,
                code="d{logits} = F.softmax({logits}, 1); d{logits}[range(B), {Y}] -= 1; d{logits} /= B",
                latex=r"\mathrm{d}\mathrm{logits}_{ij} = \frac{1}{B} \bigl( "
                r"\mathrm{softmax}(\mathrm{logits}_i)_j - [\,j = Y_i\,] \bigr)",
                cell="dlogits[b,v] = (probs[b,v] − [v = Y[b]]) / B",
            )
        },
        where=(
            "maximum[b] = max_k logits[b,k]",
            "probs[b,v] = exp(logits[b,v] − maximum[b]) / Σ_k exp(logits[b,k] − maximum[b])",
        ),
        why="Softmax, logarithm and mean as one op: what the network gave the right character, less 1, is all that is "
        "left of the rules of eight ops. Each row of the gradient sums to zero: the pull up on the right character "
        "equals the pushes down on all others.",
        sources=(SOFTMAX_UNITS, LOG_SUM_EXP, BACKPROP_NINJA),
        meanings={"Y": "the targets: for each example the number of the character that comes next"},
    ),
}
