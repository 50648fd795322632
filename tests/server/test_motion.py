import math

import pytest

from model.clock import Position
from server.motion import BURST_SECONDS, Motion, Pace

OPS = 50


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What time it is: the only entry."""
    now = [1000.0]
    monkeypatch.setattr("server.motion.time.monotonic", lambda: now[0])
    return now


def motion(*, to: int | None = None, rate: float | None = None) -> Motion:
    target = None if to is None else Position(to, OPS, OPS)
    begun = Motion(lambda: target, by_itself=True, steps_per_second=rate)
    begun.begin(0)
    return begun


def test_without_a_rate_all_steps_to_the_target_are_due(clock: list[float]) -> None:
    assert motion(to=7).steps_due(3) == 4
    assert motion().steps_due(3) == math.inf
    assert motion(to=7).seconds_until_due(3) == 0


def test_at_a_rate_the_next_step_is_due_when_its_time_has_come(clock: list[float]) -> None:
    begun = motion(rate=10.0)
    assert begun.seconds_until_due(0) == 0
    assert begun.seconds_until_due(1) == pytest.approx(0.1)
    clock[0] += 0.08
    assert begun.seconds_until_due(1) == pytest.approx(0.02)


def test_at_a_fast_rate_as_many_steps_are_due_as_time_has_passed_for(clock: list[float]) -> None:
    begun = motion(rate=1000.0)
    clock[0] += 0.0505
    assert begun.steps_due(0) == 51


def test_no_more_steps_are_due_than_lead_to_the_target(clock: list[float]) -> None:
    begun = motion(to=5, rate=1000.0)
    clock[0] += 0.05
    assert begun.steps_due(0) == 5
    assert begun.steps_due(5) == 0


def test_a_motion_begins_once(clock: list[float]) -> None:
    begun = motion(to=5, rate=1.0)
    clock[0] += 0.5
    begun.begin(3)
    assert begun.begun_step == 0


def test_a_burst_has_as_many_steps_as_fit_into_its_time() -> None:
    pace = Pace()
    pace.note_burst(4, 4 * BURST_SECONDS / 20)
    assert pace.burst_steps == 20
    pace.note_burst(20, 4 * BURST_SECONDS)
    assert pace.burst_steps == 5


def test_a_burst_that_was_lucky_does_not_make_the_next_one_long() -> None:
    pace = Pace()
    pace.note_burst(1, 1e-12)
    assert pace.burst_steps == 8


@pytest.mark.parametrize(("seconds", "is_slow"), [(0.99 * BURST_SECONDS, False), (1.01 * BURST_SECONDS, True)])
def test_a_session_is_slow_where_a_single_step_takes_longer_than_a_burst(seconds: float, is_slow: bool) -> None:
    pace = Pace()
    pace.note_burst(1, seconds)
    assert pace.is_slow == is_slow


def test_a_step_longer_than_a_burst_is_made_all_the_same() -> None:
    pace = Pace()
    pace.note_burst(1, 10.0)
    assert pace.burst_steps == 1


def test_the_speed_is_that_of_the_last_second(clock: list[float]) -> None:
    pace = Pace()
    assert pace.steps_per_second is None
    for step in (0, 1000, 1100, 1200):
        pace.note(step)
        clock[0] += 0.6
    assert pace.steps_per_second == pytest.approx(100 / 0.6)
