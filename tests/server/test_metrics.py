import numpy as np
import pytest

from server.metrics import Recorder

LOSSES = np.random.default_rng(1).normal(size=5000)


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder()
    for step, loss in enumerate(LOSSES):
        recorder.record(step, loss)
    return recorder


def test_every_step_stands_alone_where_there_are_points_enough(recorder: Recorder) -> None:
    buckets = recorder.buckets(10, 19, 10)
    assert buckets.step == list(range(10, 20))
    assert buckets.mean == buckets.min == buckets.max == LOSSES[10:20].tolist()


@pytest.mark.parametrize("points", [1, 2, 7, 499, 4999])
def test_buckets_are_mean_least_and_greatest_of_their_steps(recorder: Recorder, points: int) -> None:
    buckets = recorder.buckets(3, 4999, points)
    assert len(buckets.step) == min(points, 4997)
    for bucket, (first, end) in enumerate(zip(buckets.step, [*buckets.step[1:], 5000], strict=True)):
        inside = LOSSES[first:end]
        assert buckets.mean[bucket] == pytest.approx(inside.mean())
        assert (buckets.min[bucket], buckets.max[bucket]) == (inside.min(), inside.max())


def test_buckets_have_nearly_equal_sizes(recorder: Recorder) -> None:
    sizes = np.diff([*recorder.buckets(0, 4999, 333).step, 5000])
    assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("spike_at", [0, 1, 2499, 4998, 4999])
def test_no_spike_is_lost_however_few_the_points(recorder: Recorder, spike_at: int) -> None:
    recorder.record(spike_at, 1e6)
    assert max(recorder.buckets(0, 4999, 3).max) == 1e6


def test_a_step_recorded_again_is_replaced(recorder: Recorder) -> None:
    recorder.record(7, 0.5)
    assert recorder.buckets(7, 7, 10).mean == [0.5]


def test_a_nan_shows_in_its_buckets_mean_and_hides_no_neighbour(recorder: Recorder) -> None:
    recorder.record(1, np.nan)
    buckets = recorder.buckets(0, 3, 1)
    assert np.isnan(buckets.mean[0])
    assert buckets.max == [max(LOSSES[0], LOSSES[2], LOSSES[3])]


@pytest.mark.parametrize(("first", "last"), [(5000, 6000), (20, 10), (10**30, 10**31)])
def test_steps_that_were_never_recorded_make_no_buckets(recorder: Recorder, first: int, last: int) -> None:
    assert recorder.buckets(first, last, 10).step == []


def test_nothing_is_recorded_at_first() -> None:
    assert Recorder().buckets(0, 100, 10).step == []
