"""What a trap is: a mistake that people make, as wrong rules in the places of right ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from model.network import Call, Contribution, Network
from model.ops.sources import BACKPROP_NINJA, Source
from model.tape import Rule


@dataclass(frozen=True)
class Bug:
    """One wrong rule: in place of `operand`'s backward rule of an op, or, where that is None, of its forward function.

    `make` gives the rule; it is handed the trap's threshold. `code` is the wrong line, a template as the op table's.
    `fits` tells of a call whether the rule makes sense there.
    """

    op: str
    operand: str | None
    make: Callable[[float], Rule]
    code: str
    fits: Callable[[Call, Network], bool] = lambda call, network: True


@dataclass(frozen=True)
class Place:
    """Where a bug sits in one network: a contribution, or a tensor of the forward pass."""

    bug: Bug
    call: Call

    @property
    def contribution(self) -> Contribution | None:
        return None if self.bug.operand is None else Contribution(self.call, self.bug.operand)

    @property
    def name(self) -> str:
        return self.call.output if self.contribution is None else self.contribution.name

    @property
    def right(self) -> str:
        return self.call.code if self.contribution is None else self.contribution.code

    @property
    def wrong(self) -> str:
        return self.call.write(self.bug.code)


# What kinds of mistakes there are, for those who have to name one.
MISTAKES: Mapping[str, str] = {
    "lost": "a contribution is left out: nothing comes back that way",
    "factor": "a factor is missing, or a wrong one",
    "value": "another tensor stands where the right one belongs",
    "axis": "a sum over the wrong axis",
    "transposed": "a matrix that should be transposed, and is not",
    "assigned": "assigned where it should be added up",
    "silenced": "some examples get no gradient",
    "rounded": "computed in too few bits",
}

Sections = Mapping[str, Mapping[str, Any]]


def merged(base: Sections, change: Sections) -> Sections:
    """Sections of a config, the second one's fields in place of the first one's."""
    return {name: {**base.get(name, {}), **change.get(name, {})} for name in {**base, **change}}


@dataclass(frozen=True)
class Twin:
    """One of two sessions: its config, as far as it is not the default, and whether the trap is armed in it."""

    config: Sections
    is_armed: bool


@dataclass(frozen=True)
class Trap:
    """A mistake: the rules it changes, and what is worth knowing of it."""

    title: str
    chapter: str
    bugs: tuple[Bug, ...]
    why: str  # It fails, or does not.
    symptom: str  # How to see it.
    fix: str
    mistake: str = ""  # Of which kind it is, one of MISTAKES; empty where nobody is to find it.
    difficulty: int = 0  # How hard it is to find, 1 to 3; 0: it is not hidden.
    needs: str = ""  # What a session must have, to have a place for it.
    sources: tuple[Source, ...] = (BACKPROP_NINJA,)
    threshold: float | None = None  # The default of the number that it takes; None: it takes none.
    is_caught: bool = False  # By a gradient's shape: it cannot even be armed.
    harmless: bool = False  # Gradients come out right all the same, but for rounding.
    hidden_while: str = ""  # When verification passes though the rule is wrong.
    base: Sections = field(default_factory=dict)  # Of a config in which it shows: of both twins.
    start: Sections = field(default_factory=dict)  # What a bad start changes of it; such a trap has no bugs.
    unmasked: Sections = field(default_factory=dict)  # A masked trap is in both twins: this is what brings it to light.

    @property
    def twins(self) -> tuple[Twin, ...]:
        """Two sessions with the same seeds, to be compared: as it should be, or seems to be, and as it is.

        None of a trap that cannot be armed.
        """
        if self.is_caught:
            return ()
        if self.unmasked:
            return Twin(self.base, is_armed=True), Twin(merged(self.base, self.unmasked), is_armed=True)
        return Twin(self.base, is_armed=False), Twin(merged(self.base, self.start), is_armed=bool(self.bugs))

    def places(self, network: Network) -> tuple[Place, ...]:
        """Where it sits in this network, in forward order; none where the network has no such op."""
        return tuple(
            Place(bug, call)
            for call in network.calls
            for bug in self.bugs
            if call.op_name == bug.op and bug.fits(call, network)
        )
