"""What is recorded of a session while it trains: the loss of every step, and gauges of every tenth.

Each group of gauges has a recorder of its own, so that a session that was saved before there was a group is read as one
in which that group was not recorded yet.
"""

from collections.abc import Mapping

import numpy as np

from model.engine import Trace
from model.gauges import EVERY
from server.metrics import Buckets, Changes, Recorder

Key = tuple[str, int, int]  # Of a block: its recorder, "loss" or a group, the level, and its number in that level.
Written = Changes[Key]  # What of it is to be saved.


class Recorded:
    """Written by the session's own thread; any other may read it at any time, and waits for no burst to end."""

    def __init__(self, groups: Mapping[str, list[str]]) -> None:
        """`groups`: the gauges of each group; together, in order, they are the columns of every trace."""
        self.names = [name for names in groups.values() for name in names]
        self.known_until = -1  # The last step that counts as known at the session's position.
        self._groups = groups
        self._recorders = {"loss": Recorder()}
        self._recorders |= {group: Recorder(columns=len(names), every=EVERY) for group, names in groups.items()}

    def add(self, trace: Trace, step: int) -> None:
        """Keep what was measured on the way to `step`."""
        first = step + 1 - len(trace.losses)
        if len(trace.losses):
            self._recorders["loss"].record(first, trace.losses[:, np.newaxis])
        column = 0
        for group, names in self._groups.items():
            if len(trace.gauges):
                columns = trace.gauges[:, column : column + len(names)]
                self._recorders[group].record(-(-first // EVERY) * EVERY, columns)
            column += len(names)

    def add_loss(self, step: int, loss: float) -> None:
        """Keep a single loss, until a trace has one for the same step."""
        self._recorders["loss"].record(step, np.array([[loss]]))

    def buckets(self, name: str, first: int, last: int | None, points: int) -> Buckets:
        """One metric from step `first` to `last`, both included, or to where it is known."""
        end = self.known_until if last is None else min(last, self.known_until)
        if name == "loss":
            return self._recorders["loss"].buckets(0, first, end, points)
        group = next(group for group, names in self._groups.items() if name in names)
        return self._recorders[group].buckets(self._groups[group].index(name), first, end, points)

    def cut(self, step: int) -> None:
        """Forget all after `step`, which is then no longer known either."""
        for recorder in self._recorders.values():
            recorder.cut(step)
        self.known_until = min(self.known_until, step)

    def copy_until(self, step: int) -> "Recorded":
        """What a branch begins with: the same up to `step`, all of it still to be saved."""
        branch = Recorded(self._groups)
        branch.known_until = self.known_until
        branch._recorders = {name: recorder.copy() for name, recorder in self._recorders.items()}
        branch.cut(step)
        return branch

    def take_changes(self) -> Written:
        """What is to be saved: all that changed since changes were last taken."""
        taken = {name: recorder.take_changes() for name, recorder in self._recorders.items()}
        return Changes(
            written={
                (name, *block): content for name, part in taken.items() for block, content in part.written.items()
            },
            removed=frozenset((name, *block) for name, part in taken.items() for block in part.removed),
        )

    def give_back(self, changes: Written) -> None:
        """Have what was taken, and could not be saved, be taken again next time, as it is then."""
        for name, level, number in [*changes.written, *changes.removed]:
            self._recorders[name].give_back(level, number)

    def restore(self, blocks: Mapping[Key, bytes]) -> None:
        """Begin with all that was saved. `known_until` stays as it is."""
        for name, recorder in self._recorders.items():
            recorder.restore(
                {(level, number): content for (owner, level, number), content in blocks.items() if owner == name}
            )
