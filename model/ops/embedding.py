"""Characters to rows of numbers: look-up and flattening."""

import torch
from torch import Tensor

from model.ops.op import Backward, Op


def _embedding_table(g: Tensor, y: Tensor, C: Tensor, X: Tensor) -> Tensor:
    return torch.zeros_like(C).index_add_(0, X.view(-1), g.reshape(-1, C.shape[1]))


EMBEDDING_OPS = {
    "embedding": Op(
        title="Embedding",
        inputs=("C", "X"),
        signature="V E, B T -> B T E",
        forward=lambda C, X: C[X],
        code="{y} = {C}[{X}]",
        latex=r"y_{b,t} = C_{X_{b,t}}",
        backward={
            "C": Backward(
                _embedding_table,
                code="d{C} = torch.zeros_like({C}).index_add_(0, {X}.view(-1), d{y}.view(-1, E))",
                latex=r"\mathrm{d}C_v = \sum_{b,t \,:\, X_{b,t} = v} \mathrm{d}y_{b,t}",
                textbook_code="for b, t: d{C}[{X}[b, t]] += d{y}[b, t]",
                why="index_add_ is the textbook's loop in one call, adding in the same order.",
            )
        },
        why="A row is looked up once per place its character stands in, so its gradient is the sum over all those "
        "places. The indices themselves have no gradient.",
    ),
    "flatten": Op(
        title="Flatten",
        inputs=("x",),
        signature="B T E -> B T*E",
        forward=lambda x: x.view(x.shape[0], -1),
        code="{y} = {x}.view(B, -1)",
        latex=r"y_{b,\, tE + e} = x_{b,t,e}",
        backward={
            "x": Backward(
                lambda g, y, x: g.view(x.shape),
                code="d{x} = d{y}.view({x}.shape)",
                latex=r"\mathrm{d}x_{b,t,e} = \mathrm{d}y_{b,\, tE + e}",
            )
        },
        why="Only the shape changes: the same numbers, seen as one row per example.",
    ),
}
