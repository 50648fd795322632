"""Errands: what takes long and no session's thread does: evaluations, words that are drawn, trials of outliers."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from server.errors import Unavailable
from server.priority import yield_to_others

T = TypeVar("T")
Between = Callable[[], None]


class BrokenOff(Exception):
    """The server ends: nobody waits for the answer any more."""


class Errands:
    """One thread for quick errands and one for slow ones, so that nobody waits for the end of somebody's slow one.

    What is run is handed a function that it calls between any two pieces of its work. That ends it with the server.
    """

    def __init__(self) -> None:
        self._ends = threading.Event()
        self._quick = ThreadPoolExecutor(max_workers=1, thread_name_prefix="quick errands")
        self._slow = ThreadPoolExecutor(max_workers=1, thread_name_prefix="slow errands", initializer=yield_to_others)

    async def run(self, errand: Callable[[Between], T], *, slow: bool) -> T:
        """Have it done, after those of its kind that were asked for before. Raises Unavailable once the server ends."""
        threads = self._slow if slow else self._quick
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, errand, self._between)
        except BrokenOff:
            raise Unavailable("the server is ending: ask again once it is back") from None

    def close(self) -> None:
        """Break off what is under way, and wait for that; what has not begun is cancelled."""
        self._ends.set()
        for threads in (self._quick, self._slow):
            threads.shutdown(cancel_futures=True)

    def _between(self) -> None:
        if self._ends.is_set():
            raise BrokenOff
