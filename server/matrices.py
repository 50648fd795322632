"""Any tensor seen as rows and columns, and what of it is shown: reduced values, histograms, summaries.

Tensors are float32 or integers, of any strides. All is counted and summed in float64, but a chunk at a time, so that a
large tensor is read and not copied.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
SATURATED = 0.97  # |h| above this counts as saturated.
CHUNK = 16_384  # Values: 128 kB as float64, so that the few arrays made of a chunk stay in the cache.


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

    Blocks at the edge are smaller. Of +x and -x, where both are largest, +x is taken. A NaN counts as larger than
    everything, so that none is hidden.
    """
    if tensor.size <= max_cells:
        return None
    matrix = as_matrix(tensor)
    block = _block(matrix.shape[0], matrix.shape[1], max_cells)
    # The largest magnitude is the greatest number's or the least's; numpy gives NaN for both where there is one.
    greatest, least = _reduce_blocks(np.maximum, matrix, block), _reduce_blocks(np.minimum, matrix, block)
    return Reduced(np.where(np.abs(least) > greatest, least, greatest), block)


def _block(rows: int, columns: int, max_cells: int) -> tuple[int, int]:
    """The block's size, as square as the matrix's own cells allow."""
    side = max(1, math.isqrt(rows * columns // max_cells))
    height, width = min(side, rows), min(side, columns)
    if height == rows:  # One row of blocks: what is missing in height the width has to make up for, and so below.
        width = max(width, math.ceil(columns / max_cells))
    elif width == columns:
        height = max(height, math.ceil(rows / max_cells))
    while math.ceil(rows / height) * math.ceil(columns / width) > max_cells:
        if height < rows and (height <= width or width >= columns):
            height += 1
        else:
            width += 1
    return height, width


def _reduce_blocks(ufunc: np.ufunc, matrix: Array, block: tuple[int, int]) -> Array:
    """One number for each block: first down its rows, which numpy does many columns at a time, then along them."""
    height, width = block
    if matrix.strides[0] < matrix.strides[1]:  # A transposed tensor lies column by column.
        return _reduce_blocks(ufunc, matrix.T, (width, height)).T
    if width == matrix.shape[1]:  # Whole rows lie one after the other. This spares narrow matrices very short loops.
        flat = matrix.reshape(-1)
        return ufunc.reduceat(flat, np.arange(0, flat.size, height * width)).reshape(-1, 1)
    if height > 1:
        matrix = _reduce_rows(ufunc, matrix, height)
    return ufunc.reduceat(matrix, np.arange(0, matrix.shape[1], width), axis=1)


def _reduce_rows(ufunc: np.ufunc, matrix: Array, height: int) -> Array:
    """One row for each `height` of them, and one for those left."""
    rows, columns = matrix.shape
    whole, left = divmod(rows, height)
    reduced = np.empty((whole + (left > 0), columns), matrix.dtype)
    # ufunc.reduceat over rows would be simpler, and is fifteen times slower.
    ufunc.reduce(matrix[: whole * height].reshape(whole, height, columns), axis=1, out=reduced[:whole])
    if left:
        ufunc.reduce(matrix[whole * height :], axis=0, out=reduced[whole])
    return reduced


@dataclass(frozen=True)
class _Finite:
    """The finite values of a tensor, their range (None where there is none), and how many others there are."""

    values: Array
    range: tuple[float, float] | None
    nan: int
    infinite: int


def _finite(tensor: Array) -> _Finite:
    least, greatest = float(tensor.min()), float(tensor.max())
    if math.isfinite(least) and math.isfinite(greatest):  # A NaN would be both of them, an infinity one.
        return _Finite(tensor, (least, greatest), 0, 0)
    values = tensor[np.isfinite(tensor)]
    nan = int(np.count_nonzero(np.isnan(tensor)))
    range_ = (float(values.min()), float(values.max())) if values.size else None
    return _Finite(values, range_, nan, tensor.size - values.size - nan)


def _chunks(values: Array) -> Iterator[NDArray[np.float64]]:
    """All values as float64 in some order, CHUNK at a time; a chunk's memory serves the next one too."""
    chunks = np.nditer(values, ["external_loop", "buffered"], op_dtypes=[np.float64], buffersize=CHUNK)
    return cast("Iterator[NDArray[np.float64]]", chunks)  # Of one array numpy gives no tuples, as its types say.


@dataclass(frozen=True)
class Histogram:
    """Counts over all values; `range` is that of the finite ones, None where there is none."""

    counts: NDArray[np.int32]
    range: tuple[float, float] | None
    nan: int
    infinite: int


def histogram(tensor: Array, bins: int) -> Histogram:
    """Count all finite values in `bins` equal bins over their true range, NaN and infinities apart."""
    finite = _finite(tensor)
    if finite.range is None:
        counts = np.zeros(bins, np.int32)
    else:
        counts = _count(finite.values, *finite.range, bins)
    return Histogram(counts, finite.range, finite.nan, finite.infinite)


def _count(values: Array, least: float, greatest: float, bins: int) -> NDArray[np.int32]:
    """How many values lie in each bin: exactly `np.histogram`'s counts, in less time.

    A value on an edge belongs to the bin above it, the greatest to the last bin.
    """
    counts = np.zeros(bins, np.int32)
    if least == greatest:  # No range to divide: all in the middle one.
        counts[bins // 2] = values.size
        return counts
    edges = np.linspace(least, greatest, bins + 1)
    edges[-1] = np.inf
    bins_a_unit = bins / (greatest - least)
    for chunk in _chunks(values):
        # Arithmetic tells which edge is nearest; on which side of it a value lies, the edge itself must tell. Told by
        # arithmetic alone, a value close to an edge could be rounded into the wrong bin.
        index = np.rint((chunk - least) * bins_a_unit).astype(np.intp)
        index -= chunk < edges[index]
        counts += np.bincount(index, minlength=bins)
    return counts


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
    dead: int | None


def summarize(tensor: Array, *, is_tanh: bool) -> Summary:
    """Mean, std (with Bessel's correction), least, greatest, Euclidean norm; shares of zeros, NaN, infinities.

    The share saturated, with |h| > 0.97, is counted for outputs of tanh only, and so is how many units (columns) are
    dead: saturated for every example.
    """
    finite = _finite(tensor)
    values, size = finite.values, finite.values.size
    least, greatest = finite.range or (math.nan, math.nan)
    mean = float(values.sum(dtype=np.float64)) / size if size else math.nan
    squares = sum(float(np.square(chunk - mean).sum()) for chunk in _chunks(values)) if size else math.nan
    return Summary(
        mean=mean,
        std=math.sqrt(squares / (size - 1)) if size > 1 else math.nan,
        min=least,
        max=greatest,
        norm=math.sqrt(squares + size * mean**2),  # Σx² = Σ(x - mean)² + n·mean²
        zeros=(size - np.count_nonzero(values)) / tensor.size,
        nan=finite.nan / tensor.size,
        infinite=finite.infinite / tensor.size,
        saturated=_saturated(tensor) if is_tanh else None,
        dead=_dead(tensor) if is_tanh else None,
    )


def _saturated(tensor: Array) -> float:
    return sum(np.count_nonzero(np.abs(chunk) > SATURATED) for chunk in _chunks(tensor)) / tensor.size


def _dead(tensor: Array) -> int:
    alive = np.zeros(tensor.shape[-1], np.bool_)
    for row in as_matrix(tensor).astype(np.float64):
        alive |= ~(np.abs(row) > SATURATED)  # NaN is not saturated.
        if alive.all():
            return 0
    return int(np.count_nonzero(~alive))
