"""What is believed of a session by what its server acknowledged, and whether that is found again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

from tests.durability.kinds import Kind


class Untrue(AssertionError):
    """What is found is not what is believed."""


@dataclass(frozen=True)
class Span:
    """A step that is known only so far: from `low` to `high`, both included."""

    low: int
    high: float

    def __contains__(self, step: int) -> bool:
        return self.low <= step <= self.high

    @property
    def exact(self) -> int:
        assert self.low == self.high, f"step {self.low} to {self.high} is not known exactly"
        return self.low


def at(step: int) -> Span:
    return Span(step, step)


@dataclass(frozen=True)
class Entry:
    """What a log must have."""

    kind: str
    body: Mapping[str, Any]
    step: Span
    op: int | None  # None: not known, because the session was running.
    value: bytes | None = None  # Of a set parameter, as npy: the log's own answer leaves it out.
    is_certain: bool = True

    def matches(self, found: Mapping[str, Any]) -> bool:
        is_alike = (self.kind, self.body) == (found["kind"], found["body"])
        return is_alike and found["step"] in self.step and self.op in (None, found["op"])


@dataclass(frozen=True)
class Belief:
    """A session: what it is, what was done to it, and where it stands."""

    name: str
    kind: Kind
    step: Span
    op: int | None  # None: not known, because it runs.
    last_step: Span
    log: tuple[Entry, ...] = ()
    parent: Mapping[str, Any] | None = None
    until: float | None = None  # Where its run ends, at infinity if never; None: it stands still.
    was_killed: bool = False  # While it was running; said until it moves again.
    deleted: bool = False

    @property
    def running(self) -> bool:
        return self.until is not None

    @property
    def exact_op(self) -> int:
        assert self.op is not None, "its op is not known exactly"
        return self.op

    @property
    def log_by_now(self) -> tuple[Entry, ...]:
        """A run that has an end may have come there, which is logged as a pause."""
        if self.until is None or self.until == inf:
            return self.log
        return (*self.log, Entry("pause", {}, at(int(self.until)), self.kind.ops, is_certain=False))

    def located(self, info: Mapping[str, Any]) -> "Belief":
        """The same, at the position and the last step that its server tells. Raises Untrue where they are others."""
        step, op, last_step = info["position"]["step"], info["position"]["op"], info["last_step"]
        if step not in self.step or last_step not in self.last_step or step > last_step:
            raise Untrue(f"it stands at step {step} of {last_step}; believed: {self.step} of {self.last_step}")
        if self.op not in (None, op):
            raise Untrue(f"it stands at op {op}; believed: {self.op}")
        if info["running"]:
            if self.until is None:
                raise Untrue("it is running; believed: it stands still")
            return replace(self, step=Span(step, self.until), last_step=Span(last_step, inf))
        return replace(self, step=at(step), op=op, last_step=at(last_step), log=self.log_by_now, until=None)

    def found_again(self, info: Mapping[str, Any], log: Sequence[Mapping[str, Any]]) -> "Belief":
        """The same after its server was killed, with all of it known exactly. Raises Untrue."""
        exact, has_ended = _matched(self.log_by_now, log)
        was_killed = self.was_killed or (self.running and not has_ended)
        believed = {
            "name": self.name,
            "config": self.kind.config.model_dump(mode="json") | {"name": info["config"]["name"]},
            "parent": self.parent,
            "running": False,
            "unsaved": None,
            "divergence": None,
            "was killed": was_killed,
        }
        found = dict(info) | {"was killed": "The server ended" in (info["stopped"] or "")}
        wrong = {key: f"{found[key]!r}; believed: {value!r}" for key, value in believed.items() if found[key] != value}
        if wrong:
            raise Untrue(str(wrong))
        return replace(self.located(info), log=exact, was_killed=was_killed)


def in_effect(log: Sequence[Entry]) -> list[Entry]:
    """The changes that were not discarded."""
    changes: list[Entry] = []
    for entry in log:
        if entry.kind == "discard":
            changes = [change for change in changes if change.step.exact <= entry.step.exact]
        elif entry.kind.startswith("set_"):
            changes.append(entry)
    return changes


def _matched(expected: Sequence[Entry], found: Sequence[Mapping[str, Any]]) -> tuple[tuple[Entry, ...], bool]:
    """The entries that were found, at the steps where they were, and whether the last one is a pause by itself."""
    exact: list[Entry] = []
    ended = False
    for entry in expected:
        command = found[len(exact)] if len(exact) < len(found) else None
        is_there = command is not None and entry.matches(command)
        ended = is_there and not entry.is_certain
        if command is not None and is_there:
            exact.append(replace(entry, step=at(command["step"]), op=command["op"], is_certain=True))
        elif entry.is_certain:
            raise Untrue(f"command {len(exact) + 1} of its log is {command}; believed: {entry}")
    if len(found) > len(exact):
        raise Untrue(f"nobody gave it command {found[len(exact)]}")
    return tuple(exact), ended
