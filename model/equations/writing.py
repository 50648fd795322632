"""An equation as text: with the names of its cells, or with their numbers in place of the names."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from model.equations.scope import Indices, Scope, compute
from model.equations.syntax import (
    Apply,
    Indicator,
    Largest,
    Letter,
    Node,
    Number,
    Power,
    Product,
    Ref,
    Size,
    Sum,
    Total,
    walk,
)

Labels = Callable[[str, int, int], str]
"""How an index is written: of an operand, along this axis, this number."""


def write_number(value: float) -> str:
    """Four figures as a person reads them: 0.0165, 1.23e−4."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "−∞" if value < 0 else "∞"
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        digits, exponent = f"{value:.2e}".split("e")
        return f"{digits}e{int(exponent)}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


@dataclass(frozen=True)
class Writer:
    """Writes nodes of one scope; with `numbers`, what stands for a value is written as the value."""

    scope: Scope
    label: Labels
    numbers: bool

    def write(self, node: Node, at: Indices) -> str:
        match node:
            case Number(_, text):
                return text
            case Size(letter):
                return str(self.scope.sizes[letter])
            case Letter(name):
                return str(at.get(name, name))
            case Ref() if not self.numbers:
                return self._cell(node, at)
            case Ref() | Sum() | Largest() if self.numbers:
                return write_number(float(compute(node, at, self.scope)))
            case Apply(function, argument):
                return f"{function}({self.write(argument, at)})"
            case Power(base, exponent):
                power = "²" if exponent.value == 2 else f"^{exponent.text}"
                return self._part(base, at, isinstance(base, Total | Product)) + power
            case Product(factors):
                return self._product(factors, at)
            case Total(addends) if is_constant(node):
                return write_number(float(compute(node, at, self.scope)))
            case Total(addends):
                return self._total(addends, at)
            case Sum():
                return self._sum(node, at)
            case Largest(letter, body, place):
                return f"{'arg' if place else ''}max_{letter} {self.write(body, at)}"
            case Indicator():
                return str(int(compute(node, at, self.scope)))
        raise TypeError(f"{node} is no part of a value")

    def _part(self, node: Node, at: Indices, in_brackets: bool) -> str:
        text = self.write(node, at)
        return f"({text})" if (in_brackets and not is_constant(node)) or text.startswith("−") else text

    def _product(self, factors: tuple[tuple[Node, bool], ...], at: Indices) -> str:
        text = ""
        for place, (factor, divided) in enumerate(factors):
            constant = is_constant(factor)
            tight = divided and constant and is_constant(factors[place - 1][0])
            text += "" if place == 0 else "/" if tight else " / " if divided else " · "
            if divided and constant:
                text += write_number(float(compute(factor, at, self.scope)))
            elif place == 0 and not isinstance(factor, Total):
                text += self.write(factor, at)
            else:
                text += self._part(factor, at, isinstance(factor, Total))
        return text

    def _total(self, addends: tuple[tuple[Node, bool], ...], at: Indices) -> str:
        text = ""
        for place, (addend, less) in enumerate(addends):
            text += ("−" if less else "") if place == 0 else (" − " if less else " + ")
            text += (
                self.write(addend, at) if place == 0 and not less else self._part(addend, at, isinstance(addend, Total))
            )
        return text

    def _sum(self, node: Sum, at: Indices) -> str:
        over = ", ".join(node.letters)
        if node.condition:
            entry, index = node.condition
            name = self.label(entry.name, -1, at[index.name])
            over = f"{{{over} : {self._cell(entry, at)} = {name}}}"
        return f"Σ_{over} {self._part(node.body, at, isinstance(node.body, Total))}"

    def _cell(self, ref: Ref, at: Indices) -> str:
        name = self.scope.tensors.get(ref.name, ref.name)
        indices = [self._index(ref.name, axis, index, at) for axis, index in enumerate(ref.indices)]
        return f"{name}[{', '.join(indices)}]" if indices else name

    def _index(self, name: str, axis: int, index: Node, at: Indices) -> str:
        if all(part.name in at for part in walk(index) if isinstance(part, Letter)):
            return self.label(name, axis, int(compute(index, at, self.scope)))
        return self._cell(index, at) if isinstance(index, Ref) else self.write(index, at)


def is_constant(node: Node) -> bool:
    """Whether it is the same for every cell and every state: made of numbers and sizes."""
    return all(isinstance(part, Number | Size | Product | Total | Power) for part in walk(node))
