import warnings

import numpy as np
import pytest

from server.matrices import CHUNK, SATURATED, as_matrix, histogram, reduce_to, summarize
from tests.server.driving import Array

RANDOM = np.random.default_rng(2)
NORMAL = RANDOM.normal(size=(32, 64)).astype(np.float32)
INTEGERS = RANDOM.integers(0, 27, size=(32, 3))
WITH_ALL_KINDS = np.array([[np.nan, 1, -2], [np.inf, -np.inf, 0]], np.float32)
LARGE = RANDOM.normal(size=(3, CHUNK + 7)).astype(np.float32)
OF_OTHER_STRIDES = {
    "transposed": NORMAL.T,
    "sliced": NORMAL[1::3, ::2],
    "reversed": NORMAL[::-1, ::-1],
    "permuted": NORMAL.reshape(8, 4, 64).transpose(2, 0, 1),
    "of equal rows": np.broadcast_to(NORMAL[:1], NORMAL.shape),
    "of equal columns": np.broadcast_to(NORMAL[:, :1], NORMAL.shape),
    "of equal numbers": np.broadcast_to(NORMAL[:1, :1], NORMAL.shape),
    "of equal numbers in a row": np.broadcast_to(NORMAL[0, 0], 99),
    "integers transposed": INTEGERS.T,
}
of_other_strides = pytest.mark.parametrize("tensor", OF_OTHER_STRIDES.values(), ids=OF_OTHER_STRIDES.keys())


