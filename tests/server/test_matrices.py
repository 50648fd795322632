import warnings

import numpy as np
import pytest

from server.matrices import SATURATED, as_matrix, histogram, reduce_to, summarize
from tests.server.driving import Array

RANDOM = np.random.default_rng(2)
NORMAL = RANDOM.normal(size=(32, 64)).astype(np.float32)
INTEGERS = RANDOM.integers(0, 27, size=(32, 3))
WITH_ALL_KINDS = np.array([[np.nan, 1, -2], [np.inf, -np.inf, 0]], np.float32)


@pytest.mark.parametrize(
    ("shape", "rows_and_columns"),
    [((), (1, 1)), ((5,), (1, 5)), ((4, 5), (4, 5)), ((4, 5, 6), (4, 30))],
)
def test_every_shape_is_a_matrix(shape: tuple[int, ...], rows_and_columns: tuple[int, int]) -> None:
    assert as_matrix(np.zeros(shape)).shape == rows_and_columns


def test_a_tensor_that_fits_is_not_reduced() -> None:
    assert reduce_to(NORMAL, NORMAL.size) is None


@pytest.mark.parametrize("shape", [(32, 64), (1, 1000), (1000, 1), (7, 13), (37,), (5, 6, 7), (4096, 2)])
@pytest.mark.parametrize("max_cells", [1, 2, 3, 10, 35])
def test_each_cell_is_the_number_of_largest_magnitude_in_its_block(shape: tuple[int, ...], max_cells: int) -> None:
    tensor = RANDOM.normal(size=shape).astype(np.float32)
    reduced = reduce_to(tensor, max_cells)
    assert reduced is not None
    assert reduced.values.size <= max_cells
    height, width = reduced.block
    matrix = as_matrix(tensor)
    for (row, column), cell in np.ndenumerate(reduced.values):
        block = matrix[row * height : (row + 1) * height, column * width : (column + 1) * width]
        assert cell == block.flat[np.abs(block).argmax()]
    assert (reduced.values.shape[0] - 1) * height < matrix.shape[0]
    assert (reduced.values.shape[1] - 1) * width < matrix.shape[1]


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_not_hidden_by_reducing(number: float) -> None:
    tensor = NORMAL.copy()
    tensor[20, 30] = number
    reduced = reduce_to(tensor, 10)
    assert reduced is not None
    assert sum(~np.isfinite(reduced.values.astype(np.float64)).ravel()) == 1


@pytest.mark.parametrize("bins", [1, 2, 64, 1000])
@pytest.mark.parametrize("tensor", [NORMAL, INTEGERS, NORMAL * np.float32(1e38), np.array([1.0, 2.0], np.float32)])
def test_a_histogram_has_numpys_counts_over_the_true_range(tensor: Array, bins: int) -> None:
    counted = histogram(tensor, bins)
    assert counted.range == (tensor.min(), tensor.max())
    assert counted.counts.tolist() == np.histogram(tensor.astype(np.float64), bins)[0].tolist()
    assert (counted.nan, counted.infinite) == (0, 0)


def test_a_histogram_counts_nan_and_infinities_apart() -> None:
    counted = histogram(WITH_ALL_KINDS, 3)
    assert (counted.nan, counted.infinite, counted.range) == (1, 2, (-2.0, 1.0))
    assert counted.counts.tolist() == [1, 0, 2]


def test_a_histogram_of_one_value_has_it_in_the_middle() -> None:
    assert histogram(np.full(9, 3.5, np.float32), 5).counts.tolist() == [0, 0, 9, 0, 0]


def test_a_histogram_without_finite_values_has_no_range() -> None:
    counted = histogram(np.full(4, np.nan), 3)
    assert (counted.range, counted.nan, counted.counts.sum()) == (None, 4, 0)


def test_a_summary_is_numpys_in_float64() -> None:
    summary = summarize(NORMAL, is_tanh=True)
    exact = NORMAL.astype(np.float64)
    assert summary.mean == pytest.approx(exact.sum() / exact.size, abs=1e-15)
    assert summary.std == pytest.approx(np.sqrt(((exact - exact.mean()) ** 2).sum() / (exact.size - 1)))
    assert (summary.min, summary.max) == (exact.min(), exact.max())
    assert summary.norm == pytest.approx(np.sqrt((exact**2).sum()))
    assert (summary.zeros, summary.nan, summary.infinite) == (0, 0, 0)
    assert summary.saturated == np.count_nonzero(np.abs(exact) > SATURATED) / exact.size


def test_a_summary_counts_what_is_not_finite_and_leaves_it_out() -> None:
    summary = summarize(WITH_ALL_KINDS, is_tanh=False)
    assert (summary.nan, summary.infinite, summary.zeros) == (1 / 6, 2 / 6, 1 / 6)
    assert (summary.min, summary.max) == (-2, 1)
    assert [summary.mean, summary.norm, summary.std] == pytest.approx([-1 / 3, 5**0.5, np.std([1, -2, 0], ddof=1)])


@pytest.mark.parametrize("tensor", [np.array(2.5, np.float32), np.full(3, np.nan), np.full((2, 2), np.inf)])
def test_a_summary_of_hardly_any_numbers_warns_of_nothing(tensor: Array) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        summary = summarize(tensor, is_tanh=False)
    assert np.isnan(summary.std)


def test_saturation_is_counted_for_tanh_only() -> None:
    assert summarize(NORMAL, is_tanh=False).saturated is None
