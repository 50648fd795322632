"""Turns: as many sessions train at a time as there are cores, each for a moment, in the order in which they asked."""

import threading
from collections import deque
from collections.abc import Callable


class Turns:
    """A fair gate. Nobody is held up in it: whoever asked is called when the turn has come."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    def ask(self, begin: Callable[[], None]) -> None:
        """Have `begin` called once it is this one's turn: at once, or by whoever gives a turn back."""
        with self._lock:
            if not self._free:
                self._waiting.append(begin)
                return
            self._free -= 1
        begin()

    def give_back(self) -> None:
        """End a turn."""
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            begin = self._waiting.popleft()
        begin()
