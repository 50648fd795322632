"""A thread that owns one session: carries out what is asked of it in order, and trains in between."""

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import NoReturn, TypeVar

from server.errors import NotFound
from server.frames import Frame, build_frame
from server.session import Session
from server.views import View

T = TypeVar("T")
log = logging.getLogger(__name__)

LONGEST_WAIT_SECONDS = 3600.0


@dataclass(frozen=True)
class Watcher:
    """Somebody who wants the newest frame once the session's version is above `after`."""

    views: tuple[View, ...]
    after: int
    metrics_from: int
    frame: Future[Frame]


class Worker:
    """The one way to a session from other threads. Never holds its caller up: every answer is a future.

    Between any two steps it carries out all that was asked meanwhile, so training never waits for a reader and a
    reader never waits for more than a step.
    """

    def __init__(self, session: Session) -> None:
        self.id = session.id
        self._session = session
        self._inbox: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._watchers: list[Watcher] = []
        self._closed = False
        self._gate = threading.Lock()  # So that nothing enters the inbox after its end.
        self._thread = threading.Thread(target=self._work, name=f"session-{session.id}", daemon=True)
        self._thread.start()

    def call(self, function: Callable[[Session], T]) -> Future[T]:
        """Carry out `function` between two steps; its result or its error becomes the future's."""
        future: Future[T] = Future()
        self._put(lambda: _resolve(future, lambda: function(self._session)))
        return future

    def next_frame(self, views: tuple[View, ...], *, after: int, metrics_from: int) -> Future[Frame]:
        """The newest state as a frame, once the session's version is above `after`."""
        watcher = Watcher(views, after, metrics_from, Future())
        self._put(lambda: self._watchers.append(watcher))
        return watcher.frame

    def close(self) -> None:
        """End the thread; whoever still waits is told that the session is gone."""
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

    def _work(self) -> None:
        while not self._closed:
            self._take(self._session.seconds_until_due())
            while not self._inbox.empty():
                self._take(0.0)
            if self._session.seconds_until_due() == 0.0:
                self._train()
            self._serve_watchers()
        while not self._inbox.empty():
            self._take(0.0)
        self._session.pause()

    def _take(self, timeout: float | None) -> None:
        # A queue takes no longer timeout than this; whoever waited so long in vain just waits again.
        limited = None if timeout is None else min(timeout, LONGEST_WAIT_SECONDS)
        with contextlib.suppress(queue.Empty):
            self._inbox.get(limited != 0.0, limited)()

    def _train(self) -> None:
        try:
            self._session.burst()
        except Exception:
            log.exception("session %s stopped", self.id)

    def _serve_watchers(self) -> None:
        if not self._watchers:
            return
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            if watcher.after >= self._session.version and not watcher.frame.cancelled():
                self._watchers.append(watcher)
                continue
            _resolve(watcher.frame, partial(build_frame, self._session, watcher.views, watcher.metrics_from))


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
