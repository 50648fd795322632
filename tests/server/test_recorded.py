import numpy as np
import pytest

from model.engine import Trace
from server.recorded import Key, Recorded

NAMES = ["loss", "saturation", "std.h"]
GROUPS = {"gauges": NAMES[:2], "spreads": NAMES[2:]}


def trace(first: int, last: int) -> Trace:
    """Of steps `first` to `last`, the loss is 1/step, saturation twice the step, std.h the step."""
    steps = np.arange(first, last + 1)
    sampled = steps[steps % 10 == 0]
    return Trace(len(steps), 1 / (steps + 1), np.stack([1 / (sampled + 1), 2.0 * sampled, 1.0 * sampled], axis=1))


@pytest.fixture
def recorded() -> Recorded:
    recorded = Recorded(GROUPS)
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
    assert recorded.buckets("std.h", 0, None, 100).mean == [0, 10, 20, 30, 40]


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


def test_what_is_saved_piece_by_piece_is_restored(recorded: Recorded) -> None:
    saved: dict[Key, bytes] = {}
    for first, last in [(46, 90), (91, 300), (301, 301)]:
        recorded.give_back(recorded.take_changes())  # This save failed.
        recorded.add(trace(first, last), last)
        saved.update(recorded.take_changes().written)
    assert {(name, level) for name, level, _ in saved} == {
        ("loss", 0),
        ("loss", 1),
        ("loss", 2),
        ("gauges", 0),
        ("gauges", 1),
        ("spreads", 0),
        ("spreads", 1),
    }
    restored = Recorded(GROUPS)
    restored.restore(saved)
    restored.known_until = recorded.known_until = 301
    for name in NAMES:
        assert restored.buckets(name, 0, None, 1000) == recorded.buckets(name, 0, None, 1000)
    assert not restored.take_changes().written


def test_a_cut_forgets_later_steps_of_all_metrics(recorded: Recorded) -> None:
    recorded.cut(29)
    assert recorded.known_until == 29
    recorded.known_until = 45
    assert recorded.buckets("loss", 0, None, 100).step == list(range(30))
    assert recorded.buckets("saturation", 0, None, 100).step == [0, 10, 20]


def test_a_cut_leaves_blocks_to_remove_where_they_are_saved(recorded: Recorded) -> None:
    recorded.take_changes()
    recorded.cut(5)
    changes = recorded.take_changes()
    assert changes.written.keys() == {("loss", 0, 0), ("gauges", 0, 0), ("spreads", 0, 0)}
    assert changes.removed == {("loss", 1, 0)}


def test_a_branch_has_its_parents_metrics_up_to_its_step_and_its_own_from_there(recorded: Recorded) -> None:
    branch = recorded.copy_until(20)
    assert (branch.known_until, recorded.known_until) == (20, 45)
    branch.add_loss(21, 7.0)
    branch.known_until = 21
    assert branch.buckets("loss", 19, None, 9).mean == [1 / 20, 1 / 21, 7.0]
    assert branch.buckets("saturation", 0, None, 9).mean == [0, 20, 40]
    assert recorded.buckets("loss", 21, 21, 1).mean == [1 / 22]
    written = branch.take_changes().written
    assert written.keys() == {("loss", 0, 0), ("loss", 1, 0), ("gauges", 0, 0), ("spreads", 0, 0)}


def test_a_group_that_was_not_recorded_yet_when_it_was_saved_begins_where_it_goes_on(recorded: Recorded) -> None:
    saved = {key: content for key, content in recorded.take_changes().written.items() if key[0] != "spreads"}
    restored = Recorded(GROUPS)
    restored.restore(saved)
    restored.cut(45)
    restored.known_until = 45
    assert restored.buckets("saturation", 0, None, 9).mean == [0, 20, 40, 60, 80]
    assert restored.buckets("std.h", 0, None, 9).step == []
    restored.add(trace(46, 60), 60)
    restored.known_until = 60
    assert np.isnan(restored.buckets("std.h", 0, 40, 9).mean).all()
    assert restored.buckets("std.h", 50, None, 9).mean == [50, 60]
