"""Arming: from traps by name to what a network computes otherwise."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model.hunt import hunt_called
from model.network import Network
from model.tape import Replaced, Rule, WrongShape, check_shape
from model.trap import Place, Trap
from model.traps import TRAPS


class InvalidTraps(ValueError):
    """These traps cannot be armed; the message says which and why."""


@dataclass(frozen=True)
class Armed:
    """A trap by name, with the number that it takes, if it takes one."""

    name: str
    threshold: float | None = None


def replaced_by(armed: Sequence[Armed], network: Network) -> Replaced:
    """What a network computes otherwise with these traps in it.

    Raises InvalidTraps where there is no such trap, the network has no place for it, its number is too much or not
    positive and finite, two of them change one rule, or a gradient comes out in another shape than its tensor's.
    """
    forward: dict[str, Rule] = {}
    backward: dict[str, Rule] = {}
    taken: dict[tuple[str, str | None], str] = {}
    for each in _uncovered(armed, network):
        trap = known(each.name)
        threshold = _threshold(each, trap)
        for place in placed(each.name, network):
            key = (place.call.output, place.bug.operand)
            if key in taken:
                raise InvalidTraps(
                    f"traps: {taken[key]} and {each.name} both change {place.name}; arm one of them at a time"
                )
            taken[key] = each.name
            rules = forward if place.contribution is None else backward
            rules[place.name] = place.bug.make(threshold)
    replaced = Replaced(forward, backward)
    _check_shapes(network, replaced)
    return replaced


def _uncovered(armed: Sequence[Armed], network: Network) -> Sequence[Armed]:
    """The same with the own name of a trap that is hidden: it stands alone, since a refusal would give it away."""
    hidden = [(each, hunt) for each in armed if (hunt := hunt_called(each.name)) is not None]
    if not hidden:
        return armed
    ((each, hunt), *_) = hidden
    if len(armed) > 1:
        raise InvalidTraps(f"traps: {each.name} is hidden, and armed alone; disarm the others")
    if each.threshold is not None:
        raise InvalidTraps(f"traps: {each.name} takes no threshold, got {each.threshold}")
    name = hunt.trap(network)
    if name is None:
        raise InvalidTraps(
            f"traps: this network has a place for no trap of difficulty {hunt.difficulty}; try another difficulty, or "
            "a session with batch norm and granularity atomic"
        )
    return [Armed(name)]


def known(name: str) -> Trap:
    """The trap of this name. Raises InvalidTraps where there is none."""
    if name not in TRAPS:
        raise InvalidTraps(
            f"traps: there is no trap {name!r}; there are: {', '.join(TRAPS)}, and hidden-<difficulty>-<seed> for one "
            "that is to be found (difficulty 1 to 3, seed up to nine digits)"
        )
    return TRAPS[name]


def placed(name: str, network: Network) -> tuple[Place, ...]:
    """Where a trap sits in this network. Raises InvalidTraps where it has no place."""
    trap = known(name)
    places = trap.places(network)
    if not trap.bugs:
        raise InvalidTraps(
            f"traps: {name} changes how a session begins, and no rule: make a session with {dict(trap.start)}"
        )
    if not places:
        raise InvalidTraps(f"traps: {name} has no place in this network: it needs {trap.needs}")
    return places


def _check_shapes(network: Network, replaced: Replaced) -> None:
    """Shapes do not depend on numbers: zeros will do."""

    def zeros(name: str) -> Tensor:
        spec = network.tensors[name]
        return torch.zeros(spec.shape, dtype=torch.int64 if spec.role == "batch" else torch.float32)

    for contribution in network.contributions:
        rule = replaced.backward.get(contribution.name)
        if rule is None:
            continue
        call = contribution.call
        result = rule(zeros(call.output), zeros(call.output), *map(zeros, call.inputs))
        try:
            check_shape(contribution, result, zeros(contribution.tensor))
        except WrongShape as error:
            raise InvalidTraps(f"traps: {error}") from None


def _threshold(armed: Armed, trap: Trap) -> float:
    if armed.threshold is None:
        return trap.threshold or 0.0
    if trap.threshold is None:
        raise InvalidTraps(f"traps: {armed.name} takes no threshold, got {armed.threshold}")
    if not (math.isfinite(armed.threshold) and armed.threshold > 0):
        raise InvalidTraps(f"traps: the threshold of {armed.name} must be positive and finite, got {armed.threshold}")
    return armed.threshold
