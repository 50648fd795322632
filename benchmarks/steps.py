"""One training step: the tape, which keeps everything, against eager autograd on the same work."""

import statistics
import time
from collections.abc import Callable
from functools import partial

import torch

from benchmarks.report import Figure
from model.config import Config
from model.dataset import load_names
from model.training import Run

ROUNDS, STEPS = 7, 300


def measure() -> list[Figure]:
    """Step times at H = 64 and 200, in one thread, as ratios within each round: rounds share what disturbs them."""
    torch.set_num_threads(1)
    names = load_names()
    figures = []
    for size in (64, 200):
        atomic, fused, peer = (
            Run(Config.model_validate({"model": {"hidden_sizes": [size], "granularity": granularity}}), names)
            for granularity in ("atomic", "fused", "atomic")
        )
        rounds = [
            (seconds_a_step(atomic.next_step), seconds_a_step(fused.next_step), seconds_a_step(partial(autograd, peer)))
            for _ in range(ROUNDS)
        ]
        for index, granularity in enumerate(("atomic", "fused")):
            ratio = statistics.median(seconds[index] / seconds[2] for seconds in rounds)
            microseconds = 1e6 * statistics.median(seconds[index] for seconds in rounds)
            figures.append(
                Figure(
                    f"step of the {granularity} tape, H = {size}",
                    ratio,
                    "of an eager autograd step with retain_grad on the same intermediates",
                    f"{microseconds:.0f} µs",
                )
            )
    return figures


def seconds_a_step(step: Callable[[], None]) -> float:
    """The mean over STEPS steps."""
    begin = time.perf_counter()
    for _ in range(STEPS):
        step()
    return (time.perf_counter() - begin) / STEPS


def autograd(run: Run) -> None:
    """One step of the same network as people write it for autograd, every intermediate's gradient kept."""
    chosen = torch.randint(0, len(run.splits["train"]), (32,), generator=run.generator)
    values = {"Xb": run.splits["train"].contexts[chosen], "Yb": run.splits["train"].targets[chosen]}
    values |= {name: parameter.detach().requires_grad_() for name, parameter in run.parameters.items()}
    for call in run.network.calls:
        values[call.output] = call.op.forward(*(values[name] for name in call.inputs))
        values[call.output].retain_grad()
    values["loss"].backward()
    with torch.no_grad():
        updated = {}
        for name in run.parameters:
            gradient = values[name].grad
            assert gradient is not None
            updated[name] = values[name] - 0.1 * gradient
    run.parameters = updated
