"""Find the bug: one trap of the table, armed without being named."""

import itertools
import random
import re
from dataclasses import dataclass

from model.network import Network, Part
from model.trap import MISTAKES, Trap
from model.traps import TRAPS

DIFFICULTIES = (1, 2, 3)
HINTS = 3
LARGEST_SEED = 999_999_999
LARGEST_SHEET = 999_999  # The seeds of its tasks come after its own.

_NAME = re.compile(r"hidden-([1-3])-(0|[1-9]\d{0,8})")
_PARTS: dict[Part, str] = {
    "embedding": "the embedding",
    "hidden": "a hidden layer",
    "output": "the output layer",
    "loss": "the loss",
}


@dataclass(frozen=True)
class Hunt:
    """A hidden trap: which one follows from network, difficulty and seed, so that a class has the same."""

    difficulty: int
    seed: int

    @property
    def name(self) -> str:
        """What stands in place of the trap's own name."""
        return f"hidden-{self.difficulty}-{self.seed}"

    def trap(self, network: Network) -> str | None:
        """The name of what is hidden; None where this network has a place for no trap of this difficulty."""
        fitting = candidates(self.difficulty, network)
        return random.Random(self.name).choice(fitting) if fitting else None


@dataclass(frozen=True)
class Judgement:
    """What of an answer is right."""

    op: bool
    mistake: bool

    def points(self, hints: int) -> int:
        """Four less one for each hint where both are right, one for either of them."""
        return 1 + HINTS - hints if self.op and self.mistake else int(self.op or self.mistake)


MOST_POINTS = 1 + HINTS


def hunt_called(name: str) -> Hunt | None:
    """The hunt of this name; None where it is none."""
    found = _NAME.fullmatch(name)
    return None if found is None else Hunt(int(found.group(1)), int(found.group(2)))


def candidates(difficulty: int, network: Network) -> list[str]:
    """The traps of this difficulty that have a place in this network."""
    return [name for name, trap in TRAPS.items() if trap.difficulty == difficulty and trap.places(network)]


def sheet(network: Network, seed: int) -> list[Hunt]:
    """Every trap that can be hidden in this network once, the easy ones first: for a class, in the order of a seed."""
    tasks: dict[str, Hunt] = {}
    for difficulty in DIFFICULTIES:
        missing = set(candidates(difficulty, network))
        hunts = (Hunt(difficulty, number) for number in itertools.count(seed))
        while missing:
            hunt = next(hunts)
            hidden = hunt.trap(network)
            if hidden in missing:
                missing.remove(hidden)
                tasks[hidden] = hunt
    return list(tasks.values())


def hints(trap: Trap, network: Network) -> tuple[str, ...]:
    """What is told of it when asked, from where it is to what it is."""
    parts = dict.fromkeys(_PARTS[place.call.part] for place in trap.places(network))
    return (
        f"The line that is wrong belongs to {' and to '.join(parts)}.",
        f"What one sees: {trap.symptom}",
        f"The kind of mistake: {MISTAKES[trap.mistake]}.",
    )


def judge(trap: Trap, network: Network, op: str, mistake: str) -> Judgement:
    """Whether an answer names the op, by the tensor that it computes, and the kind of mistake."""
    return Judgement(op in {place.call.output for place in trap.places(network)}, mistake == trap.mistake)
