"""One session: a run, where it is going, and what has been recorded of it. Used by one thread at a time."""

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

from torch import Tensor

from model.arming import InvalidTraps
from model.checkpoints import made_here
from model.clock import Position, Unit, moved
from model.dataset import Dataset
from model.edits import Edit, SetOutliers, SetParameter, SetTraps
from model.gauges import gauge_groups
from model.hunt import hunt_called
from model.outliers import InvalidOutliers
from model.timeline import LaterSteps, Timeline
from model.training import InvalidParameter, Run
from server.breakpoints import watch_for
from server.errors import Conflict, Invalid, NotFound, SessionError
from server.journal import Journal
from server.laboratory.hunts import Hunts
from server.laboratory.schemas import HuntAnswer, Hunting
from server.log import Command, changes_in_effect, command_key, command_of, describe, edit_of, edits_of, last_change
from server.motion import Motion
from server.mover import Mover
from server.past import Identity, Past, describe_divergence, ended_while_running
from server.recorded import Recorded
from server.schemas.commands import CommandKind, Later, RunWanted, Seek, TimelineInfo
from server.schemas.sessions import EngineInfo, PositionInfo, Progress, SessionInfo
from server.schemas.training import ArmedTrap, ClippingInfo, PlantedOutliers, TrainingChange, TrainingInfo
from server.snapshot import Snapshot
from server.store import Changes, Store

SECONDS_TO_VERIFY = 5.0  # A replay is compared with what is kept for so long at most.


