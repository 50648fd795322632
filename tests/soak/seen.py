"""What is seen of one server during a soak: how it answered, and what it took."""

from collections import Counter
from dataclasses import dataclass, field

from tests.hard.processes import descriptors, resident

SECONDS_HELD_UP = 0.5  # Longer than any command takes while the store is there.


@dataclass(frozen=True)
class Sample:
    """A server at one moment."""

    second: float
    megabytes: float
    descriptors: int
    frames: int  # So many came to clients by then.
    steps: int  # So many steps are behind its sessions.


@dataclass
class Seen:
    """All of it, in seconds since the soak began."""

    name: str
    delays: list[tuple[float, float]] = field(default_factory=list)  # When a command was given; until it was answered
    refused: list[tuple[float, float]] = field(default_factory=list)  # When it was given, and answered with 503
    faults: list[tuple[str, float, float]] = field(default_factory=list)  # Name, begin and end
    samples: list[Sample] = field(default_factory=list)
    acknowledged: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)  # How clients went
    frames: int = 0
    steps: int = 0

    def sample(self, pid: int, second: float) -> None:
        """Note what the process takes now."""
        self.samples.append(Sample(second, resident(pid) / 1e6, descriptors(pid), self.frames, self.steps))

    def met(self, name: str) -> int:
        """How many commands met a fault of this name: were refused, or waited until it was over."""
        spans = [(begin, end) for fault, begin, end in self.faults if fault == name]
        refused = sum(given <= end and begin <= answered for given, answered in self.refused for begin, end in spans)
        held_up = [(given, given + delay) for given, delay in self.delays if delay > SECONDS_HELD_UP]
        return refused + sum(begin <= given <= end <= answered for given, answered in held_up for begin, end in spans)
