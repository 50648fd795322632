"""Op signatures: from the shapes of an op's inputs to the shape of its output."""

import math

from model.ops import Op

Shape = tuple[int, ...]


class ShapeMismatch(ValueError):
    """The inputs do not fit the op's signature."""


def output_shape(op: Op, inputs: tuple[Shape, ...]) -> Shape:
    """The output's shape for inputs of these shapes, by the op's signature.

    Raises ShapeMismatch where a letter would stand for two sizes, or the number of dimensions differs.
    """
    sizes: dict[str, int] = {"1": 1}
    for name, signature, shape in zip(op.inputs, op.input_shapes, inputs, strict=True):
        letters = signature.split()
        if len(letters) != len(shape):
            raise ShapeMismatch(f"{op.title}: {name} must be {signature}, got {shape}")
        for letter, size in zip(letters, shape, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise ShapeMismatch(f"{op.title}: {name}, {signature}, needs {letter} = {sizes[letter]}, got {shape}")
    return tuple(math.prod(sizes[letter] for letter in term.split("*")) for term in op.output_shape.split())
