"""Breakpoints: what a run is told to stop at, and what people are told when it has."""

import math

from model.engine import Watch
from model.not_finite import NotFinite, first_not_finite
from model.training import Run
from server.errors import Invalid
from server.schemas.commands import Until

NAN = "nan"  # The breakpoint that needs no bound: any gradient that is not finite. The loss is always watched.


def watch_for(until: Until | None, gauges: list[str]) -> Watch:
    """What the engine is to look at. Raises Invalid where there is no such gauge."""
    if until is None:
        return Watch()
    if until.metric == NAN:
        return Watch("gradient_norm")
    if until.metric not in gauges:
        raise Invalid(f"until.metric: there is no metric {until.metric!r}; there are: {', '.join([*gauges, NAN])}")
    below = -math.inf if until.below is None else until.below
    return Watch(until.metric, below, math.inf if until.above is None else until.above)


def why_halted(watch: Watch, number: float, run: Run) -> str:
    """In a few sentences, why a run stopped by itself where it stands, at this number of the watched gauge."""
    loss, step = run.loss, run.step
    isfinite = loss is not None and math.isfinite(loss) and math.isfinite(number)
    first = None if isfinite else first_not_finite(run.tape)
    return told(watch, number, loss, step, first)


def told(watch: Watch, number: float, loss: float | None, step: int, first: NotFinite | None) -> str:
    """The same in words; `first`: where numbers stop being finite."""
    culprit = "" if first is None else f" The first number that is not: {first}."
    if loss is None or not math.isfinite(loss):
        return (
            f"The loss is no longer finite at step {step:,}: training has diverged.{culprit} "
            "Try a smaller learning rate or gradient clipping in a new session."
        )
    if not math.isfinite(number):
        return f"{watch.gauge} is no longer finite at step {step:,}, though the loss still is.{culprit}"
    side, bound = ("below", watch.below) if number < watch.below else ("above", watch.above)
    return f"{watch.gauge} is {number:.4g} at step {step:,}: {side} {bound:.4g}, where the run was to stop."
