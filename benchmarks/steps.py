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
        atomic, fused = (
            Run(
                Config.model_validate(
                    {
                        "model": {"hidden_sizes": [size], "granularity": granularity},
                        "training": {"engine": "tape"},
                    }
                ),
                names,
            )
            for granularity in ("atomic", "fused")
        )
        peer = Autograd(atomic)
        rounds = [
            tuple(seconds_a_step(step) for step in (partial(atomic.advance, 1), partial(fused.advance, 1), peer.step))
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


def seconds_a_step(step: Callable[[], object]) -> float:
    """The mean over STEPS steps."""
    begin = time.perf_counter()
    for _ in range(STEPS):
        step()
    return (time.perf_counter() - begin) / STEPS


class Autograd:
    """The same network as people write it for autograd, every intermediate's gradient kept."""

    def __init__(self, run: Run) -> None:
        self.network, self.examples, self.generator = run.network, run.splits["train"], run.generator
        self.parameters = run.parameters

    def step(self) -> None:
        """Forward, backward, update."""
        values = self.examples.batch(torch.randint(0, len(self.examples), (32,), generator=self.generator))
        values |= {name: parameter.detach().requires_grad_() for name, parameter in self.parameters.items()}
        for call in self.network.calls:
            values[call.output] = call.op.forward(*(values[name] for name in call.inputs))
            values[call.output].retain_grad()
        values["loss"].backward()
        with torch.no_grad():
            for name in self.parameters:
                gradient = values[name].grad
                assert gradient is not None
                self.parameters[name] = values[name] - 0.1 * gradient
