"""What is recorded while training: metrics over steps, handed out in as many points as are asked for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 10_000


@dataclass(frozen=True)
class Buckets:
    """Steps in order, several to a bucket where there are more steps than points."""

    step: list[int]
    mean: list[float]
    min: list[float]
    max: list[float]


class Recorder:
    """One metric's value at every step, 8 bytes a step."""

    def __init__(self) -> None:
        self._values: NDArray[np.float64] = np.full(1024, np.nan)
        self._count = 0

    def record(self, step: int, value: float) -> None:
        """Keep the value of a step; one recorded before for the same step is replaced."""
        if step >= len(self._values):
            larger = np.full(2 * step, np.nan)
            larger[: self._count] = self._values[: self._count]
            self._values = larger
        self._values[step] = value
        self._count = max(self._count, step + 1)

    def buckets(self, first: int, last: int, points: int) -> Buckets:
        """Steps `first` to `last`, both included, in at most `points` buckets of nearly equal size.

        A bucket's mean is NaN where one of its values is; its least and greatest are those of the others.
        """
        first = max(first, 0)
        values = self._values[first : min(last + 1, self._count)]
        if not len(values):
            return Buckets([], [], [], [])
        starts = np.linspace(0, len(values), min(points, len(values)), endpoint=False).astype(np.int64)
        sizes = np.diff(starts, append=len(values))
        return Buckets(
            step=(starts + first).tolist(),
            mean=(np.add.reduceat(values, starts) / sizes).tolist(),
            min=np.fmin.reduceat(values, starts).tolist(),
            max=np.fmax.reduceat(values, starts).tolist(),
        )
