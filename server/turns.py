"""Turns: as many sessions train at a time as there are cores, each for a moment, in the order in which they asked."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


class Turns:
    """A fair gate. Nobody is held up in it: whoever asked is called when the turn has come."""

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._waiting: deque[Callable[[], bool]] = deque()
        self._lock = threading.Lock()

    def ask(self, begin: Callable[[], bool]) -> None:
        """Have `begin` called once it is this one's turn: at once, or by whoever gives a turn back.

        It answers whether the turn is still wanted; one that is has to be given back.
        """
        with self._lock:
            self._waiting.append(begin)
        self._hand_out()

    def give_back(self) -> None:
        """End a turn."""
        with self._lock:
            self._free += 1
        self._hand_out()

    def _hand_out(self) -> None:
        while True:
            with self._lock:
                if not self._free or not self._waiting:
                    return
                begin = self._waiting.popleft()
                self._free -= 1
            if not begin():
                with self._lock:
                    self._free += 1


@dataclass(frozen=True)
class TurnsBySpeed:
    """Sessions whose every step takes longer than a moment take turns among themselves: nobody waits for their ends.

    It is the system that divides the cores between the two.
    """

    quick: Turns
    slow: Turns
