"""One cell of an equation: written out, with its numbers, and taken apart into its addends."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from model.equations import Equation
from model.equations.scope import Indices, Scope, assignments, bound, compute
from model.equations.syntax import Indicator, Largest, Letter, Node, Product, Ref, Sum, Total, parts, walk
from model.equations.writing import Writer
from model.explanations.labels import Labels, dimension_of
from model.explanations.regions import Regions, regions_of

Kind = Literal["value", "contribution", "closed form", "next"]
WRITTEN = 3  # So many addends stand in the line itself.


@dataclass(frozen=True)
class Factor:
    """A cell of which an addend is made."""

    tensor: str
    cell: tuple[int, ...]
    text: str
    value: float


@dataclass(frozen=True)
class Term:
    """One addend."""

    label: str
    text: str
    numbers: str
    factors: tuple[Factor, ...]
    value: float


@dataclass(frozen=True)
class Line:
    """`total` is all addends together, in float64; `terms` the largest of them, and `rest` how much the others are."""

    kind: Kind
    tensor: str
    formula: str
    numbers: str
    total: float
    magnitude: float  # All addends' magnitudes together: what rounding is to be measured by
    terms: tuple[Term, ...]
    rest: tuple[int, float]
    remarks: tuple[str, ...]
    sources: Regions = field(repr=False)


@dataclass(frozen=True)
class _Addend:
    """One addend, or with a sum in it as many as that has."""

    node: Node
    less: bool
    sum: Sum | None


@dataclass(frozen=True)
class _Place:
    """One of the addends that an addend with a sum has; `at`: the indices, those of the sum as arrays."""

    addend: _Addend
    at: Indices
    number: int


def explain_cell(
    kind: Kind, equation: Equation, tensor: str, cell: tuple[int, ...], scope: Scope, labels: Labels, most_terms: int
) -> Line:
    """How this cell of the equation's left side comes about. `tensor`: what the left side is called."""
    return _Cell(equation, tensor, cell, scope, labels).line(kind, most_terms)


