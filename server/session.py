"""One session: a run, where it is going, and what has been recorded of it. Used by one thread at a time."""

import math
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime

from torch import Tensor

from model.clock import Position, Unit, moved
from model.config import Config
from model.dataset import Dataset
from model.training import Clipping, InvalidParameter, Run
from model.verification import verify
from server.errors import Conflict, Invalid, NotFound
from server.metrics import Recorder
from server.schemas import (
    ClippingInfo,
    PositionInfo,
    Progress,
    SessionInfo,
    TensorInfo,
    TrainingChange,
    TrainingInfo,
    Verification,
    VerificationRow,
)

PACE_SECONDS = 1.0  # Steps per second are measured over this long.
MOST_SECONDS_TO_CATCH_UP = 0.1  # Less is made up for by going faster, so that small hold-ups do not add up.


@dataclass
class Motion:
    """A way through time: to a target, or on and on where that is None."""

    find_target: Callable[[], Position | None]  # Asked when it begins, since others may be under way before it.
    by_itself: bool  # A run, which people pause; else an advance, whose end somebody awaits.
    steps_per_second: float | None = None
    finished: Future[Progress] = field(default_factory=Future)
    target: Position | None = None
    begun_at: float | None = None
    begun_step: int = 0


class Session:
    """A run with its motions, its recorded losses, and a version that counts its changes."""

    def __init__(self, session_id: str, config: Config, dataset: Dataset) -> None:
        self.id = session_id
        self.run = Run(config, dataset)
        self.created_at = datetime.now(UTC)
        self.version = 0
        self.losses = Recorder()
        self._motions: deque[Motion] = deque()
        self._pace: deque[tuple[float, int]] = deque()
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
    def steps_per_second(self) -> float | None:
        """Measured over the last second of a run; None when not running, or just begun."""
        if not self.running or len(self._pace) < 2:
            return None
        (first, first_step), (last, last_step) = self._pace[0], self._pace[-1]
        return (last_step - first_step) / (last - first) if last > first else None

    def info(self) -> SessionInfo:
        run = self.run
        return SessionInfo(
            id=self.id,
            name=run.config.name,
            config=run.config,
            position=self.position,
            running=self.running,
            loss=run.loss,
            parameters=sum(parameter.numel() for parameter in run.parameters.values()),
            created_at=self.created_at,
            training=self.training,
        )

    def progress(self) -> Progress:
        return Progress(position=self.position, loss=self.run.loss)

    def tensors(self) -> list[TensorInfo]:
        return [
            TensorInfo(
                name=spec.name,
                shape=list(spec.shape),
                dtype="int64" if spec.role == "batch" else "float32",
                role=spec.role,
                known=spec.known_at <= self.run.position.op,
                known_at=spec.known_at,
            )
            for spec in self.run.network.tensors.values()
            if spec.role != "contribution"
        ]

    def tensor(self, name: str) -> Tensor:
        """A tensor at this position. Raises NotFound for an unknown name, Conflict where it is not known yet."""
        spec = self.run.network.tensors.get(name)
        if spec is None:
            raise NotFound(f"there is no tensor {name!r}; GET …/tensors lists them all")
        tensor = self.run.tensor(name)
        if tensor is None:
            op, ops = self.run.position.op, self.run.position.ops
            raise Conflict(f"{name} is not known at op {op} of {ops}: it will be at op {spec.known_at}")
        return tensor

    def verification(self) -> Verification:
        rows = [VerificationRow.model_validate(agreement) for agreement in verify(self.run.tape)]
        return Verification(position=self.position, rows=rows)

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

    def start(self, until_step: int | None, steps_per_second: float | None) -> Progress:
        """Train on by itself, in place of a run under way. Raises Conflict where the end is in the past."""
        here = self.run.position
        if until_step is not None and until_step < here.step:
            raise Conflict(f"until_step {until_step} is in the past: the session stands at step {here.step}")
        self.pause()
        target = None if until_step is None else Position(until_step, here.ops, here.ops)
        self._begin(Motion(lambda: target, by_itself=True, steps_per_second=steps_per_second))
        return self.progress()

    def pause(self) -> Progress:
        """Stop where it stands; whoever awaits an advance is answered with this position."""
        while self._motions:
            self._finish()
        return self.progress()

    # ── Motion, step by step ──

    def seconds_until_due(self) -> float | None:
        """How long until `burst` is wanted: 0 at once, None when nothing is under way."""
        if not self._motions:
            return None
        motion = self._motions[0]
        if motion.steps_per_second is None or motion.begun_at is None:
            return 0.0
        due = motion.begun_at + (self.run.step - motion.begun_step) / motion.steps_per_second
        late = time.monotonic() - due
        if late > max(1 / motion.steps_per_second, MOST_SECONDS_TO_CATCH_UP):
            # Held up: go on from here at the rate, rather than make up for the time in one rush.
            motion.begun_at, motion.begun_step = time.monotonic(), self.run.step
        return max(0.0, -late)

    def burst(self) -> None:
        """Take the motion under way one step further."""
        motion = self._motions[0]
        try:
            if motion.begun_at is None:
                motion.begun_at, motion.begun_step = time.monotonic(), self.run.step
                motion.target = motion.find_target()
            if motion.target != self.run.position:
                self._move_towards(motion.target)
        except Exception as error:
            self._motions.popleft()
            self._changed()
            if motion.finished.set_running_or_notify_cancel():
                motion.finished.set_exception(error)
            if not isinstance(error, Conflict):
                raise
            return
        if motion.target == self.run.position:
            self._finish()

    def _move_towards(self, target: Position | None) -> None:
        run = self.run
        ops = run.network.ops
        if target is None or run.step < target.step:
            run.move_to(ops)
            self._record_loss()  # Of the step that is being left: a session at op 0 had none yet.
            run.next_step()
        arrived = target is not None and run.step == target.step
        run.move_to(target.op if target is not None and arrived else ops)
        self._changed()

    def _begin(self, motion: Motion) -> Future[Progress]:
        if not self._motions:
            self._pace.clear()
        self._motions.append(motion)
        self.version += 1
        return motion.finished

    def _finish(self) -> None:
        motion = self._motions.popleft()
        self._pace.clear()
        self.version += 1
        if motion.finished.set_running_or_notify_cancel():
            motion.finished.set_result(self.progress())

    def _changed(self) -> None:
        self.version += 1
        self._record_loss()
        now = time.monotonic()
        self._pace.append((now, self.run.step))
        while self._pace[0][0] < now - PACE_SECONDS:
            self._pace.popleft()

    def _record_loss(self) -> None:
        loss = self.run.loss
        if loss is not None:
            self.losses.record(self.run.step, loss if math.isfinite(loss) else math.nan)
