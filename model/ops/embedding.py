"""Characters to rows of numbers: look-up and flattening."""

import torch
from torch import Tensor

from model.ops.op import Backward, Op
from model.ops.sources import BACKPROP_NINJA, NEURAL_LANGUAGE_MODEL, TENSOR_VIEWS


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
        cell="y[b,t,e] = C[X[b,t],e]",
        backward={
            "C": Backward(
                _embedding_table,
                code="d{C} = torch.zeros_like({C}).index_add_(0, {X}.view(-1), d{y}.view(-1, E))",
                latex=r"\mathrm{d}C_v = \sum_{b,t \,:\, X_{b,t} = v} \mathrm{d}y_{b,t}",
                cell="dC[v,e] = Σ_{b,t : X[b,t] = v} dy[b,t,e]",
                textbook_code="for b, t: d{C}[{X}[b, t]] += d{y}[b, t]",
                why="index_add_ is the textbook's loop in one call, adding in the same order. It must add, not set: a "
                "character that stands in several places is pulled from all of them. One that stands nowhere in the "
                "minibatch has a gradient of zero, and is not moved by this step.",
                sources=(BACKPROP_NINJA,),
            )
        },
        why="Gives every character a row of numbers, learnt like all other parameters, so that similar characters can "
        "come to lie close together. To look a row up is to multiply by a one-hot row, done cheaply: the indices "
        "themselves have no gradient.",
        sources=(NEURAL_LANGUAGE_MODEL, BACKPROP_NINJA),
        meanings={
            "C": "the embedding: a row for each character",
            "X": "the contexts: for each example the numbers of the characters before the one to be predicted",
        },
    ),
    "flatten": Op(
        title="Flatten",
        inputs=("x",),
        signature="B T E -> B T*E",
        forward=lambda x: x.view(x.shape[0], -1),
        code="{y} = {x}.view(B, -1)",
        latex=r"y_{b,\, tE + e} = x_{b,t,e}",
        cell="y[b,j] = x[b,j//E,j%E]",
        backward={
            "x": Backward(
                lambda g, y, x: g.view(x.shape),
                code="d{x} = d{y}.view({x}.shape)",
                latex=r"\mathrm{d}x_{b,t,e} = \mathrm{d}y_{b,\, tE + e}",
                cell="dx[b,t,e] = dy[b,t·E+e]",
            )
        },
        why="Lays the characters of a context side by side, so that a linear layer sees them all, each place with "
        "weights of its own. view moves no number: it is the same memory under another shape, and so is its gradient.",
        sources=(TENSOR_VIEWS, NEURAL_LANGUAGE_MODEL),
    ),
}
