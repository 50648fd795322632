"""What takes a session through time: motion after motion, burst by burst."""

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from model.kernel_engine import KernelEngine
from model.timeline import Timeline
from server import telemetry
from server.breakpoints import why_halted
from server.errors import Conflict
from server.motion import Motion, Pace
from server.recorded import Recorded
from server.schemas.sessions import EngineInfo, Progress


class Mover:
    """The motions of one session, and how fast it goes."""

    def __init__(
        self,
        timeline: Timeline,
        recorded: Recorded,
        kernel: Future[None],
        *,
        changed: Callable[[], None],
        finished: Callable[[Motion], None],
    ) -> None:
        """`changed` is told whenever the timeline has moved, `finished` when a motion is over, to answer for it."""
        self.stopped: str | None = None  # Why the last run ended by itself
        self._timeline = timeline
        self._recorded = recorded
        self._kernel = kernel
        self._changed = changed
        self._finished = finished
        self._motions: deque[Motion] = deque()
        self._pace = Pace()

    # ── What it does ──

    @property
    def is_moving(self) -> bool:
        """Whether something is under way."""
        return bool(self._motions)

    @property
    def running(self) -> bool:
        """Whether that is a run."""
        return self.is_moving and self._motions[0].by_itself

    @property
    def steps_per_second(self) -> float | None:
        """Measured over the last second of a run; None when not running, or just begun."""
        return self._pace.steps_per_second if self.running else None

    @property
    def is_slow(self) -> bool:
        """Whether a single step takes longer than a burst is to."""
        return self._pace.is_slow

    @property
    def engine(self) -> EngineInfo:
        """What makes the steps."""
        return EngineInfo(
            name="kernel" if self.needs_kernel else "tape",
            waiting=self.is_moving and self.needs_kernel and not self._kernel.done(),
        )

    @property
    def needs_kernel(self) -> bool:
        """Whether it is the kernel that makes them."""
        return isinstance(self._timeline.run.engine, KernelEngine)

    @property
    def engine_is_ready(self) -> bool:
        """Whether it can make them now."""
        return not self.needs_kernel or (self._kernel.done() and self._kernel.exception() is None)

    # ── Motions ──

    def begin(self, motion: Motion) -> Future[Progress]:
        """Have a motion carried out after those before it."""
        if not self._motions:
            self._pace.clear()
        self._motions.append(motion)
        self.stopped = None
        return motion.finished

    def withdraw(self, motion: Motion) -> None:
        """Forget a motion that has not begun."""
        self._motions.remove(motion)

    def finish(self) -> None:
        """End the motion under way where it stands."""
        motion = self._motions.popleft()
        self._pace.clear()
        self._finished(motion)

    # ── Bursts ──

    def note(self, step: int) -> None:
        """The session has come to this step by now."""
        self._pace.note(step)

    def seconds_until_due(self) -> float | None:
        """How long until `burst` is wanted: 0 at once, None when nothing is under way or the kernel is not there."""
        if not self._motions or self.engine.waiting:
            return None
        return self._motions[0].seconds_until_due(self._timeline.run.step)

    def burst(self) -> None:
        """Take the motion under way further, by about as many steps as fit between two frames of a display."""
        motion, run = self._motions[0], self._timeline.run
        try:
            self._check_engine()
            # A run goes all the way, at its rate and past its breakpoints.
            if motion.begin(run.step) and motion.target is not None and not motion.by_itself:
                self._timeline.approach(motion.target.step)
            if motion.target != run.position:
                self._move(motion)
            elif run.engine.loss is None:
                self._changed()
        except Exception as error:
            self._motions.popleft()
            if motion.by_itself:
                self.stopped = f"The run ended by an error: {error}."
            if motion.finished.set_running_or_notify_cancel():
                motion.finished.set_exception(error)
            self._changed()
            if not isinstance(error, Conflict):
                raise
            return
        if motion.target == run.position or self.stopped is not None:
            self.finish()

    def _move(self, motion: Motion) -> None:
        run, target = self._timeline.run, motion.target
        steps = int(min(motion.steps_due(run.step), self._pace.burst_steps))
        if steps > 0:
            begin = time.perf_counter()
            trace = self._timeline.advance(steps, motion.watch)
            self._pace.note_burst(max(trace.updates, 1), time.perf_counter() - begin)
            self._recorded.add(trace, run.step)
            telemetry.STEPS.inc(trace.updates)
            if motion.watch is not None and trace.halted_at is not None:
                self.stopped = why_halted(motion.watch, trace.halted_at, run)
        if target is not None and run.step == target.step and self.stopped is None:
            run.move_to(target.op)
        self._changed()

    def _check_engine(self) -> None:
        if self.needs_kernel and self._kernel.done() and self._kernel.exception() is not None:
            raise Conflict(
                f"the compiled kernel cannot be loaded here ({self._kernel.exception()}): "
                'make a session whose training.engine is "tape"'
            )
