"""Batch norm: step by step, and as one op with the gradient simplified on paper."""

from torch import Tensor

from model.ops.op import Backward, Op

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


BATCH_NORM_OPS = {
    "batch_mean": Op(
        title="Mean over the batch",
        inputs=("x",),
        signature="B D -> 1 D",
        forward=lambda x: 1 / x.shape[0] * x.sum(0, keepdim=True),
        code="{y} = 1/B * {x}.sum(0, keepdim=True)",
        latex=r"y_j = \frac{1}{B} \sum_i x_{ij}",
        backward={
            "x": Backward(
                lambda g, y, x: (1.0 / x.shape[0] * g).expand_as(x),
                code="d{x} = (1.0/B * d{y}).expand_as({x})",
                latex=r"\mathrm{d}x_{ij} = \frac{1}{B}\, \mathrm{d}y_j",
                textbook_code="d{x} = 1.0/B * torch.ones_like({x}) * d{y}",
                why="A sum in the forward pass becomes a broadcast in the backward pass; expand_as does it "
                "without multiplying by ones.",
            )
        },
    ),
    "square": Op(
        title="Square",
        inputs=("x",),
        signature="B D -> B D",
        forward=lambda x: x**2,
        code="{y} = {x}**2",
        latex=r"y = x^2",
        backward={
            "x": Backward(
                lambda g, y, x: (2 * x) * g,
                code="d{x} = (2 * {x}) * d{y}",
                latex=r"\mathrm{d}x = 2\, x \odot \mathrm{d}y",
            )
        },
    ),
    "batch_variance": Op(
        title="Variance from squared differences (Bessel)",
        inputs=("x",),
        signature="B D -> 1 D",
        forward=lambda x: 1 / (x.shape[0] - 1) * x.sum(0, keepdim=True),
        code="{y} = 1/(B-1) * {x}.sum(0, keepdim=True)",
        latex=r"y_j = \frac{1}{B - 1} \sum_i x_{ij}",
        backward={
            "x": Backward(
                lambda g, y, x: (1.0 / (x.shape[0] - 1) * g).expand_as(x),
                code="d{x} = (1.0/(B-1) * d{y}).expand_as({x})",
                latex=r"\mathrm{d}x_{ij} = \frac{1}{B - 1}\, \mathrm{d}y_j",
                textbook_code="d{x} = (1.0/(B-1)) * torch.ones_like({x}) * d{y}",
                why="A sum in the forward pass becomes a broadcast in the backward pass; expand_as does it "
                "without multiplying by ones.",
            )
        },
        why="Bessel's correction: dividing by B-1 makes the variance of a small batch an unbiased estimate.",
    ),
    "inverse_sqrt": Op(
        title="Inverse standard deviation",
        inputs=("x",),
        signature="1 D -> 1 D",
        forward=lambda x: (x + EPS) ** -0.5,
        code="{y} = ({x} + 1e-5)**-0.5",
        latex=r"y = (x + \epsilon)^{-1/2}",
        backward={
            "x": Backward(
                lambda g, y, x: (-0.5 * (x + EPS) ** -1.5) * g,
                code="d{x} = (-0.5 * ({x} + 1e-5)**-1.5) * d{y}",
                latex=r"\mathrm{d}x = -\tfrac{1}{2} (x + \epsilon)^{-3/2} \odot \mathrm{d}y",
            )
        },
        why="eps = 1e-5 keeps it finite where a channel does not vary.",
    ),
    "scale_shift": Op(
        title="Scale and shift",
        inputs=("gain", "x", "bias"),
        signature="1 D, B D, 1 D -> B D",
        forward=lambda gain, x, bias: gain * x + bias,
        code="{y} = {gain} * {x} + {bias}",
        latex=r"y = \mathrm{gain} \odot x + \mathrm{bias}",
        backward={
            "gain": Backward(
                lambda g, y, gain, x, bias: (x * g).sum(0, keepdim=True),
                code="d{gain} = ({x} * d{y}).sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{gain}_j = \sum_i x_{ij}\, \mathrm{d}y_{ij}",
            ),
            "x": Backward(
                lambda g, y, gain, x, bias: gain * g,
                code="d{x} = {gain} * d{y}",
                latex=r"\mathrm{d}x = \mathrm{gain} \odot \mathrm{d}y",
            ),
            "bias": Backward(
                lambda g, y, gain, x, bias: g.sum(0, keepdim=True),
                code="d{bias} = d{y}.sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{bias}_j = \sum_i \mathrm{d}y_{ij}",
            ),
        },
        why="Gain and bias are broadcast over the batch, so their gradients are sums over the batch.",
    ),
    "batch_norm": Op(
        title="Batch norm",
        inputs=("x", "gain", "bias"),
        signature="B D, 1 D, 1 D -> B D",
        forward=_batch_norm,
        code="{y} = {gain} * ({x} - {x}.mean(0)) * ({x}.var(0) + 1e-5)**-0.5 + {bias}",
        latex=r"y = \mathrm{gain} \odot \hat{x} + \mathrm{bias}, \quad "
        r"\hat{x} = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}}",
        backward={
            "x": Backward(
                _batch_norm_x,
                code="bnvar_inv = ({x}.var(0) + 1e-5)**-0.5; bnraw = ({x} - {x}.mean(0)) * bnvar_inv; "
                "d{x} = {gain}*bnvar_inv/B * (B*d{y} - d{y}.sum(0) - B/(B-1)*bnraw*(d{y}*bnraw).sum(0))",
                latex=r"\mathrm{d}x = \frac{\mathrm{gain}}{B \sqrt{\sigma^2 + \epsilon}} \Bigl( "
                r"B\, \mathrm{d}y - \sum_i \mathrm{d}y_i - "
                r"\frac{B}{B - 1}\, \hat{x} \sum_i \mathrm{d}y_i\, \hat{x}_i \Bigr)",
                why="The factor B/(B-1) belongs to the variance with Bessel's correction; without it this is the "
                "gradient of the 1/B variance.",
            ),
            "gain": Backward(
                lambda g, y, x, gain, bias: (_bnraw(x) * g).sum(0, keepdim=True),
                code="bnraw = ({x} - {x}.mean(0)) * ({x}.var(0) + 1e-5)**-0.5; "
                "d{gain} = (bnraw * d{y}).sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{gain} = \sum_i \hat{x}_i \odot \mathrm{d}y_i",
            ),
            "bias": Backward(
                lambda g, y, x, gain, bias: g.sum(0, keepdim=True),
                code="d{bias} = d{y}.sum(0, keepdim=True)",
                latex=r"\mathrm{d}\mathrm{bias} = \sum_i \mathrm{d}y_i",
            ),
        },
        why="The whole chain of batch norm's steps multiplied out on paper: three paths (direct, through the mean, "
        "through the variance) in one line.",
    ),
}
