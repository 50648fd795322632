"""Times of variants of the same work, taken so that they can be compared."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

import torch
from threadpoolctl import threadpool_limits

from model.kernel_engine import load_kernel

P = ParamSpec("P")
T = TypeVar("T")

ROUNDS = 5
SECONDS = 0.15  # Of one measurement, and so as long as anything may disturb one and not the next
Steps = Callable[[int], object]  # Makes so many steps.
Round = Mapping[str, float]  # Seconds a step of each variant


def use_one_thread() -> None:
    """Let torch and the kernel's BLAS have one thread each, as the server does."""
    torch.set_num_threads(1)
    load_kernel()
    threadpool_limits(1, user_api="blas")


def repeated(step: Callable[[], object]) -> Steps:
    """One step at a time."""

    def steps(count: int) -> None:
        for _ in range(count):
            step()

    return steps


def rounds(variants: Mapping[str, Steps], count: int = ROUNDS) -> list[Round]:
    """All variants one after the other, round by round: a round's times share what disturbs them."""
    counts = {name: steps_within(SECONDS, steps) for name, steps in variants.items()}
    return [
        {name: seconds(steps, counts[name]) / counts[name] for name, steps in variants.items()} for _ in range(count)
    ]


def steps_within(limit: float, steps: Steps) -> int:
    """How many steps take about so long; finding out warms up."""
    steps(3)
    count = 1
    while (taken := seconds(steps, count)) < limit / 8:
        count *= 2
    return max(1, round(count * limit / taken))


def timed(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> tuple[float, T]:
    """How long one call takes in seconds, and its result."""
    begin = time.perf_counter()
    result = function(*args, **kwargs)
    return time.perf_counter() - begin, result


def seconds(steps: Steps, count: int) -> float:
    """How long so many steps take."""
    return timed(steps, count)[0]


def median_ratio(measured: list[Round], over: str, under: str) -> float:
    """The median of the rounds' ratios."""
    return statistics.median(times[over] / times[under] for times in measured)


def medians(measured: list[Round]) -> dict[str, float]:
    """Each variant's median time."""
    return {name: statistics.median(times[name] for times in measured) for name in measured[0]}
