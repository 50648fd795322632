"""Subtracting and multiplying where one side is broadcast: a row for every example, a column for every character."""

import torch

from model.ops.op import Backward, Op
from model.ops.sources import BACKPROP_NINJA, BATCH_NORMALIZATION, BROADCASTING, OVERFLOW, SOFTMAX_UNITS, Source

_SINGLE = ("0,j", "i,0")  # The cell of the row, or of the column, that meets the cell i, j.


def _subtract(operand: str, shape: str, axis: int, why: str, *sources: Source) -> Op:
    return Op(
        title=f"Subtract a {operand}",
        inputs=("a", "b"),
        signature=f"B D, {shape} -> B D",
        forward=torch.sub,
        code="{y} = {a} - {b}",
        latex=r"y = a - b",
        cell=f"y[i,j] = a[i,j] − b[{_SINGLE[axis]}]",
        backward={
            "a": Backward(
                lambda g, y, a, b: g,
                code="d{a} = d{y}",
                latex=r"\mathrm{d}a = \mathrm{d}y",
                cell="da[i,j] = dy[i,j]",
                why="A difference hands its gradient on unchanged.",
            ),
            "b": Backward(
                lambda g, y, a, b: (-g).sum(axis, keepdim=True),
                code=f"d{{b}} = (-d{{y}}).sum({axis}, keepdim=True)",
                latex=rf"\mathrm{{d}}b = -\sum_{'ij'[axis]} \mathrm{{d}}y_{{ij}}",
                cell=f"db[{_SINGLE[axis]}] = −Σ_{'ij'[axis]} dy[i,j]",
                why="Broadcasting in the forward pass becomes a sum in the backward pass: what was used many times "
                "gets all of its gradients, added up.",
                sources=(BROADCASTING,),
            ),
        },
        why=why,
        sources=sources,
    )


def _multiply(operand: str, shape: str, axis: int, why: str, *sources: Source) -> Op:
    return Op(
        title=f"Multiply by a {operand}",
        inputs=("a", "b"),
        signature=f"B D, {shape} -> B D",
        forward=torch.mul,
        code="{y} = {a} * {b}",
        latex=r"y = a \odot b",
        cell=f"y[i,j] = a[i,j] · b[{_SINGLE[axis]}]",
        backward={
            "a": Backward(
                lambda g, y, a, b: b * g,
                code="d{a} = {b} * d{y}",
                latex=r"\mathrm{d}a = b \odot \mathrm{d}y",
                cell=f"da[i,j] = b[{_SINGLE[axis]}] · dy[i,j]",
                why="In a product each side gets the gradient times the other side.",
            ),
            "b": Backward(
                lambda g, y, a, b: (a * g).sum(axis, keepdim=True),
                code=f"d{{b}} = ({{a}} * d{{y}}).sum({axis}, keepdim=True)",
                latex=rf"\mathrm{{d}}b = \sum_{'ij'[axis]} a_{{ij}}\, \mathrm{{d}}y_{{ij}}",
                cell=f"db[{_SINGLE[axis]}] = Σ_{'ij'[axis]} a[i,j] · dy[i,j]",
                why="Broadcasting in the forward pass becomes a sum in the backward pass: what was used many times "
                "gets all of its gradients, added up.",
                sources=(BROADCASTING,),
            ),
        },
        why=why,
        sources=sources,
    )


BROADCASTING_OPS = {
    "subtract_row": _subtract(
        "row",
        "1 D",
        0,
        "Every column loses its own mean over the batch, and has mean zero from here on. So what all examples have in "
        "common is gone, and with it whatever a bias in front has added.",
        BATCH_NORMALIZATION,
    ),
    "subtract_column": _subtract(
        "column",
        "B 1",
        1,
        "Every row's largest number becomes 0, so that exp cannot overflow. The probabilities stay as they are: a "
        "factor that all of a row have in common is divided out again.",
        OVERFLOW,
    ),
    "multiply_row": _multiply(
        "row",
        "1 D",
        0,
        "Every column is divided by its own standard deviation over the batch: normalised, the layer after it sees "
        "numbers of one size however the weights before it grow.",
        BATCH_NORMALIZATION,
    ),
    "multiply_column": _multiply(
        "column",
        "B 1",
        1,
        "Every row is divided by its own sum: numbers between 0 and 1 that add up to 1, a probability for each "
        "character. As the sum holds all of a row, each logit's gradient depends on all the others.",
        SOFTMAX_UNITS,
        BACKPROP_NINJA,
    ),
}
