"""A session's way into the store: what is not saved yet, and when it is to be."""

import logging
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from model.checkpoints import Checkpoint, Checkpoints
from server.errors import SessionError, Unavailable
from server.log import Command
from server.recorded import Recorded, Written
from server.schemas.sessions import SessionInfo
from server.store import Changes, Store

log = logging.getLogger(__name__)

SECONDS_BETWEEN_SAVES = 0.5  # Of a session that moves by itself; whatever is acknowledged is saved before.
# … or longer, so that no session takes more of the store's time than this, on which all the others wait, too:
LARGEST_SHARE = 0.02
MOST_SECONDS_BETWEEN_SAVES = 30.0


@dataclass(frozen=True)
class _Save:
    """One that is under way."""

    changes: Changes
    metrics: Written
    checkpoints: dict[int, Checkpoint]
    version: int
    saved: "Future[None]"


class Journal:
    """Used by the session's thread alone.

    What could not be saved is kept and tried again: a session goes on in memory, and no number of it is lost as long as
    the server lives. It may be in the store nevertheless, where the connection was lost before the answer came: the
    next save writes it once more, or takes it back.
    """

    def __init__(
        self, store: Store, recorded: Recorded, commands: Sequence[Command], checkpoints: Sequence[Checkpoint]
    ) -> None:
        """`commands` and `checkpoints`: those that the store has already."""
        self.problem: str | None = None
        self._store = store
        self._recorded = recorded
        self._number = max((command.number for command in commands), default=0)
        self._commands: list[Command] = []
        self._doubted: set[int] = set()  # Numbers of commands that may be in the store or not
        self._checkpoints: dict[int, Checkpoint | None] = {  # Those in the store; None: in doubt
            checkpoint.step: checkpoint for checkpoint in checkpoints
        }
        self._version = -1
        self._under_way: _Save | None = None
        self._tried_at = time.monotonic()
        self._cost = 0.0  # Seconds that the last save took, with its wait for those of other sessions

    def next_number(self) -> int:
        """The next command's number in the log."""
        self._number += 1
        return self._number

    def log(self, command: Command) -> None:
        """Have a command saved with the next save."""
        self._commands.append(command)

    def seconds_until_due(self, version: int) -> float | None:
        """How long until the session is to be saved by itself; None while all of this version is."""
        if self._version == version and self._under_way is None and self.problem is None:
            return None
        pause = SECONDS_BETWEEN_SAVES
        if self.problem is None:
            pause = min(max(pause, self._cost / LARGEST_SHARE), MOST_SECONDS_BETWEEN_SAVES)
        return max(0.0, self._tried_at + pause - time.monotonic())

    def begin(self, info: SessionInfo, version: int, checkpoints: Checkpoints) -> None:
        """Have the session saved, without waiting for it; while a save is under way nothing more is begun."""
        self._tried_at = time.monotonic()
        if self._under_way is not None and not self._under_way.saved.done():
            return
        self._finish()
        if self._version != version or self.problem is not None:
            self._under_way = self._submit(info, version, checkpoints)

    def save(self, info: SessionInfo, version: int, checkpoints: Checkpoints) -> None:
        """Save the session and wait until that is done. Raises Unavailable where it cannot be, and keeps it all."""
        self._finish()
        self._tried_at = time.monotonic()
        self._under_way = self._submit(info, version, checkpoints)
        error = self._finish()
        if error is not None:
            raise error

    def save_ahead(self, commands: Sequence[Command], info: SessionInfo) -> None:
        """Save commands that are carried out afterwards, and the session as they leave it behind.

        Of its checkpoints those after `info.last_step` are dropped. Raises Unavailable where it cannot be saved: then
        the commands are not in the log and are not to be carried out.
        """
        self._finish()
        # With it goes what was recorded on the way to where it stands: where only the position is kept, no one makes
        # these steps again.
        metrics = self._recorded.take_changes()
        dropped = [step for step in self._checkpoints if step > info.last_step]
        ahead = Changes(
            info,
            commands=(*self._commands, *commands),
            dropped_commands=tuple(self._doubted),
            dropped_checkpoints=dropped,
            metrics=metrics.written,
            dropped_metrics=tuple(metrics.removed),
        )
        error = _refusal(self._store.save(ahead))
        if error is not None:
            self._doubt(ahead)
            self._recorded.give_back(metrics)
            self._note(error)
            raise error
        self._note(None)
        self._commands, self._doubted = [], set()
        for step in dropped:
            del self._checkpoints[step]

    def _submit(self, info: SessionInfo, version: int, checkpoints: Checkpoints) -> _Save:
        metrics = self._recorded.take_changes()
        kept = {checkpoint.step: checkpoint for checkpoint in checkpoints}
        changes = Changes(
            info.model_copy(update={"unsaved": None}),  # Once this is saved, it is true.
            commands=self._commands,
            dropped_commands=tuple(self._doubted),
            checkpoints=[each for step, each in kept.items() if self._checkpoints.get(step) is not each],
            dropped_checkpoints=[step for step in self._checkpoints if step not in kept],
            metrics=metrics.written,
            dropped_metrics=tuple(metrics.removed),
        )
        self._commands = []
        begun_at = time.monotonic()
        saved = self._store.save(changes)
        saved.add_done_callback(lambda _: setattr(self, "_cost", time.monotonic() - begun_at))
        return _Save(changes, metrics, kept, version, saved)

    def _finish(self) -> SessionError | None:
        """Wait for the save under way; what it did not write is to be written by the next one."""
        if self._under_way is None:
            return None
        save, self._under_way = self._under_way, None
        error = _refusal(save.saved)
        self._note(error)
        if error is not None:
            self._commands = [*save.changes.commands, *self._commands]
            self._doubt(save.changes)
            self._recorded.give_back(save.metrics)
        else:
            self._checkpoints = dict(save.checkpoints)
            self._version = save.version
            self._doubted = set()
        return error

    def _doubt(self, changes: Changes) -> None:
        """Whether these were written is not known."""
        self._doubted |= {command.number for command in changes.commands}
        written = [checkpoint.step for checkpoint in changes.checkpoints]
        self._checkpoints |= dict.fromkeys([*written, *changes.dropped_checkpoints])

    def _note(self, error: SessionError | None) -> None:
        self.problem = None if error is None else str(error)


def _refusal(saved: "Future[None]") -> SessionError | None:
    """Why it was not saved, once that is known. What nobody has foreseen must not end a session either."""
    error = saved.exception()
    if error is None or isinstance(error, SessionError):
        return error
    log.error("a session cannot be saved", exc_info=error)
    return Unavailable(f"the session cannot be saved ({error!r}): the server's log says more")
