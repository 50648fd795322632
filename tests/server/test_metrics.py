import sys
from collections.abc import Iterator
from threading import Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from server.metrics import CAPACITY, DETAIL, Buckets, Recorder

LOSSES = np.random.default_rng(1).normal(size=(5000, 1))
SMALL = 1024  # The least capacity there is.


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder()
    recorder.record(0, LOSSES)
    return recorder


def record_in_bursts(recorder: Recorder, values: NDArray[np.floating], seed: int, every: int = 1) -> None:
    """As training does: some values at a time, and the last one often again."""
    rng = np.random.default_rng(seed)
    first = 0
    while first < len(values):
        end = first + int(rng.choice([1, 2, 15, 16, 17, 100, 500]))
        recorder.record(first * every, values[first:end])
        first = end - int(rng.integers(2)) if end < len(values) and end - first > 1 else end


def insides(buckets: Buckets, values: NDArray[np.float64], end: int) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Every bucket, counted, with the values that it stands for."""
    for bucket, (first, next_first) in enumerate(zip(buckets.step, [*buckets.step[1:], end], strict=True)):
        yield bucket, values[first:next_first]


def check(buckets: Buckets, values: NDArray[np.float64], end: int) -> None:
    """Assert that every bucket is mean, least and greatest of its values."""
    for bucket, inside in insides(buckets, values, end):
        numbers = inside[~np.isnan(inside)]
        assert buckets.mean[bucket] == pytest.approx(inside.mean(), rel=1e-12, abs=1e-12, nan_ok=True)
        if len(numbers):
            assert (buckets.min[bucket], buckets.max[bucket]) == (numbers.min(), numbers.max())
        else:
            assert np.isnan([buckets.min[bucket], buckets.max[bucket]]).all()


def test_every_step_stands_alone_where_there_are_points_enough(recorder: Recorder) -> None:
    buckets = recorder.buckets(0, 10, 19, 10)
    assert buckets.step == list(range(10, 20))
    assert buckets.mean == buckets.min == buckets.max == LOSSES[10:20, 0].tolist()


def test_a_float32_comes_back_as_it_was() -> None:
    losses = LOSSES.astype(np.float32)
    recorder = Recorder()
    recorder.record(0, losses)
    assert recorder.buckets(0, 0, 4999, 5000).mean == losses[:, 0].tolist()


@pytest.mark.parametrize("points", [1, 2, 7, 499, 4999])
def test_buckets_are_mean_least_and_greatest_of_their_steps(recorder: Recorder, points: int) -> None:
    buckets = recorder.buckets(0, 3, 4999, points)
    assert buckets.step[0] == 3
    assert len(buckets.step) == min(points, 4997)
    check(buckets, LOSSES[:, 0], 5000)


def test_buckets_of_any_steps_in_any_number_of_points_are_those_of_the_values() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(70_000, 1))
    values[rng.integers(len(values), size=20)] = np.nan
    recorder = Recorder()
    record_in_bursts(recorder, values, seed=3)
    for _ in range(100):
        first, last = sorted(rng.integers(len(values), size=2).tolist())
        points = int(np.exp(rng.uniform(0, np.log(3000))))
        buckets = recorder.buckets(0, first, last, points)
        assert buckets.step[0] == first
        assert len(buckets.step) == min(points, last - first + 1)
        check(buckets, values[:, 0], last + 1)


def test_buckets_have_nearly_equal_sizes() -> None:
    recorder = Recorder()
    recorder.record(0, np.zeros((70_000, 1)))
    for points in [1, 2, 3, 17, 500, 600, 4000, 69_999]:
        sizes = np.diff([*recorder.buckets(0, 5, 69_998, points).step, 69_999])
        size = 69_994 / points
        assert np.abs(sizes - size).max() <= max(1, size / DETAIL)


@pytest.mark.parametrize("spike_at", [0, 1, 2499, 4998, 4999])
def test_no_spike_is_lost_however_few_the_points(recorder: Recorder, spike_at: int) -> None:
    recorder.record(spike_at, np.array([[1e6]]))
    assert max(recorder.buckets(0, 0, 4999, 3).max) == 1e6


def test_a_step_recorded_again_is_replaced_in_all_its_buckets() -> None:
    values = np.random.default_rng(4).normal(size=(9000, 1))
    recorder = Recorder()
    recorder.record(0, values)
    for first, end in [(7, 8), (0, 16), (4090, 4110), (8990, 9000), (8999, 9000)]:
        values[first:end] = -values[first:end]
        recorder.record(first, values[first:end])
        assert recorder.buckets(0, first, end - 1, 100).mean == values[first:end, 0].tolist()
        for points in [1, 2, 30, 560]:
            check(recorder.buckets(0, 0, 8999, points), values[:, 0], 9000)


def test_a_nan_shows_in_its_buckets_mean_and_hides_no_neighbour(recorder: Recorder) -> None:
    recorder.record(1, np.array([[np.nan]]))
    for last in [3, 4999]:
        buckets = recorder.buckets(0, 0, last, 1)
        assert np.isnan(buckets.mean[0])
        assert buckets.max == [max(LOSSES[0, 0], LOSSES[2 : last + 1, 0].max())]


def test_infinities_are_least_and_greatest(recorder: Recorder) -> None:
    recorder.record(100, np.array([[np.inf], [-np.inf]]))
    buckets = recorder.buckets(0, 0, 4999, 2)
    assert np.isnan(buckets.mean[0])
    assert (buckets.min[0], buckets.max[0]) == (-np.inf, np.inf)


@pytest.mark.parametrize(("first", "last"), [(5000, 6000), (20, 10), (10**30, 10**31)])
def test_steps_that_were_never_recorded_make_no_buckets(recorder: Recorder, first: int, last: int) -> None:
    assert recorder.buckets(0, first, last, 10).step == []


def test_nothing_is_recorded_at_first() -> None:
    assert Recorder().buckets(0, 0, 100, 10).step == []


def test_recording_no_values_changes_nothing() -> None:
    recorder = Recorder()
    recorder.record(100, np.empty((0, 1)))
    assert recorder.buckets(0, 0, 100, 10).step == []


@pytest.mark.parametrize("gap", [1, 12, 13, 14, 300, 5000])
def test_steps_passed_over_are_nan(gap: int) -> None:
    values = np.random.default_rng(5).normal(size=(10_000, 1))
    values[3 : 3 + gap] = np.nan
    recorder = Recorder()
    recorder.record(0, values[:3])
    recorder.record(3 + gap, values[3 + gap :])
    for points in [1, 5, 60, 625, 10_000]:
        check(recorder.buckets(0, 0, 9999, points), values[:, 0], 10_000)


@pytest.mark.parametrize("late", [10**4, 10**6, 10**9, 2**50])
def test_what_stands_before_a_long_gap_is_not_lost_and_the_gap_takes_no_memory(late: int) -> None:
    recorder = Recorder(capacity=SMALL)
    recorder.record(0, np.array([[1.0], [5.0], [-2.0]]))
    recorder.record(late, np.array([[3.0], [4.0]]))
    buckets = recorder.buckets(0, 0, late + 1, 4)
    assert (buckets.min[0], buckets.max[0]) == (-2, 5)
    assert (buckets.min[-1], buckets.max[-1]) == (3, 4)
    assert recorder.buckets(0, late - 1, late + 1, 3).mean == pytest.approx([np.nan, 3, 4], nan_ok=True)
    assert recorder.nbytes < 200_000


def test_values_of_every_tenth_step_keep_their_steps() -> None:
    values = np.random.default_rng(6).normal(size=(3000, 1))
    recorder = Recorder(every=10)
    record_in_bursts(recorder, values, seed=7, every=10)
    buckets = recorder.buckets(0, 95, 130, 100)
    assert buckets.step == [100, 110, 120, 130]
    assert buckets.mean == values[10:14, 0].tolist()
    assert recorder.buckets(0, 101, 109, 100).step == []
    everything = recorder.buckets(0, 0, 29_999, 7)
    in_values = Buckets([step // 10 for step in everything.step], everything.mean, everything.min, everything.max)
    check(in_values, values[:, 0], 3000)


def test_columns_are_metrics_of_their_own() -> None:
    values = np.random.default_rng(8).normal(size=(6000, 5))
    recorder = Recorder(columns=5)
    record_in_bursts(recorder, values, seed=9)
    for column in range(5):
        for points in [2, 40, 6000]:
            check(recorder.buckets(column, 1, 5990, points), values[:, column], 5991)


def test_values_of_a_wrong_step_or_shape_are_refused() -> None:
    recorder = Recorder(columns=2, every=10)
    with pytest.raises(AssertionError, match="step 5 is not a multiple of 10"):
        recorder.record(5, np.zeros((1, 2)))
    with pytest.raises(AssertionError, match=r"shape \(2, 1\)"):
        recorder.record(10, np.zeros((2, 1)))


@pytest.mark.parametrize("burst", [1, 999, 300_000])
def test_of_old_steps_the_coarser_buckets_remain(burst: int) -> None:
    values = np.random.default_rng(10).normal(size=(30_000 if burst == 1 else 300_000, 1))
    end = len(values)
    recorder = Recorder(capacity=SMALL)
    for first in range(0, end, burst):
        recorder.record(first, values[first : first + burst])
    newest = recorder.buckets(0, end - SMALL, end - 1, SMALL)
    assert newest.mean == values[-SMALL:, 0].tolist()
    rng = np.random.default_rng(11)
    for _ in range(100):
        first = int(rng.integers(end))
        points = int(np.exp(rng.uniform(0, np.log(3000))))
        buckets = recorder.buckets(0, first, end - 1, points)
        assert len(buckets.step) <= points
        assert first - 4096 < buckets.step[0] <= first
        check(buckets, values[:, 0], end)


def test_old_steps_alone_are_told_by_the_buckets_that_hold_them() -> None:
    values = np.random.default_rng(12).normal(size=(100_000, 1))
    recorder = Recorder(capacity=SMALL)
    recorder.record(0, values)
    buckets = recorder.buckets(0, 50_000, 50_300, 301)
    assert buckets.step == [49_920, 50_176]
    check(buckets, values[:, 0], 50_432)


@pytest.mark.parametrize("spike_at", [0, 77, 4096, 50_000, 98_000, 99_999])
def test_no_spike_is_lost_when_its_step_is_kept_no_longer(spike_at: int) -> None:
    values = np.zeros((100_000, 1))
    values[spike_at] = 1e6
    recorder = Recorder(capacity=SMALL)
    record_in_bursts(recorder, values, seed=13)
    for points in [1, 3, 2000]:
        buckets = recorder.buckets(0, 0, 99_999, points)
        spiked = int(np.argmax(buckets.max))
        assert buckets.max[spiked] == 1e6
        assert buckets.step[spiked] <= spike_at < [*buckets.step, 100_000][spiked + 1]


@pytest.mark.parametrize("capacity", [SMALL, 2**15])
def test_a_step_kept_no_longer_stays_as_it_was_and_newer_ones_are_replaced(capacity: int) -> None:
    values = np.random.default_rng(14).normal(size=(100_000, 1))
    recorder = Recorder(capacity=capacity)
    recorder.record(0, values)
    recorder.record(7, np.full((10, 1), 1e6))
    values[-capacity:] = 7
    recorder.record(100_000 - capacity, values[-capacity:])
    for points in [1, 50, 10_000]:
        check(recorder.buckets(0, 0, 99_999, points), values[:, 0], 100_000)
    recorder.record(0, np.full((100_000, 1), 8.0))
    assert recorder.buckets(0, 100_000 - capacity, 99_999, capacity).mean == [8.0] * capacity


def test_memory_is_bounded_however_many_steps_are_recorded() -> None:
    recorder = Recorder(columns=2, capacity=SMALL)
    sizes = []
    for thousand in range(1000):
        recorder.record(1000 * thousand, np.zeros((1000, 2)))
        sizes.append(recorder.nbytes)
    kept = 8 * 2 * (SMALL + 512)  # Bytes: a level keeps what it has to, and up to two blocks more.
    coarser = 3 * 8 * 2 * (SMALL // 8 + 512)
    assert max(sizes) <= kept + 5 * coarser


def test_a_million_steps_are_kept_one_by_one_in_10_megabytes() -> None:
    losses = np.random.default_rng(15).normal(size=(1_000_000, 1))
    recorder = Recorder()
    for first in range(0, 1_000_000, 10_000):
        recorder.record(first, losses[first : first + 10_000])
    assert CAPACITY >= 1_000_000
    assert recorder.buckets(0, 0, 999, 1000).mean == losses[:1000, 0].tolist()
    assert len(recorder.buckets(0, 0, 999_999, 2000).step) == 2000
    check(recorder.buckets(0, 0, 999_999, 2000), losses[:, 0], 1_000_000)
    assert recorder.nbytes < 10e6


def test_few_steps_take_few_kilobytes() -> None:
    recorder = Recorder()
    recorder.record(0, np.zeros((100, 1)))
    assert recorder.nbytes < 10_000


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns after microseconds, and so come between each other often."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty_threads")
def test_one_thread_records_while_others_read() -> None:
    recorder = Recorder(columns=2, capacity=SMALL)
    steps = 60_000

    def record() -> None:
        for first in range(0, steps, 50):
            numbers = np.arange(first, first + 50, dtype=np.float64)
            recorder.record(first, np.stack([numbers, -numbers], axis=1))

    recording = Thread(target=record)
    recording.start()
    while recording.is_alive():
        buckets = recorder.buckets(1, 0, steps, 30)
        assert buckets.max == [-float(step) for step in buckets.step]
        # Buckets follow each other without a gap.
        assert buckets.min[:-1] == [1.0 - step for step in buckets.step[1:]]
    recording.join()
    assert recorder.buckets(1, 0, steps, 30).min[-1] == 1.0 - steps
