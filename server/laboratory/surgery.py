"""Surgery on a session's step, as it goes over the wire. The session itself is not touched."""

from torch import Tensor

from model.surgery import Cut, Detach, Difference, Effect, Freeze, InvalidCut, Scale, SetCell, operable, operate
from model.tape import Tape
from model.update import Clipping
from server.errors import Conflict, Invalid
from server.laboratory.schemas import (
    CutTensor,
    DetachWanted,
    FreezeWanted,
    OperatedEffect,
    Operation,
    ScaleWanted,
    SetCellWanted,
    SurgeryWanted,
    TensorDifference,
)
from server.matrices import Array, reduce_to
from server.snapshot import Snapshot

MOST_CELLS = 4096  # Of a matrix that is shown; a larger one is told in blocks.


def perform(snapshot: Snapshot, wanted: SurgeryWanted) -> Operation:
    """Do the step once more with these cuts.

    Raises Conflict before all gradients are known, Invalid where something cannot be cut or shown.
    """
    position, training = snapshot.info.position, snapshot.info.training
    if position.op < position.ops:
        raise Conflict(
            f"surgery takes a whole step: not all of it is known at op {position.op} of {position.ops}, it will be at "
            f"op {position.ops}"
        )
    tape = snapshot.moment.tape
    known = operable(tape.network)
    if wanted.show is not None and wanted.show not in known:
        raise Invalid(f"show: {wanted.show!r} is none of {', '.join(known)}")
    given = training.clipping
    clipping = None if given is None else Clipping(given.by, given.threshold)
    try:
        operation = operate(tape, [_cut(each) for each in wanted.cuts], training.learning_rate, clipping)
    except InvalidCut as error:
        raise Invalid(str(error)) from None
    return Operation(
        position=position,
        learning_rate=training.learning_rate,
        loss=operation.tape.values["loss"].item(),
        ordinary=_effect(operation.ordinary),
        operated=_effect(operation.operated),
        changed=[_difference(each) for each in operation.differences if each.cells],
        unchanged=[each.name for each in operation.differences if not each.cells],
        shown=None if wanted.show is None else _shown(wanted.show, tape, operation.tape),
    )


def _cut(wanted: DetachWanted | ScaleWanted | SetCellWanted | FreezeWanted) -> Cut:
    match wanted:
        case DetachWanted():
            return Detach(wanted.tensor)
        case FreezeWanted():
            return Freeze(wanted.tensor)
        case ScaleWanted():
            return Scale(wanted.tensor, wanted.factor, None if wanted.cell is None else tuple(wanted.cell))
        case SetCellWanted():
            return SetCell(wanted.tensor, tuple(wanted.cell), wanted.value)


def _effect(effect: Effect) -> OperatedEffect:
    return OperatedEffect(before=effect.before, after=effect.after, predicted=effect.predicted)


def _difference(each: Difference) -> TensorDifference:
    return TensorDifference(name=each.name, cells=each.cells, of=each.of, largest=each.largest, relative=each.relative)


def _shown(name: str, before: Tape, after: Tape) -> CutTensor:
    """A tensor before and after, and the difference; a large one in blocks, of each the cell of largest magnitude."""
    first, second = (_tensor(tape, name).numpy() for tape in (before, after))
    block, rows = _rows(first)
    return CutTensor(name=name, block=block, before=rows, after=_rows(second)[1], difference=_rows(second - first)[1])


def _rows(tensor: Array) -> tuple[tuple[int, int], list[list[float]]]:
    """The size of a block, and a number for each, in rows; of a tensor that is told whole, as the stream has it."""
    reduced = reduce_to(tensor, MOST_CELLS)
    matrix = tensor.reshape(-1, tensor.shape[-1]) if reduced is None else reduced.values
    return (1, 1) if reduced is None else reduced.block, matrix.tolist()


def _tensor(tape: Tape, name: str) -> Tensor:
    return tape.values[name] if name in tape.values else tape.gradients[name]
