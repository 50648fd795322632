import sys
from collections.abc import Iterator
from threading import Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from server.metrics import CAPACITY, DETAIL, BlockKey, Buckets, Recorder

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


def blocks(recorder: Recorder) -> dict[BlockKey, bytes]:
    """All that there is to save of a recorder: its state to the bit, and whether it may be had anew from it."""
    return dict(recorder.copy().take_changes().written)


def save(recorder: Recorder, saved: dict[BlockKey, bytes]) -> None:
    changes = recorder.take_changes()
    assert not changes.removed & changes.written.keys()
    for key in changes.removed:
        saved.pop(key, None)
    saved.update(changes.written)


def restored(saved: dict[BlockKey, bytes], columns: int = 1, every: int = 1, capacity: int = CAPACITY) -> Recorder:
    recorder = Recorder(columns, every, capacity)
    recorder.restore(saved)
    return recorder


def assert_same(recorder: Recorder, other: Recorder) -> None:
    """Assert that blocks and answers are the same to the bit."""
    assert blocks(recorder) == blocks(other)
    end = 16 ** max(level + 2 for level, _ in [(0, 0), *blocks(recorder)])
    for first, points in [(0, 1), (0, 7), (0, 5000), (end // 20, 300), (end // 300, 3000)]:
        assert repr(recorder.buckets(0, first, end, points)) == repr(other.buckets(0, first, end, points))


def go_on(rng: np.random.Generator, position: int, *recorders: Recorder) -> int:
    """Have recorders of two columns go on alike from that many values on. Returns how many there are then."""
    values = rng.normal(size=(int(rng.choice([1, 16, 200, 1500])), 2))
    what = rng.choice(["next", "again", "gap", "cut"], p=[0.6, 0.2, 0.1, 0.1])
    if what == "again":
        position = max(position - int(rng.choice([1, 100, 600, 5000])), 0)
    elif what == "gap":
        position += int(rng.choice([1, 300, 5000, 10**6]))
    elif what == "cut":
        position = max(position - int(rng.choice([1, 16, 256, 300, 4000, 50_000])), 0)
        if rng.integers(2):
            position -= position % 256
    for recorder in recorders:
        if what == "cut":
            recorder.cut((position - 1) * 10)
        else:
            recorder.record(position * 10, values)
    return position if what == "cut" else position + len(values)


@pytest.mark.parametrize("seed", range(30))
def test_a_recorder_saved_bit_by_bit_is_restored_to_the_bit_and_goes_on_as_before(seed: int) -> None:
    rng = np.random.default_rng(seed)
    recorder = Recorder(columns=2, every=10, capacity=10 * SMALL)
    saved: dict[BlockKey, bytes] = {}
    position = 0
    for _ in range(100):
        position = go_on(rng, position, recorder)
        chance = rng.random()
        if chance < 0.2:  # This one fails, and more is recorded before the next.
            changes = recorder.take_changes()
            for level, number in [*changes.written, *changes.removed]:
                recorder.give_back(level, number)
        elif chance < 0.5:
            save(recorder, saved)
            assert saved == blocks(recorder)
    save(recorder, saved)
    again = restored(saved, columns=2, every=10, capacity=10 * SMALL)
    assert_same(again, recorder)
    copy = recorder.copy()
    for _ in range(20):
        position = go_on(rng, position, recorder, again, copy)
        assert_same(again, recorder)
        assert_same(copy, recorder)
    save(again, saved)
    assert saved == blocks(recorder)


def test_the_last_block_is_saved_as_far_as_it_is_written(recorder: Recorder) -> None:
    written = recorder.take_changes().written
    assert np.frombuffer(written[0, 19], "<f8").tolist() == LOSSES[19 * 256 :, 0].tolist()
    assert {key: len(content) for key, content in written.items() if key[0]} == {
        (1, 0): 3 * 8 * 256,
        (1, 1): 3 * 8 * (5000 // 16 - 256),
        (2, 0): 3 * 8 * (5000 // 16**2),
        (3, 0): 3 * 8 * (5000 // 16**3),
    }


def test_only_blocks_that_changed_are_taken(recorder: Recorder) -> None:
    recorder = restored(blocks(recorder))
    assert not recorder.take_changes().written
    recorder.record(5000, np.zeros((1, 1)))
    assert recorder.take_changes().written.keys() == {(0, 19)}
    recorder.record(300, np.zeros((1, 1)))
    assert recorder.take_changes().written.keys() == {(0, 1), (1, 0), (2, 0), (3, 0)}
    assert not recorder.take_changes().written


@pytest.mark.parametrize(("taken", "removed"), [(0, set()), (300, {(0, 0), (0, 1)}), (600, {(0, 0), (0, 1), (0, 2)})])
def test_blocks_let_go_are_removed_if_they_were_ever_taken(taken: int, removed: set[BlockKey]) -> None:
    recorder = Recorder(capacity=SMALL)
    recorder.record(0, np.zeros((taken, 1)))
    recorder.take_changes()
    recorder.record(taken, np.zeros((2000 - taken, 1)))
    assert recorder.take_changes().removed == removed
    assert not recorder.take_changes().removed


def test_a_block_given_back_is_taken_as_it_is_by_then(recorder: Recorder) -> None:
    recorder.take_changes()
    recorder.record(0, np.ones((1, 1)))
    recorder.take_changes()
    recorder.give_back(0, 0)
    recorder.record(1, np.full((1, 1), 2.0))
    assert np.frombuffer(recorder.take_changes().written[0, 0]).tolist() == [1, 2, *LOSSES[2:256, 0]]


def test_a_recorder_in_use_is_not_restored(recorder: Recorder) -> None:
    with pytest.raises(AssertionError, match="recorded already"):
        recorder.restore({})


@pytest.mark.parametrize("end", [0, 1, 15, 16, 17, 255, 256, 257, 4095, 4096, 40_000, 65_536, 69_999, 70_000, 80_000])
def test_after_a_cut_it_is_as_if_later_steps_had_never_been_recorded(end: int) -> None:
    values = np.random.default_rng(16).normal(size=(70_000, 2))
    recorder, shorter = Recorder(columns=2, every=10), Recorder(columns=2, every=10)
    record_in_bursts(recorder, values, seed=17, every=10)
    record_in_bursts(shorter, values[:end], seed=18, every=10)
    recorder.cut(end * 10 - 1)
    assert_same(recorder, shorter)
    for each in recorder, shorter:
        each.record(end * 10, values[:5000])
    assert_same(recorder, shorter)


def test_what_is_cut_away_is_removed_where_it_is_saved(recorder: Recorder) -> None:
    recorder.take_changes()
    recorder.cut(4999)
    assert not recorder.take_changes().written
    recorder.cut(4100)
    changes = recorder.take_changes()
    assert changes.written.keys() == {(0, 16), (2, 0)}
    assert changes.removed == {(0, 17), (0, 18), (0, 19), (1, 1)}


@pytest.mark.parametrize("cut_at", [99_990, 99_839, 99_000])
def test_a_cut_keeps_what_there_is_of_older_steps(cut_at: int) -> None:
    values = np.random.default_rng(19).normal(size=(100_000, 1))
    recorder = Recorder(capacity=SMALL)
    recorder.record(0, values)
    recorder.cut(cut_at)
    end = cut_at + 1
    for first in [0, 20_000, 98_000, 98_990]:
        for points in [1, 50, 3000]:
            check(recorder.buckets(0, first, 99_999, points), values[:, 0], end)


@pytest.mark.parametrize("end", [50_000, 50_001, 51_200])
def test_where_no_step_is_kept_one_by_one_a_cut_keeps_whole_buckets(end: int) -> None:
    values = np.random.default_rng(20).normal(size=(100_000, 1))
    recorder = Recorder(capacity=SMALL)
    recorder.record(0, values)
    recorder.cut(end - 1)
    assert np.isnan(recorder.buckets(0, end - 10, end + 10, 20).mean).all()
    new = np.random.default_rng(21).normal(size=(100_000 - end, 1)) / 10
    recorder.record(end, new[:500])
    assert recorder.buckets(0, end, end + 500, 1000).mean == new[:500, 0].tolist()
    recorder.record(end + 500, new[500:])
    # As of old, except for those that were not whole at the cut.
    values[end:] = new
    values[end // 4096 * 4096 : end // 256 * 256 + 256] = np.nan
    buckets = recorder.buckets(0, 0, 99_999, 100)
    for bucket, inside in insides(buckets, values[:, 0], 100_000):
        if not np.isnan(inside).any():
            assert buckets.mean[bucket] == pytest.approx(inside.mean(), rel=1e-12, abs=1e-12)
            assert (buckets.min[bucket], buckets.max[bucket]) == (inside.min(), inside.max())
    assert np.isnan(buckets.mean).sum() <= 5


def test_a_copy_goes_on_by_itself_and_is_saved_as_a_whole(recorder: Recorder) -> None:
    before = blocks(recorder)
    recorder.take_changes()
    copy = recorder.copy()
    copy.record(0, np.zeros((6000, 1)))
    assert blocks(recorder) == before
    assert not recorder.take_changes().written
    assert copy.take_changes().written.keys() > before.keys()
    assert copy.buckets(0, 0, 9999, 1).max == [0]


@pytest.mark.usefixtures("hasty_threads")
def test_one_thread_records_while_another_saves() -> None:
    recorder = Recorder(capacity=SMALL)
    saved: dict[BlockKey, bytes] = {}

    def record() -> None:
        for first in range(0, 60_000, 50):
            recorder.record(first, np.arange(first, first + 50, dtype=np.float64)[:, np.newaxis])

    recording = Thread(target=record)
    recording.start()
    while recording.is_alive():
        save(recorder, saved)
        buckets = restored(saved, capacity=SMALL).buckets(0, 0, 60_000, 30)
        assert buckets.min == buckets.step
        assert buckets.max[:-1] == [step - 1 for step in buckets.step[1:]]
    recording.join()
    save(recorder, saved)
    assert_same(restored(saved, capacity=SMALL), recorder)
