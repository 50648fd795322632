"""Why a cell has its value, as it goes over the wire."""

import re

import numpy as np

from model.explanations import Explanation, Line, Term, Update, explain
from model.hunt import hunt_called
from model.update import Clipping
from server.errors import Conflict, Invalid
from server.matrices import Array, as_matrix
from server.schemas.explanations import ExplanationInfo, FactorInfo, LineInfo, OriginInfo, RestInfo, TermInfo
from server.snapshot import Snapshot


def describe_cell(
    snapshot: Snapshot, characters: tuple[str, ...], name: str, cell: str, block: str, terms: int
) -> ExplanationInfo:
    """Explain a cell of a tensor; with a block, the cell of largest magnitude in the block that begins there.

    Raises NotFound, Conflict where the tensor is not known at this position, Invalid where it has no such cell.
    """
    tensor = snapshot.tensor(name).numpy()
    _check_is_by_the_table(snapshot, name)
    index = largest_of_block(tensor, parse_cell(cell, tensor.shape), _parse_block(block))
    training = snapshot.info.training
    clipping = None if training.clipping is None else Clipping(training.clipping.by, training.clipping.threshold)
    update = Update(training.learning_rate, clipping)
    return _on_the_wire(snapshot, explain(snapshot.moment, name, index, characters, update, terms))


def _check_is_by_the_table(snapshot: Snapshot, name: str) -> None:
    """Raise Conflict where a trap has taken the place of the rule that would be told; one that is hidden stays so."""
    if any(hunt_called(trap.name) for trap in snapshot.info.training.traps):
        return
    network, replaced = snapshot.moment.network, snapshot.moment.tape.replaced
    parts = [name, *(contribution.name for contribution in network.gradients.get(name, ()))]
    for part in parts:
        if part in replaced.forward or part in replaced.backward:
            raise Conflict(
                f"{part} is computed by a trap that is armed, and not by the op table, which explains cells: disarm it "
                'by PATCH …/training {"traps": []} to see how it should be'
            )


def parse_cell(text: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Read `3,12`: an index for each dimension; of a scalar there is none. Raises Invalid."""
    terms = [term.strip() for term in text.split(",")] if text.strip() else []
    if len(terms) != len(shape) or not all(re.fullmatch(r"\d{1,9}", term) for term in terms):
        wanted = ",".join("0" for _ in shape) or "nothing"
        raise Invalid(f"cell {text!r}: an index for each dimension is wanted, such as {wanted}; shape {list(shape)}")
    cell = tuple(int(term) for term in terms)
    for index, size in zip(cell, shape, strict=True):
        if index >= size:
            raise Invalid(f"cell {text!r}: index {index} is outside this dimension of size {size}")
    return cell


def _parse_block(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([1-9]\d{0,8}),([1-9]\d{0,8})", text)
    if found is None:
        raise Invalid(f"block {text!r}: how many rows and how many columns is wanted, such as 2,1")
    return int(found.group(1)), int(found.group(2))


def largest_of_block(tensor: Array, cell: tuple[int, ...], block: tuple[int, int]) -> tuple[int, ...]:
    """The cell that is shown of a block of the tensor seen as rows and columns: a NaN, or else the largest magnitude.

    The block is the one in which `cell` lies, where blocks begin at row 0 and column 0.
    """
    if block == (1, 1) or not cell:
        return cell
    matrix = as_matrix(tensor)
    row, column = np.unravel_index(int(np.ravel_multi_index(cell, tensor.shape)), matrix.shape)
    top, left = (int(place) // size * size for place, size in zip((row, column), block, strict=True))
    part = np.abs(matrix[top : top + block[0], left : left + block[1]])
    place = int(np.argmax(part))  # For numpy a NaN is larger than everything.
    down, along = divmod(place, part.shape[1])
    flat = (top + down) * matrix.shape[1] + left + along
    return tuple(int(index) for index in np.unravel_index(flat, tensor.shape))


def _on_the_wire(snapshot: Snapshot, explanation: Explanation) -> ExplanationInfo:
    return ExplanationInfo(
        position=snapshot.info.position,
        tensor=explanation.tensor,
        cell=explanation.cell,
        text=explanation.text,
        value=explanation.value,
        note=explanation.note,
        lines=[_line(line) for line in explanation.lines],
        sources=[OriginInfo(tensor=name, regions=list(regions)) for name, regions in explanation.sources.items()],
    )


def _line(line: Line) -> LineInfo:
    return LineInfo(
        kind=line.kind,
        tensor=line.tensor,
        formula=line.formula,
        numbers=line.numbers,
        total=line.total,
        terms=[_term(term) for term in line.terms],
        rest=RestInfo(count=line.rest[0], value=line.rest[1]),
    )


def _term(term: Term) -> TermInfo:
    return TermInfo(
        label=term.label,
        text=term.text,
        numbers=term.numbers,
        factors=[FactorInfo.model_validate(factor) for factor in term.factors],
        value=term.value,
    )