class _Cell:
    """What all parts of one explanation need."""

    def __init__(self, equation: Equation, tensor: str, cell: tuple[int, ...], scope: Scope, labels: Labels) -> None:
        sums = [node for node in walk(equation.right) if isinstance(node, Sum | Largest)]
        letters = {letter for node in sums for letter in (node.letters if isinstance(node, Sum) else (node.letter,))}
        self.scope = replace(scope, tensors={**scope.tensors, equation.left.name: tensor})
        self.labels = replace(labels, taken=letters)
        self.right = equation.right
        self.tensor = tensor
        self.cell = cell
        self.at: Indices = bound(equation.left, cell)
        self.names = Writer(self.scope, self._index, numbers=False)
        self.numbers = Writer(self.scope, self._index, numbers=True)

    def line(self, kind: Kind, most_terms: int) -> Line:
        values: list[NDArray[np.float64]] = []
        places: list[_Place] = []
        for addend in self._addends():
            found, at = self._values(addend)
            values.append(found)
            places += [_Place(addend, at, i) for i in range(len(found))]
        all_values = np.concatenate(values)
        # NaN first: where one is, it is the reason.
        order = np.argsort(-np.nan_to_num(np.abs(all_values), nan=np.inf), kind="stable")[:most_terms]
        terms = tuple(self._term(places[i], float(all_values[i])) for i in order)
        total = float(all_values.sum())
        text = self.labels.cell(self.tensor, self.cell)
        others = np.delete(all_values, order)
        return Line(
            kind=kind,
            tensor=self.tensor,
            formula=f"{'next ' * (kind == 'next')}{text} = {self.names.write(self.right, self.at)}",
            numbers=self._filled_in(terms, len(all_values)),
            total=total,
            magnitude=float(np.abs(all_values).sum()),
            terms=terms,
            rest=(len(others), float(others.sum())),
            remarks=tuple(self._remarks()),
            sources=regions_of(self.right, self.at, self.scope),
        )

    def _addends(self) -> list[_Addend]:
        """The addends on the right; where just one of them has a sum, that is taken apart too."""
        right = self.right
        addends = right.addends if isinstance(right, Total) else ((right, False),)
        sums = [_sum_in(node) for node, _ in addends]
        apart = sum(found is not None for found in sums) == 1
        return [
            _Addend(node, less, found if apart else None) for (node, less), found in zip(addends, sums, strict=True)
        ]

    def _values(self, addend: _Addend) -> tuple[NDArray[np.float64], Indices]:
        at = self.at if addend.sum is None else assignments(addend.sum, self.at, self.scope)
        values: NDArray[np.float64] = np.asarray(compute(_opened(addend), at, self.scope), dtype=np.float64)
        values = np.broadcast_to(values, 1 if addend.sum is None else np.shape(at[addend.sum.letters[0]]))
        return (-values if addend.less else values), at

    def _term(self, of: _Place, value: float) -> Term:
        addend = of.addend
        node = _opened(addend)
        chosen = {letter: int(of.at[letter][of.number]) for letter in addend.sum.letters} if addend.sum else {}
        if isinstance(node, Largest):  # What it is made of is the one that is largest.
            chosen = {node.letter: int(compute(replace(node, place=True), self.at, self.scope))}
            node = node.body
        here = {**self.at, **chosen}
        shown = Total(((node, True),)) if addend.less else node
        label = self.labels.term(chosen, node, self.scope) if chosen else ""
        return Term(
            label, self.names.write(shown, here), self.numbers.write(shown, here), self._factors(node, here), value
        )

    def _factors(self, node: Node, at: Indices) -> tuple[Factor, ...]:
        factors: dict[tuple[str, tuple[int, ...]], Factor] = {}
        for part, here in _cells_in(node, at, self.scope):
            tensor = self.scope.tensors[part.name]
            cell = tuple(int(compute(index, here, self.scope)) for index in part.indices)
            value = float(compute(part, here, self.scope))
            factors[tensor, cell] = Factor(tensor, cell, self.labels.cell(tensor, cell), value)
        return tuple(factors.values())

    def _filled_in(self, terms: tuple[Term, ...], count: int) -> str:
        """The right side with numbers; of a long sum only the largest addends."""
        if count == 0:
            return "0, the sum of nothing"
        if count == 1 or (count <= WRITTEN and isinstance(self.right, Total)):
            return self.numbers.write(self.right, self.at)
        written = [term.numbers for term in terms[:WRITTEN]]
        more = count - len(written)
        return " + ".join(written).replace("+ −", "− ") + (f" + … {more:,} more" if more else "")

    def _remarks(self) -> list[str]:
        """Why what is 0 or 1 by a condition is so."""
        remarks = []
        for node in walk(self.right):
            if isinstance(node, Indicator):
                holds = bool(compute(node, self.at, self.scope))
                entry = self.names.write(node.other, self.at)
                other = self.labels.character(int(compute(node.other, self.at, self.scope)), quoted=True)
                remarks.append(f"{int(holds)} because {entry} is {other}")
        return remarks

    def _index(self, name: str, axis: int, number: int) -> str:
        if axis < 0:  # An entry that is itself an index: the number of a character.
            return self.labels.character(number, quoted=True)
        if name in self.scope.tensors:
            return self.labels.index(self.scope.tensors[name], axis, number)
        own = self.scope.where[name].left.indices[axis]
        meaning = (
            dimension_of(own.name, self.scope.where[name].right, self.scope, self.labels.dimensions)
            if isinstance(own, Letter)
            else None
        )
        return self.labels.character(number, quoted=False) if meaning == "V" else str(number)


def _sum_in(node: Node) -> Sum | None:
    """The sum that a node is, or that is one of its factors."""
    if isinstance(node, Sum):
        return node
    if isinstance(node, Product):
        return next((factor for factor, divided in node.factors if isinstance(factor, Sum) and not divided), None)
    if isinstance(node, Total) and len(node.addends) == 1:
        return _sum_in(node.addends[0][0])
    return None


def _opened(addend: _Addend) -> Node:
    """One addend of the sum in it: the sum's body in the sum's place."""
    if addend.sum is None or addend.node is addend.sum:
        return addend.node if addend.sum is None else addend.sum.body
    assert isinstance(addend.node, Product)
    body = addend.sum.body
    inner = body.factors if isinstance(body, Product) else ((body, False),)
    return Product(
        tuple(pair for factor in addend.node.factors for pair in (inner if factor[0] is addend.sum else (factor,)))
    )


def _cells_in(node: Node, at: Indices, scope: Scope) -> list[tuple[Ref, Indices]]:
    """The cells of tensors that stand in a node and in what it abbreviates, but for those within its sums."""
    if isinstance(node, Sum | Largest):
        return []
    found: list[tuple[Ref, Indices]] = []
    if isinstance(node, Ref):
        if node.name in scope.tensors:
            found.append((node, at))
        elif node.name in scope.where:
            own = scope.where[node.name]
            indices = tuple(compute(index, at, scope) for index in node.indices)
            found += _cells_in(own.right, bound(own.left, indices), scope)
    for part in parts(node):
        found += _cells_in(part, at, scope)
    return found
