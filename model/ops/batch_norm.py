"""Batch norm: step by step, and as one op with the gradient simplified on paper."""

from torch import Tensor

from model.ops.op import Backward, Op
from model.ops.sources import (
    ACTIVATIONS_AND_GRADIENTS,
    BACKPROP_NINJA,
    BATCH_NORMALIZATION,
    BROADCASTING,
    VARIANCE_OF_A_BATCH,
)

EPS = 1e-5  # Keeps the inverse square root finite where a channel does not vary.
RUNNING_MOMENTUM = 0.001  # The share of each minibatch's statistics in the running ones.


def normalize(x: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    """Centred and scaled by these statistics, column by column: bnraw."""
    return (x - mean) * (variance + EPS) ** -0.5


def _bnraw(x: Tensor) -> Tensor:
    return normalize(x, x.mean(0, keepdim=True), x.var(0, keepdim=True))


def _batch_norm(x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    return gain * _bnraw(x) + bias


def _batch_norm_x(g: Tensor, y: Tensor, x: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
    B = len(x)
    bnvar_inv = (x.var(0, keepdim=True) + EPS) ** -0.5
    bnraw = (x - x.mean(0, keepdim=True)) * bnvar_inv
    return gain * bnvar_inv / B * (B * g - g.sum(0) - B / (B - 1) * bnraw * (g * bnraw).sum(0))


_MEANINGS = {
    "gain": "batch norm's gain: what each channel is multiplied by once it is normalised",
    "bias": "batch norm's bias: what is added to each channel after that",
}

BATCH_NORM_OPS = {
    "batch_mean": Op(
        title="Mean over the batch",
        inputs=("x",),
        signature="B D -> 1 D",
        forward=lambda x: 1 / x.shape[0] * x.sum(0, keepdim=True),
        code="{y} = 1/B * {x}.sum(0, keepdim=True)",
        latex=r"y_j = \frac{1}{B} \sum_i x_{ij}",
        cell="y[0,d] = 1/B · Σ_b x[b,d]",
        backward={
            "x": Backward(
                lambda g, y, x: (1.0 / x.shape[0] * g).expand_as(x),
                code="d{x} = (1.0/B * d{y}).expand_as({x})",
                latex=r"\mathrm{d}x_{ij} = \frac{1}{B}\, \mathrm{d}y_j",
                cell="dx[b,d] = 1/B · dy[0,d]",
                textbook_code="d{x} = 1.0/B * torch.ones_like({x}) * d{y}",
                why="A sum in the forward pass becomes a broadcast in the backward pass; expand_as does it "
                "without multiplying by ones.",
                sources=(BACKPROP_NINJA,),
            )
        },
        why="Each column's average over the minibatch. From here on the examples know of one another: what an example "
        "becomes, and what its gradient is, depends on which others it was drawn with.",
        sources=(BATCH_NORMALIZATION,),
    ),
    "square": Op(
        title="Square",
        inputs=("x",),
        signature="B D -> B D",
        forward=lambda x: x**2,
        code="{y} = {x}**2",
        latex=r"y = x^2",
        cell="y[b,d] = x[b,d]²",
        backward={
            "x": Backward(
                lambda g, y, x: (2 * x) * g,
                code="d{x} = (2 * {x}) * d{y}",
                latex=r"\mathrm{d}x = 2\, x \odot \mathrm{d}y",
                cell="dx[b,d] = 2 · x[b,d] · dy[b,d]",
            )
        },
        why="The distances from the mean, squared: their average is the variance. Its gradient is twice the distance, "
        "and distances from a mean add up to zero: so no gradient comes back from the variance to the mean.",
        sources=(BATCH_NORMALIZATION, BACKPROP_NINJA),
    ),
    "batch_variance": Op(
        title="Variance from squared differences (Bessel)",
        inputs=("x",),
        signature="B D -> 1 D",
        forward=lambda x: 1 / (x.shape[0] - 1) * x.sum(0, keepdim=True),
        code="{y} = 1/(B-1) * {x}.sum(0, keepdim=True)",
        latex=r"y_j = \frac{1}{B - 1} \sum_i x_{ij}",
        cell="y[0,d] = 1/(B − 1) · Σ_b x[b,d]",
        backward={
            "x": Backward(
                lambda g, y, x: (1.0 / (x.shape[0] - 1) * g).expand_as(x),
                code="d{x} = (1.0/(B-1) * d{y}).expand_as({x})",
                latex=r"\mathrm{d}x_{ij} = \frac{1}{B - 1}\, \mathrm{d}y_j",
                cell="dx[b,d] = 1/(B − 1) · dy[0,d]",
                textbook_code="d{x} = (1.0/(B-1)) * torch.ones_like({x}) * d{y}",
                why="A sum in the forward pass becomes a broadcast in the backward pass; expand_as does it "
                "without multiplying by ones.",
                sources=(BACKPROP_NINJA,),
            )
        },
        why="Bessel's correction: around its own mean a small batch varies too little, and dividing by B-1 in place of "
        "B makes up for it, so that the variance is an unbiased estimate. Batch norm's paper divides by B in training "
        "and by B-1 for inference; here it is B-1 in training too.",
        sources=(VARIANCE_OF_A_BATCH, BACKPROP_NINJA),
    ),
    "inverse_sqrt": Op(
        title="Inverse standard deviation",
        inputs=("x",),
        signature="1 D -> 1 D",
        forward=lambda x: (x + EPS) ** -0.5,
        code="{y} = ({x} + 1e-5)**-0.5",
        latex=r"y = (x + \epsilon)^{-1/2}",
        cell="y[0,d] = (x[0,d] + 1e−5)^−0.5",
        backward={
            "x": Backward(
                lambda g, y, x: (-0.5 * (x + EPS) ** -1.5) * g,
                code="d{x} = (-0.5 * ({x} + 1e-5)**-1.5) * d{y}",
                latex=r"\mathrm{d}x = -\tfrac{1}{2} (x + \epsilon)^{-3/2} \odot \mathrm{d}y",
                cell="dx[0,d] = −0.5 · (x[0,d] + 1e−5)^−1.5 · dy[0,d]",
            )
        },
        why="What each column is multiplied by to have a standard deviation of 1. eps = 1e-5 keeps it finite where a "
        "channel does not vary; its slope is steep where the variance is small, so that a channel that hardly varies "
        "has large gradients.",
        sources=(BATCH_NORMALIZATION,),
    ),
    "scale_shift": Op(
        title="Scale and shift",
        inputs=("gain", "x", "bias"),
        signature="1 D, B D, 1 D -> B D",
        forward=lambda gain, x, bias: gain * x + bias,
        code="{y} = {gain} * {x} + {bias}",
        latex=r"y = \mathrm{gain} \odot x + \mathrm{bias}",
        cell="y[b,d] = gain[0,d] · x[b,d] + bias[0,d]",
        backward={
            "gain": Backward(
                lambda g, y, gain, x, bias: (x * g).sum(0, keepdim=True),
                code="d{gain} = ({x} * d{y}).sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{gain}_j = \sum_i x_{ij}\, \mathrm{d}y_{ij}",
                cell="dgain[0,d] = Σ_b x[b,d] · dy[b,d]",
                why="Copied to all examples in the forward pass, so in the backward pass the sum over them.",
                sources=(BROADCASTING,),
            ),
            "x": Backward(
                lambda g, y, gain, x, bias: gain * g,
                code="d{x} = {gain} * d{y}",
                latex=r"\mathrm{d}x = \mathrm{gain} \odot \mathrm{d}y",
                cell="dx[b,d] = gain[0,d] · dy[b,d]",
                why="A channel with a small gain passes little back.",
            ),
            "bias": Backward(
                lambda g, y, gain, x, bias: g.sum(0, keepdim=True),
                code="d{bias} = d{y}.sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{bias}_j = \sum_i \mathrm{d}y_{ij}",
                cell="dbias[0,d] = Σ_b dy[b,d]",
                why="Copied to all examples in the forward pass, so in the backward pass the sum over them.",
                sources=(BROADCASTING,),
            ),
        },
        why="Gives each channel back a mean and a spread of its own, now learnt: normalising must not take away what "
        "the network can express, and with the right gain and bias it could undo it altogether.",
        sources=(BATCH_NORMALIZATION, ACTIVATIONS_AND_GRADIENTS),
        meanings=_MEANINGS,
    ),
    "batch_norm": Op(
        title="Batch norm",
        inputs=("x", "gain", "bias"),
        signature="B D, 1 D, 1 D -> B D",
        forward=_batch_norm,
        code="{y} = {gain} * ({x} - {x}.mean(0)) * ({x}.var(0) + 1e-5)**-0.5 + {bias}",
        latex=r"y = \mathrm{gain} \odot \hat{x} + \mathrm{bias}, \quad "
        r"\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}",
        cell="y[b,d] = gain[0,d] · bnraw[b,d] + bias[0,d]",
        backward={
            "x": Backward(
                _batch_norm_x,
                code="bnvar_inv = ({x}.var(0) + 1e-5)**-0.5; bnraw = ({x} - {x}.mean(0)) * bnvar_inv; "
                "d{x} = {gain}*bnvar_inv/B * (B*d{y} - d{y}.sum(0) - B/(B-1)*bnraw*(d{y}*bnraw).sum(0))",
                latex=r"\mathrm{d}x = \frac{\mathrm{gain}}{B \sqrt{\sigma^2 + \epsilon}} \Bigl( "
                r"B\, \mathrm{d}y - \sum_i \mathrm{d}y_i - "
                r"\frac{B}{B - 1}\, \hat{x} \sum_i \mathrm{d}y_i\, \hat{x}_i \Bigr)",
                cell="dx[b,d] = gain[0,d] · bnvar_inv[0,d] · dy[b,d] − gain[0,d] · bnvar_inv[0,d] / B · Σ_i dy[i,d] "
                "− gain[0,d] · bnvar_inv[0,d] / (B − 1) · bnraw[b,d] · Σ_i dy[i,d] · bnraw[i,d]",
                why="The factor B/(B-1) belongs to the variance with Bessel's correction; without it this is the "
                "gradient of the 1/B variance.",
                sources=(BACKPROP_NINJA,),
            ),
            "gain": Backward(
                lambda g, y, x, gain, bias: (_bnraw(x) * g).sum(0, keepdim=True),
                code="bnraw = ({x} - {x}.mean(0)) * ({x}.var(0) + 1e-5)**-0.5; "
                "d{gain} = (bnraw * d{y}).sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{gain} = \sum_i \hat{x}_i \odot \mathrm{d}y_i",
                cell="dgain[0,d] = Σ_b bnraw[b,d] · dy[b,d]",
                why="Copied to all examples in the forward pass, so in the backward pass the sum over them.",
                sources=(BROADCASTING,),
            ),
            "bias": Backward(
                lambda g, y, x, gain, bias: g.sum(0, keepdim=True),
                code="d{bias} = d{y}.sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{bias} = \sum_i \mathrm{d}y_i",
                cell="dbias[0,d] = Σ_b dy[b,d]",
                why="Copied to all examples in the forward pass, so in the backward pass the sum over them.",
                sources=(BROADCASTING,),
            ),
        },
        where=(
            "mean[0,d] = 1/B · Σ_b x[b,d]",
            "variance[0,d] = 1/(B − 1) · Σ_b (x[b,d] − mean[0,d])²",
            "bnvar_inv[0,d] = (variance[0,d] + 1e−5)^−0.5",
            "bnraw[b,d] = (x[b,d] − mean[0,d]) · bnvar_inv[0,d]",
        ),
        why="The whole chain of batch norm's steps multiplied out on paper: three paths (direct, through the mean, "
        "through the variance) in one line. Whatever a channel's gradient has of a constant, and of what goes along "
        "with the normalised values, is taken out of it: neither could change the output.",
        sources=(BATCH_NORMALIZATION, BACKPROP_NINJA),
        meanings=_MEANINGS,
    ),
}
