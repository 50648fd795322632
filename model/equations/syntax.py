"""What an equation consists of: a small tree of frozen nodes."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    value: float
    text: str


@dataclass(frozen=True)
class Size:
    """How long a dimension is: `B`."""

    letter: str


@dataclass(frozen=True)
class Letter:
    """An index: of the cell, or one that a sum runs over."""

    name: str


@dataclass(frozen=True)
class Split:
    """`j//E` or `j%E`: an index along two dimensions run together, taken apart."""

    index: Letter
    size: Size
    remainder: bool


@dataclass(frozen=True)
class Ref:
    """A cell of an operand: `x[b,i]`. An index may itself be looked up: `logprobs[b,Y[b]]`."""

    name: str
    indices: tuple["Node", ...]


@dataclass(frozen=True)
class Apply:
    """`tanh(…)`, `exp(…)`, `ln(…)`."""

    function: str
    argument: "Node"


@dataclass(frozen=True)
class Power:
    """A number raised to a fixed power."""

    base: "Node"
    exponent: Number


@dataclass(frozen=True)
class Product:
    """Factors; those marked are divided by."""

    factors: tuple[tuple["Node", bool], ...]


@dataclass(frozen=True)
class Total:
    """Addends; those marked are subtracted."""

    addends: tuple[tuple["Node", bool], ...]


@dataclass(frozen=True)
class Sum:
    """Over all values of some indices, `Σ_b …`, or those where an entry is an index: `Σ_{b,t : X[b,t] = v} …`."""

    letters: tuple[str, ...]
    condition: tuple[Ref, Letter] | None
    body: "Node"


@dataclass(frozen=True)
class Largest:
    """`max_k …`, or with `place` the first k where it is: `argmax_k …`."""

    letter: str
    body: "Node"
    place: bool


@dataclass(frozen=True)
class Indicator:
    """`[v = Y[b]]`: 1 where both are the same, else 0."""

    index: Letter
    other: "Node"


Node = Number | Size | Letter | Split | Ref | Apply | Power | Product | Total | Sum | Largest | Indicator


@dataclass(frozen=True)
class Equation:
    """`left = right` for every cell of the left side's tensor."""

    left: Ref
    right: Node


def parts(node: Node) -> Iterator[Node]:
    """What a node is made of, one level down."""
    match node:
        case Ref(_, indices):
            yield from indices
        case Apply(_, argument):
            yield argument
        case Power(base, _):
            yield base
        case Product(pairs) | Total(pairs):
            yield from (part for part, _ in pairs)
        case Sum(_, condition, body):
            yield from () if condition is None else condition
            yield body
        case Largest(_, body, _):
            yield body
        case Indicator(index, other):
            yield from (index, other)
        case Split(index, size, _):
            yield from (index, size)


def walk(node: Node) -> Iterator[Node]:
    """A node and all within it."""
    yield node
    for part in parts(node):
        yield from walk(part)
