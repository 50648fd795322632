"""The exercise as a whole: 200,000 steps at H = 200, by the kernel and by the hand-written pass in eager torch."""

import statistics

from benchmarks.report import Figure, Measured
from benchmarks.timing import seconds, use_one_thread
from model.config import Config
from model.dataset import Dataset, Split, load_names
from model.inference import TrainedNetwork
from model.training import Run

STEPS, ROUNDS = 200_000, 10
SPLITS: tuple[Split, ...] = ("train", "validation")


def measure() -> Measured:
    """Train both, a tenth each in turn, and evaluate both."""
    use_one_thread()
    names = load_names()
    kernel, eager = run(names, "kernel"), run(names, "tape")
    times = [
        [
            seconds(training.advance, STEPS // ROUNDS) for training in (kernel, eager)
        ]  # Which goes on from round to round
        for _ in range(ROUNDS)
    ]
    kernel_seconds, eager_seconds = (sum(column) for column in zip(*times, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in times)
    ours, theirs = losses(kernel), losses(eager)
    difference = max(abs(ours[split] - theirs[split]) for split in SPLITS)
    took = f"{kernel_seconds:.1f} s and {eager_seconds:.1f} s; median of {ROUNDS} rounds"
    return Measured(
        [
            Figure("the exercise by the kernel", kernel_seconds, "s", f"{STEPS:,} steps at H = 200"),
            Figure("the exercise by the kernel against eager hand-written", ratio, "times as fast", took),
            *(
                Figure(f"final {split} loss by the kernel", ours[split], "nats", f"eager {theirs[split]:.5f}")
                for split in SPLITS
            ),
            Figure("final losses' largest difference", difference, "nats", "training and validation", "< 0.01"),
        ]
    )


def run(names: Dataset, engine: str) -> Run:
    """The exercise's run, with the default learning rates."""
    model = {"hidden_sizes": [200], "granularity": "fused"}
    return Run(Config.model_validate({"model": model, "training": {"engine": engine}}), names)


def losses(training: Run) -> dict[Split, float]:
    """The loss of each split, batch norm calibrated on the whole training split."""
    network = TrainedNetwork(training.config, training.parameters, len(training.dataset.characters))
    calibrated = network.calibrated(training.splits["train"].contexts)
    found = {split: network.loss(training.splits[split], calibrated) for split in SPLITS}
    return {split: loss for split, loss in found.items() if loss is not None}
