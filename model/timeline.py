"""A run as a timeline: every step it has come to can be visited again, exactly, by checkpoint and replay."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from model.checkpoints import Checkpoint, Checkpoints
from model.edits import Edit
from model.engine import Trace, Watch
from model.state import State
from model.training import Run

# A checkpoint is due after so many seconds of steps: to replay what lies between two neighbours takes no longer.
CHECKPOINT_SECONDS = 0.02
LARGEST_SHARE = 0.02  # … or after longer, so that to make them takes no more of the time than this.


class LaterSteps(ValueError):
    """The run stands before its last step, where a change would make what came later untrue."""


@dataclass(frozen=True)
class Divergence:
    """A replay came to another state than a checkpoint holds; the checkpoint's was kept."""

    step: int
    expected: Checkpoint
    found: Checkpoint


class Timeline:
    """A run's past: its edits in order, its checkpoints, and the last step that it has come to.

    To go on from an earlier step goes along the same past: edits are made again where they were made, and states are
    compared with the checkpoints of their steps.
    """

    def __init__(
        self, run: Run, edits: Iterable[Edit] = (), checkpoints: Iterable[Checkpoint] = (), last_step: int = 0
    ) -> None:
        """Take over a past of which `run`, at its beginning, has made nothing yet: it is brought to step 0's edits."""
        self.run = run
        self.edits: list[Edit] = list(edits)
        self.checkpoints = Checkpoints(checkpoints)
        self.last_step = last_step
        self.divergence: Divergence | None = None
        self._made = 0  # So many of the edits are in effect where the run stands.
        self._seconds = self._cost = 0.0  # What steps took since the last checkpoint, and what that one took.
        self._arrive()

    # ── Moving ──

    def advance(self, count: int, watch: Watch | None = None) -> Trace:
        """Apply at most `count` updates: fewer where `watch` halts, or where the past has an edit or a checkpoint.

        Raises InvalidState where it comes to a checkpoint that cannot be used.
        """
        begin = time.perf_counter()
        trace = self.run.advance(min(count, self._steps_until_mark()), watch)
        self._seconds += time.perf_counter() - begin
        self._arrive()
        return trace

    def approach(self, step: int) -> None:
        """Jump to the nearest step from which `step` can be reached by `advance`: at a checkpoint, or where it is.

        Raises InvalidState where the checkpoint cannot be used.
        """
        nearest = self.checkpoints.nearest(step)
        begin = 0 if nearest is None else nearest.step
        if begin <= self.run.step <= step:
            return
        self._restore(nearest)
        self._arrive()

    def go_to(self, step: int) -> None:
        """Stand at a step of the past with all of it known, however long the replay takes."""
        self.approach(step)
        while self.run.step < step:
            self.advance(step - self.run.step)
        self.run.move_to(self.run.network.ops)

    # ── Changing ──

    def check_can_edit(self) -> None:
        """Raise LaterSteps where the run does not stand at its last step."""
        if self.run.step < self.last_step:
            raise LaterSteps(
                f"the session stands at step {self.run.step:,}, but has come to step {self.last_step:,}: a change here "
                "would make what came later untrue"
            )

    def edit(self, edit: Edit) -> None:
        """Make an edit where the run stands. Raises LaterSteps as `check_can_edit`."""
        self.check_can_edit()
        assert edit.step == self.run.step, f"an edit of step {edit.step} at step {self.run.step}"
        edit.make(self.run)
        self.edits.append(edit)
        self._made += 1

    def discard_later(self) -> None:
        """Forget all that came after the step where the run stands."""
        del self.edits[self._made :]
        self.checkpoints.cut(self.run.step)
        self.last_step = self.run.step
        if self.divergence is not None and self.divergence.step > self.run.step:
            self.divergence = None

    # ── Checkpoints ──

    def keep(self) -> None:
        """Make a checkpoint of where the run stands, unless there is one with the same edits."""
        begin = time.perf_counter()
        kept = self.checkpoints.at(self.run.step)
        if kept is None or kept.edits != self._made:
            self.checkpoints.add(self._checkpoint())
        self._seconds, self._cost = 0.0, time.perf_counter() - begin

    def check(self) -> None:
        """Raise InvalidState where a checkpoint is not of this run."""
        for checkpoint in self.checkpoints:
            self.run.check(State.from_bytes(checkpoint.content, checkpoint.step))

    def verify_replay(self, most_seconds: float) -> None:
        """Replay from the last checkpoint but one to the last one, and note where that comes out different.

        It stands at the last one then; where the replay would take longer than `most_seconds`, before it.
        """
        last = self.checkpoints.newest
        if last is None:
            return
        begin = time.perf_counter()
        count = 1
        self._restore(self.checkpoints.nearest(last.step - 1))
        self._arrive()
        while self.run.step < last.step and time.perf_counter() - begin < most_seconds:
            self.advance(min(count, last.step - self.run.step))
            count *= 2

    # ── Within ──

    def _steps_until_mark(self) -> int:
        """How far one may go before something has to be done."""
        if self.run.step >= self.last_step:
            return 2**62
        marks = [edit.step for edit in self.edits[self._made : self._made + 1]]
        checkpoint = self.checkpoints.after(self.run.step)
        marks += [] if checkpoint is None else [checkpoint.step]
        return min(marks, default=2**62) - self.run.step

    def _arrive(self) -> None:
        """Make the edits of the step that the run has come to, and compare with the checkpoint there may be."""
        step = self.run.step
        checkpoint = self.checkpoints.at(step)
        while True:
            if checkpoint is not None and checkpoint.edits == self._made:
                self._compare(checkpoint)
            if self._made == len(self.edits) or self.edits[self._made].step > step:
                break
            self.edits[self._made].make(self.run)
            self._made += 1
        if step > self.last_step:
            self.last_step = step
            if self._seconds >= max(CHECKPOINT_SECONDS, self._cost / LARGEST_SHARE):
                self.keep()

    def _compare(self, expected: Checkpoint) -> None:
        found = self._checkpoint()
        if found.content != expected.content:
            self.divergence = Divergence(expected.step, expected, found)
            self._restore(expected)

    def _checkpoint(self) -> Checkpoint:
        return Checkpoint(self.run.step, self._made, self.run.state().to_bytes())

    def _restore(self, checkpoint: Checkpoint | None) -> None:
        """Stand at a checkpoint, or at the beginning, with the edits that it has."""
        state = None if checkpoint is None else State.from_bytes(checkpoint.content, checkpoint.step)
        self.run.restore(state)
        self._made = 0 if checkpoint is None else checkpoint.edits
        for edit in self.edits[: self._made]:
            if not edit.in_state:
                edit.make(self.run)
