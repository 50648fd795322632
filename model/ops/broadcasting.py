"""Subtracting and multiplying where one side is broadcast: a row for every example, a column for every character."""

import torch

from model.ops.op import Backward, Op


def _subtract(operand: str, shape: str, axis: int) -> Op:
    return Op(
        title=f"Subtract a {operand}",
        inputs=("a", "b"),
        signature=f"B D, {shape} -> B D",
        forward=torch.sub,
        code="{y} = {a} - {b}",
        latex=r"y = a - b",
        backward={
            "a": Backward(lambda g, y, a, b: g, code="d{a} = d{y}", latex=r"\mathrm{d}a = \mathrm{d}y"),
            "b": Backward(
                lambda g, y, a, b: (-g).sum(axis, keepdim=True),
                code=f"d{{b}} = (-d{{y}}).sum({axis}, keepdim=True)",
                latex=rf"\mathrm{{d}}b = -\sum_{'ij'[axis]} \mathrm{{d}}y_{{ij}}",
                why="Broadcasting in the forward pass becomes a sum in the backward pass.",
            ),
        },
    )


def _multiply(operand: str, shape: str, axis: int) -> Op:
    return Op(
        title=f"Multiply by a {operand}",
        inputs=("a", "b"),
        signature=f"B D, {shape} -> B D",
        forward=torch.mul,
        code="{y} = {a} * {b}",
        latex=r"y = a \odot b",
        backward={
            "a": Backward(
                lambda g, y, a, b: b * g,
                code="d{a} = {b} * d{y}",
                latex=r"\mathrm{d}a = b \odot \mathrm{d}y",
            ),
            "b": Backward(
                lambda g, y, a, b: (a * g).sum(axis, keepdim=True),
                code=f"d{{b}} = ({{a}} * d{{y}}).sum({axis}, keepdim=True)",
                latex=rf"\mathrm{{d}}b = \sum_{'ij'[axis]} a_{{ij}}\, \mathrm{{d}}y_{{ij}}",
                why="Broadcasting in the forward pass becomes a sum in the backward pass.",
            ),
        },
    )


BROADCASTING_OPS = {
    "subtract_row": _subtract("row", "1 D", axis=0),
    "subtract_column": _subtract("column", "B 1", axis=1),
    "multiply_row": _multiply("row", "1 D", axis=0),
    "multiply_column": _multiply("column", "B 1", axis=1),
}
