"""Which cells of which tensors a value comes from, as regions: whole rows and columns, or cells one by one."""

from collections.abc import Iterator

import numpy as np

from model.equations.scope import Indices, Scope, assignments, compute
from model.equations.syntax import Largest, Letter, Node, Ref, Sum, parts, walk

Region = tuple[int | None, ...]  # An index for each dimension; None: all along it.
Regions = dict[str, tuple[Region, ...]]
MOST = 512  # Of one tensor: more would be no help.


def regions_of(node: Node, at: Indices, scope: Scope) -> Regions:
    """What a node is made of, tensor by tensor."""
    found: dict[str, dict[Region, None]] = {}
    for tensor, region in _regions(node, at, scope):
        of = found.setdefault(tensor, {})
        if len(of) < MOST:
            of[region] = None
    return {tensor: tuple(regions) for tensor, regions in found.items()}


def _regions(node: Node, at: Indices, scope: Scope) -> Iterator[tuple[str, Region]]:
    """`at` holds the indices that are fixed, and as arrays those that take some values only; all others run free."""
    if isinstance(node, Ref):
        yield from _of_cell(node, at, scope)
    inside = at
    if isinstance(node, Sum) and (node.condition or _looks_up(node)):
        inside = assignments(node, at, scope)
    elif isinstance(node, Sum | Largest):
        own = node.letters if isinstance(node, Sum) else (node.letter,)
        inside = {letter: index for letter, index in at.items() if letter not in own}
        if isinstance(node, Largest) and not node.place and all(np.ndim(index) == 0 for index in at.values()):
            place = int(compute(Largest(node.letter, node.body, place=True), at, scope))
            yield from _regions(node.body, {**at, node.letter: place}, scope)
    for part in parts(node):
        yield from _regions(part, inside, scope)


def _looks_up(node: Sum) -> bool:
    """Whether an index within the sum is itself looked up by what the sum runs over."""
    return any(
        isinstance(part, Ref) and any(isinstance(index, Ref) for index in part.indices) for part in walk(node.body)
    )


def _of_cell(ref: Ref, at: Indices, scope: Scope) -> Iterator[tuple[str, Region]]:
    indices = [
        compute(index, at, scope) if all(part.name in at for part in walk(index) if isinstance(part, Letter)) else None
        for index in ref.indices
    ]
    if ref.name not in scope.tensors:
        own = scope.where[ref.name]
        pairs = zip(own.left.indices, indices, strict=True)
        inner = {letter.name: index for letter, index in pairs if isinstance(letter, Letter) and index is not None}
        yield from _regions(own.right, inner, scope)
        return
    count = next((index.size for index in indices if isinstance(index, np.ndarray) and index.ndim), 1)
    columns = [None if index is None else np.broadcast_to(np.ravel(np.asarray(index)), count) for index in indices]
    for place in range(min(count, MOST)):
        yield scope.tensors[ref.name], tuple(None if each is None else int(each[place]) for each in columns)
