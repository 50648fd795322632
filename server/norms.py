"""The root mean square of many tensors at once: how large each is, at a glance."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

UNKNOWN = -1.0  # No root mean square is negative.
EXACT = 1e-20, 1e37  # Sums of float32 squares between these have lost nothing to underflow or overflow.


def root_mean_squares(tensors: Iterable[NDArray[Any] | None]) -> NDArray[np.float32]:
    """One number a tensor: UNKNOWN where there is none; NaN or infinity where it has a value that is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.array([UNKNOWN if tensor is None else _root_mean_square(tensor) for tensor in tensors], np.float32)


def _root_mean_square(tensor: NDArray[Any]) -> float:
    values = tensor.ravel(order="K")  # In whatever order they lie, so that a transposed one need not be copied.
    squares = float(np.dot(values, values))
    if not EXACT[0] < squares < EXACT[1]:  # Five times as slow, but a vanished gradient's squares are float32 zeros.
        squares = float(np.einsum("i,i->", values, values, dtype=float))
    return math.sqrt(squares / values.size)
