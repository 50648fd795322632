"""Linear layers, with and without bias."""

from model.ops.op import Backward, Op, Remark
from model.ops.sources import BACKPROP_NINJA, BIAS_BEFORE_NORM, BROADCASTING, MATRIX_GRADIENTS

_LINEAR_X = Backward(
    lambda g, y, x, W, *b: g @ W.T,
    code="d{x} = d{y} @ {W}.T",
    latex=r"\mathrm{d}x = \mathrm{d}y\, W^\top",
    cell="dx[b,i] = Σ_o dy[b,o] · W[i,o]",
    why="A unit's blame goes back to each of its inputs in proportion to the weight between them.",
)
_LINEAR_W = Backward(
    lambda g, y, x, W, *b: x.T @ g,
    code="d{W} = {x}.T @ d{y}",
    latex=r"\mathrm{d}W = x^\top\, \mathrm{d}y",
    cell="dW[i,o] = Σ_b x[b,i] · dy[b,o]",
    why="Every example uses the same weights, so that their gradient is a sum over the batch: of input times gradient "
    "of the output, large where both were.",
)
_LINEAR_WHY = (
    "Each output is a weighted sum of all inputs. Backwards there is no need to remember which matrix is transposed: "
    "a gradient has its tensor's shape, and only one product comes out so."
)
_MEANINGS = {"W": "weights: a row for each input of the layer, a column for each of its outputs"}

LINEAR_OPS = {
    "linear": Op(
        title="Linear layer",
        inputs=("x", "W", "b"),
        signature="B I, I O, O -> B O",
        forward=lambda x, W, b: x @ W + b,
        code="{y} = {x} @ {W} + {b}",
        latex=r"y = x\, W + b",
        cell="y[b,o] = Σ_i x[b,i] · W[i,o] + b[o]",
        backward={
            "x": _LINEAR_X,
            "W": _LINEAR_W,
            "b": Backward(
                lambda g, y, x, W, b: g.sum(0),
                code="d{b} = d{y}.sum(0)",
                latex=r"\mathrm{d}b_j = \sum_i \mathrm{d}y_{ij}",
                cell="db[o] = Σ_b dy[b,o]",
                why="The bias is broadcast over the batch, so its gradient is a sum over the batch.",
                sources=(BROADCASTING,),
                before_batch_norm=Remark(
                    "Batch norm follows, and takes the mean of every column away again, this bias with it: whatever "
                    "it is, the loss stays as it is. So its gradient is zero, but for rounding, and batch norm's own "
                    "bias does the work.",
                    (BIAS_BEFORE_NORM,),
                ),
            ),
        },
        why=_LINEAR_WHY,
        sources=(MATRIX_GRADIENTS, BACKPROP_NINJA),
        meanings={**_MEANINGS, "b": "biases: one for each output of the layer"},
    ),
    "matmul": Op(
        title="Linear layer without bias",
        inputs=("x", "W"),
        signature="B I, I O -> B O",
        forward=lambda x, W: x @ W,
        code="{y} = {x} @ {W}",
        latex=r"y = x\, W",
        cell="y[b,o] = Σ_i x[b,i] · W[i,o]",
        backward={"x": _LINEAR_X, "W": _LINEAR_W},
        why=_LINEAR_WHY,
        sources=(MATRIX_GRADIENTS, BACKPROP_NINJA),
        meanings=_MEANINGS,
    ),
}
