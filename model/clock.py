"""Time: positions in a run, and where moving by ops, passes or steps leads."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal

Unit = Literal["op", "pass", "step"]


@dataclass(frozen=True, order=True)
class Position:
    """`op` of the `ops` parts of step `step` are computed."""

    step: int
    op: int
    ops: int


def moved(position: Position, forward_ops: int, unit: Unit, count: int) -> Position:
    """Where `count` units from here end, backwards where it is negative; the step may come out below 0.

    A pass ends where the forward or the backward pass is through, a step where all gradients are known. Backwards a
    pass ends where it began, so that from the end of the forward pass it leads to op 0.
    """
    ops = position.ops
    if count == 0:
        return position
    stops: dict[Unit, list[int]] = {"op": list(range(ops + 1)), "pass": [forward_ops, ops], "step": [ops]}
    in_step = stops[unit]
    if count > 0:
        target = bisect_right(in_step, position.op) + count - 1
    else:
        in_step = [0, *in_step] if unit == "pass" else in_step
        target = bisect_left(in_step, position.op) + count
    steps, stop = divmod(target, len(in_step))
    return Position(position.step + steps, in_step[stop], ops)
