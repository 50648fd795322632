"""One session: a run, where it is going, and what has been recorded of it. Used by one thread at a time."""

import math
import time
from collections import deque
from concurrent.futures import Future
from datetime import UTC, datetime

from torch import Tensor

from model.clock import Position, Unit, moved
from model.config import Config
from model.dataset import Dataset
from model.gauges import gauge_names
from model.kernel_engine import KernelEngine
from model.training import InvalidParameter, Run
from model.update import Clipping
from server.breakpoints import watch_for, why_halted
from server.errors import Conflict, Invalid, NotFound
from server.motion import Motion, Pace
from server.recorded import Recorded
from server.schemas import (
    ClippingInfo,
    EngineInfo,
    PositionInfo,
    Progress,
    RunWanted,
    SessionInfo,
    TrainingChange,
    TrainingInfo,
)
from server.snapshot import Snapshot


class Session:
    """A run with its motions, its recorded metrics, and a version that counts its changes."""

    def __init__(self, session_id: str, config: Config, dataset: Dataset, kernel: Future[None]) -> None:
        """`kernel` is done once the kernel is loaded; until then a session that needs it stands still."""
        self.id = session_id
        self.run = Run(config, dataset)
        self.created_at = datetime.now(UTC)
        self.version = 0
        self.stopped: str | None = None
        self.recorded = Recorded(gauge_names(self.run.network))
        self._kernel = kernel
        self._motions: deque[Motion] = deque()
        self._pace = Pace()
        self._changed()

    # ── What it is ──

    @property
    def running(self) -> bool:
        return bool(self._motions) and self._motions[0].by_itself

    @property
    def position(self) -> PositionInfo:
        return PositionInfo.model_validate(self.run.position)

    @property
    def training(self) -> TrainingInfo:
        clipping = self.run.clipping
        return TrainingInfo(
            learning_rate=self.run.learning_rate,
            clipping=None if clipping is None else ClippingInfo(by=clipping.by, threshold=clipping.threshold),
        )

    @property
    def engine(self) -> EngineInfo:
        return EngineInfo(
            name="kernel" if self._needs_kernel else "tape",
            waiting=bool(self._motions) and self._needs_kernel and not self._kernel.done(),
        )

    @property
    def steps_per_second(self) -> float | None:
        """Measured over the last second of a run; None when not running, or just begun."""
        return self._pace.steps_per_second if self.running else None

    def info(self) -> SessionInfo:
        run = self.run
        return SessionInfo(
            id=self.id,
            name=run.config.name,
            config=run.config,
            position=self.position,
            running=self.running,
            stopped=self.stopped,
            loss=run.loss,
            parameters=sum(math.prod(run.network.tensors[name].shape) for name in run.network.parameters),
            created_at=self.created_at,
            training=self.training,
            engine=self.engine,
        )

    def progress(self) -> Progress:
        return Progress(position=self.position, loss=self.run.loss)

    def snapshot(self) -> Snapshot:
        """All that can be read of it as it stands, for other threads."""
        return Snapshot(
            info=self.info(),
            version=self.version,
            moment=self.run.moment,
            known_until=self.recorded.known_until,
            steps_per_second=self.steps_per_second,
            recorded=self.recorded,
            kernel=self._kernel,
        )

    # ── What changes it ──

    def set_parameter(self, name: str, value: Tensor) -> SessionInfo:
        if name not in self.run.network.tensors:
            raise NotFound(f"there is no tensor {name!r}; GET …/tensors lists them all")
        try:
            self.run.set_parameter(name, value)
        except InvalidParameter as error:
            raise Invalid(str(error)) from None
        self._changed()
        return self.info()

    def change_training(self, change: TrainingChange) -> SessionInfo:
        if change.learning_rate is not None:
            self.run.set_learning_rate(change.learning_rate)
        if "clipping" in change.model_fields_set:
            clipping = change.clipping
            self.run.clipping = None if clipping is None else Clipping(clipping.by, clipping.threshold)
        self._changed()
        return self.info()

    def advance(self, unit: Unit, count: int) -> Future[Progress]:
        """Move by so many units; the answer comes when it is done, after advances that were asked for before."""
        if self.running:
            raise Conflict("the session is running: pause it before advancing")

        def find_target() -> Position:
            here = self.run.position
            target = moved(here, self.run.network.forward_ops, unit, count)
            if target.step < here.step:
                raise Conflict(
                    f"going back {-count} × {unit} from op {here.op} would leave step {here.step}: "
                    "within a step op 0 is as far back as one can go"
                )
            return target

        return self._begin(Motion(find_target, by_itself=False))

    def start(self, wanted: RunWanted) -> Progress:
        """Train on by itself, in place of a run under way. Raises Conflict where the end is in the past."""
        here = self.run.position
        if wanted.until_step is not None and wanted.until_step < here.step:
            raise Conflict(f"until_step {wanted.until_step} is in the past: the session stands at step {here.step}")
        watch = watch_for(wanted.until, self.recorded.names)
        self.pause()
        target = None if wanted.until_step is None else Position(wanted.until_step, here.ops, here.ops)
        self._begin(Motion(lambda: target, by_itself=True, steps_per_second=wanted.steps_per_second, watch=watch))
        return self.progress()

    def pause(self) -> Progress:
        """Stop where it stands; whoever awaits an advance is answered with this position."""
        while self._motions:
            self._finish()
        return self.progress()

    def use_kernel(self) -> None:
        """The kernel is there now, and with it the kernel's own loss; whoever was told of waiting is to hear of it."""
        self._changed()

    # ── Motion, burst by burst ──

    def seconds_until_due(self) -> float | None:
        """How long until `burst` is wanted: 0 at once, None when nothing is under way or the kernel is not there."""
        if not self._motions or self.engine.waiting:
            return None
        return self._motions[0].seconds_until_due(self.run.step)

    def burst(self) -> None:
        """Take the motion under way further, by about as many steps as fit between two frames of a display."""
        motion = self._motions[0]
        try:
            self._check_engine()
            motion.begin(self.run.step)
            if motion.target != self.run.position:
                self._move(motion)
        except Exception as error:
            self._motions.popleft()
            if motion.by_itself:
                self.stopped = f"The run ended by an error: {error}."
            self._changed()
            if motion.finished.set_running_or_notify_cancel():
                motion.finished.set_exception(error)
            if not isinstance(error, Conflict):
                raise
            return
        if motion.target == self.run.position or self.stopped is not None:
            self._finish()

    def _move(self, motion: Motion) -> None:
        run, target = self.run, motion.target
        steps = int(min(motion.steps_due(run.step), self._pace.burst_steps))
        if steps > 0:
            begin = time.perf_counter()
            trace = run.advance(steps, motion.watch)
            self._pace.note_burst(steps, time.perf_counter() - begin)
            self.recorded.add(trace, run.step)
            if motion.watch is not None and trace.halted_at is not None:
                self.stopped = why_halted(motion.watch, trace.halted_at, run.loss, run.step)
        if target is not None and run.step == target.step and self.stopped is None:
            run.move_to(target.op)
        self._changed()

    def _begin(self, motion: Motion) -> Future[Progress]:
        if not self._motions:
            self._pace.clear()
        self._motions.append(motion)
        self.stopped = None
        self.version += 1
        return motion.finished

    def _finish(self) -> None:
        motion = self._motions.popleft()
        self._pace.clear()
        self.version += 1
        if motion.finished.set_running_or_notify_cancel():
            motion.finished.set_result(self.progress())

    # ── Within ──

    @property
    def _needs_kernel(self) -> bool:
        return isinstance(self.run.engine, KernelEngine)

    @property
    def _engine_is_ready(self) -> bool:
        return not self._needs_kernel or (self._kernel.done() and self._kernel.exception() is None)

    def _check_engine(self) -> None:
        if self._needs_kernel and self._kernel.done() and self._kernel.exception() is not None:
            raise Conflict(
                f"the compiled kernel cannot be loaded here ({self._kernel.exception()}): "
                'make a session whose training.engine is "tape"'
            )

    def _changed(self) -> None:
        run = self.run
        self.version += 1
        if run.engine.loss is None:
            if self._engine_is_ready:
                self.recorded.add(run.settle(), run.step)
            elif run.loss is not None:  # The tape's, until the engine puts its own in its place.
                self.recorded.add_loss(run.step, run.loss)
        self.recorded.known_until = run.step if run.op >= run.network.forward_ops else run.step - 1
        self._pace.note(run.step)
