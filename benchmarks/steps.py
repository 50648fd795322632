"""One training step by the kernel and by the tape, against the same step as others would write it."""

import statistics
from typing import NamedTuple

import torch

from benchmarks.peers import Compiled, Eager, Retaining, Whole
from benchmarks.products import Products
from benchmarks.report import Figure, Measured
from benchmarks.timing import Round, Steps, median_ratio, medians, repeated, rounds, use_one_thread
from model.config import Config
from model.dataset import Dataset, load_names
from model.training import Run


class Point(NamedTuple):
    """A network's size: width and number of the hidden layers, and the minibatch's size."""

    H: int
    B: int = 32
    layers: int = 1

    def __str__(self) -> str:
        layers = "" if self.layers == 1 else f", {self.layers} layers"
        return f"H = {self.H}, B = {self.B}{layers}"

    @property
    def is_large(self) -> bool:
        """So large that overhead no longer matters."""
        return self.H >= 1024 or self.B >= 1024


DEFAULT, EXERCISE = Point(64), Point(200)
GRID = (
    *(Point(H) for H in (16, 64, 200, 1024, 4096)),
    *(Point(64, B) for B in (8, 256, 1024, 4096)),
    *(Point(64, layers=layers) for layers in (2, 4, 8, 16)),
    *(Point(1024, B, layers=2) for B in (32, 1024)),
)
COMPILED = {"torch.compile": Compiled, "torch.compile, whole step": Whole}
OTHERS = ("tape", "fused tape", "eager", "eager, retain_grad", *COMPILED)


def measure() -> Measured:
    """Ratios at the default's and the exercise's size, and wherever overhead matters least; times over the grid."""
    use_one_thread()
    names = load_names()
    figures, rows = [], []
    for point in GRID:
        measured, missing = measure_point(point, names)
        rows.append({**point._asdict(), **{name: 1e6 * value for name, value in medians(measured).items()}})
        if point in (DEFAULT, EXERCISE):
            figures += figures_at(point, measured, missing)
        if point.is_large:
            figures.append(against_the_best(point, measured, missing))
    return Measured(figures, rows)


def measure_point(point: Point, names: Dataset) -> tuple[list[Round], str]:
    """Rounds of all variants at this size, and a note on those that cannot be had."""
    kernel, tape = run(point, names, "kernel"), run(point, names, "tape")
    variants: dict[str, Steps] = {
        "kernel": kernel.advance,
        "tape": tape.advance,
        "fused tape": run(point, names, "tape", "fused").advance,
        "eager": repeated(Eager(tape).step),
        "eager, retain_grad": repeated(Retaining(tape).step),
        "products": repeated(Products(tape).step),
    }
    missing = ""
    try:
        variants |= compiled_variants(tape)
    except RuntimeError as error:  # What torch raises where it finds no C++ compiler, or this fails.
        missing = f"; without torch.compile: {str(error).strip().splitlines()[0]}"
    return rounds(variants), missing


def compiled_variants(tape: Run) -> dict[str, Steps]:
    """The peers that torch.compile makes, compiled by now."""
    torch.compiler.reset()  # Else each network is one more shape of the same function, and it soon gives up.
    peers = {name: peer(tape) for name, peer in COMPILED.items()}
    for peer in peers.values():
        peer.step()
    return {name: repeated(peer.step) for name, peer in peers.items()}


def run(point: Point, names: Dataset, engine: str, granularity: str = "atomic") -> Run:
    """A run of this size; all else is the default."""
    model = {"hidden_sizes": [point.H] * point.layers, "granularity": granularity}
    return Run(Config.model_validate({"model": model, "training": {"batch_size": point.B, "engine": engine}}), names)


def figures_at(point: Point, measured: list[Round], missing: str) -> list[Figure]:
    """What a step costs against each of the others."""
    limit = "≤ 2.2" if point == DEFAULT else "≤ 2.5"
    faster: dict[str, str | None] = dict.fromkeys(["eager", *COMPILED])
    if point == DEFAULT:
        faster |= {"eager": "≥ 10", "torch.compile": "≥ 7"}
    figures = [
        compared(point, measured, "kernel", theirs, target, missing)
        for theirs, target in (faster | {"fused tape": None}).items()
        if theirs in measured[0]
    ]
    shares = {("kernel", "products"): limit, ("tape", "eager, retain_grad"): "≤ 1.2", ("fused tape", "eager"): None}
    return figures + [compared(point, measured, *pair, share) for pair, share in shares.items()]


def compared(
    point: Point, measured: list[Round], ours: str, theirs: str, target: str | None, missing: str = ""
) -> Figure:
    """One variant against another: as a share of its time, or where that is to be small, how many times as fast."""
    typical = medians(measured)
    note = f"{ours} {1e6 * typical[ours]:,.0f} µs, {theirs} {1e6 * typical[theirs]:,.0f} µs{missing}"
    what = f"{ours} against {theirs}, {point}"
    if ours == "kernel" and theirs != "products":
        return Figure(what, median_ratio(measured, theirs, ours), "times as fast", note, target)
    return Figure(what, median_ratio(measured, ours, theirs), "of its time", note, target)


def against_the_best(point: Point, measured: list[Round], missing: str) -> Figure:
    """The kernel's time as a share of the fastest other's, round by round."""
    others = [name for name in OTHERS if name in measured[0]]
    ratio = statistics.median(times["kernel"] / min(times[name] for name in others) for times in measured)
    typical = medians(measured)
    best = min(others, key=lambda name: typical[name])
    note = f"kernel {1e6 * typical['kernel']:,.0f} µs, best is {best} with {1e6 * typical[best]:,.0f} µs{missing}"
    return Figure(f"kernel against the best, {point}", ratio, "of its time", note, "≤ 1.0")
