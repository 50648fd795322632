import numpy as np
import pytest

from model.engine import Trace
from server.recorded import Recorded

NAMES = ["loss", "saturation"]


def trace(first: int, last: int) -> Trace:
    """Of steps `first` to `last`, the loss is 1/step, saturation twice the step."""
    steps = np.arange(first, last + 1)
    sampled = steps[steps % 10 == 0]
    return Trace(len(steps), 1 / (steps + 1), np.stack([1 / (sampled + 1), 2.0 * sampled], axis=1))


@pytest.fixture
def recorded() -> Recorded:
    recorded = Recorded(NAMES)
    for first, last in [(0, 0), (1, 7), (8, 9), (10, 10), (11, 45)]:
        recorded.add(trace(first, last), last)
    recorded.known_until = 45
    return recorded


def test_traces_of_any_length_come_together_to_one_series(recorded: Recorded) -> None:
    losses = recorded.buckets("loss", 0, None, 100)
    assert losses.step == list(range(46))
    assert losses.mean == (1 / np.arange(1, 47)).tolist()
    saturation = recorded.buckets("saturation", 0, None, 100)
    assert (saturation.step, saturation.mean) == ([0, 10, 20, 30, 40], [0, 20, 40, 60, 80])


def test_what_is_not_known_at_the_position_is_not_told(recorded: Recorded) -> None:
    recorded.known_until = 44
    assert recorded.buckets("loss", 40, None, 100).step == [40, 41, 42, 43, 44]
    assert recorded.buckets("loss", 40, 1000, 100).step == [40, 41, 42, 43, 44]


def test_a_trace_replaces_a_single_loss(recorded: Recorded) -> None:
    recorded.add_loss(46, 7.0)
    recorded.known_until = 46
    assert recorded.buckets("loss", 46, None, 1).mean == [7.0]
    recorded.add(trace(46, 46), 46)
    assert recorded.buckets("loss", 46, None, 1).mean == [1 / 47]
