"""The op table's equations with a call's own tensors in the operands' places."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from model.equations import Equation, read_equation
from model.equations.scope import Scope
from model.network import Call, Contribution
from model.tape import Tape


def forward_equation(call: Call) -> Equation:
    """How a cell of the call's output comes about."""
    return read_equation(call.op.cell)


def backward_equation(contribution: Contribution) -> Equation:
    """How a cell of a contribution comes about."""
    return read_equation(contribution.call.op.backward[contribution.operand].cell)


def scope_of(call: Call, tape: Tape) -> Scope:
    """What the operands of a call are: its inputs, `y` its output, and `dy` the gradient that comes back to it."""
    tensors = {**call.operands, "y": call.output}
    arrays = {operand: array_of(tape, tensor) for operand, tensor in tensors.items()}
    if call.gradient in tape.gradients:
        tensors["dy"] = call.gradient
        arrays["dy"] = array_of(tape, call.gradient)
    return Scope(arrays, tensors, _sizes(call, arrays), _where(call))


def array_of(tape: Tape, tensor: str) -> NDArray[np.generic]:
    """A value or a gradient of the tape."""
    found = tape.values.get(tensor)
    array: NDArray[np.generic] = (tape.gradients[tensor] if found is None else found).numpy()
    return array


def _sizes(call: Call, arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, int]:
    """How long the dimensions of the op's signature are here."""
    return {
        letter: size
        for operand, shape in zip(call.op.inputs, call.op.input_shapes, strict=True)
        for letter, size in zip(shape.split(), arrays[operand].shape, strict=True)
        if letter != "1"
    }


def _where(call: Call) -> dict[str, Equation]:
    equations = map(read_equation, call.op.where)
    return {equation.left.name: equation for equation in equations}
