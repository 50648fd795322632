"""How indices are written: characters by themselves, examples by their text."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from model.equations.scope import Scope
from model.equations.syntax import Letter, Node, Ref, walk
from model.explanations.dimensions import Dimensions


@dataclass(frozen=True)
class Batch:
    """The minibatch as people read it."""

    contexts: NDArray[np.int64]
    targets: NDArray[np.int64]
    characters: tuple[str, ...]

    def example(self, row: int) -> str:
        """Its text: `..e → m`."""
        context = "".join(self.characters[number] for number in self.contexts[row])
        return f"{context} → {self.characters[self.targets[row]]}"


@dataclass(frozen=True)
class Labels:
    """`dimensions`: of each tensor. `taken`: letters that mean an index where this is written."""

    dimensions: Dimensions
    batch: Batch
    taken: AbstractSet[str] = frozenset()

    def character(self, number: int, *, quoted: bool) -> str:
        """A character, in quotes where it could be mistaken for an index."""
        character = self.batch.characters[number]
        plain = character.isalpha() and character not in self.taken and not quoted
        return character if plain else f"'{character}'"

    def index(self, tensor: str, axis: int, number: int) -> str:
        """An index of a tensor along an axis."""
        dimensions = self.dimensions.get(tensor, ())
        if dimensions[axis : axis + 1] != ("V",):
            return str(number)
        return self.character(number, quoted=axis == 0 and len(dimensions) > 1)  # C['a', 4], as people write it

    def cell(self, tensor: str, cell: tuple[int, ...]) -> str:
        """As it is written: `dlogits[3, m]`."""
        indices = [self.index(tensor, axis, number) for axis, number in enumerate(cell)]
        return f"{tensor}[{', '.join(indices)}]" if indices else tensor

    def term(self, indices: Mapping[str, int], body: Node, scope: Scope) -> str:
        """What an addend of a sum belongs to: the example, the place in it, the unit, the character."""
        named = {dimension_of(letter, body, scope, self.dimensions): number for letter, number in indices.items()}
        return ", ".join(self._named(dimension, number) for dimension, number in named.items())

    def _named(self, dimension: str | None, number: int) -> str:
        match dimension:
            case "B":
                return f"{number}: {self.batch.example(number)}"
            case "V":
                return self.character(number, quoted=True)
            case "T":
                return f"place {number}"
            case "T*E":
                return f"input {number}"
        return f"{dimension or 'entry'} {number}"


def dimension_of(letter: str, within: Node, scope: Scope, dimensions: Dimensions) -> str | None:
    """What an index runs along."""
    for node in walk(within):
        if not isinstance(node, Ref):
            continue
        for axis, index in enumerate(node.indices):
            if index != Letter(letter):
                continue
            if node.name in scope.tensors:
                return dimensions[scope.tensors[node.name]][axis]
            own = scope.where[node.name].left.indices[axis]
            return (
                dimension_of(own.name, scope.where[node.name].right, scope, dimensions)
                if isinstance(own, Letter)
                else None
            )
    return None
