"""Surgery: a step done once more with cuts in it, to see what hangs on what, and what that makes of the update."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import torch
from torch import Tensor

from model.network import Network
from model.preview import first_order
from model.tape import Change, Tape, forward, record
from model.update import Clipping, clip

MOST_CUTS = 32


class InvalidCut(ValueError):
    """This cannot be cut; the message says why."""


@dataclass(frozen=True)
class Detach:
    """No gradient flows through this tensor: its whole gradient is zero. `tensor`: it, or its gradient."""

    tensor: str


@dataclass(frozen=True)
class Scale:
    """A value, parameter or gradient times a factor; one cell of it, or all."""

    tensor: str
    factor: float
    cell: tuple[int, ...] | None = None


@dataclass(frozen=True)
class SetCell:
    """One cell of a value, parameter or gradient gets another number."""

    tensor: str
    cell: tuple[int, ...]
    value: float


@dataclass(frozen=True)
class Freeze:
    """A parameter is not moved by the update; its gradient is what it is."""

    tensor: str


Cut = Detach | Scale | SetCell | Freeze


@dataclass(frozen=True)
class Difference:
    """How a tensor differs from what it was without the cuts."""

    name: str
    cells: int  # So many of its cells do
    of: int
    largest: float  # The largest difference of a cell
    relative: float  # That, measured by the tensor's own largest magnitude before


@dataclass(frozen=True)
class Effect:
    """What an update does to the minibatch's loss; `predicted` to first order: loss - rate · Σ g · step."""

    before: float
    after: float
    predicted: float


@dataclass(frozen=True)
class Operation:
    """What came of cuts.

    `ordinary` is the update without them. The one with them starts from the parameters as they were set, goes by the
    gradients that were operated on, and leaves frozen parameters where they are; its losses are those of the network
    as it is, with no value held: `g` are the true gradients there, and the step is what the cuts have made of them.
    """

    tape: Tape  # Of the step with the cuts
    differences: tuple[Difference, ...]  # Of parameters, values and gradients, in the order of computation
    ordinary: Effect
    operated: Effect


def operate(tape: Tape, cuts: Sequence[Cut], rate: float, clipping: Clipping | None) -> Operation:
    """Do the tape's step again with cuts, and see what the update would then do. The tape is not changed.

    Traps that are armed stay so. Raises InvalidCut.
    """
    network = tape.network
    check_cuts(network, cuts)
    inputs = {spec.name: tape.values[spec.name] for spec in network.inputs}
    cut = record(network, inputs, replace(tape.replaced, changes=_changes(network, cuts)))
    edited = record(network, {**inputs, **{name: cut.values[name] for name in network.parameters}}, tape.replaced)
    frozen = {each.tensor for each in cuts if isinstance(each, Freeze)}
    directions = {name: cut.gradients[f"d{name}"] for name in network.parameters if name not in frozen}
    return Operation(
        tape=cut,
        differences=tuple(_difference(name, before, after) for name, before, after in _pairs(tape, cut)),
        ordinary=_effect(tape, clip({name: tape.gradients[f"d{name}"] for name in network.parameters}, clipping), rate),
        operated=_effect(edited, clip(directions, clipping) if directions else {}, rate),
    )


def operable(network: Network) -> list[str]:
    """What can be cut: parameters, values but for the loss, and gradients."""
    values = [call.output for call in network.calls if call.output != "loss"]
    return [*network.parameters, *values, *network.gradients]


def check_cuts(network: Network, cuts: Sequence[Cut]) -> None:
    """Raise InvalidCut where one of them is none in this network, and say which."""
    if len(cuts) > MOST_CUTS:
        raise InvalidCut(f"cuts: at most {MOST_CUTS} at a time, got {len(cuts)}")
    known = operable(network)
    for number, cut in enumerate(cuts):
        try:
            _check_cut(network, cut, known)
        except InvalidCut as error:
            raise InvalidCut(f"cuts.{number}: {error}") from None


