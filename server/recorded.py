"""What is recorded of a session while it trains: the loss of every step, and gauges of every tenth."""

import numpy as np

from model.engine import Trace
from model.gauges import EVERY
from server.metrics import Buckets, Recorder


class Recorded:
    """Written by the session's own thread; any other may read it at any time, and waits for no burst to end."""

    def __init__(self, gauges: list[str]) -> None:
        """`gauges`: the columns of every trace."""
        self.names = gauges
        self.known_until = -1  # The last step that counts as known at the session's position.
        self._losses = Recorder()
        self._gauges = Recorder(columns=len(gauges), every=EVERY)

    def add(self, trace: Trace, step: int) -> None:
        """Keep what was measured on the way to `step`."""
        first = step + 1 - len(trace.losses)
        if len(trace.losses):
            self._losses.record(first, trace.losses[:, np.newaxis])
        if len(trace.gauges):
            self._gauges.record(-(-first // EVERY) * EVERY, trace.gauges)

    def add_loss(self, step: int, loss: float) -> None:
        """Keep a single loss, until a trace has one for the same step."""
        self._losses.record(step, np.array([[loss]]))

    def buckets(self, name: str, first: int, last: int | None, points: int) -> Buckets:
        """One metric from step `first` to `last`, both included, or to where it is known."""
        end = self.known_until if last is None else min(last, self.known_until)
        if name == "loss":
            return self._losses.buckets(0, first, end, points)
        return self._gauges.buckets(self.names.index(name), first, end, points)
