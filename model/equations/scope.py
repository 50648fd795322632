"""What the names of an equation stand for, and what it comes to there. All numbers are float64."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.equations.syntax import (
    Apply,
    Equation,
    Indicator,
    Largest,
    Letter,
    Node,
    Number,
    Power,
    Product,
    Ref,
    Size,
    Split,
    Sum,
    Total,
    walk,
)

Values = Any  # A float, or an array of float64: as many dimensions as there are sums around.
Indices = Mapping[str, Any]  # From an index's letter to a number, or to an array of numbers.
FUNCTIONS = {"tanh": np.tanh, "exp": np.exp, "ln": np.log}


@dataclass(frozen=True)
class Scope:
    """`arrays`, `tensors`: of each operand, its values and the tensor's name. `where`: what is an abbreviation."""

    arrays: Mapping[str, NDArray[np.generic]]
    tensors: Mapping[str, str]
    sizes: Mapping[str, int]
    where: Mapping[str, Equation]
    computed: dict[Any, Values] = field(default_factory=dict, repr=False)  # What `where` came to, cell by cell

    def length(self, letter: str, within: Node) -> int:
        """How many values an index has, told by the dimension along which it runs."""
        for node in walk(within):
            if not isinstance(node, Ref):
                continue
            for axis, index in enumerate(node.indices):
                if index == Letter(letter):
                    if node.name in self.arrays:
                        return int(self.arrays[node.name].shape[axis])
                    own = self.where[node.name].left.indices[axis]
                    assert isinstance(own, Letter)
                    return self.length(own.name, self.where[node.name].right)
        raise KeyError(f"nothing says how far {letter} runs")


def compute(node: Node, at: Indices, scope: Scope) -> Values:
    """What a node comes to, with these indices."""
    match node:
        case Number(value, _):
            return value
        case Size(letter):
            return scope.sizes[letter]
        case Letter(name):
            return at[name]
        case Split(index, size, remainder):
            return (np.remainder if remainder else np.floor_divide)(at[index.name], scope.sizes[size.letter])
        case Ref():
            return _look_up(node, at, scope)
        case Apply(function, argument):
            return FUNCTIONS[function](compute(argument, at, scope))
        case Power(base, exponent):
            return np.power(np.float64(compute(base, at, scope)), exponent.value)
        case Product(factors):
            product: Values = 1.0
            for factor, divided in factors:
                value = np.float64(compute(factor, at, scope))
                product = product / value if divided else product * value
            return product
        case Total(addends):
            return sum((-1.0 if less else 1.0) * compute(addend, at, scope) for addend, less in addends)
        case Sum(_, _, body):
            return np.sum(compute(body, assignments(node, at, scope), scope), axis=-1)
        case Largest(letter, body, place):
            values = compute(body, _along(at, letter, np.arange(scope.length(letter, body))), scope)
            return np.argmax(values, axis=-1) if place else np.max(values, axis=-1)
        case Indicator(index, other):
            return np.float64(compute(index, at, scope) == compute(other, at, scope))


def assignments(node: Sum, at: Indices, scope: Scope) -> Indices:
    """The indices with those of a sum beside them, as arrays along one more dimension."""
    if node.condition is None:
        lengths = [scope.length(letter, node.body) for letter in node.letters]
        places = [grid.ravel() for grid in np.indices(lengths)]
    else:
        entry, index = node.condition
        places = list(np.nonzero(scope.arrays[entry.name] == at[index.name]))
    for letter, values in zip(node.letters, places, strict=True):
        at = _along(at, letter, values) if letter == node.letters[0] else {**at, letter: values}
    return at


def _along(at: Indices, letter: str, values: NDArray[np.intp]) -> Indices:
    """One more dimension, the last, along which this index runs."""
    widened = {name: index[..., None] if np.ndim(index) else index for name, index in at.items()}
    return {**widened, letter: values}


def _look_up(ref: Ref, at: Indices, scope: Scope) -> Values:
    indices = tuple(compute(index, at, scope) for index in ref.indices)
    if ref.name in scope.arrays:
        return np.asarray(scope.arrays[ref.name][tuple(np.int64(index) for index in indices)], dtype=np.float64)
    own = scope.where[ref.name]
    if any(np.ndim(index) for index in indices):
        return compute(own.right, bound(own.left, indices), scope)
    # The same mean stands in every addend.
    key = (ref.name, *map(int, indices))
    if key not in scope.computed:
        scope.computed[key] = compute(own.right, bound(own.left, indices), scope)
    return scope.computed[key]


def bound(left: Ref, indices: tuple[Any, ...]) -> dict[str, Any]:
    """What the letters on the left of an equation are for a cell."""
    pairs = zip(left.indices, indices, strict=True)
    return {index.name: value for index, value in pairs if isinstance(index, Letter)}
