"""The log: every command that a session was given, in order. Config and log determine all of its numbers."""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import safetensors.torch
import torch

from model.arming import Armed
from model.edits import Edit, SetClipping, SetLearningRate, SetOutliers, SetParameter, SetTraps
from model.outliers import Outliers
from model.update import Clipping
from server.schemas.commands import CommandInfo, CommandKind, TimelineCommand
from server.schemas.training import TrainingChange

# What of a training change a command carries, and what its body calls it.
CHANGED = {
    "set_learning_rate": ("learning_rate", "value"),
    "set_clipping": ("clipping", "clipping"),
    "set_traps": ("traps", "traps"),
    "set_outliers": ("outliers", "outliers"),
}
# What whoever gives a command calls it, so that one which is sent again counts once; None: it is never sent again.
command_key: ContextVar[str | None] = ContextVar("command_key", default=None)
VALUE = "value"  # What the tensor of a set_parameter is called in its blob.


@dataclass(frozen=True)
class Command:
    """One entry; `step` and `op` are where the session stood once it was carried out."""

    number: int
    kind: CommandKind
    step: int
    op: int
    body: dict[str, Any] = field(default_factory=dict)
    tensor: bytes | None = None
    given_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    key: str | None = None  # As `command_key`

    def info(self) -> CommandInfo:
        """It as it is told to people; a parameter's values are left out."""
        return CommandInfo(
            number=self.number, kind=self.kind, step=self.step, op=self.op, body=self.body, given_at=self.given_at
        )


def command_of(edit: Edit, number: int, op: int) -> Command:
    """The command that gives this edit."""
    match edit:
        case SetParameter(step, name, value):
            tensor = safetensors.torch.save({VALUE: value.contiguous()})
            return Command(number, "set_parameter", step, op, {"name": name}, tensor)
        case SetLearningRate(step, value):
            return Command(number, "set_learning_rate", step, op, {"value": value})
        case SetClipping(step, clipping):
            body = None if clipping is None else {"by": clipping.by, "threshold": clipping.threshold}
            return Command(number, "set_clipping", step, op, {"clipping": body})
        case SetTraps(step, traps):
            armed = [{"name": trap.name, "threshold": trap.threshold} for trap in traps]
            return Command(number, "set_traps", step, op, {"traps": armed})
        case SetOutliers(step, outliers):
            planted = None if outliers is None else {"count": outliers.count, "seed": outliers.seed}
            return Command(number, "set_outliers", step, op, {"outliers": planted})


def edits_of(change: TrainingChange, step: int) -> list[Edit]:
    """A change of training, as edits at a step."""
    edits: list[Edit] = []
    if change.learning_rate is not None:
        edits.append(SetLearningRate(step, change.learning_rate))
    if "clipping" in change.model_fields_set:
        clipping = change.clipping
        edits.append(SetClipping(step, None if clipping is None else Clipping(clipping.by, clipping.threshold)))
    if "traps" in change.model_fields_set:
        edits.append(SetTraps(step, tuple(Armed(trap.name, trap.threshold) for trap in change.traps)))
    if "outliers" in change.model_fields_set:
        outliers = change.outliers
        edits.append(SetOutliers(step, None if outliers is None else Outliers(outliers.count, outliers.seed)))
    return edits


def edit_of(command: Command) -> Edit:
    """The edit that this command gives. Raises KeyError, TypeError or ValueError where it gives none."""
    match command.kind:
        case "set_parameter":
            if command.tensor is None:
                raise ValueError(f"command {command.number} sets a parameter, but has no values")
            value = safetensors.torch.load(command.tensor)[VALUE]
            if value.dtype != torch.float32:
                raise ValueError(f"command {command.number} sets a parameter to {value.dtype}, expected is float32")
            return SetParameter(command.step, command.body["name"], value)
        case "set_learning_rate" | "set_clipping" | "set_traps" | "set_outliers":
            field, given = CHANGED[command.kind]
            return edits_of(TrainingChange.model_validate({field: command.body[given]}), command.step)[0]
        case _:
            raise ValueError(f"command {command.number} is {command.kind}, which changes nothing")


def changes_in_effect(commands: Iterable[Command]) -> list[Command]:
    """Those that set something and were not discarded since."""
    changes: list[Command] = []
    for command in commands:
        if command.kind == "discard":
            changes = [change for change in changes if change.step <= command.step]
        elif command.kind.startswith("set_"):
            changes.append(command)
    return changes


def last_change(commands: Iterable[Command]) -> int:
    """The number of the newest one that set or discarded something; 0 where none did."""
    return max((each.number for each in commands if each.kind == "discard" or each.kind.startswith("set_")), default=0)


def describe(command: Command) -> TimelineCommand:
    """A change, for the timeline."""
    match edit_of(command):
        case SetParameter(_, name, _):
            text = f"{name} was set by hand"
        case SetLearningRate(_, value):
            text = f"learning rate {value:g}"
        case SetClipping(_, None):
            text = "no clipping"
        case SetClipping(_, Clipping(by, threshold)):
            text = f"clipping by {by}, {threshold:g}"
        case SetTraps(_, ()):
            text = "no traps"
        case SetTraps(_, traps):
            text = f"traps: {', '.join(trap.name for trap in traps)}"
        case SetOutliers(_, None):
            text = "no outliers"
        case SetOutliers(_, Outliers(count, seed)):
            text = f"outliers: {count}, seed {seed}"
    return TimelineCommand(number=command.number, kind=command.kind, step=command.step, text=text)
