"""What moves a session, and the log and the timeline of it."""

from datetime import datetime
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from model.clock import Unit
from model.config import Section
from server.schemas.base import Wire
from server.schemas.training import TrainingChange


class Advance(Section):
    """Move in time."""

    unit: Unit = Field(
        "step",
        description="To the next op; to the next end of a forward or backward pass; to the next step with all known.",
    )
    count: int = Field(1, ge=-1_000_000, le=1_000_000, description="How many; negative goes back in time.")


class Seek(Section):
    """Go to a step that the session has come to before, or to its last one."""

    step: int = Field(ge=0, le=2**53, description="The step.")
    op: int | None = Field(None, ge=0, description="How much of it counts as known; left out: all.")


class BranchWanted(Section):
    """A new session that shares a past."""

    name: str | None = Field(None, min_length=1, max_length=200, description="What to call it.")
    step: int | None = Field(None, ge=0, le=2**53, description="Where it branches off; left out: where it stands.")
    training: TrainingChange | None = Field(None, description="What it does otherwise from there on.")


class Until(Section):
    """A breakpoint: the first later step whose metric is above or below a number, or not finite, ends the run."""

    metric: str = Field(max_length=200, description='Any that is recorded, or "nan": a gradient that is not finite.')
    above: float | None = Field(None, allow_inf_nan=False, description="Stop where it is above this.")
    below: float | None = Field(None, allow_inf_nan=False, description="Stop where it is below this.")

    @model_validator(mode="after")
    def _has_one_bound(self) -> Self:
        bounds = sum(bound is not None for bound in (self.above, self.below))
        if bounds != (0 if self.metric == "nan" else 1):
            raise ValueError(f"{self.metric!r} takes {'no bound' if self.metric == 'nan' else 'either above or below'}")
        return self


class RunWanted(Section):
    """Train on, by itself. It stops by itself, too, where the loss is no longer finite."""

    until_step: int | None = Field(None, ge=0, description="Stop at this step with all gradients known.")
    steps_per_second: float | None = Field(
        None, gt=0, le=1_000_000, allow_inf_nan=False, description="No faster than this; left out: as fast as it can."
    )
    until: Until | None = Field(None, description="A breakpoint.")


Later = Literal["discard"]

CommandKind = Literal[
    "branch",
    "advance",
    "seek",
    "run",
    "pause",
    "discard",
    "set_parameter",
    "set_learning_rate",
    "set_clipping",
    "set_traps",
    "set_outliers",
    "hint",
    "answer",
]


class CommandInfo(Wire):
    """One entry of a session's log."""

    number: int = Field(description="Counts the session's commands, from 1.")
    kind: CommandKind = Field(description="What was commanded.")
    step: int = Field(description="The step where the session stood once it was carried out; of a run, where it began.")
    op: int = Field(description="The op where it stood then.")
    body: dict[str, Any] = Field(description="What it said; a parameter's values are left out.")
    given_at: datetime = Field(description="When it was given.")


class TimelineCommand(Wire):
    """A change that is in effect."""

    number: int = Field(description="Its number in the log.")
    kind: CommandKind = Field(description="What it set.")
    step: int = Field(description="From which step on.")
    text: str = Field(description="The same in words.")


class TimelineInfo(Wire):
    """A session's past at a glance."""

    last_step: int = Field(description="The furthest step it has come to.")
    commands: list[TimelineCommand] = Field(description="The changes in effect, in order.")
    checkpoints: list[int] = Field(description="Steps that can be shown at once; others are replayed from there.")
    last_change: int = Field(description="Number of the newest change or discard; frames tell by it of a newer one.")
