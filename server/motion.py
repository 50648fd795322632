"""Motion: a session's way through time, and when how much of it is due."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from model.clock import Position
from model.engine import Watch
from server.log import command_key
from server.schemas.commands import CommandKind
from server.schemas.sessions import Progress

BURST_SECONDS = 1 / 240  # A quarter of a display's frame: whoever asks, a page for its next frame too, waits no longer.
FASTER_AT_MOST = 8  # A burst has at most so many times the steps of the one before, since that may have been lucky.
PACE_SECONDS = 1.0  # Steps per second are measured over this long.
MOST_SECONDS_TO_CATCH_UP = 0.1  # Less is made up for by going faster, so that small hold-ups do not add up.


@dataclass
class Motion:
    """A way through time: to a target, or on and on where that is None."""

    find_target: Callable[[], Position | None]  # Asked when it begins, since others may be under way before it.
    by_itself: bool  # A run, which people pause; else an advance or a seek, whose end somebody awaits.
    kind: CommandKind = "run"  # What is logged of it,
    body: dict[str, Any] = field(default_factory=dict)  # and what it said,
    key: str | None = field(default_factory=command_key.get)  # and by whom it is known.
    steps_per_second: float | None = None
    watch: Watch | None = None  # What ends a run before its target
    finished: Future[Progress] = field(default_factory=Future)
    target: Position | None = None
    begun_at: float | None = None
    begun_step: int = 0

    def begin(self, step: int) -> bool:
        """Find where to go; whether it begins only now."""
        if self.begun_at is not None:
            return False
        self.begun_at, self.begun_step = time.monotonic(), step
        self.target = self.find_target()
        return True

    def seconds_until_due(self, step: int) -> float:
        """How long until the step after this one is due."""
        if self.steps_per_second is None or self.begun_at is None:
            return 0.0
        late = self._seconds_late(self.steps_per_second, step)
        if late > max(1 / self.steps_per_second, MOST_SECONDS_TO_CATCH_UP):
            # Held up: go on from here at the rate, rather than make up for the time in one rush.
            self.begun_at, self.begun_step = time.monotonic(), step
        return max(0.0, -late)

    def steps_due(self, step: int) -> float:
        """How many steps may be made at once from here: to the target, and no faster than the rate."""
        to_target = float("inf") if self.target is None else self.target.step - step
        if self.steps_per_second is None or to_target == 0:
            return to_target
        late = self._seconds_late(self.steps_per_second, step)
        return min(to_target, 1 + int(max(0.0, late) * self.steps_per_second))

    def _seconds_late(self, steps_per_second: float, step: int) -> float:
        begun_at = time.monotonic() if self.begun_at is None else self.begun_at
        return time.monotonic() - (begun_at + (step - self.begun_step) / steps_per_second)


class Pace:
    """How fast a session steps: what people are told, and how many steps fit into a burst."""

    def __init__(self) -> None:
        self.burst_steps = 1
        self.is_slow = False  # Whether a burst of one step took longer than a burst is to
        self._seen: deque[tuple[float, int]] = deque()

    def clear(self) -> None:
        """Measure anew; how many steps fit into a burst stays known."""
        self._seen.clear()

    def note(self, step: int) -> None:
        """A session has come to this step by now."""
        now = time.monotonic()
        self._seen.append((now, step))
        while self._seen[0][0] < now - PACE_SECONDS:
            self._seen.popleft()

    def note_burst(self, steps: int, seconds: float) -> None:
        """So many steps took so long: size the next burst by it."""
        fitting = steps * BURST_SECONDS / max(seconds, 1e-9)
        self.is_slow = fitting < 1
        self.burst_steps = max(1, int(min(fitting, FASTER_AT_MOST * steps)))

    @property
    def steps_per_second(self) -> float | None:
        """Over the last second; None where too little is known."""
        if len(self._seen) < 2:
            return None
        (first, first_step), (last, last_step) = self._seen[0], self._seen[-1]
        return (last_step - first_step) / (last - first) if last > first else None
