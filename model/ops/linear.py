"""Linear layers, with and without bias."""

from model.ops.op import Backward, Op

_LINEAR_X = Backward(
    lambda g, y, x, W, *b: g @ W.T,
    code="d{x} = d{y} @ {W}.T",
    latex=r"\mathrm{d}x = \mathrm{d}y\, W^\top",
)
_LINEAR_W = Backward(
    lambda g, y, x, W, *b: x.T @ g,
    code="d{W} = {x}.T @ d{y}",
    latex=r"\mathrm{d}W = x^\top\, \mathrm{d}y",
)
_LINEAR_WHY = "The shapes allow just one product each: dx must be B I, so dy (B O) meets W transposed (O I)."

LINEAR_OPS = {
    "linear": Op(
        title="Linear layer",
        inputs=("x", "W", "b"),
        signature="B I, I O, O -> B O",
        forward=lambda x, W, b: x @ W + b,
        code="{y} = {x} @ {W} + {b}",
        latex=r"y = x\, W + b",
        backward={
            "x": _LINEAR_X,
            "W": _LINEAR_W,
            "b": Backward(
                lambda g, y, x, W, b: g.sum(0),
                code="d{b} = d{y}.sum(0)",
                latex=r"\mathrm{d}b_j = \sum_i \mathrm{d}y_{ij}",
                why="The bias is broadcast over the batch, so its gradient is a sum over the batch.",
            ),
        },
        why=_LINEAR_WHY,
    ),
    "matmul": Op(
        title="Linear layer without bias",
        inputs=("x", "W"),
        signature="B I, I O -> B O",
        forward=lambda x, W: x @ W,
        code="{y} = {x} @ {W}",
        latex=r"y = x\, W",
        backward={"x": _LINEAR_X, "W": _LINEAR_W},
        why=_LINEAR_WHY,
    ),
}
