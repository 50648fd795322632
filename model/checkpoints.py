"""Checkpoints: a run's states at some of its steps, dense near the present and sparse far back."""

import hashlib
import platform
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch

MOST = 256
MOST_BYTES = 128_000_000
FEWEST = 2  # So many are kept, however large they are.


def made_here() -> tuple[str, str]:
    """What decides a replay's last bits beside the code: torch's version, and what it can use of the processor."""
    return torch.__version__, f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"


@dataclass(frozen=True)
class Checkpoint:
    """A state as bytes, and how many of the run's edits had been made by then."""

    step: int
    edits: int
    content: bytes
    torch: str = field(default_factory=lambda: made_here()[0])
    cpu: str = field(default_factory=lambda: made_here()[1])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the state."""
        return hashlib.sha256(self.content).hexdigest()


class Checkpoints:
    """At most `most` of them, and fewer where they would take more than `most_bytes`.

    Where one is too many, that one goes whose absence makes the shortest gap, measured by how far back the gap is. So
    gaps grow with the distance from the newest: n checkpoints over s steps, the newest d steps apart, leave gaps of
    about log(s / d) / n of their distance. The newest always stays, and so
    does the one just added: it is where somebody stands. Step 0 needs none, being the config's.
    """

    def __init__(self, kept: Iterable[Checkpoint] = (), most: int = MOST, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._kept: list[Checkpoint] = []
        self._bytes = 0
        for checkpoint in kept:
            self.add(checkpoint)

    def __iter__(self) -> Iterator[Checkpoint]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def steps(self) -> list[int]:
        """Of which steps there are checkpoints, in order."""
        return [checkpoint.step for checkpoint in self._kept]

    @property
    def newest(self) -> Checkpoint | None:
        """The last one."""
        return self._kept[-1] if self._kept else None

    def at(self, step: int) -> Checkpoint | None:
        """The one of exactly this step."""
        found = self.nearest(step)
        return found if found is not None and found.step == step else None

    def nearest(self, step: int) -> Checkpoint | None:
        """The last one that is not after this step."""
        after = bisect_right(self._kept, step, key=lambda checkpoint: checkpoint.step)
        return self._kept[after - 1] if after else None

    def after(self, step: int) -> Checkpoint | None:
        """The first one after this step."""
        after = bisect_right(self._kept, step, key=lambda checkpoint: checkpoint.step)
        return self._kept[after] if after < len(self._kept) else None

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep it, in place of an earlier one of the same step."""
        place = bisect_left(self._kept, checkpoint.step, key=lambda kept: kept.step)
        replaced = self._kept[place : place + (self.at(checkpoint.step) is not None)]
        self._kept[place : place + len(replaced)] = [checkpoint]
        self._bytes += len(checkpoint.content) - sum(len(kept.content) for kept in replaced)
        while len(self._kept) > FEWEST and (len(self._kept) > self._most or self._bytes > self._most_bytes):
            self._drop_one(spared=checkpoint.step)

    def cut(self, step: int) -> None:
        """Forget those after this step."""
        self._kept = [checkpoint for checkpoint in self._kept if checkpoint.step <= step]
        self._bytes = sum(len(checkpoint.content) for checkpoint in self._kept)

    def _drop_one(self, spared: int) -> None:
        steps = np.array([0, *self.steps])
        gaps = steps[2:] - steps[:-2]
        distances = steps[-1] - steps[:-2]
        shares = gaps / np.maximum(distances, 1)
        shares[steps[1:-1] == spared] = np.inf
        dropped = self._kept.pop(int(np.argmin(shares)))
        self._bytes -= len(dropped.content)