def _check_cut(network: Network, cut: Cut, known: Sequence[str]) -> None:
    if cut.tensor not in known:
        raise InvalidCut(f"{cut.tensor!r} cannot be cut; these can: {', '.join(known)}")
    match cut:
        case Freeze(tensor):
            if tensor not in network.parameters:
                raise InvalidCut(f"{tensor} is no parameter to freeze: {', '.join(network.parameters)}")
        case Scale(tensor, factor, cell):
            _check_number(tensor, "factor", factor)
            if cell is not None:
                _check_cell(network, tensor, cell)
        case SetCell(tensor, cell, value):
            _check_number(tensor, "value", value)
            _check_cell(network, tensor, cell)


def _check_number(tensor: str, what: str, number: float) -> None:
    if not math.isfinite(number) or abs(number) > torch.finfo(torch.float32).max:
        raise InvalidCut(f"the {what} for {tensor} must be finite in float32, got {number}")


def _check_cell(network: Network, tensor: str, cell: tuple[int, ...]) -> None:
    shape = network.tensors[tensor].shape
    if len(cell) != len(shape) or not all(0 <= index < size for index, size in zip(cell, shape, strict=True)):
        raise InvalidCut(f"{tensor} has shape {list(shape)}, and no cell {list(cell)}")


def _changes(network: Network, cuts: Sequence[Cut]) -> dict[str, Change]:
    """What is done to each tensor, cut after cut."""
    by_name: dict[str, list[Change]] = {}
    for cut in cuts:
        match cut:
            case Detach(tensor):
                gradient = tensor if tensor in network.gradients else f"d{tensor}"
                by_name.setdefault(gradient, []).append(torch.zeros_like)
            case Scale(tensor, factor, cell):
                by_name.setdefault(tensor, []).append(_scaling(factor, cell))
            case SetCell(tensor, cell, value):
                by_name.setdefault(tensor, []).append(_setting(cell, value))
    return {name: _one_after_the_other(changes) for name, changes in by_name.items()}


def _scaling(factor: float, cell: tuple[int, ...] | None) -> Change:
    def change(tensor: Tensor) -> Tensor:
        return tensor * factor if cell is None else _setting(cell, factor * tensor[cell].item())(tensor)

    return change


def _setting(cell: tuple[int, ...], value: float) -> Change:
    def change(tensor: Tensor) -> Tensor:
        changed = tensor.clone()
        changed[cell] = value
        return changed

    return change


def _one_after_the_other(changes: Sequence[Change]) -> Change:
    return lambda tensor: reduce(lambda changed, change: change(changed), changes, tensor)


def _pairs(before: Tape, after: Tape) -> Iterator[tuple[str, Tensor, Tensor]]:
    """Parameters, values and gradients of two tapes of one network, in the order of computation."""
    network = before.network
    for name in (*network.parameters, *(call.output for call in network.calls)):
        yield name, before.values[name], after.values[name]
    for name in network.gradients:
        yield name, before.gradients[name], after.gradients[name]


def _difference(name: str, before: Tensor, after: Tensor) -> Difference:
    # A NaN that was there before is no change, though it equals nothing; nor is an infinity, less itself NaN.
    differs = (after != before) & ~(after.isnan() & before.isnan())
    largest = (after.double() - before.double())[differs].abs().max().item() if differs.any() else 0.0
    magnitude = before.abs().max().item()
    return Difference(
        name=name,
        cells=int(differs.sum()),
        of=before.numel(),
        largest=largest,
        relative=largest / magnitude if magnitude else math.inf if largest else 0.0,
    )


def _effect(tape: Tape, step: Mapping[str, Tensor], rate: float) -> Effect:
    """What θ - rate · step makes of the tape's loss."""
    inputs = {spec.name: tape.values[spec.name] for spec in tape.network.inputs}
    moved = {name: tape.values[name] - rate * direction for name, direction in step.items()}
    return Effect(
        before=tape.values["loss"].item(),
        after=forward(tape.network, {**inputs, **moved}, tape.replaced)["loss"].item(),
        predicted=first_order(tape, step, rate),
    )
