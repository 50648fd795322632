"""Any tensor seen as rows and columns, and what of it is shown: reduced values, histograms, summaries."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
SATURATED = 0.97  # |h| above this counts as saturated.


def as_matrix(tensor: Array) -> Array:
    """Rows x columns: the first dimension by all others together; a vector or a scalar is one row."""
    return tensor.reshape(1, -1) if tensor.ndim < 2 else tensor.reshape(len(tensor), math.prod(tensor.shape[1:]))


@dataclass(frozen=True)
class Reduced:
    """A matrix of which each cell stands for a block."""

    values: Array
    block: tuple[int, int]


def reduce_to(tensor: Array, max_cells: int) -> Reduced | None:
    """At most `max_cells` cells, each the number of largest magnitude in its block; None where all cells fit.

    A NaN counts as larger than everything, so that none is hidden.
    """
    if tensor.size <= max_cells:
        return None
    matrix = as_matrix(tensor)
    height, width = _block(matrix.shape[0], matrix.shape[1], max_cells)
    rows, columns = math.ceil(matrix.shape[0] / height), math.ceil(matrix.shape[1] / width)
    # Edge blocks are filled up by repeating the edge, which adds no number that was not there.
    padding = ((0, rows * height - matrix.shape[0]), (0, columns * width - matrix.shape[1]))
    padded = np.pad(matrix, padding, mode="edge")
    blocks = padded.reshape(rows, height, columns, width).swapaxes(1, 2).reshape(rows, columns, -1)
    largest = np.argmax(np.abs(blocks), axis=2)  # numpy's argmax takes the first NaN for the largest.
    return Reduced(np.take_along_axis(blocks, largest[..., None], 2)[..., 0], (height, width))


def _block(rows: int, columns: int, max_cells: int) -> tuple[int, int]:
    """The block's size, as square as the matrix's own cells allow."""
    height = width = max(1, math.isqrt(rows * columns // max_cells))
    height, width = min(height, rows), min(width, columns)
    while math.ceil(rows / height) * math.ceil(columns / width) > max_cells:
        if height < rows and (height <= width or width >= columns):
            height += 1
        else:
            width += 1
    return height, width


@dataclass(frozen=True)
class Histogram:
    """Counts over all values; `range` is that of the finite ones, None where there is none."""

    counts: NDArray[np.int32]
    range: tuple[float, float] | None
    nan: int
    infinite: int


def histogram(tensor: Array, bins: int) -> Histogram:
    """Count all finite values in `bins` equal bins over their true range, NaN and infinities apart."""
    values = tensor.astype(np.float64).ravel()
    nan, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Histogram(np.zeros(bins, np.int32), None, nan, infinite)
    least, greatest = float(finite.min()), float(finite.max())
    if least == greatest:  # No range to divide: all in the middle one.
        counts = np.zeros(bins, np.int32)
        counts[bins // 2] = len(finite)
    else:
        counts = np.histogram(finite, bins, (least, greatest))[0].astype(np.int32)
    return Histogram(counts, (least, greatest), nan, infinite)


@dataclass(frozen=True)
class Summary:
    """A tensor in numbers. The first five are of the finite values, NaN where there is none; shares are of all."""

    mean: float
    std: float
    min: float
    max: float
    norm: float
    zeros: float
    nan: float
    infinite: float
    saturated: float | None


def summarize(tensor: Array, *, is_tanh: bool) -> Summary:
    """Mean, std (with Bessel's correction), least, greatest, Euclidean norm; shares of zeros, NaN, infinities.

    The share saturated, with |h| > 0.97, is counted for outputs of tanh only.
    """
    values = tensor.astype(np.float64).ravel()
    finite = values[np.isfinite(values)]
    some = len(finite) > 0
    return Summary(
        mean=float(finite.mean()) if some else math.nan,
        std=float(finite.std(ddof=1)) if len(finite) > 1 else math.nan,
        min=float(finite.min()) if some else math.nan,
        max=float(finite.max()) if some else math.nan,
        norm=float(np.linalg.norm(finite)) if some else math.nan,
        zeros=float((values == 0).mean()),
        nan=float(np.isnan(values).mean()),
        infinite=float(np.isinf(values).mean()),
        saturated=float((np.abs(values) > SATURATED).mean()) if is_tanh else None,
    )