class Session:
    """A run with its motions, its recorded metrics, its journal, and a version that counts its changes."""

    def __init__(
        self, identity: Identity, dataset: Dataset, kernel: Future[None], store: Store, past: Past | None = None
    ) -> None:
        """Stand where the past leads to; where that takes a replay by the kernel, wait for it.

        `kernel` is done once the kernel is loaded; until then a session that needs it stands still.
        """
        past = past or Past()
        self.id = identity.id
        self.identity = identity
        self.version = 0
        self._discards = sum(command.kind == "discard" for command in past.commands)
        self._kernel = kernel
        self._changes = changes_in_effect(past.commands)
        self._last_change = last_change(past.commands)
        self._hunts = Hunts(past.commands)
        self._divergence = past.divergence
        run = Run(identity.config, dataset)
        self.recorded = Recorded(gauge_groups(run.network))
        self.recorded.restore(past.metrics)
        self.recorded.cut(past.last_step)
        self.timeline = Timeline(run, map(edit_of, self._changes), past.checkpoints, past.last_step)
        self._mover = Mover(self.timeline, self.recorded, kernel, changed=self._changed, finished=self._answer_for)
        self._mover.stopped = past.stopped
        self._journal = Journal(store, self.recorded, past.commands, past.checkpoints)
        self._return_to(past)
        self._changed()

    @property
    def run(self) -> Run:
        """The run, at its position in time."""
        return self.timeline.run

    # ── What it is ──

    @property
    def running(self) -> bool:
        return self._mover.running

    @property
    def is_moving(self) -> bool:
        """Whether something is under way, a run or another motion."""
        return self._mover.is_moving

    @property
    def stopped(self) -> str | None:
        """Why its last run ended by itself."""
        return self._mover.stopped

    @property
    def engine(self) -> EngineInfo:
        return self._mover.engine

    @property
    def steps_per_second(self) -> float | None:
        return self._mover.steps_per_second

    @property
    def position(self) -> PositionInfo:
        return PositionInfo.model_validate(self.run.position)

    @property
    def training(self) -> TrainingInfo:
        clipping, outliers = self.run.clipping, self.run.outliers
        return TrainingInfo(
            learning_rate=self.run.learning_rate,
            clipping=None if clipping is None else ClippingInfo(by=clipping.by, threshold=clipping.threshold),
            traps=[
                ArmedTrap(name=self._hunts.own_name(trap.name, self.run.network), threshold=trap.threshold)
                for trap in self.run.traps
            ],
            outliers=None if outliers is None else PlantedOutliers(count=outliers.count, seed=outliers.seed),
        )

    def info(self) -> SessionInfo:
        run = self.run
        return SessionInfo(
            id=self.id,
            name=self.identity.name,
            config=run.config,
            parent=self.identity.parent,
            position=self.position,
            last_step=self.timeline.last_step,
            unsaved=self._journal.problem,
            divergence=self._divergence,
            running=self.running,
            stopped=self.stopped,
            loss=run.loss,
            parameters=sum(math.prod(run.network.tensors[name].shape) for name in run.network.parameters),
            created_at=self.identity.created_at,
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
            last_change=self._last_change,
            known_until=self.recorded.known_until,
            steps_per_second=self.steps_per_second,
            recorded=self.recorded,
            discards=self._discards,
            kernel=self._kernel,
        )

    def timeline_info(self) -> TimelineInfo:
        """Its past at a glance."""
        return TimelineInfo(
            last_step=self.timeline.last_step,
            commands=[describe(change) for change in self._changes],
            checkpoints=[0, *(step for step in self.timeline.checkpoints.steps if step > 0)],
            last_change=self._last_change,
        )

    def hunting(self) -> Hunting:
        """The hunt for a hidden trap, and the score."""
        return self._hunts.describe(self._hidden_trap, self.run.network)

    def past_until(self, step: int | None, change: TrainingChange | None = None) -> Past:
        """What a branch takes over that begins at a step, or where it stands, with a change there. Raises Conflict."""
        op = self.run.op if step is None else None
        step = self.run.step if step is None else step
        self._check_is_past(step)
        changes = [command for command in self._changes if command.step <= step]
        if change is not None:
            changes += [
                command_of(edit, 0, self.run.network.ops if op is None else op)
                for edit in self._checked(edits_of(change, step))
            ]
        changes += [command for command in self._hunts.commands if command.step <= step]
        origin = Command(0, "branch", step, self.run.network.ops if op is None else op, {"from": self.id})
        commands = enumerate([*changes, origin], start=1)
        return Past(
            commands=[replace(command, number=number, key=None) for number, command in commands],
            checkpoints=[checkpoint for checkpoint in self.timeline.checkpoints if checkpoint.step <= step],
            metrics=self.recorded.copy_until(step).take_changes().written,
            last_step=step,
            step=step,
            op=op,
        )

    def everything(self, past: Past) -> Changes:
        """What the store is to keep of it when it is new, and has taken over this past."""
        return Changes(self.info(), past.commands, past.checkpoints, metrics=past.metrics)

    # ── What changes it ──

    def rename(self, name: str) -> SessionInfo:
        """Call it otherwise. Raises Unavailable where that cannot be saved."""
        self._save_ahead((), name=name)
        self.identity = replace(self.identity, name=name)
        self.version += 1
        return self.info()

    def set_parameter(self, name: str, value: Tensor, later: Later | None = None) -> SessionInfo:
        """Replace a parameter where it stands. Raises NotFound, Invalid, Conflict or Unavailable."""
        if name not in self.run.network.tensors:
            raise NotFound(f"there is no tensor {name!r}; GET …/tensors lists them all")
        try:
            checked = self.run.checked_parameter(name, value)
        except InvalidParameter as error:
            raise Invalid(str(error)) from None
        return self._edit([SetParameter(self.run.step, name, checked)], later)

    def change_training(self, change: TrainingChange, later: Later | None = None) -> SessionInfo:
        """Change learning rate, clipping or traps from this step on. Raises Invalid, Conflict or Unavailable."""
        return self._edit(self._checked(edits_of(change, self.run.step)), later)

    def take_hint(self) -> Hunting:
        """Another hint about the hidden trap. Raises Conflict or Unavailable."""
        self._take("hint", {"hunt": self._hunts.check_hint(self._hidden_trap)})
        return self.hunting()

    def answer_hunt(self, answer: HuntAnswer) -> Hunting:
        """Name what is hidden, and be told. Raises Invalid, Conflict or Unavailable."""
        name = self._hunts.check_answer(self._hidden_trap, answer, self.run.network)
        self._take("answer", {"hunt": name, **answer.model_dump()})
        self.version += 1  # What is armed is told by its own name from now on.
        return self.hunting()

    def advance(self, unit: Unit, count: int) -> Future[Progress]:
        """Move by so many units; the answer comes when it is done, after advances that were asked for before."""
        self._check_is_not_running("advancing")

        def find_target() -> Position:
            here = self.run.position
            target = moved(here, self.run.network.forward_ops, unit, count)
            if target.step < 0:
                raise Conflict(
                    f"going back {-count} × {unit} from step {here.step:,}, op {here.op} would lead to before step 0: "
                    "there is nothing"
                )
            return target

        motion = Motion(find_target, by_itself=False, kind="advance", body={"unit": unit, "count": count})
        return self._begin(motion)

    def seek(self, wanted: Seek) -> Future[Progress]:
        """Go to a step of its past, or its last one. The future raises Conflict where there is none."""
        self._check_is_not_running("seeking")
        ops = self.run.network.ops
        op = ops if wanted.op is None else wanted.op
        if op > ops:
            raise Invalid(f"op: a step of this session has ops 0 to {ops}, got {op}")

        def find_target() -> Position:
            self._check_is_past(wanted.step)
            return Position(wanted.step, op, ops)

        return self._begin(Motion(find_target, by_itself=False, kind="seek", body={"step": wanted.step, "op": op}))

    def start(self, wanted: RunWanted) -> Progress:
        """Train on by itself, in place of a run under way. Raises Conflict where the end is in the past."""
        here = self.run.position
        if wanted.until_step is not None and wanted.until_step < here.step:
            raise Conflict(f"until_step {wanted.until_step} is in the past: the session stands at step {here.step}")
        watch = watch_for(wanted.until, self.recorded.names)
        self.pause()
        target = None if wanted.until_step is None else Position(wanted.until_step, here.ops, here.ops)
        motion = Motion(lambda: target, by_itself=True, steps_per_second=wanted.steps_per_second, watch=watch)
        self._begin(motion)
        try:
            self._log("run", wanted.model_dump(exclude_none=True), command_key.get())
        except SessionError:
            self._mover.withdraw(motion)
            self.version += 1
            raise
        return self.progress()

    def pause(self) -> Progress:
        """Stop where it stands; whoever awaits an advance is answered with this position. Raises Unavailable."""
        while self._mover.is_moving:
            self._mover.finish()
        if self._journal.problem is not None:
            self.save()
        return self.progress()

    def use_kernel(self) -> None:
        """The kernel is there now, and with it the kernel's own loss; whoever was told of waiting is to hear of it.

        Where it was there before the session, that is no news, and nothing has changed.
        """
        if self.run.engine.loss is None or self.is_moving:
            self._changed()

    # ── Saving ──

    def seconds_until_save(self) -> float | None:
        """How long until `save_in_background` is wanted; None while nothing is to be saved."""
        return self._journal.seconds_until_due(self.version)

    def save_in_background(self) -> None:
        """Begin to save what is new; a problem is told, and tried again by itself."""
        with self._telling_of_problems():
            self._journal.begin(self.info(), self.version, self.timeline.checkpoints)

    def save(self) -> None:
        """Save what is new, and wait for it. Raises Unavailable."""
        with self._telling_of_problems():
            self._journal.save(self.info(), self.version, self.timeline.checkpoints)

    def keep(self) -> None:
        """Be saved so that it can be woken where it stands, without a replay. Raises Unavailable."""
        self.timeline.keep()
        self.save()

    def rest(self) -> None:
        """Stand still, and be saved. Raises Unavailable."""
        self.pause()
        self.keep()

    def end(self) -> None:
        """Rest, since the server ends: a run is told to have been ended by that. Raises Unavailable."""
        was_running = self.running
        self.pause()
        if was_running:
            self._mover.stopped = ended_while_running(self.run.step)
        self.keep()

    # ── Moving ──

    def seconds_until_due(self) -> float | None:
        """How long until `burst` is wanted: 0 at once, None when nothing is under way or the kernel is not there."""
        return self._mover.seconds_until_due()

    @property
    def is_slow(self) -> bool:
        """Whether a burst takes longer than it is to, since a single step does."""
        return self._mover.is_slow

    def burst(self) -> None:
        """Take the motion under way further, by about as many steps as fit between two frames of a display."""
        self._mover.burst()

    def _begin(self, motion: Motion) -> Future[Progress]:
        self.version += 1
        return self._mover.begin(motion)

    def _answer_for(self, motion: Motion) -> None:
        """A motion is over: whoever awaits it is answered once that is saved, or told that it cannot be."""
        self.version += 1
        error: Exception | None = None
        try:
            if motion.by_itself:
                self.timeline.keep()
                self._log("pause", motion.body)
            else:
                self._log(motion.kind, motion.body, motion.key)
        except Exception as caught:  # noqa: BLE001 (whatever went wrong belongs to whoever awaits it)
            error = caught
        if not motion.finished.set_running_or_notify_cancel():
            return
        if error is None:
            motion.finished.set_result(self.progress())
        else:
            motion.finished.set_exception(error)

    # ── Within ──

    def _return_to(self, past: Past) -> None:
        """Go where the past leads to."""
        elsewhere = any((kept.torch, kept.cpu) != made_here() for kept in past.checkpoints)
        if past.verify:
            self.timeline.check()
        self.timeline.approach(past.step)
        verify = past.verify or elsewhere
        replays = verify or self.run.step < past.step
        if replays and self._mover.needs_kernel and self._kernel.exception() is not None:
            verify = False
            if self.run.step < past.step:
                self._mover.stopped = (
                    f"The compiled kernel cannot be loaded, so that step {past.step:,} cannot be replayed: the session "
                    f"stands at step {self.run.step:,}."
                )
                return
        if verify:
            self.timeline.verify_replay(SECONDS_TO_VERIFY)
        self.timeline.go_to(past.step)
        self.run.move_to(self.run.network.ops if past.op is None else past.op)

    def _edit(self, edits: Sequence[Edit], later: Later | None) -> SessionInfo:
        """Make changes where it stands: first in the log, then in the run."""
        discards = self.run.step < self.timeline.last_step
        if discards and later is None:
            self._refuse_edit()
        while discards and self.is_moving and not self.running:
            self._mover.finish()  # Where it was to go is discarded; whoever awaits it is told where it stands.
        here = self.run.position
        commands = [Command(self._journal.next_number(), "discard", here.step, here.op)] if discards else []
        changes = [command_of(edit, self._journal.next_number(), here.op) for edit in edits]
        given = [replace(command, key=command_key.get()) for command in [*commands, *changes]]
        self._save_ahead(given, last_step=here.step)
        if discards:
            self._discards += 1
            self.timeline.discard_later()
            self.recorded.cut(here.step)
            self._changes = [change for change in self._changes if change.step <= here.step]
            if self._divergence is not None and self._divergence.step > here.step:
                self._divergence = None
        for edit in edits:
            self.timeline.edit(edit)
        self._changes += changes
        self._last_change = last_change(given) or self._last_change
        self._changed()
        return self.info()

    @property
    def _hidden_trap(self) -> str | None:
        """What is armed under a name that is not its own, answered or not."""
        return next((trap.name for trap in self.run.traps if hunt_called(trap.name) is not None), None)

    def _take(self, kind: CommandKind, body: Mapping[str, Any]) -> None:
        """Have a hint or an answer in the log, and go by it."""
        here = self.run.position
        command = Command(self._journal.next_number(), kind, here.step, here.op, dict(body), key=command_key.get())
        self._save_ahead([command])
        self._hunts.take(command)

    def _checked(self, edits: Sequence[Edit]) -> Sequence[Edit]:
        """The edits, if they can be made in this run. Raises Invalid."""
        for edit in edits:
            try:
                if isinstance(edit, SetTraps):
                    self.run.check_traps(edit.traps)
                if isinstance(edit, SetOutliers):
                    self.run.check_outliers(edit.outliers)
            except (InvalidTraps, InvalidOutliers) as error:
                raise Invalid(str(error)) from None
        return edits

    def _refuse_edit(self) -> None:
        try:
            self.timeline.check_can_edit()
        except LaterSteps as error:
            raise Conflict(
                f"{error}; POST …/branch makes a new session from here, and ?later=discard throws away what came later"
            ) from None

    def _check_is_past(self, step: int) -> None:
        if step > self.timeline.last_step:
            raise Conflict(
                f"step {step:,} is beyond the end: the session has steps 0 to {self.timeline.last_step:,}; advance or "
                "run leads further"
            )

    def _check_is_not_running(self, doing: str) -> None:
        if self.running:
            raise Conflict(f"the session is running: pause it before {doing}")

    def _save_ahead(self, commands: Sequence[Command], **changed: Any) -> None:
        with self._telling_of_problems():
            self._journal.save_ahead(commands, self.info().model_copy(update={"unsaved": None, **changed}))

    @contextlib.contextmanager
    def _telling_of_problems(self) -> Iterator[None]:
        """Whoever watches is told when something cannot be saved, and when it can be again."""
        before = self._journal.problem
        try:
            yield
        finally:
            self.version += self._journal.problem != before

    def _log(self, kind: CommandKind, body: Mapping[str, Any], key: str | None = None) -> None:
        """Have a command and where it led to in the store before it is acknowledged. Raises Unavailable."""
        here = self.run.position
        self._journal.log(Command(self._journal.next_number(), kind, here.step, here.op, dict(body), key=key))
        self.save()

    def _changed(self) -> None:
        run = self.run
        self.version += 1
        if run.engine.loss is None:
            if self._mover.engine_is_ready:
                self.recorded.add(run.settle(), run.step)
            elif run.loss is not None:  # The tape's, until the engine puts its own in its place.
                self.recorded.add_loss(run.step, run.loss)
        last = self.timeline.last_step
        is_unknown = run.step == last and run.op < run.network.forward_ops
        self.recorded.known_until = last - 1 if is_unknown else last
        divergence = self.timeline.divergence
        if divergence is not None and (self._divergence is None or self._divergence.step != divergence.step):
            self._divergence = describe_divergence(divergence)
        self._mover.note(run.step)