def with_numbers_that_are_not_finite(tensor: Array) -> Array:
    """The tensor's values with two NaN and three infinities among them."""
    places = [0, tensor.size // 3, tensor.size // 2, tensor.size // 2 + 1, tensor.size]
    return np.insert(tensor.ravel(), places, [np.nan, np.inf, -np.inf, np.inf, np.nan])


@pytest.mark.parametrize(
    ("shape", "rows_and_columns"),
    [((), (1, 1)), ((5,), (1, 5)), ((4, 5), (4, 5)), ((4, 5, 6), (4, 30))],
)
def test_every_shape_is_a_matrix(shape: tuple[int, ...], rows_and_columns: tuple[int, int]) -> None:
    assert as_matrix(np.zeros(shape)).shape == rows_and_columns


def test_a_tensor_that_fits_is_not_reduced() -> None:
    assert reduce_to(NORMAL, NORMAL.size) is None


def assert_cells_are_the_largest_of_their_blocks(tensor: Array, max_cells: int) -> None:
    reduced = reduce_to(tensor, max_cells)
    assert reduced is not None
    assert reduced.values.size <= max_cells
    assert reduced.values.dtype == tensor.dtype
    height, width = reduced.block
    matrix = as_matrix(tensor)
    for (row, column), cell in np.ndenumerate(reduced.values):
        block = matrix[row * height : (row + 1) * height, column * width : (column + 1) * width]
        assert cell == block.flat[np.abs(block).argmax()]
    assert (reduced.values.shape[0] - 1) * height < matrix.shape[0]
    assert (reduced.values.shape[1] - 1) * width < matrix.shape[1]


@pytest.mark.parametrize("shape", [(32, 64), (1, 1000), (1000, 1), (7, 13), (37,), (5, 6, 7), (4096, 2)])
@pytest.mark.parametrize("max_cells", [1, 2, 3, 10, 35])
def test_each_cell_is_the_number_of_largest_magnitude_in_its_block(shape: tuple[int, ...], max_cells: int) -> None:
    assert_cells_are_the_largest_of_their_blocks(RANDOM.normal(size=shape).astype(np.float32), max_cells)


@of_other_strides
@pytest.mark.parametrize("max_cells", [1, 10, 35])
def test_reducing_reads_a_tensor_of_any_strides(tensor: Array, max_cells: int) -> None:
    assert_cells_are_the_largest_of_their_blocks(tensor, max_cells)


@pytest.mark.parametrize("shape", [(10**6,), (10**6, 1), (2, 10**6), (10**6, 2)])
@pytest.mark.parametrize("max_cells", [1, 7, 1000])
def test_a_long_tensor_is_reduced_to_nearly_as_many_cells_as_may_be(shape: tuple[int, ...], max_cells: int) -> None:
    reduced = reduce_to(np.broadcast_to(NORMAL[0, 0], shape), max_cells)
    assert reduced is not None
    assert 0.9 * max_cells <= reduced.values.size <= max_cells


def test_reducing_keeps_integers() -> None:
    magnitudes = RANDOM.permutation(96).reshape(8, 12)
    assert_cells_are_the_largest_of_their_blocks(np.where(magnitudes % 3, magnitudes, -magnitudes), 10)


def test_of_two_numbers_of_equal_magnitude_the_positive_one_is_shown() -> None:
    for tensor in (np.array([-2, 1, 2, -1]), np.array([[2, 1], [-2, -1]], np.float32), np.array([-np.inf, np.inf])):
        reduced = reduce_to(tensor, 1)
        assert reduced is not None
        assert reduced.values == tensor.max()


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


@pytest.mark.parametrize("bins", [3, 64, 1000])
@pytest.mark.parametrize(("least", "greatest"), [(-1, 1), (0.1, 0.7), (-3e38, 3e38), (1e6, 1e6 + 1), (-1e-44, 1e-42)])
def test_values_on_the_edges_and_next_to_them_are_in_numpys_bins(least: float, greatest: float, bins: int) -> None:
    edges = np.linspace(float(np.float32(least)), float(np.float32(greatest)), bins + 1).astype(np.float32)
    neighbours = np.concatenate([np.nextafter(edges[1:], edges[0]), edges, np.nextafter(edges[:-1], edges[-1])])
    expected = np.histogram(neighbours.astype(np.float64), bins)[0]
    assert histogram(neighbours, bins).counts.tolist() == expected.tolist()


def test_a_value_on_an_edge_belongs_to_the_bin_above_it_though_arithmetic_says_just_below() -> None:
    assert 49 * (1 / 49) < 1
    assert histogram(49 * np.arange(4), 3).counts.tolist() == [1, 1, 2]


@pytest.mark.parametrize("tensor", [LARGE, np.maximum(LARGE, 0), RANDOM.integers(-9, 9, size=2 * CHUNK + 1)])
def test_a_histogram_counts_every_value_of_a_large_tensor(tensor: Array) -> None:
    for bins in (18, 64):
        assert histogram(tensor, bins).counts.tolist() == np.histogram(tensor.astype(np.float64), bins)[0].tolist()


@of_other_strides
def test_a_histogram_reads_a_tensor_of_any_strides(tensor: Array) -> None:
    counted, of_copy = histogram(tensor, 9), histogram(tensor.copy(), 9)
    assert counted.range == of_copy.range == (tensor.min(), tensor.max())
    assert counted.counts.tolist() == of_copy.counts.tolist()
    assert counted.counts.sum() == tensor.size


@pytest.mark.parametrize("tensor", [NORMAL, LARGE, np.full(1, 0.5, np.float32)])
def test_a_histogram_is_the_same_with_numbers_that_are_not_finite(tensor: Array) -> None:
    without, counted = histogram(tensor, 64), histogram(with_numbers_that_are_not_finite(tensor), 64)
    assert (counted.nan, counted.infinite, counted.range) == (2, 3, without.range)
    assert counted.counts.tolist() == without.counts.tolist()


def test_a_histogram_counts_nan_and_infinities_apart() -> None:
    counted = histogram(WITH_ALL_KINDS, 3)
    assert (counted.nan, counted.infinite, counted.range) == (1, 2, (-2.0, 1.0))
    assert counted.counts.tolist() == [1, 0, 2]


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_leaves_the_range_as_it_is(number: float) -> None:
    counted = histogram(np.array([1, number, 2], np.float32), 2)
    assert (counted.range, counted.counts.tolist(), counted.nan + counted.infinite) == ((1, 2), [1, 1], 1)


def test_a_histogram_of_one_value_has_it_in_the_middle() -> None:
    assert histogram(np.full(9, 3.5, np.float32), 5).counts.tolist() == [0, 0, 9, 0, 0]


def test_a_histogram_without_finite_values_has_no_range() -> None:
    counted = histogram(np.full(4, np.nan), 3)
    assert (counted.range, counted.nan, counted.counts.sum()) == (None, 4, 0)
    counted = histogram(np.array(-np.inf, np.float32), 3)
    assert (counted.range, counted.infinite, counted.counts.sum()) == (None, 1, 0)


@pytest.mark.parametrize("tensor", [NORMAL, LARGE])
def test_a_summary_is_numpys_in_float64(tensor: Array) -> None:
    summary = summarize(tensor, is_tanh=True)
    exact = tensor.astype(np.float64)
    assert summary.mean == pytest.approx(exact.sum() / exact.size, abs=1e-15)
    assert summary.std == pytest.approx(np.sqrt(((exact - exact.mean()) ** 2).sum() / (exact.size - 1)))
    assert (summary.min, summary.max) == (exact.min(), exact.max())
    assert summary.norm == pytest.approx(np.sqrt((exact**2).sum()))
    assert (summary.zeros, summary.nan, summary.infinite) == (0, 0, 0)
    assert summary.saturated == np.count_nonzero(np.abs(exact) > SATURATED) / exact.size


def assert_moments_are_numpys(tensor: Array, exact: Array) -> None:
    summary = summarize(tensor, is_tanh=False)
    exact = exact.astype(np.float64)
    expected = [exact.mean(), exact.std(ddof=1), exact.min(), exact.max(), np.linalg.norm(exact)]
    moments = [summary.mean, summary.std, summary.min, summary.max, summary.norm]
    assert moments == pytest.approx(expected, rel=1e-12, abs=1e-12)


@of_other_strides
def test_a_summary_reads_a_tensor_of_any_strides(tensor: Array) -> None:
    assert_moments_are_numpys(tensor, tensor)


@pytest.mark.parametrize("tensor", [NORMAL, LARGE])
def test_a_summary_is_the_same_with_numbers_that_are_not_finite(tensor: Array) -> None:
    assert_moments_are_numpys(with_numbers_that_are_not_finite(tensor), tensor)


def test_a_small_spread_about_a_large_mean_is_told() -> None:
    tensor = (np.float32(1e6) + LARGE).astype(np.float32)
    assert_moments_are_numpys(tensor, tensor)


def test_a_norm_does_not_overflow_where_its_square_does_in_float32() -> None:
    assert_moments_are_numpys(np.float32(1e38) * NORMAL / 4, np.float32(1e38) * NORMAL / 4)


def test_shares_are_of_all_values() -> None:
    tensor = np.array([0, -0.0, 0.97, 0.98, -1, np.inf, np.nan, 0.5, -0.5], np.float32)
    summary = summarize(tensor, is_tanh=True)
    assert [summary.zeros, summary.nan, summary.infinite] == [2 / 9, 1 / 9, 1 / 9]
    assert summary.saturated == np.count_nonzero(np.abs(tensor.astype(np.float64)) > SATURATED) / 9


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


def test_a_unit_is_dead_where_it_is_saturated_for_every_example() -> None:
    h = np.array([[0.98, -1, 0.99, np.nan], [-0.98, 0.96, 1, 1], [0.99, -1, 1, 1]], np.float32)
    assert summarize(h, is_tanh=True).dead == 2
    assert summarize(h[:, ::-1], is_tanh=True).dead == 2
    assert summarize(NORMAL, is_tanh=True).dead == 0
    assert summarize(h, is_tanh=False).dead is None
