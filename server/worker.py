"""A thread that owns one session: carries out what is asked of it in order, and trains in between."""

import contextlib
import contextvars
import logging
import queue
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial
from typing import NoReturn, TypeVar

from server.errors import NotFound, SessionError
from server.frames import Frame, build_frame
from server.priority import yield_to_others
from server.session import Session
from server.turns import Turns, TurnsBySpeed
from server.views import View

T = TypeVar("T")
log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 3600.0
# Of a session that trains, frames are built no closer together: pages that come meanwhile share one. Half a display's
# frame, so that a page which asks 60 times a second is not always just too early.
SECONDS_BETWEEN_FRAMES = 1 / 120


@dataclass(frozen=True)
class Watcher:
    """Somebody who wants the newest frame once the session's version is above `after`."""

    views: tuple[View, ...]
    after: int
    metrics_from: int
    discards: int | None
    frame: Future[Frame]


class Worker:
    """The one way to a session from other threads. Never holds its caller up: every answer is a future.

    It trains in bursts, one whenever its turn comes. Between two of them, and while it waits for its turn, it carries
    out all that was asked meanwhile: a reader waits for no more than a burst. Frames are built elsewhere, from a
    snapshot, so that training waits for nobody who watches.
    """

    def __init__(self, session: Session, kernel: Future[None], turns: TurnsBySpeed, frames: Executor) -> None:
        self.id = session.id
        self.recorded = session.recorded
        self.touched_at = time.monotonic()  # The roster's: when somebody last wanted something of it.
        self._session = session
        self._turns = turns
        self._frames = frames
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._watchers: list[Watcher] = []
        self._served_at = -SECONDS_BETWEEN_FRAMES
        self._asked: Turns | None = None  # Where a turn was asked for,
        self._has_turn = False  # and whether it has come
        self._closed = False
        self._saves_at_end = True
        self._gate = threading.Lock()  # So that nothing enters the inbox after its end.
        self._thread = threading.Thread(target=self._work, name=f"session-{session.id}", daemon=True)
        self._thread.start()
        # A future keeps for ever what it calls, and is not to keep a session that has gone.
        kernel.add_done_callback(partial(_tell_of_kernel, weakref.ref(self)))

    def call(self, function: Callable[[Session], T]) -> Future[T]:
        """Carry out `function` between two bursts, in the caller's context; its result or its error is the future's."""
        future: Future[T] = Future()
        context = contextvars.copy_context()
        self._put(lambda: _resolve(future, lambda: context.run(function, self._session)))
        return future

    def next_frame(
        self, views: tuple[View, ...], *, after: int, metrics_from: int, discards: int | None = None
    ) -> Future[Frame]:
        """The newest state as a frame, once the session's version is above `after`."""
        watcher = Watcher(views, after, metrics_from, discards, Future())
        self._put(lambda: self._watchers.append(watcher))
        return watcher.frame

    @property
    def is_watched(self) -> bool:
        """Whether somebody waits for a frame."""
        return any(not watcher.frame.cancelled() for watcher in list(self._watchers))

    def close(self, *, save: bool = True) -> None:
        """Have the session saved, and end the thread; whoever still waits is told that the session is gone."""
        self._saves_at_end = save
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._inbox.put(lambda: None)
        self._thread.join()
        for watcher in self._watchers:
            _resolve(watcher.frame, self._refuse)

    def _put(self, task: Callable[[], None]) -> None:
        with self._gate:
            if self._closed:
                self._refuse()
            self._inbox.put(task)

    def _refuse(self) -> NoReturn:
        raise NotFound(f"session {self.id!r} was deleted")

    # ── In the thread ──

    def _work(self) -> None:
        yield_to_others()
        while not self._closed:
            self._take(self._seconds_to_wait())
            self._take_all()
            if self._session.seconds_until_due() == 0.0 and self._asked is None:
                self._asked = self._turns.slow if self._session.is_slow else self._turns.quick
                self._asked.ask(self._tell_of_turn)
                self._take_all()  # The turn has come already, where nobody else had it.
            if self._has_turn:
                self._train()
            try:
                self._serve_watchers()
                if self._session.seconds_until_save() == 0.0:
                    self._session.save_in_background()
            except Exception:  # A session without its thread would answer nobody any more.
                log.exception("session %s could not be shown or saved", self.id)
        self._take_all()
        self._give_turn_back()
        if not self._saves_at_end:
            return
        try:
            self._session.end()
        except SessionError as error:
            log.warning("the end of session %s is not saved: %s", self.id, error)

    def _seconds_to_wait(self) -> float | None:
        """For the next task at most, which may be the turn that was asked for."""
        waits = [
            None if self._asked is not None else self._session.seconds_until_due(),
            self._seconds_until_frames(),
            self._session.seconds_until_save(),
        ]
        return min((wait for wait in waits if wait is not None), default=None)

    def _seconds_until_frames(self) -> float | None:
        """How long until frames are to be built; None where nobody waits for one."""
        if not any(self._is_due(watcher) for watcher in self._watchers):
            return None
        since = time.monotonic() - self._served_at
        return max(0.0, SECONDS_BETWEEN_FRAMES - since) if self._session.running else 0.0

    def _take(self, timeout: float | None) -> None:
        # A queue takes no longer timeout than this; whoever waited so long in vain just waits again.
        limited = None if timeout is None else min(timeout, LONGEST_WAIT_SECONDS)
        with contextlib.suppress(queue.Empty):
            self._inbox.get(limited != 0.0, limited)()

    def _take_all(self) -> None:
        while not self._inbox.empty():
            self._take(0.0)

    def _train(self) -> None:
        try:
            if self._session.seconds_until_due() == 0.0:
                self._session.burst()
        except Exception:
            log.exception("session %s stopped", self.id)
        finally:
            self._give_turn_back()

    def _give_turn_back(self) -> None:
        if self._asked is not None and self._has_turn:
            turns, self._asked, self._has_turn = self._asked, None, False
            turns.give_back()

    def _serve_watchers(self) -> None:
        if self._seconds_until_frames() != 0.0:
            return
        self._served_at = time.monotonic()
        served = [watcher for watcher in self._watchers if self._is_due(watcher)]
        self._watchers = [watcher for watcher in self._watchers if watcher not in served]
        snapshot = self._session.snapshot()
        for watcher in served:
            build = partial(build_frame, snapshot, watcher.views, watcher.metrics_from, watcher.discards)
            self._frames.submit(_resolve, watcher.frame, build)

    def _is_due(self, watcher: Watcher) -> bool:
        return watcher.after < self._session.version or watcher.frame.cancelled()

    # ── Called from other threads ──

    def _tell_of_turn(self) -> bool:
        try:
            self._put(lambda: setattr(self, "_has_turn", True))
        except NotFound:
            return False
        return True

    def tell_of_kernel(self) -> None:
        """It is there now, or cannot be."""
        with contextlib.suppress(NotFound):
            self._put(self._session.use_kernel)


def _tell_of_kernel(reference: "weakref.ref[Worker]", _: Future[None]) -> None:
    worker = reference()
    if worker is not None:
        worker.tell_of_kernel()


def _resolve(future: Future[T], function: Callable[[], T]) -> None:
    """Give the future what the function does, unless nobody waits for it any more."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except Exception as error:  # noqa: BLE001 (whatever went wrong belongs to whoever asked)
        future.set_exception(error)
    else:
        future.set_result(result)
